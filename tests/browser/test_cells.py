"""The catalogue in a real browser: look at a cell, filter, compare, and open it in the playground."""

from playwright.sync_api import expect

from engine import CELLS
from playground.views.cells.catalogue import title
from tests.browser.conftest import Opener
from tests.browser.visit import Visit


def test_from_the_catalogue_into_the_playground(visit: Visit) -> None:
    visit.open("/cells", cell="lstm")
    expect(visit.chart(f"Timeline of {len(CELLS)} recurrent cells")).to_be_visible()
    expect(visit.chart("Wiring of one step of the cell LSTM.")).to_be_visible()
    expect(visit.page.locator(".katex-display").first).to_be_visible()
    assert not visit.page.locator(".katex-error").count()

    visit.page.get_by_role("radiogroup", name="Family").get_by_role("radio").filter(has_text="Unitary").click()
    expect(visit.chart("Timeline of 2 recurrent cells")).to_be_visible()
    expect(visit.chart("Wiring of one step of the cell Unitary RNN.")).to_be_visible()
    visit.choose("Cell to show", title("goru"))
    expect(visit.chart("Wiring of one step of the cell GORU.")).to_be_visible()
    visit.settled()

    visit.choose("Compare GORU with", title("gru"))
    expect(visit.page.get_by_text("Equations stand beside each other")).to_be_visible()
    visit.settled()
    visit.keep("cells-compared")

    visit.button("Open in the playground").click()
    expect(visit.chart("The network unrolled")).to_be_visible()
    visit.wait_for_param("cell", "goru")
    for setting, value in CELLS["goru"].about.best.items():
        assert visit.params[setting] == value
    visit.train()
    visit.pause()


def test_a_click_on_the_timeline_chooses(visit: Visit) -> None:
    visit.open("/cells", cell="lstm")
    picture = visit.chart("Timeline")
    box = picture.bounding_box()
    assert box
    picture.click(position={"x": box["width"] / 2, "y": 14})
    expect(visit.chart("Wiring of one step of the cell Jordan network.")).to_be_visible()
    visit.settled()
    visit.choose("Cell to show", title("lstm"))
    expect(visit.chart("Wiring of one step of the cell LSTM.")).to_be_visible()
    visit.settled()
    visit.chart("Timeline").click(position={"x": box["width"] / 2, "y": 14})
    expect(visit.chart("Wiring of one step of the cell Jordan network.")).to_be_visible()
    visit.settled()


def test_every_cell_on_a_telephone(visitor: Opener) -> None:
    """Nothing is wider than the screen, and nothing that KaTeX or Vega cannot read."""
    visit = visitor(viewport={"width": 400, "height": 800}, color_scheme="dark")
    visit.open("/cells", cell="rnn")
    for key, cell in CELLS.items():
        visit.choose("Cell to show", title(key))
        expect(visit.chart(f"Wiring of one step of the cell {cell.about.name}.")).to_be_visible()
        visit.settled()
        assert not visit.page.locator(".katex-error").count()
        wide, room = visit.page.get_by_test_id("stMain").evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert wide <= room <= 400, key
        for equation in visit.page.locator(".katex-display").all():
            wide, room = equation.evaluate("e => [e.scrollWidth, e.clientWidth]")
            assert wide <= room + 4, f"{key}: an equation of {wide} pixels in {room}"
    visit.keep("cells-narrow")
