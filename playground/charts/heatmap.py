"""Unit × time: hidden state, cell state, gates."""

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa

from engine.cells import CELLS
from engine.observe.trace import LayerTrace
from playground.charts.base import (
    KEY_HEIGHT,
    Data,
    Picture,
    colour_key,
    colour_scale,
    down_axis,
    ink,
    picture,
    shades,
    time_axis,
    titled,
)
from playground.charts.crosshair import crossed
from playground.charts.image import OUTSIDE, OUTSIDE_DARK, marked_beyond
from playground.charts.steady import ROW_NAME, image_data, image_layers, steady

HEIGHT = 184

TIME_STEP = "time step"
"""The field of a cell's step, as a reader is to see it."""

ROW = "row"
"""The field of a cell's row, from 1 at the top: the unit's number, unless the units are in another order."""

BESIDE_KEY = 146
"""Pixels from the left of a plot at which there is room beside its colour key."""


@lru_cache(maxsize=256)
def heatmap(
    name: str,
    steps: int,
    units: int,
    low: float,
    high: float,
    title: str = "",
    whose: str = "",
    dark: bool = False,
    look_for: str = "",
    beyond: bool = False,
    own: bool = False,
    ordered: bool = False,
) -> Picture:
    """A cell for every unit (down) and step (right), coloured from low to high; signed if low is below 0.

    beyond: some values lie beyond the ends and have colours of their own, which the key explains. own: every unit is
    coloured on a scale of its own, from minus its largest amount to that amount. ordered: the data says in which order
    the units stand, else it is that of their numbers.

    What is seen is an image. The cells that tell their values lie on it unseen, and only where there are values. They
    carry the axes and the colour key too, which need none.
    """
    key = colour_key(low, high)
    if own:
        low, high = -1.0, 1.0
        key = colour_key(low, high, "datum.value < 0 ? '−max' : datum.value > 0 ? 'max' : '0'")
    cells = (
        alt.Chart(alt.NamedData("values"))
        .transform_window(number="row_number()")
        .transform_calculate(as_=ROW, calculate=f"(datum.number - 1) % {units} + 1")
        .transform_filter(f"isValid(datum['{name}'])")
        .mark_rect(
            clip=True,
            invalid="show",
            opacity=0,
            width=alt.ExprRef(f"width/{steps}"),
            height=alt.ExprRef(f"height/{units}"),
        )
        .encode(
            x=time_axis(steps, field=TIME_STEP),
            y=down_axis(units, "unit", field=ROW, labels=ROW_NAME if ordered else ""),
            color=alt.Color(
                name,
                type="quantitative",
                scale=colour_scale(low, high, shades(low, dark)),
                legend=key,
            ),
            tooltip=[
                alt.Tooltip(field="unit"),
                alt.Tooltip(field=TIME_STEP),
                alt.Tooltip(field=name, format=".4~g"),
            ],
        )
    )
    ends = "each unit on a scale of its own" if own else f"colours from {low:g} to {high:g}"
    drawn = picture(
        alt.layer(*image_layers(), *beside_key(low, high, beyond, own, dark), cells).properties(
            **titled(title, HEIGHT, KEY_HEIGHT, look_for, dark)
        ),
        f"Heat map of {name}{whose}: {units} units down, {steps} time steps to the right, {ends}.",
        above=4 if title else KEY_HEIGHT,
    )
    return crossed(steady(drawn), steps, dark, below=len(image_layers()))


def beside_key(
    low: float, high: float, beyond: bool, own: bool, dark: bool, left: int = BESIDE_KEY, stacked: bool = False
) -> list[alt.Chart]:
    """What the key alone does not say: the colours of what lies beyond it, or whose largest amount is meant.

    left: pixels from the left of the plot. stacked: one below the other, where there is little room.
    """
    below, above = OUTSIDE_DARK if dark else OUTSIDE
    top = -KEY_HEIGHT + 8
    said: list[tuple[int, int, str, str]] = []
    if own:
        said = [(left, top, ink(dark), "max: each unit's own")]
    elif beyond:
        place = (left, top + 14) if stacked else (left + 82, top)
        said = [(left, top, below, f"■ below {low:g}"), (*place, above, f"■ above {high:g}")]
    style: dict[str, Any] = {"align": "left", "baseline": "middle", "fontSize": 11, "tooltip": None}
    return [
        # What would stand out at the right would make the plot narrower.
        alt.Chart(alt.Data(values=[{}]))
        .transform_filter(f"width >= {x + 6.5 * len(text)}")
        .mark_text(text=text.replace("-", "−"), color=colour, **style)
        .encode(x=alt.value(x), y=alt.value(y))
        for x, y, colour, text in said
    ]


def fixed_ends(layer_trace: LayerTrace, cell: str, name: str) -> tuple[float, float] | None:
    """The ends of the colours of a state or gate that always stays within ends of its own, such as a gate or an angle.

    None for every other: its ends are found from its values.
    """
    if name in layer_trace.gates and name not in layer_trace.bipolar:
        return 0.0, 1.0
    if name in CELLS[cell].state_range:
        return -CELLS[cell].state_range[name], CELLS[cell].state_range[name]
    return None


def heatmap_data(
    name: str,
    values: np.ndarray,
    low: float,
    high: float,
    dark: bool,
    still: bool,
    order: np.ndarray | None = None,
    own: bool = False,
) -> Data:
    """values: (T, H); what lies beyond an end is marked, and what is not finite leaves a gap.

    order: (H,) the units, from 0, from the top down; None: by their numbers. own: each unit from minus its largest
    amount to that amount. If all is still, the values go along as they are: unit, time step, value. They come first, as
    the table that the page shows of a picture is its first data set.
    """
    rows = values if order is None else values[:, order]
    names = () if order is None else (order + 1).tolist()
    coloured = rows / largest(rows) if own else rows
    cells = marked_beyond(coloured.T, *((-1.0, 1.0) if own else (low, high)))
    told = _told(name, rows, names) if still else _nothing(name)
    return {"values": told, **image_data(cells, shades(low, dark), OUTSIDE_DARK if dark else OUTSIDE, names)}


def largest(values: np.ndarray) -> np.ndarray:
    """(H,) The largest finite amount of each unit, values (T, H); 1 where there is none but 0."""
    top = np.where(np.isfinite(values), np.abs(values), 0).max(axis=0)
    return np.where(top > 0, top, 1)


def _told(name: str, rows: np.ndarray, names: tuple[int, ...] | list[int]) -> pa.Table:
    steps, units = rows.shape
    flat = rows.reshape(-1).astype(np.float32)
    return pa.table(
        {
            "unit": pa.array(np.tile(np.array(names or range(1, units + 1), dtype=np.int16), steps)),
            TIME_STEP: pa.array(np.repeat(np.arange(1, steps + 1, dtype=np.int16), units)),
            name: pa.array(flat, mask=~np.isfinite(flat)),
        }
    )


@lru_cache
def _nothing(name: str) -> pa.Table:
    return _told(name, np.empty((0, 1)), ())
