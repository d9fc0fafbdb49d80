"""One sequence for a person to read: what goes in, what is asked, what the network says."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt

from engine.tasks import Quantity, Tokens
from playground.charts.base import (
    MARKED,
    NEUTRAL,
    RIGHT,
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

VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥"}
ROWS = ("input", "target", "answer", "right?")
READABLE = 60
"""Letters that fit into one line across half the page; with more, colours and marks remain."""

HEAD, TAIL = 29, 30
"""Of a long sequence, the task's picture shows this many steps from both ends."""


def positions(steps: int) -> list[int]:
    """The steps that the task's picture shows: all up to 100, else both ends round a gap (0)."""
    if steps <= 100:
        return list(range(1, steps + 1))
    return [*range(1, HEAD + 1), 0, *range(steps - TAIL + 1, steps + 1)]


def widest(reading: Tokens) -> int:
    """The letters in the longest symbol."""
    return max(map(len, (*reading.inputs, *reading.targets, *reading.answers)))


@lru_cache(maxsize=64)
def tokens_picture(places: int, columns: int, rows: int, letters: bool, dark: bool) -> Picture:
    """The first `rows` of input, target, answer and verdict, in lines of `columns` places.

    A verdict is a mark and a colour. In one line (columns = places) it shares the time axis of the other pictures.
    """
    lines = -(-places // columns)
    names = [*ROWS[:rows], ""]
    pitch = rows + 1
    x = time_axis(columns) if lines == 1 else alt.X("x:Q", scale=time_scale(columns), axis=None)
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[-0.5, pitch * lines - 1.5], reverse=True, nice=False),
        axis=left_axis(
            values=[pitch * line + row for line in range(lines) for row in range(rows)],
            labelExpr=f"{names}[datum.value % {pitch}]",
            labelOverlap=False,
            ticks=False,
            domain=False,
            grid=False,
            title=None,
        ),
    )
    base = (
        alt.Chart(alt.NamedData("tokens"), height=30 + 24 * (pitch * lines - 1))
        .transform_calculate(
            column=f"(datum.place - 1) % {columns} + 1",
            y=f"{pitch} * floor((datum.place - 1) / {columns}) + datum.row",
        )
        .transform_calculate(name=f"{names}[datum.row]")
    )
    tooltip = [
        alt.Tooltip("step:Q", title="time step"),
        alt.Tooltip("name:N", title="row"),
        alt.Tooltip("text:N", title="symbol"),
        alt.Tooltip("probability:Q", title="probability of the target", format=".3f"),
    ]
    fill = alt.Color(
        "verdict:N", scale=alt.Scale(domain=["right", "wrong", "none"], range=[RIGHT, WRONG, NEUTRAL]), legend=None
    )
    strength = alt.condition("datum.verdict == 'none'", alt.value(0.16), alt.value(0.32))
    cells = (
        base.transform_calculate(x="datum.column - 0.47", x2="datum.column + 0.47")
        .transform_calculate(y2="datum.y + 0.47")
        .transform_calculate(y="datum.y - 0.47")
        .mark_rect(cornerRadius=2)
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=fill, opacity=strength, tooltip=tooltip)
    )
    centred = base.transform_calculate(x="datum.column").encode(x=x, y=y, text="text:N")
    size = 13 if columns <= 25 else 10
    marks = centred.transform_filter("datum.row == 3").mark_text(fontSize=size, fontWeight="bold").encode(color=fill)
    layers = [cells, marks]
    if letters:
        layers.append(centred.transform_filter("datum.row != 3").mark_text(fontSize=size, color=ink(dark)))
    return picture(
        alt.layer(*layers),
        f"One sequence, {places} places to the right: {', '.join(ROWS[:rows])}; "
        "a tick stands where the answer is right, a cross where it is wrong.",
    )


