"""A text, character by character, each on a ground of the colour of its value; lines break where the picture ends."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from playground.charts.base import SIGNED, UNSIGNED, Data, Picture, colour_key, colour_scale, ink, picture, table
from playground.charts.tokens import VISIBLE

SHARES = ["#f0f3f7", "#b9d3ea", "#6ba6d6", "#2878b8", "#164a75"]
"""Probabilities of what was drawn: pale is a surprise."""

FONT = "'Source Code Pro', 'Noto Sans Mono CJK SC', monospace"
NARROW, WIDE, LARGE = (12, 26, 14), (20, 28, 16), (36, 48, 24)
"""Pixels from one character to the next, from one line to the next, and of the font."""

SHORT = 24
"""Characters that are shown large."""

MARKED_BELOW = "#7a3b8c"

PICKED = "picked"
"""The name of the selection that a click makes; its one field is the position."""


def visible(character: str) -> str:
    """A character as it can be seen alone: spaces and breaks as signs, what has no shape or turns its line as ·."""
    if character in VISIBLE:
        return VISIBLE[character]
    kind = unicodedata.category(character)
    if kind.startswith("M"):
        return "\N{DOTTED CIRCLE}" + character
    return "·" if kind.startswith(("C", "Z")) else character


def size_for(text: str, length: int | None = None) -> tuple[int, int, int]:
    """The size for showing characters of `text`, `length` at a time: Chinese and its like need more room."""
    if (len(text) if length is None else length) <= SHORT:
        return LARGE
    return WIDE if any(unicodedata.east_asian_width(c) in "WF" for c in text) else NARROW


@lru_cache(maxsize=64)
def letters_picture(name: str, colours: str, high: float, size: tuple[int, int, int], dark: bool) -> Picture:
    """Characters from left to right; a click picks one. `colours`: signed, from −high to high, gate or share, 0 to 1.

    Where a line ends follows from the picture's width in the browser, and from the text's own line breaks: each
    paragraph's lines are counted up, so that all places follow from the order and the paragraphs' lengths alone.
    """
    colour = {"signed": SIGNED, "gate": UNSIGNED, "share": SHARES}[colours]
    low = -high if colours == "signed" else 0.0
    pitch, height, font = size
    line = f"max(1, floor((width - 2) / {pitch}))"
    placed = (
        alt.Chart(alt.NamedData("letters"))
        .transform_calculate(lines=f"datum.within == 0 ? ceil(datum.paragraph / {line}) : 0")
        .transform_window(below="sum(lines)", frame=[None, 0])
        .transform_calculate(
            row=f"datum.below - ceil(datum.paragraph / {line}) + floor(datum.within / {line})",
            x=f"(datum.within % {line}) * {pitch}",
            x2=f"(datum.within % {line} + 1) * {pitch}",
            middle=f"(datum.within % {line} + 0.5) * {pitch}",
        )
    )
    y = alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.12, paddingOuter=0.06))
    place: dict[str, Any] = {"scale": None, "axis": None}
    grounds = (
        placed.mark_rect(cursor="pointer", strokeWidth=2.5)
        .encode(
            x=alt.X("x:Q", **place),
            x2="x2:Q",
            y=y,
            color=alt.Color(
                "value:Q",
                scale=colour_scale(low, high, colour),
                legend=colour_key(low, high),
            ),
            stroke=alt.condition("datum.chosen", alt.value(ink(dark=False)), alt.value(None)),
            tooltip=[
                alt.Tooltip("text:N", title="character"),
                alt.Tooltip("position:Q", title="position", format=","),
                alt.Tooltip("value:Q", title=name, format=".3f"),
                *([alt.Tooltip("likeliest:N", title="likeliest")] if colours == "share" else []),
            ],
        )
        .add_params(alt.selection_point(name=PICKED, fields=["position"], on="click", clear=False, toggle=False))
    )
    deep = f"abs(datum.value) > {0.62 * high}" if colours == "signed" else "datum.value > 0.55"
    bare = alt.when("!isValid(datum.value)").then(alt.value(ink(dark)))
    signs = placed.mark_text(font=FONT, fontSize=font, baseline="middle").encode(
        x=alt.X("middle:Q", **place),
        y=y,
        text="text:N",
        color=bare.when(deep).then(alt.value("#ffffff")).otherwise(alt.value(ink(dark=False))),
    )
    lines = (
        placed.transform_filter("datum.marked")
        .mark_rule(strokeWidth=2, color=MARKED_BELOW, yOffset=height / 2 - 2)
        .encode(x=alt.X("x:Q", **place), x2="x2:Q", y=y)
    )
    drawn = picture(
        alt.layer(grounds, signs, lines, height=alt.Step(height)),
        f"A text, character by character; the ground of each is coloured by {name}, from {low:g} to {high:g}.",
    )
    # As high as its lines: a spec of stepped height cannot be fitted, and it has no axes that would need room.
    return Picture({**drawn.spec, "autosize": {"type": "pad"}, "padding": 0}, drawn.alt)


def letters_data(
    text: str,
    values: np.ndarray,
    first: int,
    chosen: int,
    marked: np.ndarray | None = None,
    likeliest: Sequence[str] = (),
) -> Data:
    """values (N,): one a character, NaN where there is none. Positions count from `first`; `chosen` is one of them.

    marked (N,): which characters are underlined.
    """
    *whole, rest = text.split("\n")
    lengths = [*(len(line) + 1 for line in whole), len(rest)]
    columns = {
        "text": [visible(c) for c in text],
        "within": np.array([k for length in lengths for k in range(length)]),
        "paragraph": np.array([length for length in lengths for _ in range(length)]),
        "position": np.arange(first, first + len(text)),
        "value": values,
        "marked": [False] * len(text) if marked is None else marked.astype(bool).tolist(),
        "chosen": [position == chosen for position in range(first, first + len(text))],
    }
    return {"letters": table(**columns, **({"likeliest": list(likeliest)} if likeliest else {}))}
