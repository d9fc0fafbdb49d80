"""A sequence taken through every cell of a network by the plain loop, each step's states and gates kept."""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from engine.architectures.stack import Network, Placed
from engine.cells import AnyCell
from engine.cells.state import detached
from engine.learners.truncation import own_window, windows


@dataclass(frozen=True, eq=False)
class Passage:
    """A sequence's way through one cell, in the order of reading.

    inputs: what it read, (B, n, I). before, states, gates: the state before each of its n steps, the one after it, and
    its gates; on the graph.
    """

    placed: Placed
    inputs: Tensor
    before: list[Any] = field(default_factory=list)
    states: list[Any] = field(default_factory=list)
    gates: list[Any] = field(default_factory=list)

    @property
    def cell(self) -> AnyCell:
        return self.placed.cell

    def note(self, before: Any, after: Any, gates: Any) -> None:
        """Keep a step."""
        self.before.append(before)
        self.states.append(after)
        self.gates.append(gates)

    def number(self, t: int, steps: int) -> int:
        """Which of its steps, from 0, belongs to step t of the input, from 0, of `steps`."""
        count = len(self.states)
        place = count - 1 - (steps - 1 - t) // self.placed.covers
        return place if self.placed.direction == "forward" else count - 1 - place

    def shown(self) -> dict[str, Tensor]:
        """Every quantity there is to see, states before gates: each (B, n, units), in the order of reading."""
        states = [self.cell.shown(state) for state in self.states]
        gates = [each._asdict() for each in self.gates]
        return {name: torch.stack([row[name] for row in rows], 1) for rows in (states, gates) for name in rows[0]}


def passage(cell: AnyCell, inputs: Tensor, state: Any = None) -> tuple[Passage, Tensor, Any]:
    """A cell alone, taken through inputs (B, n, I) by the plain loop: its passage, its outputs and its last state."""
    noted = Passage(Placed(cell, 1, "forward", 1), inputs)
    return noted, *cell.unroll(inputs, state, noted.note)


class Notes:
    """The way through every cell that notes each step. window: that of truncated backpropagation; 0 cuts nothing."""

    def __init__(self, window: int = 0) -> None:
        self.window = window
        self.passages: list[Passage] = []

    def __call__(self, placed: Placed, inputs: Tensor, state: Any) -> tuple[Tensor, Any]:
        passage = Passage(placed, inputs)
        self.passages.append(passage)
        own = own_window(placed, self.window) if self.window else 0
        cuts = list(windows(inputs.shape[1], own, placed.direction == "backward"))
        if len(cuts) == 1:
            outputs: tuple[Tensor, Any] = placed.cell.unroll(inputs, state, passage.note)
            return outputs
        # Projected at once, so that all values are to the last digit those without cuts.
        cell, projected, weights = placed.cell, placed.cell.project(inputs), placed.cell.weights()
        state = cell.initial_state(len(inputs)) if state is None else state
        parts: list[Tensor] = []
        for steps in cuts:
            handed, state = cell.loop(projected[:, steps], detached(state) if parts else state, weights, passage.note)
            parts.append(handed)
        return torch.cat(parts, dim=1), state


@torch.no_grad()
def passages(network: Network, inputs: Tensor) -> list[Passage]:
    """Every cell's part in reading `inputs` (B, T, I), in the order of `network.cells`."""
    notes = Notes()
    network.run(inputs, notes)
    return notes.passages
