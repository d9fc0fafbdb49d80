"""One sequence seen from inside the network: states, gates, and how much the loss depends on each state."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.cells import Cell
from engine.network import Network, in_order
from engine.tasks import Batch, Reading, Task


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


def trace(network: Network, task: Task, batch: Batch) -> Trace:
    """Take the first sequence of `batch` through the plain loop, taking notes; nothing of the network changes."""
    # With a gradient asked of the input, every state has one, also that of a reservoir without trained weights.
    first = Batch(batch.inputs[:1].clone().requires_grad_(), batch.targets[:1], batch.mask[:1])
    notes: list[tuple[list[Any], list[Any]]] = []

    def noted(cell: Cell, inputs: Tensor) -> Tensor:
        states, gates = cell.unroll(inputs)
        notes.append((states, gates))
        return torch.stack([cell.output(state) for state in states], dim=1)

    with torch.enable_grad():
        outputs = network(first.inputs, noted)
        loss = task.loss(outputs, first)
        every = [state.h for states, _ in notes for state in states]
        grads = iter(torch.autograd.grad(loss, every, allow_unused=True, materialize_grads=True))

    steps, remaining, window = first.inputs.shape[1], iter(notes), 1
    layers = []
    for number, (layer, joined) in enumerate(zip(network.layers, network.windows, strict=True), 1):
        strands = []
        for direction, cell in layer.by_direction():  # type: ignore[operator]  # a ModuleList of Layers
            states, gates = next(remaining)

            def arranged(rows: list[Tensor], direction: str = direction, window: int = window) -> np.ndarray:
                """T rows (1, units) in the order of the input: (T, units)."""
                ordered = in_order(torch.stack(rows, dim=1), direction)[0].detach().numpy()
                return ordered if window == 1 else np.repeat(ordered, window, axis=0)[-steps:]

            shown = [cell.shown(state) for state in states]
            strands.append(
                Strand(
                    layer=number,
                    direction=direction,
                    state={name: arranged([row[name] for row in shown]) for name in shown[0]},
                    gates={name: arranged([getattr(gate, name) for gate in gates]) for name in gates[0]._fields},
                    signed=cell.signed,
                    grad_h=arranged([next(grads) for _ in states]),
                    window=window,
                )
            )
        layers.append(tuple(strands))
        window *= joined
    return Trace(
        inputs=first.inputs[0].detach().numpy(),
        outputs=outputs[0].detach().numpy(),
        loss=float(loss.detach()),
        reading=task.describe(Batch(first.inputs.detach(), *first[1:]), outputs.detach()),
        layers=tuple(layers),
    )
