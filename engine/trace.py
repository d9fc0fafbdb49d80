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

    state: by name (h first), (T, H). gates: by name, (T, H); those in `signed` run from −1 to 1, the others 0 to 1.
    grad_h: ∂L/∂h_t in full, along every path, (T, H).
    """

    layer: int
    direction: str
    state: dict[str, np.ndarray]
    gates: dict[str, np.ndarray]
    signed: frozenset[str]
    grad_h: np.ndarray

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
    first = Batch(batch.inputs[:1], batch.targets[:1], batch.mask[:1])
    notes: list[tuple[list[Any], list[Any]]] = []

    def noted(cell: Cell, inputs: Tensor) -> Tensor:
        states, gates = cell.unroll(inputs)
        notes.append((states, gates))
        return torch.stack([state.h for state in states], dim=1)

    with torch.enable_grad():
        outputs = network(first.inputs, noted)
        loss = task.loss(outputs, first)
        grads = iter(torch.autograd.grad(loss, [state.h for states, _ in notes for state in states]))

    def arranged(steps: list[Any], direction: str) -> dict[str, np.ndarray]:
        """{name: (T, H)} from a list of T NamedTuples of (1, H)."""
        return {
            name: in_order(torch.stack([getattr(step, name) for step in steps], dim=1), direction)[0].detach().numpy()
            for name in steps[0]._fields
        }

    remaining = iter(notes)
    layers = []
    for number, layer in enumerate(network.layers, 1):
        strands = []
        for direction, cell in layer.by_direction():  # type: ignore[operator]  # a ModuleList of Layers
            states, gates = next(remaining)
            grad_h = torch.stack([next(grads) for _ in states], dim=1)
            strands.append(
                Strand(
                    layer=number,
                    direction=direction,
                    state=arranged(states, direction),
                    gates=arranged(gates, direction),
                    signed=cell.signed,
                    grad_h=in_order(grad_h, direction)[0].numpy(),
                )
            )
        layers.append(tuple(strands))
    return Trace(
        inputs=first.inputs[0].numpy(),
        outputs=outputs[0].detach().numpy(),
        loss=float(loss.detach()),
        reading=task.describe(first, outputs.detach()),
        layers=tuple(layers),
    )
