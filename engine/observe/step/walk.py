"""A sequence taken through a network, every cell's inputs and states kept."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.architectures.stack import Network
from engine.cells import Cell
from engine.observe.step.wrapped import Wrapped


@dataclass(frozen=True)
class Walk:
    """One layer in one direction, all in the order in which the cell meets it.

    inputs (n, I); the state before each step, and after it. window: how many steps of the network's input one of its n
    steps covers; steps: T.
    """

    cell: Cell
    inputs: Tensor
    before: tuple[Any, ...]
    states: tuple[Any, ...]
    direction: str
    window: int
    steps: int

    def number(self, t: int) -> int:
        """Which of its steps, from 0, belongs to step t of the input, from 0."""
        count = len(self.inputs)
        place = count - 1 - (self.steps - 1 - t) // self.window
        return place if self.direction == "forward" else count - 1 - place


@torch.no_grad()
def walks(network: Network, inputs: Tensor) -> tuple[tuple[Walk, ...], ...]:
    """The plain loop over `inputs` (1, T, I), by layer and direction."""
    met: list[tuple[Cell, Tensor, tuple[Any, ...], tuple[Any, ...]]] = []

    def noted(cell: Cell, sequence: Tensor) -> Tensor:
        states, _ = cell.unroll(sequence)
        before = (cell.initial_state(1), *states[:-1])
        if isinstance(cell, Wrapped):
            before = tuple(cell.before(state, number) for number, state in enumerate(before))
            sequence = cell.entering(sequence)
        met.append((cell, sequence[0], before, tuple(states)))
        return torch.stack([cell.output(state) for state in states], dim=1)

    network(inputs, noted)
    remaining, window, found = iter(met), 1, []
    for layer, joined in zip(network.layers, network.windows, strict=True):
        layer_traces = []
        for direction in layer.directions:  # type: ignore[union-attr]  # a ModuleList of Layers
            layer_traces.append(Walk(*next(remaining), direction, window, inputs.shape[1]))
        found.append(tuple(layer_traces))
        window *= joined
    return tuple(found)
