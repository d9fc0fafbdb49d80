"""Heat maps as a browser paints them: the colour of every value at its place, and never an empty picture."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from engine import Experiment, Run
from playground.charts.base import UNSIGNED, UNSIGNED_DARK
from playground.charts.image import levels, palette
from playground.charts.picking import height
from tests.browser.conftest import Opener
from tests.browser.visit import Visit

SMALL = {"task": "adding", "length": "10", "cell": "gru", "hidden": "8"}
GATE = "Heat map of z"

EMPTY = """begins => {
    const canvas = document.querySelector(`[aria-label^="${begins}"] canvas`);
    window.painted = {empty: 0, shown: new Set()};
    const look = () => {
        const scale = canvas.width / canvas.clientWidth;
        // A column of the plot: a colour of the ground in the middle of all its cells is none of a gate's.
        const pixels = canvas.getContext('2d').getImageData(100 * scale, 70 * scale, 1, 100 * scale).data;
        window.painted.empty += pixels.every((part, i) => part === pixels[i % 4]);
        window.painted.shown.add(pixels.join());
        window.painted.again = requestAnimationFrame(look);
    };
    look();
}"""


def painted(canvas: Locator) -> tuple[np.ndarray, float]:
    """What a canvas shows (rows, columns, 3), and its pixels for each of the page's."""
    url = canvas.evaluate("canvas => canvas.toDataURL()")
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        pixels = np.array(image.convert("RGB"))
    box = canvas.bounding_box()
    assert box
    return pixels, pixels.shape[1] / box["width"]


@pytest.mark.parametrize(("scheme", "colours"), [("light", UNSIGNED), ("dark", UNSIGNED_DARK)])
def test_cells_are_at_their_places(visitor: Opener, scheme: str, colours: list[str]) -> None:
    visit = visitor(color_scheme=scheme)
    visit.open(**SMALL)
    gate = Run(Experiment.from_params(SMALL)).trace().layers[0][0].gates["z"]
    expected = palette(tuple(colours))[levels(gate.T, 0.0, 1.0) - 1]
    pixels, scale = painted(visit.chart(GATE).locator("canvas"))
    # The plot begins 60 pixels from the left and ends 4 from the right; where it is from the top, the picture tells.
    left, right = 60 * scale, pixels.shape[1] - 4 * scale
    across = (left + (np.arange(10) + 0.5) / 10 * (right - left)).astype(int)
    column = (pixels[:, across[0]] == expected[:, None, 0]).all(axis=-1).any(axis=0)
    top, bottom = np.flatnonzero(column)[[0, -1]]
    down = (top + (np.arange(8) + 0.5) / 8 * (bottom + 1 - top)).astype(int)
    np.testing.assert_array_equal(pixels[np.ix_(down, across)], expected)


def test_no_picture_is_empty_between_two(visit: Visit) -> None:
    visit.open(**SMALL, lr="0.01")
    visit.chart(GATE).scroll_into_view_if_needed()
    visit.train()  # as it begins, the words of a picture change, and the browser builds it anew
    visit.page.evaluate(EMPTY, GATE)
    visit.page.wait_for_function("window.painted.shown.size >= 8")
    assert visit.page.evaluate("cancelAnimationFrame(window.painted.again), window.painted.empty") == 0
    visit.pause()


def test_values_can_be_read_again_when_it_stands_still(visit: Visit) -> None:
    visit.open(**SMALL)
    picture, tip = visit.chart(GATE), visit.page.locator("#vg-tooltip-element.visible")
    visit.train()
    picture.scroll_into_view_if_needed()
    picture.hover()
    expect(tip).to_have_count(0)
    visit.pause()
    visit.page.mouse.move(5, 5)
    picture.hover()
    expect(tip).to_contain_text(re.compile(r"z\s*0?\.\d"))


def test_a_click_counts_while_it_trains(visit: Visit) -> None:
    visit.open("/inside", **SMALL)
    visit.train()
    canvas = visit.chart("Heat map of h").locator("canvas")
    box = canvas.bounding_box()
    assert box
    # The plot begins 60 pixels from the left; below it the axis of time with its title takes some 34.
    tall = height(8)
    canvas.click(position={"x": 60 + 6.5 * (box["width"] - 64) / 10, "y": box["height"] - 34 - 5.5 * tall / 8})
    expect(visit.page.get_by_role("slider", name="Time step t")).to_have_value("7")
    expect(visit.page.get_by_role("spinbutton", name="Unit", exact=True)).to_have_value("3")
    visit.pause()
