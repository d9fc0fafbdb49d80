"""The network unrolled in time: input below, a row of boxes for every layer and direction, outputs on top."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from engine.tasks import Tokens
from engine.trace import Trace
from playground.charts.base import (
    KEY_HEIGHT,
    MARKED,
    NEUTRAL,
    Data,
    Picture,
    colour_key,
    colour_scale,
    ink,
    picture,
    shades,
    table,
)
from playground.charts.columns import short, widths
from playground.charts.heatmap import TIME_STEP, beside_key, largest
from playground.charts.image import OUTSIDE, OUTSIDE_DARK
from playground.charts.network import ARROW
from playground.charts.sequence import VISIBLE

BANDS = 8
"""Units at most in a box."""

PICK = "open"
"""The name of the selection that a click makes; its fields are COLUMN, ROW and BAND, each from 0, and −1 for none."""
COLUMN, ROW, BAND = "column", "row", "band"

HALF = 0.36
"""Half the height of a box, in rows."""

LOWEST, ABOVE = -0.9, 1.5
"""Where the picture begins and ends, in rows below the input and above the uppermost layer."""

ROOM = 36
"""Pixels left of the boxes, for the numbers of the units and the names of what goes in and comes out."""

KEY = 70
"""Pixels of the colour key: in a window of 900 pixels, all of the picture has 130."""

Shape = tuple[tuple[str, ...], ...]
"""For each layer from the input up, its directions."""


def height(rows: int) -> int:
    return min(230 + 70 * rows, 640)


def bands(rows: int, hidden: int) -> int:
    """How many units a box shows: as many as have room for their numbers."""
    box = 2 * HALF * (height(rows) - KEY_HEIGHT - 4) / (rows + ABOVE - LOWEST)
    return max(1, min(BANDS, hidden, int(box / 9.5)))


def _rows_of(names: str, rows: Iterable[tuple[float, ...]]) -> Any:
    """Numbers that stand in a spec, as CSV: in few letters, since a spec travels with every frame."""
    lines = [names, *(",".join(f"{value:g}" for value in row) for row in rows)]
    return alt.Data(values="\n".join(lines), format=alt.CsvDataFormat(type="csv"))


@lru_cache(maxsize=64)
def unrolled(
    shape: Shape, count: int, units: int, readout: str, high: float, dark: bool, beyond: bool = False, own: bool = False
) -> Picture:
    """A picture of `count` columns, gaps among them, with `units` in a box; which steps and units those are is data.

    high: the end of the colour scale. beyond, own: as of a heat map.
    """
    rows = [(layer, direction) for layer, directions in enumerate(shape, 1) for direction in directions]
    top = len(rows)
    names = [{"y": r + HALF, "name": named(*row)} for r, row in enumerate(rows, 1)]
    x = alt.X("x:Q", scale=alt.Scale(domain=[-0.5, count - 0.5], nice=False, zero=False), axis=None)
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[LOWEST, top + ABOVE], nice=False, zero=False),
        axis=alt.Axis(
            values=[0, top + 1],
            labelExpr="datum.value ? 'output' : 'input'",
            labelFontSize=10,
            grid=False,
            ticks=False,
            domain=False,
            title=None,
            minExtent=ROOM,
            maxExtent=ROOM,
        ),
    )
    column = alt.Chart(alt.NamedData("columns")).transform_calculate(x=f"datum.{COLUMN}")
    there = alt.condition("datum.step > 0", alt.value(0.5), alt.value(0))

    def line(y: float, y2: float, x2: str = "datum.x") -> Any:
        """One up from every column that is no gap."""
        drawn = column.transform_calculate(y=str(y), y2=str(y2), x2=x2).mark_rule(color=NEUTRAL, tooltip=None)
        return drawn.encode(x2="x2:Q", y2="y2:Q", opacity=there)

    side = {"forward": "triangle-right", "backward": "triangle-left"}
    through = [(0.0, r, count - 1.0, r) for r in range(1, top + 1)]
    along = {d: [(k + 0.5, r) for r, (_, e) in enumerate(rows, 1) if e == d for k in range(count - 1)] for d in side}
    layers: list[Any] = [
        line(0.25, top),
        alt.Chart(_rows_of("x,y,x2,y2", through))
        .mark_rule(color=NEUTRAL, opacity=0.5, tooltip=None)
        .encode(x2="x2:Q", y2="y2:Q"),
    ]
    rings: dict[str, Any] = {
        "shape": "circle",
        "size": 380 if count <= 8 else 260,
        "color": NEUTRAL,
        "strokeWidth": 1.5,
    }
    if readout == "every":
        layers.append(line(top, top + 0.75))
        ring = column.transform_calculate(y=str(top + 1)).mark_point(**rings, tooltip=None).encode(opacity=there)
    else:
        ends = {"forward": count - 1, "backward": 0}
        uppermost = [(r, d) for r, (layer, d) in enumerate(rows, 1) if layer == len(shape)]
        out = ends[uppermost[0][1]]
        if readout == "mean":
            layers += [line(r, top + 0.75, str(out)) for r, _ in uppermost]
        else:
            last = _rows_of("x,y,x2,y2", [(ends[d], r, out, top + 0.75) for r, d in uppermost])
            layers.append(
                alt.Chart(last).mark_rule(color=NEUTRAL, opacity=0.5, tooltip=None).encode(x2="x2:Q", y2="y2:Q")
            )
        ring = alt.Chart(_rows_of("x,y", [(out, top + 1)])).mark_point(**rings, tooltip=None)
    style: dict[str, Any] = {"filled": True, "color": NEUTRAL, "size": 34, "opacity": 0.9, "tooltip": None}
    layers += [
        alt.Chart(_rows_of("x,y", points)).mark_point(shape=side[way], **style)
        for way, points in along.items()
        if points
    ]
    layers += [ring, *_texts(column, top, count, dark), *_clicks(column, top, count)]
    called = alt.Chart(alt.Data(values=names)).mark_text(align="left", dy=-8, fontSize=10, color=NEUTRAL, tooltip=None)
    layers.append(called.encode(x=alt.value(2 - ROOM), text="name:N"))
    layers.append(_boxes(rows, units, high, dark, own))
    layers += beside_key(-high, high, beyond, own, dark, KEY + 20, stacked=True)
    return picture(
        alt.layer(*layers, encoding={"x": x, "y": y}, height=height(top)),
        f"The network unrolled in time: {len(shape)} {'layers' if len(shape) > 1 else 'layer'}, "
        f"{' and '.join(shape[0])}; each box shows {units} of the units of its layer at one step. "
        "A click opens that step on the page Inside a cell.",
        above=KEY_HEIGHT,
    )


def named(layer: int, direction: str) -> str:
    return f"layer {layer} {ARROW[direction]}"


def _texts(column: Any, top: int, count: int, dark: bool) -> list[Any]:
    """Steps, what goes in and comes out, the numbers of the units, marks and gaps. What has no room is left out."""
    size = 12 if count <= 8 else 10
    tone = alt.condition("datum.marked", alt.value(MARKED), alt.value(ink(dark)))
    fits = "datum.room <= width"
    plain: dict[str, Any] = {"fontSize": size, "tooltip": None}
    texts = alt.Chart(alt.NamedData("texts")).transform_filter(fits).mark_text(fontWeight="bold", **plain)
    return [
        texts.encode(text="text:N", color=tone),
        column.transform_filter(f"{fits} && datum.step > 0")
        .transform_calculate(y="-0.6")
        .mark_text(**plain)
        .encode(text="step:Q", color=tone),
        column.transform_calculate(y="0.34")
        .mark_point(shape="diamond", filled=True, size=60, color=MARKED, tooltip=None)
        .encode(opacity=alt.condition("datum.marked", alt.value(1), alt.value(0))),
        column.transform_filter("datum.step == 0")
        .transform_calculate(y=f"sequence(0, {top + 1})")
        .transform_flatten(["y"])
        .mark_text(color=NEUTRAL, fontSize=14, dy=-6, text="…", tooltip=None),
        alt.Chart(alt.NamedData("units"))
        .mark_text(align="right", baseline="middle", fontSize=9, color=ink(dark), tooltip=None)
        .encode(x=alt.value(-5), text="unit:Q"),
    ]


def _clicks(column: Any, top: int, count: int) -> list[Any]:
    """Unseen cells that take the clicks and never change; above those of the input, others that tell it."""
    area = {"y": "datum.row - 0.5", "y2": "datum.row + 0.5"}
    unseen: dict[str, Any] = {"opacity": 0, "cursor": "pointer"}
    clicked = (
        alt.Chart(alt.sequence(0, count * (top + 2), as_="cell"))
        .transform_calculate(**{COLUMN: f"datum.cell % {count}", ROW: f"floor(datum.cell / {count})", BAND: "-1"})
        .transform_calculate(x=f"datum.{COLUMN} - 0.5", x2=f"datum.{COLUMN} + 0.5", **area)
        .mark_rect(tooltip=None, **unseen)
        .encode(x2="x2:Q", y2="y2:Q")
        .add_params(alt.selection_point(name=PICK, fields=[COLUMN, ROW, BAND], on="click", clear=False, toggle=False))
    )
    told = (
        column.transform_filter("datum.step > 0")
        .transform_calculate(x=f"datum.{COLUMN} - 0.5", x2=f"datum.{COLUMN} + 0.5", y="-0.9", y2="0.5")
        .transform_calculate(**{ROW: "0", BAND: "-1"})
        .mark_rect(**unseen)
        .encode(
            x2="x2:Q",
            y2="y2:Q",
            tooltip=[alt.Tooltip("step:Q", title=TIME_STEP), alt.Tooltip("input:N"), alt.Tooltip("marked:N")],
        )
    )
    return [clicked, told]


def _boxes(rows: list[tuple[int, str]], units: int, high: float, dark: bool, own: bool) -> Any:
    low, high = (-1.0, 1.0) if own else (-high, high)
    below, above = OUTSIDE_DARK if dark else OUTSIDE
    ends = "datum.value < 0 ? '−max' : datum.value > 0 ? 'max' : '0'" if own else ""
    outside = [
        {"test": f"datum.shade > {high * 1.000001}", "value": above},
        {"test": f"datum.shade < {low * 1.000001}", "value": below},
    ]
    tone = alt.Color(
        "shade:Q",
        scale=colour_scale(low, high, shades(low, dark)),
        legend=colour_key(low, high, ends, KEY),
        condition=outside,
    )
    return (
        alt.Chart(alt.NamedData("states"))
        .transform_window(number="row_number()")
        .transform_calculate(
            band=f"(datum.number - 1) % {units}",
            row=f"indexof({[named(*each) for each in rows]}, datum.layer) + 1",
            x=f"datum.{COLUMN} - 0.3",
            x2=f"datum.{COLUMN} + 0.3",
        )
        .transform_calculate(
            y=f"datum.row + {HALF} - {2 * HALF} * datum.band / {units}",
            y2=f"datum.row + {HALF} - {2 * HALF} * (datum.band + 1) / {units}",
        )
        .mark_rect(cursor="pointer")
        .encode(
            x2="x2:Q",
            y2="y2:Q",
            color=tone,
            tooltip=[
                alt.Tooltip("layer:N"),
                alt.Tooltip("unit:Q"),
                alt.Tooltip(f"{TIME_STEP}:Q"),
                alt.Tooltip("h:Q", format=".4~g"),
            ],
        )
    )


def unrolled_data(
    trace: Trace, drawn: Sequence[int], chosen: Sequence[np.ndarray], marked: np.ndarray, own: bool = False
) -> Data:
    """The states of the units shown, box by box, and the letters or numbers that go in and come out.

    drawn: the columns. chosen: the units of each layer and direction, from 0, from the top down. marked: (T,) bool.
    """
    strands = [strand for layer in trace.layers for strand in layer]
    units = len(chosen[0])
    here = [(place, step) for place, step in enumerate(drawn) if step]
    at = [step - 1 for _, step in here]
    values = [strand.state["h"][:, each] for strand, each in zip(strands, chosen, strict=True)]
    shown = np.concatenate([part[at].reshape(-1) for part in values])
    shade = np.concatenate([(part / largest(part) if own else part)[at].reshape(-1) for part in values])
    names = [named(strand.layer, strand.direction) for strand in strands]
    edges = [
        row + HALF - 2 * HALF * (band + 0.5) / units for row in range(1, len(strands) + 1) for band in range(units)
    ]
    going_in, coming_out = _read(trace, drawn)
    bold = [bool(step and marked[step - 1]) for step in drawn]
    before = [2 * mark + (place in (0, len(drawn) - 1)) for place, mark in enumerate(bold)]
    rooms = widths([str(step or "…") for step in drawn], range(len(drawn)), before, len(drawn))
    texts = [
        *_fitting(going_in, bold, before, 0, len(drawn)),
        *_fitting(coming_out, [False] * len(drawn), [0] * len(drawn), len(strands) + 1, len(drawn)),
    ]
    return {
        "states": table(
            layer=[name for name in names for _ in range(len(here) * units)],
            unit=np.concatenate([np.tile(each + 1, len(here)) for each in chosen]),
            **{TIME_STEP: np.tile(np.repeat([step for _, step in here], units), len(strands))},
            h=shown,
            shade=shade,
            column=np.tile(np.repeat([place for place, _ in here], units), len(strands)),
        ),
        "columns": table(
            column=np.arange(len(drawn)),
            step=np.array(drawn),
            input=[going_in.get(place, "") for place in range(len(drawn))],
            marked=bold,
            room=np.array(rooms),
        ),
        "units": table(y=np.array(edges), unit=np.concatenate([each + 1 for each in chosen])),
        "texts": table(**dict(zip(("x", "y", "text", "marked", "room"), zip(*texts, strict=True), strict=True))),
    }


def _fitting(
    texts: dict[int, str], bold: list[bool], before: list[int], y: int, count: int
) -> list[tuple[int, int, str, bool, float]]:
    places = list(texts)
    rooms = widths(list(texts.values()), places, [before[place] for place in places], count)
    return [(place, y, text, bold[place], room) for (place, text), room in zip(texts.items(), rooms, strict=True)]


def _read(trace: Trace, drawn: Sequence[int]) -> tuple[dict[int, str], dict[int, str]]:
    """By column, what goes in and what comes out there."""
    reading, here = trace.reading, [(place, step - 1) for place, step in enumerate(drawn) if step]
    backward = all(strand.direction == "backward" for layer in trace.layers for strand in layer)
    end = 0 if backward else len(drawn) - 1
    if not isinstance(reading, Tokens):
        return {place: short(reading.values[t]) for place, t in here}, {end: short(reading.answer)}
    going_in, answers = (
        {place: VISIBLE.get(texts[t], texts[t]) for place, t in here if texts[t]}
        for texts in (reading.inputs, reading.answers)
    )
    if trace.outputs.ndim == 1:
        answers = {end: reading.answers[-1]}
    return going_in, answers
