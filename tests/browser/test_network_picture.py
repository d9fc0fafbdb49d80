"""The unrolled network and the order of the units as a browser shows them."""

import re

import pytest
from playwright.sync_api import expect

from engine import Experiment, Run
from tests.browser.conftest import Opener
from tests.browser.visit import Visit


@pytest.mark.parametrize("training", [False, True])
def test_a_click_on_a_step_opens_it_from_inside(visit: Visit, training: bool) -> None:
    """Four steps, so that each column is a step; the second one, its input row."""
    visit.open(task="adding", length="4", hidden="8")
    if training:
        visit.train()
    canvas = visit.chart("The network unrolled").locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    canvas.click(position={"x": 50 + 1.5 * (box["width"] - 54) / 4, "y": box["height"] - 60})
    expect(visit.page.get_by_role("heading", name="Inside a cell")).to_be_visible()
    expect(visit.page.get_by_role("slider", name="Time step t")).to_have_value("2")
    if training:
        visit.pause()


@pytest.mark.parametrize("width", [400, 700, 1000, 1400])
def test_it_is_drawn_at_every_width(visitor: Opener, width: int) -> None:
    """A plot that found no room would be a line: the boxes of the last step stand at the right, far from the first."""
    visit = visitor(viewport={"width": width, "height": 1000})
    visit.open(task="forecast", hidden="8", colours="own")
    expect(visit.chart("The network unrolled")).to_be_visible()
    visit.page.wait_for_function(
        """() => {
            const canvas = document.querySelector('[aria-label^="The network unrolled"] canvas');
            if (!canvas || !canvas.width) return false;
            const y = Math.floor(0.52 * canvas.height);
            const row = canvas.getContext('2d').getImageData(0, y, canvas.width, 1).data;
            const seen = [];
            for (let x = 0; x < canvas.width; x++) {
                const [r, g, b] = row.slice(4 * x, 4 * x + 3);
                if (Math.max(r, g, b) - Math.min(r, g, b) > 40) seen.push(x / canvas.width);
            }
            return seen.length && seen.at(-1) > 0.9 && seen.at(-1) - seen[0] > 0.35;
        }"""
    )


def test_units_keep_their_numbers_under_the_pointer(visit: Visit) -> None:
    """The tip of the top row names the unit that the axis names there."""
    visit.open(task="adding", length="10", hidden="8", order="change")
    picture = visit.chart("Heat map of c")
    words = picture.get_attribute("aria-label") or ""
    first = words.partition("From the top: units ")[2].partition(",")[0]
    assert first.isdigit()
    canvas = picture.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    # Title, sentence and key take about 84 pixels above the plot, and each of the eight rows 14.
    canvas.hover(position={"x": box["width"] / 2, "y": 94})
    expect(visit.page.locator("#vg-tooltip-element")).to_contain_text(re.compile(rf"unit\s*{first}\s*time step"))


def test_the_data_of_a_heat_map_are_unit_step_and_value(visit: Visit) -> None:
    visit.open(task="adding", length="10", cell="gru", hidden="8")
    picture = visit.chart("Heat map of z")
    picture.scroll_into_view_if_needed()
    picture.hover()
    visit.page.locator('button[aria-label^="Show data: Heat map of z"]').evaluate("button => button.click()")
    expect(visit.page.locator("[role=columnheader]")).to_have_text(["unit", "time step", "z"])
    expect(visit.page.locator("[role=gridcell]").nth(3)).to_have_text("2")
    value = float(visit.page.locator("[role=gridcell]").nth(5).inner_text())
    gate = Run(Experiment.from_params({"length": "10", "cell": "gru", "hidden": "8"})).trace().layers[0][0].gates["z"]
    assert value == pytest.approx(float(gate[0, 1]), abs=1e-6)
