"""One sequence seen from inside the network: states, gates, and how much the loss depends on each state."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.cells import Cell
from engine.network import Network, in_order
from engine.tasks import Batch, Reading, Task
from engine.through_time import Passed, Way, through


@dataclass(frozen=True)
class Strand:
    """One layer in one direction, every array in the order of the input: row t belongs to x_t.

    state: by name (h first), (T, units). gates: by name, (T, units); those in `signed` run from −1 to 1, the others 0
    to 1. grad_h: ∂L/∂h_t in full, along every path, (T, units of h). window: how many steps of the input one step of
    this layer covers; where that is more than 1, as many rows are the same.
    """

    layer: int
    direction: str
    state: dict[str, np.ndarray]
    gates: dict[str, np.ndarray]
    signed: frozenset[str]
    grad_h: np.ndarray
    window: int = 1

    @property
    def grad_norm(self) -> np.ndarray:
        """‖∂L/∂h_t‖, Euclidean over the units, (T,)."""
        # In double precision: the square of a float32 gradient under 1e-23 would be 0.
        return np.asarray(np.linalg.norm(self.grad_h.astype(float), axis=-1))


@dataclass(frozen=True)
class Trace:
    """A probe sequence and what the network made of it. layers[0] is nearest to the input, 1 strand a direction."""

    inputs: np.ndarray
    outputs: np.ndarray
    loss: float
    reading: Reading
    layers: tuple[tuple[Strand, ...], ...]


def trace(network: Network, task: Task, batch: Batch, way: Way = through) -> Trace:
    """Take the first sequence of `batch` through every cell, taking notes; nothing of the network changes.

    `way` takes a sequence through one cell: all steps side by side where that can be, or `by_loop`.
    """
    first = Batch(batch.inputs[:1], batch.targets[:1], batch.mask[:1])
    notes: list[Passed] = []

    def noted(cell: Cell, inputs: Tensor) -> Tensor:
        notes.append(way(cell, inputs))
        return notes[-1].outputs

    with torch.enable_grad():
        outputs = network(first.inputs, noted)
        loss = task.loss(outputs, first)
        asked = [part for seen in notes for part in seen.asked]
        grads = iter(torch.autograd.grad(loss, asked, allow_unused=True, materialize_grads=True))

    steps, remaining, window = first.inputs.shape[1], iter(notes), 1
    layers = []
    for number, (layer, joined) in enumerate(zip(network.layers, network.windows, strict=True), 1):
        strands = []
        for direction, cell in layer.by_direction():  # type: ignore[operator]  # a ModuleList of Layers
            seen = next(remaining)

            def arranged(rows: Tensor, direction: str = direction, window: int = window) -> np.ndarray:
                """(T, units) in the order of reading to the order of the input."""
                ordered = in_order(rows.unsqueeze(0), direction)[0].numpy()
                return ordered if window == 1 else np.repeat(ordered, window, axis=0)[-steps:]

            strands.append(
                Strand(
                    layer=number,
                    direction=direction,
                    state={name: arranged(rows) for name, rows in cell.shown(seen.states).items()},
                    gates={name: arranged(rows) for name, rows in seen.gates._asdict().items()},
                    signed=cell.signed,
                    grad_h=arranged(torch.cat([next(grads) for _ in seen.asked])),
                    window=window,
                )
            )
        layers.append(tuple(strands))
        window *= joined
    return Trace(
        inputs=first.inputs[0].clone().numpy(),
        outputs=outputs[0].detach().numpy(),
        loss=float(loss.detach()),
        reading=task.describe(first, outputs.detach()),
        layers=tuple(layers),
    )
