"""The network as a picture: unrolled in time, or folded into one column."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np

from engine import Experiment
from engine.network import DIRECTIONS
from engine.tasks import Tokens
from engine.trace import Trace
from playground.charts.base import (
    KEY_HEIGHT,
    NEUTRAL,
    RIGHT,
    TIME_TITLE,
    Data,
    Picture,
    colour_key,
    colour_scale,
    ink,
    picture,
    shades,
    table,
)
from playground.charts.tokens import VISIBLE
from playground.words import number

COLUMNS = 10
EARLY, LATE = 5, 4
BANDS = 8
ARROW = {"forward": "→", "backward": "←"}

Line = tuple[float, float, float, float]
"""x, y to x2, y2."""

Shape = tuple[tuple[str, ...], ...]
"""For each layer from the input up, its directions."""


def columns(steps: int) -> tuple[list[int], list[int]]:
    """Which steps are drawn, and in which column: all up to 10; else the first five and the last four round a gap."""
    if steps <= COLUMNS:
        return list(range(1, steps + 1)), list(range(steps))
    drawn = [*range(1, EARLY + 1), *range(steps - LATE + 1, steps + 1)]
    return drawn, [*range(EARLY), *range(EARLY + 1, COLUMNS)]


def short(value: float) -> str:
    """A number in the room of a box: two decimals, or whole if it is large."""
    return (
        number(round(value), 5) if 10 <= abs(value) < 1e5 else f"{value:.2f}" if abs(value) < 10 else number(value, 1)
    )


def bands(hidden: int) -> list[int]:
    """The units shown in each box: up to eight, spread evenly, from 0."""
    return sorted({round(k) for k in np.linspace(0, hidden - 1, min(BANDS, hidden))})


def rows_of(names: str, rows: Iterable[tuple[float, ...]]) -> Any:
    """Numbers that stand in a spec, as CSV: in few letters, since a spec travels with every frame."""
    lines = [names, *(",".join(f"{value:g}" for value in row) for row in rows)]
    return alt.Data(values="\n".join(lines), format=alt.CsvDataFormat(type="csv"))


@lru_cache(maxsize=64)
def unrolled(shape: Shape, steps: int, hidden: int, readout: str, top: float, dark: bool) -> Picture:
    """Input below, one row a layer and direction above it, outputs on top; a box is the state at one step."""
    drawn, places = columns(steps)
    units = bands(hidden)
    rows = [(layer, direction) for layer, directions in enumerate(shape, 1) for direction in directions]
    count, width = len(rows), places[-1] + 1
    names = ["input", *(f"layer {layer} {ARROW[direction]}" for layer, direction in rows), "output"]

    def literal(values: list[int]) -> str:
        return "[" + ",".join(map(str, values)) + "]"

    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[-0.6, width - 0.4], nice=False, zero=False),
        axis=alt.Axis(
            values=places,
            labelExpr=f"{literal(drawn)}[indexof({literal(places)}, datum.value)]",
            grid=False,
            ticks=False,
            domain=False,
            title=TIME_TITLE,
            labelOverlap=True,
        ),
    )
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[-0.5, count + 1.5], nice=False, zero=False),
        axis=alt.Axis(
            values=list(range(count + 2)),
            labelExpr=f"{names}[datum.value]",
            grid=False,
            ticks=False,
            domain=False,
            title=None,
            minExtent=54,
            maxExtent=54,
        ),
    )

    def lines(ends: list[Line], opacity: float = 0.5) -> Any:
        rules = alt.Chart(rows_of("x,y,x2,y2", ends)).mark_rule(color=NEUTRAL, opacity=opacity)
        return rules.encode(x2="x2:Q", y2="y2:Q")

    def heads(points: list[tuple[float, float]], shape: str) -> Any:
        marks = alt.Chart(rows_of("x,y", points))
        return marks.mark_point(shape=shape, filled=True, color=NEUTRAL, size=34, opacity=0.9)

    side = {"forward": 1, "backward": -1}
    between = [(a + b) / 2 for a, b in pairwise(places)]
    steps_through: list[Line] = [(a, r, b, r) for r in range(1, count + 1) for a, b in pairwise(places)]
    along: dict[str, list[tuple[float, float]]] = {
        d: [(m, r) for r, (_, e) in enumerate(rows, 1) if e == d for m in between] for d in side
    }
    up: list[Line] = [(p, 0.25, p, count) for p in places]
    if readout == "every":
        out: list[Line] = [(p, count, p, count + 0.75) for p in places]
        outputs = places
    else:
        last = {"forward": places[-1], "backward": places[0]}
        tops = [(r, d) for r, (layer, d) in enumerate(rows, 1) if layer == len(shape)]
        outputs = [last[tops[0][1]]]
        sources = [(p, r) for r, d in tops for p in ([last[d]] if readout == "last" else places)]
        out = [(p, r, outputs[0], count + 0.75) for p, r in sources]
    boxes = (
        alt.Chart(alt.NamedData("bands"))
        .transform_window(n="row_number()")
        .transform_calculate(
            band=f"(datum.n - 1) % {len(units)}",
            column=f"floor((datum.n - 1) / {len(units)}) % {len(places)}",
            row=f"floor((datum.n - 1) / {len(units) * len(places)}) + 1",
            unit=f"{literal(units)}[datum.band] + 1",
            step=f"{literal(drawn)}[datum.column]",
            x=f"{literal(places)}[datum.column] - 0.3",
            x2="datum.x + 0.6",
            y=f"datum.row + 0.36 - 0.72 * datum.band / {len(units)}",
            y2=f"datum.y - 0.72 / {len(units)}",
        )
        .mark_rect()
        .encode(
            x2="x2:Q",
            y2="y2:Q",
            color=alt.Color(
                "v:Q",
                scale=colour_scale(-top, top, shades(-top, dark)),
                legend=colour_key(-top, top),
            ),
            tooltip=[
                alt.Tooltip("unit:Q", title="unit"),
                alt.Tooltip("step:Q", title="time step"),
                alt.Tooltip("v:Q", title="h", format=".4f"),
            ],
        )
    )
    texts = (
        alt.Chart(alt.NamedData("texts"))
        .mark_text(color=ink(dark), fontSize=12 if width <= 8 else 9.5, fontWeight="bold", tooltip=None)
        .encode(text="text:N")
    )
    rings = alt.Chart(alt.Data(values=[{"x": p, "y": count + 1} for p in outputs])).mark_point(
        shape="circle", size=420 if width <= 8 else 260, color=NEUTRAL, strokeWidth=1.5
    )
    layers = [lines(up, 0.3), lines(steps_through), lines(out), boxes]
    arrows = {"forward": "triangle-right", "backward": "triangle-left"}
    layers += [*(heads(points, arrows[way]) for way, points in along.items() if points), rings, texts]
    if steps > COLUMNS:
        gap = alt.Data(values=[{"x": EARLY, "y": r, "text": "…"} for r in range(count + 1)])
        layers.append(alt.Chart(gap).mark_text(color=NEUTRAL, fontSize=14, dy=-6).encode(text="text:N"))
    return picture(
        alt.layer(*layers, encoding={"x": x, "y": y}, height=min(190 + 56 * count, 520)),
        f"The network unrolled in time: {len(shape)} layers, {', '.join(shape[0])}, over {steps} steps; "
        "each box is coloured by the state of some of its units at that step.",
        above=KEY_HEIGHT,
    )


def unrolled_data(trace: Trace) -> Data:
    """The states of the units shown, row by row, and the letters or numbers that go in and come out."""
    strands = [strand for layer in trace.layers for strand in layer]
    steps, hidden = strands[0].state["h"].shape
    drawn, places = columns(steps)
    at = [step - 1 for step in drawn]
    values = np.stack([strand.state["h"][at][:, bands(hidden)] for strand in strands])
    reading = trace.reading
    if isinstance(reading, Tokens):
        going_in = [VISIBLE.get(reading.inputs[t], reading.inputs[t]) for t in at]
        coming_out = [VISIBLE.get(reading.answers[t], reading.answers[t]) for t in at]
        out_at = [(p, text) for p, text in zip(places, coming_out, strict=True) if text]
    else:
        going_in = [short(reading.values[t]) for t in at]
        backward_only = all(strand.direction == "backward" for strand in strands)
        out_at = [(places[0] if backward_only else places[-1], short(reading.answer))]
    if isinstance(reading, Tokens) and trace.outputs.ndim == 1 and all(s.direction == "backward" for s in strands):
        out_at = [(places[0], text) for _, text in out_at]
    top = len(strands) + 1
    return {
        "bands": table(v=values.reshape(-1)),
        "texts": table(
            x=[*places, *(p for p, _ in out_at)],
            y=[0] * len(places) + [top] * len(out_at),
            text=[*going_in, *(text for _, text in out_at)],
        ),
    }


def rows(sizes: Mapping[str, int]) -> int:
    """Boxes above the input: an entrance if there is one, the layers, the readout unless a cell answers itself."""
    layers = sum(part.startswith("layer") for part in sizes)
    return layers + bool(sizes["readout"]) + bool(sizes["entrance"])


@lru_cache(maxsize=16)
def folded(top: int, dark: bool) -> Picture:
    """One box for the input and each of the `top` parts above it; a loop marks what feeds back in time."""
    domain = {"x": alt.Scale(domain=[0, 2]), "y": alt.Scale(domain=[-0.6, top + 0.6])}
    x = alt.X("x:Q", scale=domain["x"], axis=None)
    y = alt.Y("y:Q", scale=domain["y"], axis=None)
    links = alt.Chart(alt.NamedData("links"))
    boxes = alt.Chart(alt.NamedData("boxes"))
    frames = (
        boxes.transform_calculate(x2="datum.x + 0.46", y2="datum.y + 0.32")
        .transform_calculate(x="datum.x - 0.46", y="datum.y - 0.32")
        .mark_rect(cornerRadius=6, fillOpacity=0.12, fill=NEUTRAL, stroke=NEUTRAL)
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q", tooltip=["name:N", "size:N"])
    )
    parts = [
        frames,
        boxes.mark_text(dy=-18, fontSize=13, fontWeight="bold", color=ink(dark)).encode(x=x, y=y, text="name:N"),
        boxes.mark_text(fontSize=11, color=ink(dark)).encode(x=x, y=y, text="size:N"),
        boxes.mark_text(dy=17, fontSize=11, color=ink(dark)).encode(x=x, y=y, text="weights:N"),
        boxes.transform_filter("datum.recurrent")
        .transform_calculate(x="datum.x + 0.46")
        .mark_text(fontSize=22, dx=-14, dy=-12, color=RIGHT, text="↻")
        .encode(x=x, y=y),
        links.mark_rule(color=NEUTRAL, strokeWidth=2).encode(x=x, y=y, y2="y2:Q"),
        links.mark_point(shape="triangle-up", filled=True, size=60, color=NEUTRAL, opacity=1).encode(
            x=x, y=alt.Y("y2:Q", scale=domain["y"], axis=None)
        ),
    ]
    return picture(
        alt.layer(*parts, height=96 * (top + 1)),
        f"The network folded into one column: input and {top} parts up to the readout, with shapes and parameters.",
    )


def folded_data(experiment: Experiment, sizes: Mapping[str, int]) -> Data:
    """Shapes as units × steps, and the number of weights and biases in each box."""
    network, task = experiment.network, experiment.task
    directions = DIRECTIONS[network.direction]
    steps, row = task.steps, 0
    boxes = [(1.0, 0, "input x", f"{task.input_size} × {steps}", "", False)]

    def parameters(part: str) -> str:
        return f"{sizes[part]:,} parameters"

    if sizes["entrance"]:
        row += 1
        boxes.append((1.0, row, "entrance", f"{network.hidden} × {steps}", parameters("entrance"), False))
    for layer in range(1, network.layers + 1):
        row += 1
        for k, direction in enumerate(directions):
            place = 1.0 if len(directions) == 1 else 0.52 + 0.96 * k
            name = f"layer {layer} {ARROW[direction]}"
            weights = parameters(f"layer {layer}")
            if k == 0 and f"connection {layer}" in sizes:
                weights += f" + {sizes[f'connection {layer}']:,} {network.connection}"
            boxes.append((place, row, name, f"{network.hidden} × {steps}", weights, True))
        if layer < network.layers:
            steps = -(-steps // network.window(layer))
    answers = task.steps if task.readout == "every" else 1
    reads = {"last": "last state", "mean": "mean of states", "every": "every state"}[task.readout]
    if sizes["readout"]:
        row += 1
        boxes.append((1.0, row, f"readout, {reads}", f"{task.output_size} × {answers}", parameters("readout"), False))
    x, y, names, shapes, counts, recurrent = zip(*boxes, strict=True)
    between = np.arange(row)
    return {
        "boxes": table(x=x, y=y, name=names, size=shapes, weights=counts, recurrent=recurrent),
        "links": table(x=np.ones(len(between)), y=between + 0.34, y2=between + 0.62),
    }
