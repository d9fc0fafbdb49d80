"""Inside a cell, as a person goes through a word, changes a weight and puts it back."""

from playwright.sync_api import expect

from playground.charts.picking import AXIS, height
from tests.browser.conftest import Opener
from tests.browser.visit import Visit

HELLO = {"task": "hello", "cell": "lstm", "hidden": "6"}
WIRING = "Wiring of one step"


def formulas(visit: Visit) -> list[str]:
    """The equations with their numbers, as they are read."""
    visit.settled()
    return [text.split("\n")[0] for text in visit.page.locator(".katex-mathml annotation").all_text_contents()]


def test_letter_by_letter_a_change_and_back(visit: Visit) -> None:
    visit.open("/inside", **HELLO)
    read = visit.page.get_by_text("Reads h e l l")
    lit = read.locator("strong").first
    shown = [visit.picture_of(WIRING)]
    for letter in "hell":
        expect(lit).to_have_text(letter)
        if visit.button("Forward").is_enabled():
            visit.button("Forward").click()
            shown.append(visit.repainted(WIRING, shown))
    assert len(set(shown)) == 4, "every step has numbers of its own"
    expect(visit.button("Forward")).to_be_disabled()
    visit.button("Back").click()
    expect(visit.page.get_by_role("slider", name="Time step t")).to_have_value("3")  # two letters are an l
    visit.settled()

    before, picture = formulas(visit), visit.picture_of(WIRING)
    assert len(before) == 10, "six equations, and the sums of the four gates"
    change = visit.page.get_by_role("combobox", name="Change", exact=True)
    change.scroll_into_view_if_needed()
    visit.page.wait_for_timeout(500)  # a list that opens while the page scrolls closes again
    visit.choose("Change", "Weight W_i")
    expect(visit.page.get_by_role("spinbutton", name="Row", exact=True)).to_be_visible()
    visit.settled()
    visit.number("Value", "2.5")
    expect(visit.alerts.filter(has_text="is now 2.5")).to_be_visible()
    expect(visit.chart("Heat map of change of h")).to_be_visible()
    assert visit.repainted(WIRING, [picture])
    assert formulas(visit) != before
    visit.keep("inside-changed")
    visit.button("Put it back").click()
    expect(visit.alerts).to_have_count(0)
    visit.settled()
    assert formulas(visit) == before
    assert visit.updates == 0


def test_a_click_chooses_step_and_unit(visit: Visit) -> None:
    visit.open("/inside", **HELLO)
    canvas = visit.chart("Heat map of h").locator("canvas")
    expect(visit.chart(WIRING).locator("canvas")).to_be_visible()
    visit.settled()
    box = canvas.bounding_box()
    assert box
    # The plot begins 60 pixels from the left; below it stands the axis of time, above it title and key.
    right, down = (box["width"] - 52) / 4, height(6) / 6
    assert down >= 12, "a row can be hit"
    canvas.click(position={"x": 60 + 2.5 * right, "y": box["height"] - AXIS - 4.5 * down})
    expect(visit.page.get_by_text("Reads h e l l").locator("strong").first).to_have_text("l")
    expect(visit.page.get_by_role("slider", name="Time step t")).to_have_value("3")
    expect(visit.page.get_by_role("spinbutton", name="Unit", exact=True)).to_have_value("2")
    visit.keep("inside-clicked")


def test_a_gate_is_closed_beside_the_states_it_changes(visit: Visit) -> None:
    visit.open("/inside", task="adding", length="12", cell="lstm", hidden="6")
    visit.settled()
    visit.button("Forward").click()
    expect(visit.page.get_by_role("slider", name="Time step t")).to_have_value("2")
    visit.settled()
    change = visit.page.get_by_role("combobox", name="Change", exact=True)
    change.scroll_into_view_if_needed()
    visit.choose("Change", "Gate f")
    visit.button("Close").click()
    expect(visit.alerts.filter(has_text="Gate f[1] at its step 2 is now 0")).to_be_visible()
    expect(visit.chart("Heat map of change of h")).to_be_visible()
    expect(visit.page.get_by_text("held by hand")).to_be_visible()
    expect(visit.page.get_by_text("With the change:")).to_be_visible()
    visit.button("Put it back").click()
    expect(visit.alerts).to_have_count(0)


def test_numbers_move_while_it_trains(visit: Visit) -> None:
    visit.open("/inside", **HELLO, lr="0.01")
    shown = [visit.picture_of(WIRING)]
    visit.train()
    for _ in range(3):
        shown.append(visit.repainted(WIRING, shown))
    visit.pause()
    still = formulas(visit)
    visit.page.wait_for_timeout(800)
    assert formulas(visit) == still


def test_on_a_telephone(visitor: Opener) -> None:
    visit = visitor(viewport={"width": 400, "height": 800})
    visit.open("/inside", **HELLO)
    visit.settled()
    assert visit.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    visit.keep("inside-narrow")
