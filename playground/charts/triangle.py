"""The triangle: a number for each pair of an earlier step k and a later step t, as a map that can be clicked."""

from functools import lru_cache
from itertools import pairwise

import altair as alt
import numpy as np

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
from playground.charts.reach import LABEL, logarithms

PICK = "pair"
SHADES = ["#f3eef5", "#d3b9dc", "#a76cb6", "#6b2f7d", "#2f1038"]
SHADES_DARK = ["#241a28", "#4c2d57", "#8e4b9e", "#c998d6", "#f6e9fa"]
HEIGHT = 330


@lru_cache(maxsize=32)
def triangle_picture(
    what: str, last: int, steps: tuple[int, ...], low: int, high: int, cut: tuple[int, ...], dark: bool
) -> Picture:
    """Colour is the power of ten, from 10^low to 10^high; k to the right, t down.

    The data is the bare numbers, row by row; which steps they belong to follows from their place.
    """
    count = len(steps)
    edges = [*(0.5 * (a + b) for a, b in pairwise(steps)), last + 0.5]
    starts = [max(0.5, steps[0] - 0.5), *edges[:-1]]
    cells = (
        alt.Chart(alt.NamedData("pairs"))
        .transform_window(number="row_number()")
        .transform_calculate(row=f"floor((datum.number - 1) / {count})", column=f"(datum.number - 1) % {count}")
        .transform_filter("isValid(datum.log)")
        .transform_calculate(
            t=f"{list(steps)}[datum.row]",
            k=f"{list(steps)}[datum.column]",
            x=f"{starts}[datum.column]",
            x2=f"{edges}[datum.column] + {last / 400:.3f}",
            y=f"{starts}[datum.row]",
            y2=f"{edges}[datum.row] + {last / 300:.3f}",
            value="format(pow(10, datum.log - floor(datum.log)), '.2f') + 'e' + format(floor(datum.log), 'd')",
        )
        .mark_rect(clip=True, cursor="pointer")
        .encode(
            x=time_axis(last, "k, the earlier step"),
            x2="x2:Q",
            y=down_axis(last, "t"),
            y2="y2:Q",
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
        .add_params(alt.selection_point(name=PICK, fields=["t", "k"], on="click", clear=False, toggle=False))
    )
    chosen = alt.Chart(alt.NamedData("chosen"))
    marks = chosen.mark_point(shape="square", size=110, strokeWidth=2, color="#d0650f", opacity=1).encode(
        x=alt.X("k:Q", scale=time_scale(last)),
        y=alt.Y("t:Q", scale=down_scale(last)),
    )
    layers = [cells, marks]
    if cut:
        rules = alt.Chart(alt.Data(values=[{"edge": c - 0.5} for c in cut])).mark_rule(
            color=ink(dark), strokeDash=[4, 3], opacity=0.5
        )
        layers.append(rules.encode(x=alt.X("edge:Q", scale=time_scale(last))))
    return picture(
        alt.layer(*layers, height=HEIGHT),
        f"Heat map of {what} for each pair of steps: the earlier one k to the right, the later one t down; "
        "colour is the power of ten.",
        above=KEY_HEIGHT,
    )


def triangle_data(values: np.ndarray, t: int, k: int) -> Data:
    """values (n, n), row by row; what has no logarithm leaves a gap."""
    return {"pairs": table(log=logarithms(values).reshape(-1)), "chosen": table(t=[t], k=[k])}
