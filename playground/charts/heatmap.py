"""Unit × time: hidden state, cell state, gates."""

import math
from functools import lru_cache

import altair as alt
import numpy as np
import pyarrow as pa

from playground.charts.base import (
    KEY_HEIGHT,
    SIGNED,
    UNSIGNED,
    Data,
    Picture,
    colour_key,
    colour_scale,
    down_axis,
    picture,
    time_axis,
    titled,
)

HEIGHT = 190

TIME_STEP = "time step"
"""The field of a cell's step, as a reader is to see it."""

MOST_LEVEL = 32_000
"""Values travel as whole numbers up to this, in units of their last decimal place: half the bytes of a float32."""


def decimals(high: float) -> int:
    """How many decimal places are told apart on a scale that ends at `high`."""
    return math.floor(math.log10(MOST_LEVEL / high))


@lru_cache(maxsize=256)
def heatmap(name: str, steps: int, units: int, low: float, high: float, title: str = "", whose: str = "") -> Picture:
    """A cell for every unit (down) and step (right), coloured from low to high; signed if low is below 0.

    The data is the bare values, step by step; their places follow from the row number, which saves bytes. A browser
    works out every expression for every cell anew at every frame, so there are few: what is hovered shows the row as it
    is, and all cells have one size, a pixel too large, or the ground would shine through between them.
    """
    colours = SIGNED if low < 0 else UNSIGNED
    value = f"datum['{name}']"
    chart = (
        alt.Chart(alt.NamedData("values"))
        .transform_window(unit="row_number()")
        .transform_calculate(as_=TIME_STEP, calculate=f"ceil(datum.unit / {units})")
        .transform_calculate(as_="unit", calculate=f"datum.unit - {units} * (datum['{TIME_STEP}'] - 1)")
        .transform_filter(f"isValid({value})")
        .transform_calculate(as_=name, calculate=f"{value} / 1e{decimals(high)}")
        .mark_rect(
            clip=True,
            invalid="show",
            width=alt.ExprRef(f"width / {steps} + 1"),
            height=alt.ExprRef(f"height / {units} + 1"),
            tooltip={"content": "data"},
        )
        .encode(
            x=time_axis(steps, field=TIME_STEP),
            y=down_axis(units, "unit", field="unit"),
            color=alt.Color(
                name, type="quantitative", scale=colour_scale(low, high, colours), legend=colour_key(low, high)
            ),
        )
    )
    return picture(
        alt.layer(chart, **titled(title, HEIGHT, offset=KEY_HEIGHT)),
        f"Heat map of {name}{whose}: {units} units down, {steps} time steps to the right, "
        f"values from {low:g} to {high:g}.",
        above=4 if title else KEY_HEIGHT,
    )


def heatmap_data(name: str, values: np.ndarray, high: float) -> Data:
    """values: (T, H), none beyond ±high; what is not finite becomes null and leaves a gap."""
    flat = values.reshape(-1)
    finite = np.isfinite(flat)
    levels = (np.where(finite, flat, 0) * 10.0 ** decimals(high)).round().astype(np.int16)
    return {"values": pa.table({name: pa.array(levels, mask=~finite)})}
