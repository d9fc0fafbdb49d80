"""One sequence for a person to read: what goes in, what is asked, what the network says."""

from functools import lru_cache

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
)

VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥"}
ROWS = ("input", "target", "answer", "right?")
READABLE = 40
"""With more steps than this, letters no longer fit and only colours and marks remain."""


@lru_cache(maxsize=64)
def tokens_picture(steps: int, dark: bool) -> Picture:
    """Rows input, target, answer and verdict over time; a verdict is a mark and a colour."""
    base = alt.Chart(alt.NamedData("tokens"), height=150).transform_calculate(
        left="datum.x - 0.47", end="datum.x + 0.47"
    )
    y = alt.Y("row:N", sort=list(ROWS), title=None, axis=left_axis(ticks=False, domain=False))
    tooltip = [
        alt.Tooltip("x:Q", title="time step"),
        alt.Tooltip("row:N", title="row"),
        alt.Tooltip("text:N", title="symbol"),
        alt.Tooltip("probability:Q", title="probability of the target", format=".3f"),
    ]
    fill = alt.Color(
        "verdict:N", scale=alt.Scale(domain=["right", "wrong", "none"], range=[RIGHT, WRONG, NEUTRAL]), legend=None
    )
    strength = alt.condition("datum.verdict == 'none'", alt.value(0.16), alt.value(0.32))
    cells = base.mark_rect(cornerRadius=2).encode(
        x=time_axis(steps).copy(), y=y, color=fill, opacity=strength, tooltip=tooltip
    )
    cells.encoding.x.shorthand = "left:Q"
    cells = cells.encode(x2="end:Q")
    size = 13 if steps <= 25 else 10
    marks = (
        base.transform_filter("datum.row == 'right?'")
        .mark_text(fontSize=size, fontWeight="bold")
        .encode(x=time_axis(steps), y=y, text="text:N", color=fill)
    )
    layers = [cells, marks]
    if steps <= READABLE:
        letters = base.transform_filter("datum.row != 'right?'").mark_text(fontSize=size, color=ink(dark))
        layers.append(letters.encode(x=time_axis(steps), y=y, text="text:N"))
    return picture(
        alt.layer(*layers),
        f"One sequence of {steps} steps: the input symbol, the target, the network's answer, "
        "and a tick where the answer is right or a cross where it is wrong.",
    )


def tokens_data(reading: Tokens) -> Data:
    verdicts = ["none" if r is None else "right" if r else "wrong" for r in reading.right]
    marks = {"none": "", "right": "✓", "wrong": "✗"}
    steps = len(reading.inputs)
    rows = {
        "input": (reading.inputs, ["none"] * steps),
        "target": (reading.targets, ["none"] * steps),
        "answer": (reading.answers, verdicts),
        "right?": (tuple(marks[v] for v in verdicts), verdicts),
    }
    columns = [
        (t, row, "".join(VISIBLE.get(c, c) for c in text), verdict, probability)
        for row, (texts, states) in rows.items()
        for t, (text, verdict, probability) in enumerate(zip(texts, states, reading.probability, strict=True), 1)
        if text
    ]
    x, row, text, verdict, probability = zip(*columns, strict=True)
    return {"tokens": table(x=x, row=row, text=text, verdict=verdict, probability=probability)}


@lru_cache(maxsize=64)
def quantity_picture(steps: int, marks: bool, dark: bool) -> Picture:
    """Values over time; either marked ones stand out, or target and answer follow at the step after the last."""
    base = alt.Chart(alt.NamedData("values"), height=170)
    last = steps if marks else steps + 1
    y = alt.Y("value:Q", title="value", scale=alt.Scale(zero=marks), axis=left_axis(tickCount=4, gridOpacity=0.4))
    tooltip = [alt.Tooltip("x:Q", title="time step"), alt.Tooltip("value:Q", title="value", format=".4g")]
    x = time_axis(last)
    if marks:
        tone = alt.condition("datum.marked", alt.value(MARKED), alt.value(NEUTRAL))
        stems = base.mark_rule(strokeWidth=max(1.0, min(6.0, 240 / steps))).encode(
            x=x, y=y, y2=alt.datum(0), color=tone, tooltip=tooltip
        )
        heads = base.transform_filter("datum.marked").mark_point(
            shape="diamond", filled=True, size=90, color=MARKED, opacity=1
        )
        return picture(
            alt.layer(stems, heads.encode(x=x, y=y, tooltip=tooltip)),
            f"{steps} numbers from 0 to 1 over time; the two marked ones, whose sum is asked for, carry a diamond.",
        )
    line = base.mark_line(color=NEUTRAL, strokeWidth=1.8, point={"size": 14, "color": NEUTRAL})
    ends = alt.Chart(alt.NamedData("ends")).encode(
        x=x, y=y, tooltip=[alt.Tooltip("name:N", title="at the next step"), alt.Tooltip("value:Q", format=".4g")]
    )
    shape = alt.Shape(
        "name:N",
        scale=alt.Scale(domain=["target", "answer"], range=["circle", "cross"]),
        legend=alt.Legend(title=None, orient="top"),
    )
    colour = alt.Color("name:N", scale=alt.Scale(domain=["target", "answer"], range=[ink(dark), MARKED]), legend=None)
    points = ends.mark_point(size=90, strokeWidth=2.4).encode(shape=shape, color=colour)
    return picture(
        alt.layer(line.encode(x=x, y=y, tooltip=tooltip), points),
        f"{steps} values of the series over time, then the true next value as a circle and the network's as a cross.",
    )


def quantity_data(reading: Quantity) -> Data:
    steps = len(reading.values)
    return {
        "values": table(x=list(range(1, steps + 1)), value=reading.values, marked=reading.marked),
        "ends": table(x=[steps + 1] * 2, value=[reading.target, reading.answer], name=["target", "answer"]),
    }
