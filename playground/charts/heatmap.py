"""Unit × time: hidden state, cell state, gates."""

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

LEVELS = 32_000
"""Values travel as whole numbers, this many at the upper end of the scale: half the bytes of a float32."""


@lru_cache(maxsize=256)
def heatmap(name: str, steps: int, units: int, low: float, high: float, title: str = "") -> Picture:
    """A cell for every unit (down) and step (right), coloured from low to high; signed if low is below 0.

    The data is the bare levels, step by step; their places follow from the row number, which saves bytes. Cells overlap
    the next ones, which are drawn later, by about a pixel, or the ground would shine through between them.
    """
    colours = SIGNED if low < 0 else UNSIGNED
    digits = max(0, 4 - int(np.ceil(np.log10(high))))  # as many as a level of the scale can tell apart
    chart = (
        alt.Chart(alt.NamedData("values"))
        .transform_window(row="row_number()")
        .transform_calculate(
            v=f"isValid(datum.level) ? datum.level * {high / LEVELS!r} : null",
            step=f"floor((datum.row - 1) / {units}) + 1",
            unit=f"(datum.row - 1) % {units} + 1",
            x="datum.step - 0.5",
            x2=f"datum.step + {0.55 + steps / 300:.3f}",
            y="datum.unit - 0.5",
            y2=f"datum.unit + {0.55 + units / 120:.3f}",
        )
        .mark_rect(clip=True)
        .encode(
            x=time_axis(steps),
            x2="x2:Q",
            y=down_axis(units, "unit"),
            y2="y2:Q",
            color=alt.Color(
                "v:Q",
                scale=colour_scale(low, high, colours),
                legend=colour_key(low, high),
            ),
            tooltip=[
                alt.Tooltip("unit:Q", title="unit"),
                alt.Tooltip("step:Q", title="time step"),
                alt.Tooltip("v:Q", title=name, format=f".{digits}f"),
            ],
        )
    )
    return picture(
        alt.layer(chart, **titled(title, HEIGHT, offset=KEY_HEIGHT)),
        f"Heat map of {name}: {units} units down, {steps} time steps to the right, values from {low:g} to {high:g}.",
        above=4 if title else KEY_HEIGHT,
    )


def heatmap_data(values: np.ndarray, high: float) -> Data:
    """values: (T, H), none beyond ±high; what is not finite becomes null and leaves a gap."""
    flat = values.reshape(-1)
    finite = np.isfinite(flat)
    levels = (np.where(finite, flat, 0) * (LEVELS / high)).round().astype(np.int16)
    return {"values": pa.table({"level": pa.array(levels, mask=~finite)})}
