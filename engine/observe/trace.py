"""One sequence seen from inside the network: states, gates, and how much the loss depends on each state."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.architectures.stack import Network, Placed
from engine.observe.all_steps import Method, Passed, through
from engine.observe.notes import Notes
from engine.tasks import Batch, Reading, Task


@dataclass(frozen=True)
class LayerTrace:
    """One layer in one direction, every array in the order of the input: row t belongs to x_t.

    state: by name (h first), (T, units). gates: by name, (T, units); those in `bipolar` run from −1 to 1, the others 0
    to 1. grad_h: ∂L/∂h_t in full, along every path, (T, units of h). window: how many steps of the input one step of
    this layer covers; where that is more than 1, as many rows are the same. learned: ‖∂L/∂h_t‖, (T,), along the paths
    that truncated backpropagation leaves; None where nothing is truncated.
    """

    layer: int
    direction: str
    state: dict[str, np.ndarray]
    gates: dict[str, np.ndarray]
    bipolar: frozenset[str]
    grad_h: np.ndarray
    window: int = 1
    learned: np.ndarray | None = None

    @property
    def grad_norm(self) -> np.ndarray:
        """‖∂L/∂h_t‖, Euclidean over the units, (T,)."""
        return _euclidean(self.grad_h)

    @property
    def last(self) -> float:
        """‖∂L/∂h‖ at the last step in the order of reading at which there is one; nan if there is none."""
        return last_norm(self.grad_norm, self.direction)


def _euclidean(rows: np.ndarray) -> np.ndarray:
    """The norm of every row."""
    # In double precision: the square of a float32 gradient under 1e-23 would be 0.
    return np.asarray(np.linalg.norm(rows.astype(float), axis=-1))


def last_norm(norms: np.ndarray, direction: str) -> float:
    """Of norms (T,) in the order of the input, the last in the order of reading that is not 0; nan if all are."""
    read = norms[:: -1 if direction == "backward" else 1]
    found = read[read > 0]
    return float(found[-1]) if found.size else np.nan


@dataclass(frozen=True)
class Trace:
    """A probe sequence and what the network made of it. layers[0], nearest to the input, has one trace a direction."""

    inputs: np.ndarray
    outputs: np.ndarray
    loss: float
    reading: Reading
    layers: tuple[tuple[LayerTrace, ...], ...]


def trace(network: Network, task: Task, batch: Batch, method: Method = through, truncate: int = 0) -> Trace:
    """Take the first sequence of `batch` through every cell, taking notes; nothing of the network changes.

    `method` takes a sequence through one cell: all steps side by side where that can be, or `by_loop`. truncate: the
    steps in a window of truncated backpropagation; 0 if nothing is truncated.
    """
    first = Batch(batch.inputs[:1], batch.targets[:1], batch.mask[:1])
    steps, notes = first.inputs.shape[1], list[tuple[Placed, Passed]]()

    def noted(placed: Placed, inputs: Tensor, state: Any) -> tuple[Tensor, Any]:
        seen = method(placed.cell, inputs, state)
        notes.append((placed, seen))
        return seen.outputs, seen.final

    with torch.enable_grad():
        outputs = network(first.inputs, noted)
        loss = task.loss(outputs, first)
        asked = [part for _, seen in notes for part in seen.asked]
        grads = iter(torch.autograd.grad(loss, asked, allow_unused=True, materialize_grads=True))
    learned = iter(_learned(network, task, first, truncate) if 0 < truncate < steps else [])
    layers = []
    for _, layer in groupby(notes, lambda note: note[0].layer):
        layer_traces = []
        for placed, seen in layer:

            def arranged(rows: Tensor, placed: Placed = placed) -> np.ndarray:
                return placed.on_input(rows.numpy(), steps)

            layer_traces.append(
                LayerTrace(
                    layer=placed.layer,
                    direction=placed.direction,
                    state={name: arranged(rows) for name, rows in placed.cell.shown(seen.states).items()},
                    gates={name: arranged(rows) for name, rows in seen.gates._asdict().items()},
                    bipolar=placed.cell.bipolar,
                    grad_h=arranged(torch.cat([next(grads) for _ in seen.asked])),
                    window=placed.covers,
                    learned=None if (left := next(learned, None)) is None else _euclidean(arranged(left)),
                )
            )
        layers.append(tuple(layer_traces))
    return Trace(
        inputs=first.inputs[0].clone().numpy(),
        outputs=outputs[0].detach().numpy(),
        loss=float(loss.detach()),
        reading=task.describe(first, outputs.detach()),
        layers=tuple(layers),
    )


def _learned(network: Network, task: Task, first: Batch, truncate: int) -> list[Tensor]:
    """∂L/∂h_t of every cell in the order of reading, (n, units), along the paths that truncation leaves."""
    notes = Notes(truncate)
    with torch.enable_grad():
        # With a gradient asked of the input, every state has one, also that of a reservoir without trained weights.
        loss = task.loss(network(first.inputs.clone().requires_grad_(), notes), first)
        every = [state.h for passage in notes.passages for state in passage.states]
        grads = iter(torch.autograd.grad(loss, every, allow_unused=True, materialize_grads=True))
    return [torch.cat([next(grads) for _ in passage.states]) for passage in notes.passages]
