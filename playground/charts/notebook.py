"""The product's pictures in a notebook: each takes a run, or what was seen in one, and is drawn as a cell's value."""

from dataclasses import dataclass, field
from typing import Any

import altair as alt
import numpy as np

from engine import Run
from engine.observe.trace import LayerTrace, Trace
from engine.tasks import Tokens
from playground import words
from playground.charts.base import Data, Picture, common, round_limit
from playground.charts.curves import loss_curve, loss_data
from playground.charts.heatmap import fixed_ends, heatmap, heatmap_data
from playground.charts.reach import gradient_curve, gradient_data, powers
from playground.charts.sequence import marked_picture, series_picture, values_data
from playground.charts.tokens import ROWS, key_of, tokens_data, tokens_picture
from playground.charts.wiring import wiring_picture

WIDTH = 720
"""Pixels."""


@dataclass(frozen=True)
class Shown:
    """A picture and its data, drawn where it is the value of a notebook's cell, by the renderer that Altair uses there.

    `alt.renderers.enable(...)` chooses another: the usual one, "html", fetches Vega from the web.
    """

    picture: Picture
    data: Data = field(default_factory=dict)
    width: int = WIDTH

    @property
    def spec(self) -> dict[str, Any]:
        """The whole picture as Vega-Lite, with its data as plain values."""
        filled = self.picture.filled({})
        rows = {name: table.to_pylist() for name, table in self.data.items()}
        return {"$schema": alt.SCHEMA_URL, **filled, "width": self.width, "datasets": rows}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Any:
        draw = alt.renderers.get()
        assert draw is not None
        return draw(self.spec)

    def __repr__(self) -> str:
        return self.picture.alt


def loss(run: Run) -> Shown:
    """Training and held-out loss over updates, with chance and the best answer without memory."""
    task, cell = run.experiment.task, run.experiment.stack.cell
    return Shown(loss_curve(cell, task.varied), loss_data(run.losses.table(), run.held_out.table(), task))


def sequence(trace: Trace) -> Shown:
    """The sequence that was looked at: what goes in; for symbols also what is asked and what was answered."""
    reading = trace.reading
    if isinstance(reading, Tokens):
        steps = len(reading.inputs)
        drawn = tokens_picture(steps, steps, len(ROWS), key_of(reading, len(ROWS)), False)
        return Shown(drawn, tokens_data(reading, range(1, steps + 1), len(ROWS)))
    drawn = (marked_picture if any(reading.marked) else series_picture)(len(reading.values), False)
    return Shown(drawn, values_data(reading))


def quantity(run: Run, layer_trace: LayerTrace, name: str = "h") -> Shown:
    """A state or gate of one layer in one direction over time. name: a field of its state or gates.

    Raises KeyError if there is none of that name.
    """
    cell = run.experiment.stack.cell
    values = {**layer_trace.state, **layer_trace.gates}[name]
    high = round_limit(common(values))
    low, high = fixed_ends(layer_trace, cell, name) or (-high, high)
    beyond = bool((np.abs(values[np.isfinite(values)]) > high).any())
    title, look_for = words.quantity(cell, name)
    drawn = heatmap(name, *values.shape, low, high, title, look_for=look_for, beyond=beyond)
    return Shown(drawn, heatmap_data(name, values, low, high, dark=False, still=True))


def gradient(layer_trace: LayerTrace) -> Shown:
    """‖∂L/∂h_t‖ at every time step, on a log axis."""
    norms = layer_trace.grad_norm
    drawn = gradient_curve(len(norms), *powers(norms), *words.GRADIENT)
    return Shown(drawn, gradient_data(norms))


def wiring(cell: str) -> Shown:
    """One step of a cell as a picture, drawn from the equations in its docstring. cell: its key in CELLS."""
    return Shown(wiring_picture(cell, False))
