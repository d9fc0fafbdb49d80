"""One sequence of symbols for a person to read: what goes in, what is asked, what the network says."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from engine.tasks import Tokens
from playground.charts.base import (
    MARKED,
    NEUTRAL,
    QUIET,
    QUIET_DARK,
    RIGHT,
    TIME_TITLE,
    WRONG,
    Data,
    Picture,
    ink,
    left_axis,
    picture,
    table,
    time_axis,
    time_scale,
)
from playground.charts.crosshair import GROUND, crossed

VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥"}
ROWS = ("input", "target", "answer", "right?")
HEAD, TAIL = 29, 30
"""Of a long sequence, the task's picture shows this many steps from both ends."""

COLOURS = (
    *("#0f7b6c", "#c99700", "#6d4fc0", "#4f8f2b", "#8b5a2b", "#2fa3bd"),
    *("#3d4f9f", "#9aa11f", "#b58ad6", "#555b61", "#7fc6a4", "#d9b38c"),
)
"""Of a task's symbols, in its order; none is that of right, wrong or a mark."""

MATTERS = "matters"
"""What a mark says in the colour key."""

ROOM = 12
"""Steps of room beyond which a letter surely has enough."""


def positions(steps: int) -> list[int]:
    """The steps that the task's picture shows: all up to 100, else both ends round a gap (0)."""
    if steps <= 100:
        return list(range(1, steps + 1))
    return [*range(1, HEAD + 1), 0, *range(steps - TAIL + 1, steps + 1)]


def widest(reading: Tokens) -> int:
    """The letters in the longest symbol."""
    return max(map(len, (*reading.inputs, *reading.targets, *reading.answers)))


Key = tuple[tuple[str, str], ...]
"""What the colours mean: names and colours."""


def key_of(reading: Tokens, rows: int) -> Key:
    """The key to the first `rows`: of input and target what stands there, of the answer all that could."""
    there = {*reading.inputs, *(reading.targets if rows > 1 else ())}
    named = zip(reading.symbols, COLOURS, strict=False)
    key = {visible(text): colour for text, colour in named if rows == len(ROWS) or text in there}
    if any(reading.marked):
        key[MATTERS] = MARKED
    if rows == len(ROWS):
        key |= {"right": RIGHT, "wrong": WRONG}
    return tuple(key.items())


