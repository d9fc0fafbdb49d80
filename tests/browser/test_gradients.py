"""The page Gradients in a real browser: opened by its link, trained, clicked, frozen; one click makes it explode."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.visit import Visit

MAP = "Heat map of"


def chosen(visit: Visit) -> tuple[int, int]:
    """k and t of the sentence beside the triangle."""
    told = visit.page.get_by_text(re.compile(r"^k = \d+, t = \d+\.")).first
    expect(told).to_be_visible()
    k, t = re.findall(r"\d+", told.inner_text())[:2]
    return int(k), int(t)


def test_trained_clicked_and_frozen(visit: Visit) -> None:
    visit.open("/gradients", task="adding", length="20", cell="lstm", hidden="8")
    assert chosen(visit) == (1, 20)
    visit.train()
    seen = visit.repainted("Line chart of the gradient norm", [visit.picture_of("Line chart of the gradient norm")])
    visit.repainted("Line chart of the norm of every update", [visit.picture_of("Line chart of the norm of every")])
    box = visit.chart(MAP).bounding_box()
    assert box
    # Low and in the middle: a later step t near the end, an earlier step k in between.
    visit.chart(MAP).click(position={"x": box["width"] * 0.5, "y": box["height"] * 0.78})
    expect(visit.page.get_by_text(re.compile(r"^k = 1, t = 20\."))).to_have_count(0)
    k, t = chosen(visit)
    assert 1 < k < t <= 20
    visit.page.get_by_text("Freeze this moment", exact=True).click()
    expect(visit.page.get_by_text("Frozen at update")).to_be_visible()
    frozen = visit.repainted("Line chart of the gradient norm", [seen])
    before = visit.updates
    visit.wait_for_updates(before + 20)
    assert visit.picture_of("Line chart of the gradient norm") == frozen
    visit.keep("gradients")
    visit.page.get_by_text("Freeze this moment", exact=True).click()
    visit.repainted("Line chart of the gradient norm", [frozen])
    visit.pause()


def test_explode_and_cure_with_one_click(visit: Visit) -> None:
    visit.open("/gradients", task="adding", length="20", cell="gru", hidden="8")
    visit.button("Make it explode").click()
    visit.wait_for_param("recurrent_scale", "1.6")
    expect(visit.page.get_by_text("its spectral radius is 1.6")).to_be_visible()
    visit.button("Train").click()
    expect(visit.page.get_by_text("What you just saw")).to_be_visible()
    visit.settled()
    visit.keep("gradients-exploded")
    visit.button("Cure it").click()
    visit.wait_for_param("init", "identity")
    expect(visit.page.get_by_text("U starts as the identity")).to_be_visible()
    visit.train(20)
    visit.pause()


def test_derivations_are_typeset(visitor: Opener) -> None:
    visit = visitor(viewport={"width": 400, "height": 800}, color_scheme="dark")
    visit.open("/gradients", task="echo", length="12", cell="rnn", hidden="5", truncate="4")
    visit.page.get_by_text("Exercises 1-1, 1-2 and 1-3").click()
    expect(visit.page.locator(".katex-display").first).to_be_visible()
    assert not visit.page.locator(".katex-error").count()
    wide = visit.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 400
    visit.keep("gradients-telephone")
