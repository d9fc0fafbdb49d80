"""The hidden state over time, to choose a step and a unit by a click; the chosen one is framed."""

from functools import lru_cache
from typing import Any

import numpy as np

from playground.charts.base import KEY_HEIGHT, Data, Picture, ink, table
from playground.charts.heatmap import HEIGHT, ROW, TIME_STEP, heatmap, heatmap_data

PICK = "pick"
"""The name of the selection that a click makes; its fields are TIME_STEP and ROW, both from 1."""

TALL = 12
"""Pixels of a unit's row at the least, so that it can be hit."""

AXIS = 20
"""Pixels that the axis of time takes, about."""


def height(units: int) -> int:
    """Pixels of the plot."""
    return max(HEIGHT - KEY_HEIGHT - AXIS, TALL * units)


@lru_cache(maxsize=64)
def picking(
    name: str,
    steps: int,
    units: int,
    high: float,
    title: str,
    look_for: str,
    dark: bool,
    beyond: bool = False,
    own: bool = False,
    ordered: bool = False,
) -> Picture:
    """As the heat map of every page, with a frame, with clicks, and with rows that can be hit.

    The cells that take the clicks are always there and never change, so a click counts while it trains too. Those that
    tell their values lie above them; a click on one says the same.
    """
    drawn = heatmap(
        name,
        steps,
        units,
        -high,
        high,
        title,
        dark=dark,
        look_for=look_for,
        beyond=beyond,
        own=own,
        ordered=ordered,
    )
    *image, cells = drawn.spec["layer"]
    # On the same scales as the cells, so that neither changes the other's.
    places = {axis: {**cells["encoding"][axis], "field": axis} for axis in ("x", "y")}
    unseen = {**cells["mark"], "cursor": "pointer", "tooltip": None}
    frame = {
        "data": {"name": "here"},
        "mark": {"type": "rect", "filled": False, "stroke": ink(dark), "strokeWidth": 2, "tooltip": None},
        "encoding": {**places, "x2": {"field": "x2"}, "y2": {"field": "y2"}},
    }
    clicked = {
        "data": {"sequence": {"start": 0, "stop": steps * units, "as": "cell"}},
        "transform": [
            {"calculate": f"floor(datum.cell / {units}) + 1", "as": TIME_STEP},
            {"calculate": f"datum.cell % {units} + 1", "as": ROW},
        ],
        "mark": unseen,
        "encoding": {axis: cells["encoding"][axis] for axis in ("x", "y")},
        "params": [_click()],
    }
    told = {**cells, "mark": {**cells["mark"], "cursor": "pointer"}}
    taller = {"height": drawn.spec["height"] + height(units) - height(1)}
    return Picture(
        {**drawn.spec, **taller, "layer": [*image, clicked, told, frame]},
        f"{drawn.alt} A click chooses a step and a unit.",
    )


def _click() -> dict[str, Any]:
    return {"name": PICK, "select": {"type": "point", "fields": [TIME_STEP, ROW], "on": "click", "toggle": False}}


def picking_data(
    name: str,
    values: np.ndarray,
    high: float,
    step: int,
    unit: int,
    dark: bool,
    still: bool,
    order: np.ndarray | None = None,
    own: bool = False,
) -> Data:
    """values: (T, H); step and unit, both from 1, are framed. The rest as of heatmap_data."""
    row = unit if order is None else int(np.flatnonzero(order == unit - 1)[0]) + 1
    here = table(x=[step - 0.5], x2=[step + 0.5], y=[row - 0.5], y2=[row + 0.5])
    return {**heatmap_data(name, values, -high, high, dark, still, order, own), "here": here}
