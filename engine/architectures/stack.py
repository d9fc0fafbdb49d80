"""Layers × directions of cells under a readout, and the maps between them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby, repeat
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from engine.architectures.base import Model, count
from engine.architectures.connections import CONNECTIONS, Plain
from engine.architectures.stack_settings import StackSettings
from engine.cells import CELLS, AnyCell, Cell, DeepTransition
from engine.cells.base import last_step
from engine.tasks.base import Task

DIRECTIONS = {"forward": ("forward",), "backward": ("backward",), "bidirectional": ("forward", "backward")}

Way = Callable[["Placed", Tensor, Any], tuple[Tensor, Any]]
"""How a sequence goes through one cell: from its inputs (B, T, I) and the state before them, or None, to its outputs
and the state after them, in the order of reading. Looking inside passes one that takes notes."""


class Placed(NamedTuple):
    """A cell where it stands. layer: from 1. covers: how many steps of the network's input one of its steps covers."""

    cell: AnyCell
    layer: int
    direction: str
    covers: int

    def on_input(self, rows: np.ndarray, steps: int, axis: int = 0) -> np.ndarray:
        """Its own n steps along an axis, in the order of reading, as the T = `steps` steps of the input."""
        ordered = np.flip(rows, axis).copy() if self.direction == "backward" else rows
        if self.covers == 1:
            return ordered
        return np.split(np.repeat(ordered, self.covers, axis), [-steps], axis)[1]


class ForwardPass(NamedTuple):
    """What a network made of its inputs, on the graph.

    read: what the readout reads, (B, ·) or (B, T, ·). states: of every cell, in the order of `Network.cells`, the state
    after its last step.
    """

    read: Tensor
    states: list[Any]


class Standing(NamedTuple):
    """Where a network stands that goes on from the sequence it has read.

    states: of every layer. steps: how many it has read. read: what the readout read then, (B, ·).
    """

    states: list[Any]
    steps: int
    read: Tensor


def fast(placed: Placed, inputs: Tensor, state: Any) -> tuple[Tensor, Any]:
    """The way through a cell while training."""
    outputs: tuple[Tensor, Any] = placed.cell.scan(inputs, state)
    return outputs


def in_order(sequence: Tensor, direction: str, lengths: Tensor | None = None) -> Tensor:
    """(B, T, ·) turned so that the cell meets its first step first; turning twice restores it.

    Of sequences that end after `lengths` (B,) steps, what follows stays at the end.
    """
    if direction != "backward":
        return sequence
    if lengths is None:
        return sequence.flip(1)
    t = torch.arange(sequence.shape[1])
    turned = torch.where(t < lengths.unsqueeze(1), lengths.unsqueeze(1) - 1 - t, t)
    return sequence.gather(1, turned.unsqueeze(2).expand_as(sequence))


def joined(directions: Iterable[Tensor]) -> Tensor:
    """[forward; backward] of each unit vector, or the one there is."""
    parts = list(directions)
    return torch.cat(parts, dim=-1) if len(parts) > 1 else parts[0]


def end_of(sequence: Tensor, direction: str, lengths: Tensor | None) -> Tensor:
    """What of (B, T, ·), in the order of the input, belongs to the last step that a direction reads: (B, ·)."""
    if direction == "backward":
        return sequence.transpose(0, 1)[0]
    if lengths is None:
        return last_step(sequence)
    return sequence[torch.arange(len(sequence)), (lengths - 1).clamp(min=0)]


class Layer(nn.Module):
    """One cell for each direction in which the layer reads."""

    def __init__(self, cells: dict[str, AnyCell]) -> None:
        super().__init__()
        self.directions = tuple(cells)
        self.cells = nn.ModuleList(cells.values())


def joined_in_time(sequence: Tensor, window: int) -> Tensor:
    """(B, T, ·) to (B, ⌈T/window⌉, window·): each window of steps side by side. Graves 2012.

    The first window is filled up with zeros at its front, so that the last one always ends with the sequence.
    """
    if window == 1:
        return sequence
    missing = -sequence.shape[1] % window
    filled = nn.functional.pad(sequence, (0, 0, missing, 0))
    side_by_side: Tensor = filled.unflatten(1, (-1, window)).flatten(2)
    return side_by_side


def linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    """A linear map, uniform in ±1/√inputs as torch.nn.Linear starts."""
    made = nn.Linear(inputs, outputs)
    for parameter in made.parameters():
        nn.init.uniform_(parameter, -(inputs**-0.5), inputs**-0.5, generator=generator)
    return made


def deep(inputs: int, hidden: int, depth: int, outputs: int | None, generator: torch.Generator) -> nn.Sequential:
    """`depth` times tanh(W x + b) with `hidden` units, and if `outputs` is given, a linear map to as many."""
    maps: list[nn.Module] = []
    for _ in range(depth):
        maps += [linear(inputs, hidden, generator), nn.Tanh()]
        inputs = hidden
    if outputs is not None:
        maps.append(linear(inputs, outputs, generator))
    return nn.Sequential(*maps)


class Network(Model):
    """Stacked recurrent layers under a readout.

    hˡ = cellˡ(xˡ), x¹ = x, xˡ⁺¹ = hˡ or what the connection makes of hˡ and xˡ; a bidirectional layer joins [forward;
    backward]. The readout is V·r + b with r the last state of each direction (a backward cell's last is at t=1), the
    mean over time, or every state in turn. A deep input or output puts an MLP in front of the first layer or into the
    readout.

    Sources: Qiu, Neural Networks and Deep Learning, (1.4)–(1.6), (1.44); Schuster & Paliwal 1997; Pascanu et al. 2014;
    Graves 2012.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        architecture: StackSettings,
        readout: str,
        *,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.mode, self.directions = readout, DIRECTIONS[architecture.direction]
        hidden, depth = architecture.hidden, architecture.input_depth
        kind = CELLS[architecture.cell]
        self.input_mlp = deep(input_size, hidden, depth, kind.required_input_size(hidden), generator)
        width = kind.required_input_size(hidden) or (hidden if depth else input_size)
        self.windows = [architecture.window(layer) for layer in range(1, architecture.layers)] + [1]
        self.layers, self.connections = nn.ModuleList(), nn.ModuleList()
        for layer in architecture.shapes(width, steps=1):
            cells = {
                direction: cell(architecture, layer.reads, output_size, generator) for direction in self.directions
            }
            self.layers.append(Layer(cells))
            connection = CONNECTIONS[architecture.connection if layer.number > 1 else "plain"]
            self.connections.append(connection(layer.hands, generator=generator))
            width = layer.hands
        answers = None if kind.answers else output_size
        self.readout = deep(width, hidden, architecture.output_depth, answers, generator)

    def cells(self) -> Iterator[Placed]:
        """Every cell where it stands: layer by layer from the input on, forward before backward."""
        covers = 1
        for number, (layer, window) in enumerate(zip(self.layers, self.windows, strict=True), 1):
            assert isinstance(layer, Layer)
            for direction, each in zip(layer.directions, layer.cells, strict=True):
                assert isinstance(each, Cell)
                yield Placed(each, number, direction, covers)
            covers *= window

    @property
    def by_steps(self) -> bool:
        """Whether a sequence can be read on, one step after the other: forward, and without joined steps."""
        return all(each.direction == "forward" for each in self.cells()) and max(self.windows) == 1

    def forward(self, inputs: Tensor, way: Way = fast) -> Tensor:
        """Outputs (B, O), or (B, T, O) with an answer a step, for inputs (B, T, I)."""
        outputs: Tensor = self.readout(self.run(inputs, way).read)
        return outputs

    def run(
        self, inputs: Tensor, way: Way = fast, states: Sequence[Any] | None = None, lengths: Tensor | None = None
    ) -> ForwardPass:
        """Up to the readout, for inputs (B, T, I).

        states: those of all cells before the first step, in the order of `cells`; None for their own start. lengths
        (B,): after how many steps each sequence ends; what follows changes nothing. Raises ValueError if steps are
        joined and sequences are of unequal length.
        """
        if lengths is not None:
            if max(self.windows) > 1:
                raise ValueError("Where steps are joined, all sequences of a batch have to be of the same length.")
            way = partial(masked, lengths)
        before = iter(states) if states else repeat(None)
        x, after = self.input_mlp(inputs), []
        for number, placed in groupby(self.cells(), lambda each: each.layer):
            connection, last = self.connections[number - 1], number == len(self.windows)
            plain = type(connection) is Plain  # which would join and part the directions for nothing
            handed, ends = {}, []
            for each in placed:
                outputs, state = way(each, in_order(x, each.direction, lengths), next(before))
                after.append(state)
                if plain and last and self.mode == "last":
                    ends.append(each.cell.output(state))
                else:
                    handed[each.direction] = in_order(outputs, each.direction, lengths)
            if ends:
                return ForwardPass(joined(ends), after)
            if not plain:
                changed = connection(joined(handed.values()), x)
                handed = dict(zip(handed, changed.chunk(len(handed), dim=-1), strict=True))
            x = joined(handed.values()) if last else joined_in_time(joined(handed.values()), self.windows[number - 1])
        if self.mode == "last":
            x = joined(end_of(h, direction, lengths) for direction, h in handed.items())
        elif self.mode == "mean":
            x = x.mean(dim=1) if lengths is None else mean_of(x, lengths)
        return ForwardPass(x, after)

    def go_on(self, inputs: Tensor, before: Standing | None = None) -> tuple[Tensor, Standing]:
        """What a forward network answers after the last of T ≥ 1 more steps (B, O), and where it stands then.

        inputs: (B, T, I). Raises ValueError for a network that cannot read on: one that reads backward or joins steps.
        """
        if not self.by_steps:
            raise ValueError("Only a network that reads forward and joins no steps can be taken step by step.")
        read, states = self.run(inputs, states=before.states if before else None)
        steps = inputs.shape[1]
        if self.mode == "every":
            read = read[:, -1]
        elif self.mode == "mean" and before:
            read = before.read + (read - before.read) * (steps / (before.steps + steps))
        return self.readout(read), Standing(states, steps + (before.steps if before else 0), read)

    @property
    def sizes(self) -> dict[str, int]:
        """How many trained numbers each part has: input_mlp, layer 1, …, readout; a layer's for each direction.

        "connection 2" and so on stand beside their layers where a connection has weights.
        """
        layers = {f"layer {each.layer}": count(each.cell) for each in self.cells()}
        between = {
            f"connection {number}": weights
            for number, connection in enumerate(self.connections, 1)
            if (weights := count(connection))
        }
        return {"input_mlp": count(self.input_mlp), **layers, **between, "readout": count(self.readout)}


def masked(lengths: Tensor, placed: Placed, inputs: Tensor, state: Any) -> tuple[Tensor, Any]:
    """The way through a cell for sequences that end after `lengths` (B,) steps."""
    outputs: tuple[Tensor, Any] = placed.cell.outputs(inputs, state, lengths)
    return outputs


def mean_of(sequence: Tensor, lengths: Tensor) -> Tensor:
    """The mean of the first `lengths` (B,) steps of (B, T, ·); 0 where there is none."""
    counted = torch.arange(sequence.shape[1]) < lengths.unsqueeze(1)
    return (sequence * counted.unsqueeze(2)).sum(1) / lengths.clamp(min=1).unsqueeze(1)


def cell(architecture: StackSettings, input_size: int, answer_size: int, generator: torch.Generator) -> AnyCell:
    """One cell of the network, in several steps if its transition is deep."""
    kind: Any = CELLS[architecture.cell]
    own = {"answer_size": answer_size} if kind.answers else {}

    def make(inputs: int | None) -> AnyCell:
        made: AnyCell = kind(
            input_size if inputs is None else inputs,
            architecture.hidden,
            generator=generator,
            init=architecture.init,
            **own,
            **architecture.options,
        )
        with torch.no_grad():
            for name in made.scalable:
                getattr(made, name).mul_(architecture.recurrent_scale)
        return made

    depth = architecture.transition_depth
    return DeepTransition(depth, make) if depth else make(None)


class Stack(StackSettings):
    """A stack of layers under a readout: what there is to set of it, and the network that it is."""

    def build(self, task: Task, generator: torch.Generator) -> Network:
        return Network(task.input_size, task.output_size, self, task.readout, generator=generator)
