"""A sweep as a table of colours: cells down, lags to the right, the final loss over chance in each square."""

from collections.abc import Mapping
from functools import lru_cache

import altair as alt
import numpy as np

from playground.charts.base import UNSIGNED, Data, Picture, colour_scale, picture, table

ROW = 44
"""Pixels a cell."""


@lru_cache(maxsize=64)
def sweep_map(cells: tuple[str, ...], lags: tuple[int, ...]) -> Picture:
    """A square for every cell and lag; the scale runs from 0 (learned) to 1 (chance), whatever is beyond is as 1."""
    base = alt.Chart(alt.NamedData("sweep")).encode(
        x=alt.X("lag:O", scale=alt.Scale(domain=list(lags)), axis=alt.Axis(title="lag", labelAngle=0)),
        y=alt.Y("cell:N", scale=alt.Scale(domain=list(cells)), axis=alt.Axis(title=None, labelLimit=240)),
    )
    squares = base.mark_rect().encode(
        color=alt.Color(
            "ratio:Q",
            scale=colour_scale(0, 1, UNSIGNED[::-1]),
            legend=alt.Legend(
                title="loss over chance", orient="top", direction="horizontal", gradientLength=160, values=[0, 0.5, 1]
            ),
        ),
        tooltip=[
            alt.Tooltip("cell:N"),
            alt.Tooltip("lag:O"),
            alt.Tooltip("ratio:Q", title="loss over chance", format=".3f"),
        ],
    )
    written = base.mark_text(fontSize=13).encode(
        text=alt.Text("ratio:Q", format=".2f"),
        color=alt.condition("datum.ratio < 0.5", alt.value("#ffffff"), alt.value("#1c2326")),
    )
    return picture(
        alt.layer(squares, written, height=ROW * len(cells) + 80),
        f"Heat map of the final loss over chance: {len(cells)} cells down, {len(lags)} lags to the right, from 0, "
        "learned, to 1, chance.",
    )


def sweep_data(ratios: Mapping[tuple[str, int], float], names: Mapping[str, str]) -> Data:
    """ratios: final loss over chance by cell and lag. names: how each cell is called."""
    places = list(ratios)
    return {
        "sweep": table(
            cell=[names[cell] for cell, _ in places],
            lag=np.array([lag for _, lag in places], dtype=int),
            ratio=np.array(list(ratios.values()), dtype=float),
        )
    }
