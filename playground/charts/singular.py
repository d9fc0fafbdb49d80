"""The singular values of a recurrent matrix."""

import math
from functools import lru_cache

import altair as alt
import numpy as np

from playground.charts.base import GRADIENT, NEUTRAL, Data, Picture, left_axis, picture, table, ticks


@lru_cache(maxsize=32)
def singular_picture(units: int, top: float) -> Picture:
    """The singular values of U in falling order, its spectral radius, and 1."""
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0.5, units + 0.5], nice=False, zero=False),
        axis=alt.Axis(values=ticks(units), format="d", grid=False, title="singular value"),
    )
    y = alt.Y(
        "size:Q",
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=left_axis(tickCount=4, title="of U", gridOpacity=0.4),
    )
    rules = alt.Chart(alt.NamedData("rules"))
    layers = (
        rules.mark_rule(color=NEUTRAL, strokeDash=[5, 4], strokeWidth=1.5).encode(y=y),
        rules.mark_text(color=NEUTRAL, align="right", dx=-2, dy=-7, fontSize=12).encode(
            y=y, x=alt.value("width"), text="label:N"
        ),
        alt.Chart(alt.NamedData("singular"))
        .mark_point(filled=True, size=30, opacity=1, color=GRADIENT)
        .encode(x, y, tooltip=[alt.Tooltip("x:Q", title="number"), alt.Tooltip("size:Q", format=".4g")]),
    )
    return picture(
        alt.layer(*layers, height=150),
        f"The {units} singular values of the recurrent matrix in falling order, beside its spectral radius.",
    )


def singular_data(values: np.ndarray, radius: float) -> Data:
    return {
        "singular": table(x=np.arange(1, len(values) + 1), size=values),
        "rules": table(size=[radius], label=[f"spectral radius {radius:.3g}"]),
    }


def round_top(value: float) -> float:
    """The end of an axis from 0 that holds `value` and rarely moves."""
    power = 10.0 ** math.floor(math.log10(max(value, 1e-6)))
    return float(next(m * power for m in (1.25, 2.5, 5, 12.5) if m * power >= value))
