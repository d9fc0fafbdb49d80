"""The hidden state over time, to choose a step and a unit by a click; the chosen one is framed."""

from functools import lru_cache

import numpy as np

from playground.charts.base import Data, Picture, ink, table
from playground.charts.heatmap import TIME_STEP, heatmap, heatmap_data

PICK = "pick"
"""The name of the selection that a click makes; its fields are TIME_STEP and unit, both from 1."""


FRAME = ink(dark=False)
"""Dark on any theme, as the cells are light on any."""


@lru_cache(maxsize=64)
def picking(name: str, steps: int, units: int, high: float) -> Picture:
    """As the heat map of every page, with a frame and with clicks."""
    drawn = heatmap(name, steps, units, -high, high)
    (cells,) = drawn.spec["layer"]
    click = {"name": PICK, "select": {"type": "point", "fields": [TIME_STEP, "unit"], "on": "click", "toggle": False}}
    # On the same scales as the cells, so that neither changes the other's.
    places = {axis: {**cells["encoding"][axis], "field": axis} for axis in ("x", "y")}
    frame = {
        "data": {"name": "here"},
        "mark": {"type": "rect", "filled": False, "stroke": FRAME, "strokeWidth": 2, "tooltip": None},
        "encoding": {**places, "x2": {"field": "x2"}, "y2": {"field": "y2"}},
    }
    cells = {**cells, "mark": {**cells["mark"], "cursor": "pointer"}}
    spec = {**drawn.spec, "layer": [{**cells, "params": [click]}, frame]}
    return Picture(spec, f"{drawn.alt} A click chooses a step and a unit.")


def picking_data(name: str, values: np.ndarray, high: float, step: int, unit: int) -> Data:
    """values: (T, H); step and unit, both from 1, are framed."""
    here = table(x=[step - 0.5], x2=[step + 0.5], y=[unit - 0.5], y2=[unit + 0.5])
    return {**heatmap_data(name, values, high), "here": here}
