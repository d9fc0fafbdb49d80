"""The network unrolled in time: input below, a row of boxes for every layer and direction, outputs on top."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa

from engine.observe.trace import Trace
from engine.tasks import Tokens
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
from playground.charts.tokens import VISIBLE

BANDS = 8
"""Units at most in a box."""

PICK = "open"
"""The name of the selection that a click makes; its fields are COLUMN, ROW and BAND, each from 0, and −1 for none."""
COLUMN, ROW, BAND = "column", "row", "band"

HALF = 0.36
"""Half the height of a box, in rows."""

LOWEST, ABOVE = -0.9, 1.5
"""Where the picture begins and ends, in rows below the input and above the uppermost layer."""

ROOM = 46
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
    names = ["input", *(named(*row) for row in rows), "output"]
    x = alt.X("x:Q", scale=alt.Scale(domain=[-0.5, count - 0.5], nice=False, zero=False), axis=None)
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[LOWEST, top + ABOVE], nice=False, zero=False),
        axis=alt.Axis(
            values=[0, *(round(r + HALF + 0.13, 2) for r in range(1, top + 1)), top + 1],
            labelExpr=f"{names}[floor(datum.value)]",
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
    layers += [ring, _texts(count, dark), _clicks(top, count)]
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


def _texts(count: int, dark: bool) -> Any:
    """Steps, what goes in and comes out, the numbers of the units, marks and gaps. What has no room is left out."""
    return (
        alt.Chart(alt.NamedData("texts"))
        .transform_filter("datum.room <= width")
        .mark_text(
            fontSize=alt.ExprRef(f"datum.x < 0 ? 9 : {12 if count <= 8 else 10}"),
            fontWeight=alt.ExprRef("datum.y < 0 || datum.x < 0 ? 400 : 700"),
            align=alt.ExprRef("datum.x < 0 ? 'right' : 'center'"),
            baseline="middle",
            tooltip=None,
        )
        .encode(text="text:N", color=alt.condition("datum.marked", alt.value(MARKED), alt.value(ink(dark))))
    )


def _clicks(top: int, count: int) -> Any:
    """Unseen cells that take the clicks and never change; they tell the step and what goes in."""
    of_column = "data('columns')[datum.column]"
    return (
        alt.Chart(alt.sequence(0, count * (top + 2), as_="cell"))
        .transform_calculate(**{COLUMN: f"datum.cell % {count}", ROW: f"floor(datum.cell / {count})", BAND: "-1"})
        .transform_calculate(
            x="datum.column - 0.5",
            x2="datum.column + 0.5",
            y="datum.row - 0.5",
            y2="datum.row + 0.5",
            step=f"{of_column}.step || 'steps left out'",
            input=f"{of_column}.input",
        )
        .mark_rect(opacity=0, cursor="pointer")
        .encode(x2="x2:Q", y2="y2:Q", tooltip=[alt.Tooltip(field="step", title=TIME_STEP), alt.Tooltip(field="input")])
        .add_params(alt.selection_point(name=PICK, fields=[COLUMN, ROW, BAND], on="click", clear=False, toggle=False))
    )


def _boxes(rows: list[tuple[int, str]], units: int, high: float, dark: bool, own: bool) -> Any:
    low, high = (-1.0, 1.0) if own else (-high, high)
    said = ["layer", *(["direction"] if len({way for _, way in rows}) > 1 else []), "unit", TIME_STEP]
    shade = "shade" if own else "h"
    below, above = OUTSIDE_DARK if dark else OUTSIDE
    ends = "datum.value < 0 ? '−max' : datum.value > 0 ? 'max' : '0'" if own else ""
    outside = [
        {"test": f"datum.{shade} > {high * 1.000001}", "value": above},
        {"test": f"datum.{shade} < {low * 1.000001}", "value": below},
    ]
    tone = alt.Color(
        f"{shade}:Q",
        scale=colour_scale(low, high, shades(low, dark)),
        legend=colour_key(low, high, ends, KEY),
        condition=outside,
    )
    return (
        alt.Chart(alt.NamedData("states"))
        .transform_window(number="row_number()")
        .transform_calculate(
            band=f"(datum.number - 1) % {units}",
            row=f"floor((datum.number - 1) * {len(rows)} / length(data('states'))) + 1",
            column=f"indexof(pluck(data('columns'), 'step'), datum['{TIME_STEP}'])",
        )
        .transform_calculate(
            x="datum.column - 0.3",
            x2="datum.column + 0.3",
            y=f"datum.row + {HALF} - {2 * HALF} * datum.band / {units}",
            y2=f"datum.row + {HALF} - {2 * HALF} * (datum.band + 1) / {units}",
        )
        .mark_rect(cursor="pointer")
        .encode(
            x2="x2:Q",
            y2="y2:Q",
            color=tone,
            tooltip=[
                *(alt.Tooltip(field=name) for name in said),
                alt.Tooltip(field="h", format=".4~g"),
            ],
        )
    )


def unrolled_data(
    trace: Trace, drawn: Sequence[int], chosen: Sequence[np.ndarray], marked: np.ndarray, own: bool = False
) -> Data:
    """The states of the units shown, box by box, and the letters or numbers that go in and come out.

    drawn: the columns. chosen: the units of each layer and direction, from 0, from the top down. marked: (T,) bool.
    """
    layer_traces = [layer_trace for layer in trace.layers for layer_trace in layer]
    units = len(chosen[0])
    here = [(place, step) for place, step in enumerate(drawn) if step]
    at = [step - 1 for _, step in here]
    values = [layer_trace.state["h"][:, each] for layer_trace, each in zip(layer_traces, chosen, strict=True)]
    shown = np.concatenate([part[at].reshape(-1) for part in values])
    more = {}
    if own:
        more["shade"] = np.concatenate([(part / largest(part))[at].reshape(-1) for part in values])
    if len({layer_trace.direction for layer_trace in layer_traces}) > 1:
        more["direction"] = np.repeat([layer_trace.direction for layer_trace in layer_traces], len(here) * units)
    going_in, coming_out = _read(trace, drawn)
    return {
        "states": table(
            layer=np.repeat([layer_trace.layer for layer_trace in layer_traces], len(here) * units),
            unit=np.concatenate([np.tile(each + 1, len(here)) for each in chosen]),
            **{TIME_STEP: np.tile(np.repeat([step for _, step in here], units), len(layer_traces))},
            h=shown,
            **more,
        ),
        "columns": table(
            column=np.arange(len(drawn)), step=np.array(drawn), input=[going_in.get(k, "") for k in range(len(drawn))]
        ),
        "texts": _written(drawn, marked, chosen, going_in, coming_out),
    }


def _written(
    drawn: Sequence[int],
    marked: np.ndarray,
    chosen: Sequence[np.ndarray],
    going_in: dict[int, str],
    coming_out: dict[int, str],
) -> pa.Table:
    """All that is written into the picture, with its place, and how wide the plot must be for it."""
    count, rows, units = len(drawn), len(chosen), len(chosen[0])
    bold = [bool(step and marked[step - 1]) for step in drawn]
    before = [2 * mark + (place in (0, count - 1)) for place, mark in enumerate(bold)]
    steps = {place: str(step) for place, step in enumerate(drawn) if step}
    found: list[tuple[float, float, str, bool, float]] = []
    for y, texts in ((-0.6, steps), (0.0, going_in), (rows + 1.0, coming_out)):
        rooms = widths(list(texts.values()), list(texts), [before[place] for place in texts], count)
        toned = y <= 0
        found += [
            (place, y, text, toned and bold[place], room)
            for (place, text), room in zip(texts.items(), rooms, strict=True)
        ]
    found += [(place, 0.34, "◆", True, 0) for place, mark in enumerate(bold) if mark]
    found += [
        (place, row + 0.12, "…", False, 0) for place, step in enumerate(drawn) if not step for row in range(rows + 1)
    ]
    found += [
        (-0.36, row + HALF - 2 * HALF * (band + 0.5) / units, str(unit + 1), False, 0)
        for row, each in enumerate(chosen, 1)
        for band, unit in enumerate(each)
    ]
    x, y_, text, toned_, room_ = zip(*found, strict=True)
    return table(x=np.array(x, float), y=np.array(y_), text=text, marked=toned_, room=np.array(room_, float))


def _read(trace: Trace, drawn: Sequence[int]) -> tuple[dict[int, str], dict[int, str]]:
    """By column, what goes in and what comes out there."""
    reading, here = trace.reading, [(place, step - 1) for place, step in enumerate(drawn) if step]
    backward = all(layer_trace.direction == "backward" for layer in trace.layers for layer_trace in layer)
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
