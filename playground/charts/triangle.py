"""The triangle: a number for each pair of an earlier step k and a later step t, as a map that can be clicked."""

from functools import lru_cache
from itertools import pairwise
from math import gcd

import altair as alt
import numpy as np
import pyarrow as pa

from playground.charts.base import (
    KEY_HEIGHT,
    Data,
    Picture,
    colour_scale,
    down_axis,
    down_scale,
    ink,
    picture,
    table,
    time_axis,
    time_scale,
)
from playground.charts.crosshair import crossed
from playground.charts.image import GAP, levels
from playground.charts.reach import LABEL, logarithms, power_text
from playground.charts.steady import image_data, image_layers, steady

PICK = "pair"
SHADES = ["#f3eef5", "#d3b9dc", "#a76cb6", "#6b2f7d", "#2f1038"]
SHADES_DARK = ["#241a28", "#4c2d57", "#8e4b9e", "#c998d6", "#f6e9fa"]
HEIGHT = 330


@lru_cache(maxsize=32)
def triangle_picture(
    what: str, last: int, steps: tuple[int, ...], low: int, high: int, cut: tuple[int, ...], dark: bool
) -> Picture:
    """Colour is the power of ten, from 10^low to 10^high; k to the right, t down.

    What is seen is an image. On it lie, unseen, cells that take the clicks and never change, and above them those that
    tell their values, where there are any: bare numbers, row by row; their steps follow from their place.
    """
    count = len(steps)
    edges = cell_edges(steps, last)
    places = {
        "t": f"{list(steps)}[datum.row]",
        "k": f"{list(steps)}[datum.column]",
        "x": f"{edges[:-1]}[datum.column]",
        "x2": f"{edges[1:]}[datum.column]",
        "y": f"{edges[:-1]}[datum.row]",
        "y2": f"{edges[1:]}[datum.row]",
    }
    axes = {
        "x": time_axis(last, "k, the earlier step"),
        "x2": "x2:Q",
        "y": down_axis(last, "t, the later step"),
        "y2": "y2:Q",
    }
    clicked = (
        alt.Chart(alt.sequence(0, count**2, as_="cell"))
        .transform_calculate(row=f"floor(datum.cell / {count})", column=f"datum.cell % {count}")
        .transform_calculate(**places)
        .mark_rect(clip=True, cursor="pointer", opacity=0, tooltip=None)
        .encode(**axes)
        .add_params(alt.selection_point(name=PICK, fields=["t", "k"], on="click", clear=False, toggle=False))
    )
    cells = (
        alt.Chart(alt.NamedData("pairs"))
        .transform_window(number="row_number()")
        .transform_calculate(row=f"floor((datum.number - 1) / {count})", column=f"(datum.number - 1) % {count}")
        .transform_filter("datum.size > 0")
        .transform_calculate(log="log(datum.size) / LN10")
        .transform_calculate(**places, value=power_text())
        .mark_rect(clip=True, cursor="pointer", opacity=0)
        .encode(
            **axes,
            color=alt.Color(
                "log:Q",
                scale=colour_scale(low, high, SHADES_DARK if dark else SHADES),
                legend=alt.Legend(
                    title=None,
                    orient="none",
                    direction="horizontal",
                    legendX=0,
                    legendY=-KEY_HEIGHT + 2,
                    gradientLength=160,
                    gradientThickness=8,
                    values=[low, (low + high) // 2, high],
                    labelExpr=LABEL,
                ),
            ),
            tooltip=[
                alt.Tooltip("t:Q", title="t"),
                alt.Tooltip("k:Q", title="k"),
                alt.Tooltip("value:N", title=what),
            ],
        )
    )
    chosen = alt.Chart(alt.NamedData("chosen"))
    marks = chosen.mark_point(shape="square", size=110, strokeWidth=2, color="#d0650f", opacity=1).encode(
        x=alt.X("k:Q", scale=time_scale(last)),
        y=alt.Y("t:Q", scale=down_scale(last)),
    )
    layers = [*image_layers(), clicked, cells, marks]
    if cut:
        rules = alt.Chart(alt.Data(values=[{"edge": c - 0.5} for c in cut])).mark_rule(
            color=ink(dark), strokeDash=[4, 3], opacity=0.5
        )
        layers.append(rules.encode(x=alt.X("edge:Q", scale=time_scale(last))))
    drawn = picture(
        alt.layer(*layers, height=HEIGHT),
        f"Heat map of {what} for each pair of steps: the earlier one k to the right, the later one t down; "
        "colour is the power of ten.",
        above=KEY_HEIGHT,
    )
    return crossed(steady(drawn), last, dark, below=len(image_layers()), numbered="k")


def cell_edges(steps: tuple[int, ...], last: int) -> list[float]:
    """Where the cells of the steps begin and end: half way to the next step. One more than there are steps."""
    return [steps[0] - 0.5, *(0.5 * (a + b) for a, b in pairwise(steps)), last + 0.5]


def pixels(cells: np.ndarray, steps: tuple[int, ...], last: int) -> np.ndarray:
    """cells: (n, n) palette entries of the pairs. Pixels of one size for the steps 1 to `last`, where cells differ in
    width: as large as fits them all, half a step at the smallest."""
    halves = [round(2 * edge) - 1 for edge in cell_edges(steps, last)]
    size = gcd(*halves)
    times = np.diff([0, *halves]) // size
    # Before the first step there is nothing.
    padded = np.pad(cells, ((1, 0), (1, 0)), constant_values=GAP)
    return padded.repeat(times, axis=0).repeat(times, axis=1)


def triangle_data(
    values: np.ndarray, steps: tuple[int, ...], last: int, low: int, high: int, t: int, k: int, dark: bool, still: bool
) -> Data:
    """values (n, n), row by row; what has no logarithm leaves a gap. If all is still, the numbers go along: t, k,
    size. They come first, as the table that the page shows of a picture is its first data set."""
    logs = logarithms(values)
    drawn = image_data(pixels(levels(logs, low, high), steps, last), SHADES_DARK if dark else SHADES)
    return {"pairs": _told(values, steps, still), **drawn, "chosen": table(t=[t], k=[k])}


def _told(values: np.ndarray, steps: tuple[int, ...], still: bool) -> pa.Table:
    """In double precision, as single precision cannot hold 1e-50."""
    count = len(steps) if still else 0
    size = values[:count, :count].reshape(-1).astype(float)
    at = np.array(steps[:count], dtype=np.int16)
    return pa.table({"t": at.repeat(count), "k": np.tile(at, count), "size": pa.array(size, mask=~np.isfinite(size))})
