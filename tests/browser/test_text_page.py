"""The page "Text" in a real browser: opened by its link, trained, a unit chosen, searched for, and written with."""

from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.visit import Visit

ALICE = {"task": "text", "corpus": "alice", "cell": "gru", "hidden": "24", "lr": "0.005"}
HOSTILE = "<img src=x onerror=document.title='taken'> **b** [l](https://example.com)\n\u202e שלום e\u0301\n" * 8
PASSAGE = "A text, character by character; the ground of each is coloured by h"


def test_read_search_and_write(visit: Visit) -> None:
    visit.open("/text", **ALICE)
    untrained = visit.picture_of(PASSAGE)
    visit.train(100)
    expect(visit.page.get_by_text("the page looks again")).to_be_visible()
    visit.button("Look again now").click()
    visit.repainted(PASSAGE, [untrained])
    updates = visit.pause()
    expect(visit.page.get_by_text(f"after update {updates:,}")).to_be_visible()

    visit.number("Unit", "7")
    expect(visit.page.get_by_text("unit 7 of 24, layer 1")).to_be_visible()
    shown = visit.picture_of(PASSAGE)
    visit.choose("Property", "Vowel")
    expect(visit.page.get_by_text("Underlined: vowel")).to_be_visible()
    visit.repainted(PASSAGE, [shown])
    # The first row's box, in the table that a canvas draws.
    visit.page.get_by_test_id("stDataFrame").first.click(position={"x": 16, "y": 52})
    expect(visit.page.get_by_text("unit 7 of 24")).to_have_count(0)

    visit.number("Top k", "1")
    expect(visit.page.get_by_text("from the 1 likeliest")).to_be_visible()
    visit.settled()
    visit.keep("text")


def test_a_click_chooses_the_moment(visit: Visit) -> None:
    visit.open("/text", **ALICE)
    position = visit.page.get_by_role("spinbutton", name="Position", exact=True)
    before = position.input_value()
    visit.chart(PASSAGE).locator("canvas").click(position={"x": 90, "y": 80})
    expect(position).not_to_have_value(before)
    expect(visit.page.get_by_text(f"position {int(position.input_value()):,}")).to_be_visible()


def test_a_click_counts_while_it_trains(visit: Visit) -> None:
    visit.open("/text", **ALICE)
    visit.train(20)
    position = visit.page.get_by_role("spinbutton", name="Position", exact=True)
    before = position.input_value()
    visit.chart(PASSAGE).locator("canvas").click(position={"x": 90, "y": 80})
    expect(position).not_to_have_value(before)
    chosen = position.input_value()
    visit.wait_for_updates(visit.updates + 50)
    expect(position).to_have_value(chosen)
    visit.pause()
    expect(position).to_have_value(chosen)


def test_a_hostile_text_stays_text_on_a_narrow_dark_screen(visitor: Opener) -> None:
    visit = visitor(viewport={"width": 400, "height": 900}, color_scheme="dark")
    visit.open("/text", **{**ALICE, "corpus": "own", "text": HOSTILE})
    visit.step()
    canvas = visit.chart(PASSAGE).locator("canvas")
    for x in range(8, 200, 24):
        canvas.hover(position={"x": x, "y": 60})
    assert visit.page.title() != "taken"
    assert not visit.page.locator("img[src=x]").count()
    inside = visit.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    assert inside, "nothing is cut off at the right"
    visit.keep("text-own-narrow-dark")
