"""Unit × time: hidden state, cell state, gates."""

import math
from functools import lru_cache

import altair as alt
import numpy as np
import pyarrow as pa

from playground.charts.base import (
    KEY_HEIGHT,
    Data,
    Picture,
    colour_key,
    colour_scale,
    down_axis,
    picture,
    shades,
    time_axis,
    titled,
)
from playground.charts.crosshair import crossed
from playground.charts.image import levels
from playground.charts.steady import image_data, image_layers, steady

HEIGHT = 184

TIME_STEP = "time step"
"""The field of a cell's step, as a reader is to see it."""

MOST_LEVEL = 32_000
"""Values travel as whole numbers up to this, in units of their last decimal place: half the bytes of a float32."""


def decimals(high: float) -> int:
    """How many decimal places are told apart on a scale that ends at `high`."""
    return math.floor(math.log10(MOST_LEVEL / high))


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
) -> Picture:
    """A cell for every unit (down) and step (right), coloured from low to high; signed if low is below 0.

    What is seen is an image. The cells that tell their values lie on it unseen, and only where there are values. They
    carry the axes and the colour key too, which need none.
    """
    value = f"datum['{name}']"
    cells = (
        alt.Chart(alt.NamedData("values"))
        .transform_window(unit="row_number()")
        .transform_calculate(as_=TIME_STEP, calculate=f"ceil(datum.unit / {units})")
        .transform_calculate(as_="unit", calculate=f"datum.unit - {units} * (datum['{TIME_STEP}'] - 1)")
        .transform_filter(f"isValid({value})")
        .transform_calculate(as_=name, calculate=f"{value} / 1e{decimals(high)}")
        .mark_rect(
            clip=True,
            invalid="show",
            opacity=0,
            width=alt.ExprRef(f"width / {steps}"),
            height=alt.ExprRef(f"height / {units}"),
            tooltip={"content": "data"},
        )
        .encode(
            x=time_axis(steps, field=TIME_STEP),
            y=down_axis(units, "unit", field="unit"),
            color=alt.Color(
                name,
                type="quantitative",
                scale=colour_scale(low, high, shades(low, dark)),
                legend=colour_key(low, high),
            ),
        )
    )
    drawn = picture(
        alt.layer(*image_layers(), cells, **titled(title, HEIGHT, KEY_HEIGHT, look_for, dark)),
        f"Heat map of {name}{whose}: {units} units down, {steps} time steps to the right, "
        f"values from {low:g} to {high:g}.",
        above=4 if title else KEY_HEIGHT,
    )
    return crossed(steady(drawn), steps, dark, below=len(image_layers()))


def heatmap_data(name: str, values: np.ndarray, low: float, high: float, dark: bool, still: bool) -> Data:
    """values: (T, H), none beyond ±high; what is not finite leaves a gap. The bare values go along if all is still.

    They go step by step; their places follow from the row number, which saves bytes.
    """
    drawn = image_data(levels(values.T, low, high), shades(low, dark))
    if not still:
        return {**drawn, "values": _nothing(name)}
    flat = values.reshape(-1)
    finite = np.isfinite(flat)
    whole = (np.where(finite, flat, 0) * 10.0 ** decimals(high)).round().astype(np.int16)
    return {**drawn, "values": pa.table({name: pa.array(whole, mask=~finite)})}


@lru_cache
def _nothing(name: str) -> pa.Table:
    return pa.table({name: pa.array([], pa.int16())})