def tokens_data(reading: Tokens, drawn: Sequence[int], rows: int) -> Data:
    """The first `rows` of the reading at the steps that are `drawn`, one a place; a step 0 is a gap."""
    verdicts = ["none" if r is None else "right" if r else "wrong" for r in reading.right]
    marks = {"none": "", "right": "✓", "wrong": "✗"}
    plain = ["none"] * len(verdicts)
    all_rows = (
        (reading.inputs, plain),
        (reading.targets, plain),
        (reading.answers, verdicts),
        (tuple(marks[v] for v in verdicts), verdicts),
    )
    cells = []
    for row, (texts, states) in enumerate(all_rows[:rows]):
        for place, step in enumerate(drawn, 1):
            if step == 0:
                cells.append((place, step, row, "…", "none", 0.0))
            elif texts[step - 1]:
                text = "".join(VISIBLE.get(c, c) for c in texts[step - 1])
                cells.append((place, step, row, text, states[step - 1], reading.probability[step - 1]))
    names = ("place", "step", "row", "text", "verdict", "probability")
    return {"tokens": table(**dict(zip(names, zip(*cells, strict=True), strict=True)))}


def _values(axis_steps: int, zero: bool) -> tuple[alt.Chart, dict[str, Any]]:
    """The base of the pictures of numbers, and its encoding."""
    encoding = {
        "x": time_axis(axis_steps),
        "y": alt.Y("value:Q", scale=alt.Scale(zero=zero), axis=left_axis(title="value", tickCount=4, gridOpacity=0.4)),
    }
    return alt.Chart(alt.NamedData("values"), height=110), encoding


TOOLTIP = [alt.Tooltip("x:Q", title="time step"), alt.Tooltip("value:Q", title="value", format=".4g")]


@lru_cache(maxsize=64)
def marked_picture(steps: int) -> Picture:
    """Numbers from 0 to 1 as stems; the marked ones stand out by colour and a diamond."""
    base, encoding = _values(steps, zero=True)
    tone = alt.condition("datum.marked", alt.value(MARKED), alt.value(NEUTRAL))
    stems = base.mark_rule(strokeWidth=max(1.0, min(6.0, 240 / steps)))
    heads = base.transform_filter("datum.marked").mark_point(
        shape="diamond", filled=True, size=90, color=MARKED, opacity=1
    )
    return picture(
        alt.layer(
            stems.encode(**encoding, y2=alt.datum(0), color=tone, tooltip=TOOLTIP),
            heads.encode(**encoding, tooltip=TOOLTIP),
        ),
        f"{steps} numbers from 0 to 1 over time; the two marked ones, whose sum is asked for, carry a diamond.",
    )


@lru_cache(maxsize=64)
def series_picture(steps: int) -> Picture:
    """The values that go in, on the time axis of the other pictures."""
    base, encoding = _values(steps, zero=False)
    line = base.mark_line(color=NEUTRAL, strokeWidth=1.8, point={"size": 14, "color": NEUTRAL})
    return picture(
        alt.layer(line.encode(**encoding, tooltip=TOOLTIP)), f"Line chart of {steps} values of the series over time."
    )


@lru_cache(maxsize=64)
def forecast_picture(steps: int, dark: bool) -> Picture:
    """The values that go in, and at the right edge, for the step after the last, the true value and the network's."""
    base, encoding = _values(steps, zero=False)
    line = base.mark_line(color=NEUTRAL, strokeWidth=1.8, point={"size": 14, "color": NEUTRAL})
    names = ["target", "answer"]
    key = alt.Legend(title=None, orient="top", offset=2)
    points = (
        alt.Chart(alt.NamedData("ends"))
        .mark_point(size=90, strokeWidth=2.4)
        .encode(
            **encoding,
            shape=alt.Shape("name:N", scale=alt.Scale(domain=names, range=["circle", "cross"]), legend=key),
            color=alt.Color("name:N", scale=alt.Scale(domain=names, range=[ink(dark), MARKED]), legend=key),
            tooltip=[alt.Tooltip("name:N", title="at the next step"), alt.Tooltip("value:Q", format=".4g")],
        )
    )
    return picture(
        alt.layer(line.encode(**encoding, tooltip=TOOLTIP), points),
        f"{steps} values of the series over time, and at the right edge the true next value as a circle and the "
        "network's as a cross.",
    )


def values_data(reading: Quantity) -> Data:
    """The numbers that go in and, where marks matter, the marks."""
    return {"values": table(x=range(1, len(reading.values) + 1), value=reading.values, marked=reading.marked)}


def forecast_data(reading: Quantity) -> Data:
    """The numbers that go in, and target and answer at the right edge."""
    ends = table(x=[len(reading.values) + 0.5] * 2, value=[reading.target, reading.answer], name=["target", "answer"])
    return {**values_data(reading), "ends": ends}
