"""One sequence of numbers for a person to read: what goes in, what is asked, what the network says."""

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from engine.generate.forecast import Ahead
from engine.tasks import Quantity
from playground.charts.base import (
    MARKED,
    NEUTRAL,
    TIME_TITLE,
    Data,
    Picture,
    ink,
    left_axis,
    picture,
    table,
    time_axis,
)
from playground.charts.crosshair import crossed

HEIGHT = 124


def _values(steps: int, zero: bool) -> tuple[alt.Chart, dict[str, Any]]:
    """The base of the pictures of numbers, and its encoding."""
    encoding = {
        "x": time_axis(steps),
        "y": alt.Y("value:Q", scale=alt.Scale(zero=zero), axis=left_axis(title="value", tickCount=4, gridOpacity=0.4)),
    }
    return alt.Chart(alt.NamedData("values")), encoding


TOOLTIP = [alt.Tooltip("x:Q", title=TIME_TITLE), alt.Tooltip("value:Q", title="value", format=".4g")]


def _key(**options: Any) -> alt.Legend:
    """The colour key above the plot."""
    return alt.Legend(title=None, orient="top", offset=2, **options)


@lru_cache(maxsize=64)
def marked_picture(steps: int, dark: bool) -> Picture:
    """Numbers from 0 to 1 as stems; the marked ones stand out by colour and a diamond."""
    base, encoding = _values(steps, zero=True)
    kinds = ["marked: to be added", "not marked"]
    base = base.transform_calculate(kind=f"{kinds}[datum.marked ? 0 : 1]")
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=kinds, range=[MARKED, NEUTRAL]), legend=_key(symbolType="diamond")
    )
    stems = base.mark_rule(strokeWidth=max(1.0, min(6.0, 240 / steps)))
    heads = base.transform_filter("datum.marked").mark_point(shape="diamond", filled=True, size=90, opacity=1)
    drawn = picture(
        alt.layer(
            stems.encode(**encoding, y2=alt.datum(0), color=colour, tooltip=TOOLTIP),
            heads.encode(**encoding, color=colour, tooltip=TOOLTIP),
            height=HEIGHT + 46,
        ),
        f"{steps} numbers from 0 to 1 over time; the two marked ones, whose sum is asked for, carry a diamond.",
    )
    return crossed(drawn, steps, dark, numbered="t")


@lru_cache(maxsize=64)
def series_picture(steps: int, dark: bool) -> Picture:
    """The values that go in, on the time axis of the other pictures."""
    base, encoding = _values(steps, zero=False)
    line = base.mark_line(color=NEUTRAL, strokeWidth=1.8, point={"size": 14, "color": NEUTRAL})
    drawn = picture(
        alt.layer(line.encode(**encoding, tooltip=TOOLTIP), height=HEIGHT),
        f"Line chart of {steps} values of the series over time.",
    )
    return crossed(drawn, steps, dark, numbered="t")


def values_data(reading: Quantity) -> Data:
    """The numbers that go in and, where marks matter, the marks."""
    return {"values": table(x=range(1, len(reading.values) + 1), value=reading.values, marked=reading.marked)}


FORECAST = "#1f9e89"
"""What the network says will come."""

LINES = ("read", "what came", "forecast", "next value")
"""What is drawn of a series and its forecast."""


@lru_cache(maxsize=64)
def ahead_picture(steps: int, horizon: int, dark: bool) -> Picture:
    """The values that were read, what came after them, and the forecast, which stands off from the last one read.

    horizon: steps that are forecast; with 1, the next value alone.
    """
    key = list(LINES[:3] if horizon > 1 else (*LINES[:2], LINES[3]))
    colours = alt.Scale(domain=key, range=[NEUTRAL, ink(dark), FORECAST])
    lines = alt.Chart(alt.NamedData("lines")).transform_calculate(line=f"{key}[datum.kind]")
    encoding = {
        "x": time_axis(steps + horizon),
        "y": alt.Y("drawn:Q", scale=alt.Scale(zero=False), axis=left_axis(title="value", tickCount=4, gridOpacity=0.4)),
        "color": alt.Color("line:N", scale=colours, legend=_key(symbolType="stroke", symbolStrokeWidth=3)),
        "tooltip": [
            alt.Tooltip("line:N", title="line"),
            alt.Tooltip("x:Q", title=TIME_TITLE),
            alt.Tooltip("value:Q", format=".4g"),
        ],
    }
    now = alt.Chart(alt.Data(values=[{"x": steps + 0.5}]))
    return picture(
        alt.layer(
            lines.mark_line(strokeWidth=1.8, clip=True).encode(**encoding),
            lines.transform_filter("datum.kind > 0 && datum.x > 0")
            .mark_point(filled=True, opacity=1)
            .encode(
                **encoding,
                size=alt.condition("datum.ends", alt.value(70), alt.value(12)),
            ),
            now.mark_rule(color=NEUTRAL, strokeDash=[4, 3]).encode(x=encoding["x"]),
            height=210,
        ),
        f"Line chart of {steps} values of the series that were read, of what came after them, and of the network's "
        + (f"forecast of {horizon} steps, each fed back as the next input." if horizon > 1 else "next value."),
    )


def ahead_data(reading: Quantity, ahead: Ahead | None) -> Data:
    """The three lines; those after the last value read begin at it. Without a forecast, the next value alone.

    drawn: the value, where it is in the picture: as far from the series as that is wide. What is further off ends at
    the edge.
    """
    truth, forecast = (ahead.truth, ahead.forecast) if ahead else ((reading.target,), (reading.answer,))
    last, steps = reading.values[-1], len(reading.values)
    lines = [
        (np.arange(1, steps + 1), np.array(reading.values)),
        (np.arange(steps, steps + len(truth) + 1), np.array([last, *truth])),
        (np.arange(steps, steps + len(forecast) + 1), np.array([last, *forecast])),
    ]
    known = np.concatenate([values for _, values in lines[:2]])
    room = max(float(np.ptp(known)), 1e-9 * float(np.abs(known).max()))
    x, value = (np.concatenate(part) for part in zip(*lines, strict=True))
    low, high = known.min() - room, known.max() + room
    inside = (value >= low) & (value <= high)
    near = inside | np.append(False, inside[:-1])
    kinds = np.repeat([0, 1, 2], [len(values) for _, values in lines])
    return {
        "lines": table(
            kind=kinds,
            x=x,
            value=value,
            drawn=np.where(near, np.clip(value, low, high), np.nan),
            ends=(x == steps + 1) & (kinds > 0),
        )
    }