@lru_cache(maxsize=64)
def tokens_picture(places: int, columns: int, rows: int, key: Key, dark: bool) -> Picture:
    """The first `rows` of input, target, answer and verdict, in lines of `columns` places.

    Each symbol in the `key` has its colour; letters stand on the cells where there is room for them. If the key tells
    of steps that matter, a diamond stands above each. A verdict is a mark and a colour. In one line (columns = places)
    it shares the time axis of the other pictures.
    """
    lines = -(-places // columns)
    names = [*ROWS[:rows], ""]
    meanings, colours = [name for name, _ in key], [colour for _, colour in key]
    marks = MATTERS in meanings
    top = 1 if marks else 0  # the row of the marks
    pitch = rows + 1
    x = time_axis(columns) if lines == 1 else alt.X("x:Q", scale=time_scale(columns), axis=None)
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[-0.5 - top, pitch * lines - 1.5], reverse=True, nice=False),
        axis=left_axis(labels=False, ticks=False, domain=False, grid=False, title=None),
    )
    # Labels of an axis would be left out where rows are low.
    labels = alt.Data(
        values=[{"y": pitch * line + row, "label": names[row]} for line in range(lines) for row in range(rows)]
    )
    across = KEY_COLUMNS if lines == 1 else NARROW_COLUMNS
    height = 24 * (pitch * lines - 1 + top) + (TIME_HEIGHT if lines == 1 else 6) + KEY_ROW * -(-len(key) // across)
    base = (
        alt.Chart(alt.NamedData("tokens"), height=height)
        .transform_calculate(
            column=f"(datum.place - 1) % {columns} + 1",
            y=f"{pitch} * floor((datum.place - 1) / {columns}) + datum.row",
        )
        .transform_calculate(name=f"{names}[datum.row]", x="datum.column")
    )
    tooltip = [
        alt.Tooltip("step:Q", title=TIME_TITLE),
        alt.Tooltip("name:N", title="row"),
        alt.Tooltip("text:N", title="symbol"),
        alt.Tooltip("probability:Q", title="probability of the target", format=".3f"),
    ]
    step = f"width / {columns}"
    size = 13 if columns <= 25 else 10
    fits = f"datum.room * {step} >= {0.62 * size} * datum.letters + 1"
    colour = alt.Color(
        "tone:N",
        scale=alt.Scale(domain=[*meanings, ""], range=[*colours, NEUTRAL]),
        legend=alt.Legend(title=None, orient="top", values=meanings, columns=across, symbolType="square", offset=4)
        if key
        else None,
    )
    cells = base.mark_rect(
        cornerRadius=alt.ExprRef(f"{step} > 6 ? 2 : 0"),
        # A mark among many steps is at least as wide as can be seen, if there is room for that.
        width=alt.ExprRef(f"max(0.94 * {step}, min(4, datum.room * {step}))"),
        height=alt.ExprRef(f"0.92 * height / {pitch * lines - 1 + top}"),
        opacity=alt.ExprRef(f"datum.tone == '' ? 0.16 : {fits} && {step} > 6 ? 0.45 : 0.85"),
    ).encode(x=x, y=y, color=colour, tooltip=tooltip)
    letters = base.transform_filter("datum.row != 3")
    style: dict[str, Any] = {"fontSize": size, "fontWeight": alt.ExprRef("datum.marked ? 'bold' : 'normal'")}
    # On a cell narrower than itself a letter needs a ground of its own.
    halo = {"stroke": GROUND[dark], "strokeWidth": alt.ExprRef(f"{step} > 6 ? 0 : 3.5")}
    verdicts = base.transform_filter("datum.row == 3").mark_text(fontSize=size, fontWeight="bold", tooltip=None)
    told = alt.condition(fits, alt.value(1), alt.value(0))
    layers: list[Any] = [
        cells,
        *(
            letters.mark_text(tooltip=None, **style, **paint).encode(x=x, y=y, text="text:N", opacity=told)
            for paint in (halo, {"color": ink(dark)})
        ),
        verdicts.encode(x=x, y=y, text="text:N", color=colour, opacity=told),
    ]
    layers.append(
        alt.Chart(labels)
        .mark_text(align="right", dx=-6, fontSize=12, color=QUIET_DARK if dark else QUIET, tooltip=None)
        .encode(x=alt.value(0), y=y, text="label:N")
    )
    if marks:
        diamonds = base.transform_filter("datum.marked && datum.row == 0").transform_calculate(y="datum.y - 0.85")
        layers.append(
            diamonds.mark_point(shape="diamond", filled=True, size=60, color=MARKED, opacity=1).encode(
                x=x, y=y, tooltip=tooltip
            )
        )
    drawn = picture(
        alt.layer(*layers),
        f"One sequence, {places} places to the right: {', '.join(ROWS[:rows])}; "
        + ("a diamond stands above every step that matters; " if marks else "")
        + "a tick stands where the answer is right, a cross where it is wrong.",
    )
    return crossed(drawn, columns, dark, numbered="t") if lines == 1 else drawn


KEY_COLUMNS, NARROW_COLUMNS, KEY_ROW = 6, 4, 22
"""Entries in a row of the colour key, above a line of letters in a narrow column fewer, and the pixels it takes."""

TIME_HEIGHT = 48
"""Pixels that the time axis takes, with numbers and title."""


def visible(text: str) -> str:
    """A symbol as it can be seen."""
    return "".join(VISIBLE.get(c, c) for c in text)


def tokens_data(reading: Tokens, drawn: Sequence[int], rows: int) -> Data:
    """The first `rows` of the reading at the steps that are `drawn`, one a place; a step 0 is a gap.

    room: steps to the nearest other cell of the row, for a step that matters to the nearest other one. letters: how
    wide the text is.
    """
    verdicts = ["" if r is None else "right" if r else "wrong" for r in reading.right]
    marks = {"": "", "right": "✓", "wrong": "✗"}
    all_rows = (reading.inputs, reading.targets, reading.answers, tuple(marks[v] for v in verdicts))
    cells: list[tuple[Any, ...]] = []
    for row, texts in enumerate(all_rows[:rows]):
        places = [(place, step) for place, step in enumerate(drawn, 1) if step == 0 or texts[step - 1]]
        alone = row == 0 and any(reading.marked)
        near = _room([place for place, step in places if not alone or (step and reading.marked[step - 1])])
        for place, step in places:
            if step == 0:
                cells.append((place, step, row, "…", "", 0.0, False, 1, 1))
                continue
            text, marked = visible(texts[step - 1]), row == 0 and reading.marked[step - 1]
            own = texts[step - 1] in reading.symbols
            tone = verdicts[step - 1] if row == len(ROWS) - 1 else text if own else ""
            room = near.get(place, 1)
            cells.append((place, step, row, text, tone, reading.probability[step - 1], marked, room, _letters(text)))
    names = ("place", "step", "row", "text", "tone", "probability", "marked", "room", "letters")
    return {"tokens": table(**dict(zip(names, zip(*cells, strict=True), strict=True)))}


def _room(places: Sequence[int]) -> dict[int, int]:
    """How far each of the places, in rising order, is from the nearest other one."""
    gaps = np.diff(np.array([-np.inf, *places, np.inf]))
    nearest = np.minimum(np.minimum(gaps[:-1], gaps[1:]), ROOM).astype(int)
    return dict(zip(places, nearest.tolist(), strict=True))


def _letters(text: str) -> int:
    """Latin letters that take as much room."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
