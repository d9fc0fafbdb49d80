"""Layers × directions of cells, and a linear readout."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from engine.cells import CELLS, Cell
from engine.config import Architecture

DIRECTIONS = {"forward": ("forward",), "backward": ("backward",), "bidirectional": ("forward", "backward")}

Run = Callable[[Cell, Tensor], Tensor]


def in_order(sequence: Tensor, direction: str) -> Tensor:
    """(B, T, ·) turned so that the cell meets its first step first; turning twice restores it."""
    return sequence.flip(1) if direction == "backward" else sequence


def cell_states(cell: Cell, inputs: Tensor) -> Tensor:
    """The fast way through one cell: h of every step (B, T, H)."""
    return cell.states(inputs)


def joined(directions: Iterable[Tensor]) -> Tensor:
    """[forward; backward] of each unit vector, or the one there is."""
    parts = list(directions)
    return torch.cat(parts, dim=-1) if len(parts) > 1 else parts[0]


class Layer(nn.Module):
    """One cell for each direction in which the layer reads."""

    def __init__(self, cells: dict[str, Cell]) -> None:
        super().__init__()
        self.directions = tuple(cells)
        self.cells = nn.ModuleList(cells.values())

    def by_direction(self) -> Iterator[tuple[str, Cell]]:
        return zip(self.directions, self.cells, strict=True)  # type: ignore[arg-type]  # a ModuleList of Cells

    def forward(self, inputs: Tensor, run: Run) -> dict[str, Tensor]:
        """h of every step (B, T, H) for each direction, all in the order of the input."""
        return {
            direction: in_order(run(cell, in_order(inputs, direction)), direction)
            for direction, cell in self.by_direction()
        }


class Network(nn.Module):
    """Stacked recurrent layers under a linear readout.

    hˡ = cellˡ(hˡ⁻¹), h⁰ = x; a bidirectional layer joins [forward; backward]. The readout is V·r + b with r the last
    state of each direction (a backward cell's last is at t=1), the mean over time, or every state in turn.

    Sources: S1 (1.4)–(1.6), (1.44); Schuster & Paliwal 1997.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        architecture: Architecture,
        readout: str,
        *,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.mode = readout
        directions = DIRECTIONS[architecture.direction]
        self.layers = nn.ModuleList()
        width = input_size
        for _ in range(architecture.layers):
            cells: dict[str, Cell] = {
                direction: CELLS[architecture.cell](
                    width,
                    architecture.hidden,
                    generator=generator,
                    init=architecture.init,
                    **architecture.options,
                )
                for direction in directions
            }
            self.layers.append(Layer(cells))
            width = architecture.hidden * len(directions)
        self.readout = nn.Linear(width, output_size)
        bound = width**-0.5
        for parameter in self.readout.parameters():
            nn.init.uniform_(parameter, -bound, bound, generator=generator)

    def forward(self, inputs: Tensor, run: Run = cell_states) -> Tensor:
        """Outputs (B, O), or (B, T, O) with an answer a step, for inputs (B, T, I).

        `run` takes a sequence through one cell; looking inside passes one that takes notes.
        """
        states: dict[str, Tensor] = {}
        for layer in self.layers:
            states = layer(inputs, run)
            inputs = joined(states.values())
        if self.mode == "last":
            ends = {"forward": -1, "backward": 0}
            # Taken from (T, B, H), as the fast ways lay states out: the gradient then arrives laid out so too.
            inputs = joined(h.transpose(0, 1)[ends[direction]] for direction, h in states.items())
        elif self.mode == "mean":
            inputs = inputs.mean(dim=1)
        outputs: Tensor = self.readout(inputs)
        return outputs

    def start(self, batch_size: int) -> list[Any]:
        """The state of every layer before the first step, for `step`."""
        return [cell.initial_state(batch_size) for cell in self._forward_cells()]

    def step(self, x: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        """One step of a forward network: outputs (B, O) and the new states, for an input (B, I)."""
        after = []
        for cell, state in zip(self._forward_cells(), states, strict=True):
            new, _ = cell.step(x, state)
            after.append(new)
            x = new.h
        outputs: Tensor = self.readout(x)
        return outputs, after

    def _forward_cells(self) -> list[Cell]:
        """The cell of every layer of a network that reads forward only. Raises ValueError if it does not."""
        if any(layer.directions != ("forward",) for layer in self.layers):
            raise ValueError("Only a network that reads forward can be taken step by step.")
        return [layer.cells[0] for layer in self.layers]  # type: ignore[index, misc]  # a ModuleList of Layers

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())
