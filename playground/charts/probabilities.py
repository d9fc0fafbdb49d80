"""The likeliest characters at one place of a written text, as bars."""

from collections.abc import Sequence
from functools import lru_cache

import altair as alt

from playground.charts.base import MARKED, NEUTRAL, RIGHT, Data, Picture, ink, picture, table
from playground.charts.letters import FONT, visible

MOST = 8
ROW = 26


@lru_cache(maxsize=2)
def probabilities_picture(dark: bool) -> Picture:
    """Up to eight bars from 0 to 1; the character that was drawn stands out by colour and an arrow."""
    rows = alt.Chart(alt.NamedData("shares"), height=ROW * MOST)
    y = alt.Y("rank:Q", scale=alt.Scale(domain=[0.5, MOST + 0.5], reverse=True, nice=False), axis=None)
    x = alt.X(
        "share:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=3, title="probability", gridOpacity=0.4),
    )
    bars = (
        rows.transform_calculate(top="datum.rank - 0.38", bottom="datum.rank + 0.38")
        .mark_rect(opacity=0.85)
        .encode(
            x=x,
            x2=alt.datum(0),
            y=alt.Y("top:Q", scale=alt.Scale(domain=[0.5, MOST + 0.5], reverse=True, nice=False), axis=None),
            y2="bottom:Q",
            color=alt.condition("datum.drawn", alt.value(RIGHT), alt.value(NEUTRAL)),
            tooltip=[
                alt.Tooltip("text:N", title="character"),
                alt.Tooltip("share:Q", title="probability", format=".4f"),
            ],
        )
    )
    signs = rows.mark_text(font=FONT, fontSize=14, align="right", dx=-10, color=ink(dark)).encode(
        x=alt.value(0), y=y, text="text:N"
    )
    arrows = (
        rows.transform_filter("datum.drawn")
        .mark_text(align="left", dx=6, fontSize=12, color=MARKED if dark else "#a34a08")
        .encode(x=x, y=y, text=alt.value("◂ written"))
    )
    drawn = picture(
        alt.layer(bars, signs, arrows),
        "Bar chart of the likeliest characters at the chosen place of the written text, with the one that was written.",
    )
    return Picture({**drawn.spec, "padding": {"left": 34, "right": 60, "top": 4, "bottom": 0}}, drawn.alt)


def probabilities_data(likeliest: Sequence[tuple[str, float]], drawn: str) -> Data:
    """Characters with their probabilities, the likeliest first, at most eight."""
    return {
        "shares": table(
            rank=range(1, len(likeliest) + 1),
            text=[visible(character) for character, _ in likeliest],
            share=[share for _, share in likeliest],
            drawn=[character == drawn for character, _ in likeliest],
        )
    }
