"""The network as a picture, folded into one column."""

from collections.abc import Mapping
from functools import lru_cache

import altair as alt
import numpy as np

from engine import Experiment
from engine.architectures.stack import DIRECTIONS
from playground.charts.base import NEUTRAL, RIGHT, Data, Picture, ink, picture, table

ARROW = {"forward": "→", "backward": "←"}


def rows(sizes: Mapping[str, int]) -> int:
    """Boxes above the input: the input maps if there are some, the layers, the readout unless a cell answers itself."""
    layers = sum(part.startswith("layer") for part in sizes)
    return layers + bool(sizes["readout"]) + bool(sizes["input_mlp"])


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
    network, task = experiment.stack, experiment.task
    directions = DIRECTIONS[network.direction]
    steps, row = task.steps, 0
    boxes = [(1.0, 0, "input x", f"{task.input_size} × {steps}", "", False)]

    def parameters(part: str) -> str:
        return f"{sizes[part]:,} parameters"

    if sizes["input_mlp"]:
        row += 1
        boxes.append((1.0, row, "input maps", f"{network.hidden} × {steps}", parameters("input_mlp"), False))
    for layer in network.shapes(task.input_size, task.steps):
        row += 1
        for k, direction in enumerate(directions):
            place = 1.0 if len(directions) == 1 else 0.52 + 0.96 * k
            name = f"layer {layer.number} {ARROW[direction]}"
            weights = parameters(f"layer {layer.number}")
            if k == 0 and f"connection {layer.number}" in sizes:
                weights += f" + {sizes[f'connection {layer.number}']:,} {network.connection}"
            boxes.append((place, row, name, f"{network.hidden} × {layer.steps}", weights, True))
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
