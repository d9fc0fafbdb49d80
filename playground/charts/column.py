"""A column of a table as a small picture: what is read, before it is learned."""

from functools import lru_cache

import altair as alt
import numpy as np

from playground.charts.base import NEUTRAL, RIGHT, Data, Picture, picture, table

HEIGHT = 130
MOST_POINTS = 600


@lru_cache(maxsize=2)
def column_picture(dark: bool) -> Picture:
    """A line of the values over the rows, broken where there is a gap."""
    drawn = (
        alt.Chart(alt.NamedData("column"), height=HEIGHT)
        .mark_line(color=RIGHT if not dark else NEUTRAL, strokeWidth=1)
        .encode(
            x=alt.X("row:Q", title="row", axis=alt.Axis(tickCount=4, format="d", grid=False)),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=3, format="~g")),
        )
    )
    return picture(drawn, "Line chart of the chosen column's values over its rows, broken where there is a gap.")


def column_data(values: np.ndarray) -> Data:
    """The values (N,), NaN for a gap; of more than 600, the smallest and the largest of each piece of equal length."""
    rows = np.arange(len(values))
    if len(values) > MOST_POINTS:
        pieces = np.array_split(rows, MOST_POINTS // 2)
        known = [piece[np.isfinite(values[piece])] for piece in pieces]
        ends = [
            sorted({int(piece[values[piece].argmin()]), int(piece[values[piece].argmax()])}) if len(piece) else [gap[0]]
            for piece, gap in zip(known, pieces, strict=True)
        ]
        rows = np.array([row for piece in ends for row in piece])
    return {"column": table(row=rows + 1, value=values[rows])}
