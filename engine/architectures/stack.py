"""Layers × directions of cells under a readout, and the maps between them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from engine.architectures.connections import CONNECTIONS, Plain
from engine.cells import CELLS, Cell, DeepTransition
from engine.cells.base import last_of
from engine.experiment import Architecture

DIRECTIONS = {"forward": ("forward",), "backward": ("backward",), "bidirectional": ("forward", "backward")}

Run = Callable[[Cell, Tensor], Tensor]


class Standing(NamedTuple):
    """Where a network that is taken step by step stands.

    states: of every layer. read: what the readout read after so many `steps`, (B, ·); None before the first.
    """

    states: list[Any]
    steps: int = 0
    read: Tensor | None = None


def in_order(sequence: Tensor, direction: str) -> Tensor:
    """(B, T, ·) turned so that the cell meets its first step first; turning twice restores it."""
    return sequence.flip(1) if direction == "backward" else sequence


def cell_outputs(cell: Cell, inputs: Tensor) -> Tensor:
    """The fast way through one cell: what it hands up at every step (B, T, output_size)."""
    return cell.outputs(inputs)


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
        """What each direction hands up at every step (B, T, ·), all in the order of the input."""
        return {
            direction: in_order(run(cell, in_order(inputs, direction)), direction)
            for direction, cell in self.by_direction()
        }

    def last(self, inputs: Tensor) -> Tensor:
        """What each direction hands up at its last step, joined (B, ·); a backward cell's last is at t=1."""
        return joined(cell.last(in_order(inputs, direction)) for direction, cell in self.by_direction())


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


class Network(nn.Module):
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
        architecture: Architecture,
        readout: str,
        *,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.mode = readout
        hidden, depth = architecture.hidden, architecture.input_depth
        kind, directions = CELLS[architecture.cell], DIRECTIONS[architecture.direction]
        self.input_mlp = deep(input_size, hidden, depth, kind.required_input_size(hidden), generator)
        width = kind.required_input_size(hidden) or (hidden if depth else input_size)
        self.windows = [architecture.window(layer) for layer in range(1, architecture.layers)] + [1]
        self.layers, self.connections = nn.ModuleList(), nn.ModuleList()
        for number, window in enumerate(self.windows):
            cells = {direction: cell(architecture, width, output_size, generator) for direction in directions}
            self.layers.append(Layer(cells))
            width = sum(each.output_size for each in cells.values())
            connection = CONNECTIONS[architecture.connection if number else "plain"]
            self.connections.append(connection(width, generator=generator))
            width *= window
        answers = None if kind.answers else output_size
        self.readout = deep(width, hidden, architecture.output_depth, answers, generator)

    def forward(self, inputs: Tensor, run: Run = cell_outputs) -> Tensor:
        """Outputs (B, O), or (B, T, O) with an answer a step, for inputs (B, T, I).

        `run` takes a sequence through one cell; looking inside passes one that takes notes.
        """
        outputs: Tensor = self.readout(self.read(inputs, run))
        return outputs

    def read(self, inputs: Tensor, run: Run = cell_outputs) -> Tensor:
        """r: what the readout reads, (B, ·) or (B, T, ·)."""
        x = self.input_mlp(inputs)
        states: dict[str, Tensor] = {}
        stack = zip(self.layers, self.connections, self.windows, strict=True)
        for number, (layer, connection, window) in enumerate(stack, 1):
            plain = type(connection) is Plain  # which would join and part the directions for nothing
            # Nobody asks for the other states: the readout reads the last, and no notes are taken.
            if plain and number == len(self.windows) and self.mode == "last" and run is cell_outputs:
                return layer.last(x)  # type: ignore[no-any-return, operator]  # a ModuleList of Layers
            states = layer(x, run)
            if not plain:
                handed = connection(joined(states.values()), x)
                states = dict(zip(states, handed.chunk(len(states), dim=-1), strict=True))
            if number < len(self.windows):
                x = joined_in_time(joined(states.values()), window)
        if self.mode == "last":
            ends = {"forward": -1, "backward": 0}
            # Taken from (T, B, H), as the fast ways lay states out: the gradient then arrives laid out so too.
            return joined(h.transpose(0, 1)[ends[direction]] for direction, h in states.items())
        handed = joined(states.values())
        return handed.mean(dim=1) if self.mode == "mean" else handed

    def start(self, batch_size: int) -> Standing:
        """Where a forward network stands before the first step, for `step`."""
        return Standing([cell.initial_state(batch_size) for cell in self._forward_cells()])

    def after(self, inputs: Tensor) -> tuple[Tensor, Standing]:
        """What a forward network answers after the last of T ≥ 1 steps (1, O), and where it stands then, to `step` on.

        inputs: one sequence, (1, T, I). On no graph.
        """
        self._forward_cells()  # raises ValueError
        states = []

        def kept(cell: Cell, inputs: Tensor) -> Tensor:
            rows = cell.states(inputs)
            states.append(last_of(rows))
            return cell.output(rows).unsqueeze(0)

        read = self.read(inputs, kept)
        if self.mode == "every":
            read = read[:, -1]
        return self.readout(read), Standing(states, inputs.shape[1], read)

    def step(self, x: Tensor, before: Standing) -> tuple[Tensor, Standing]:
        """One step of a forward network: outputs (B, O) and where it stands then, for an input (B, I)."""
        states = []
        x = self.input_mlp(x)
        for cell, connection, state in zip(self._forward_cells(), self.connections, before.states, strict=True):
            new, _ = cell.step(x, state)
            states.append(new)
            x = connection(cell.output(new), x)
        steps = before.steps + 1
        if self.mode == "mean" and before.read is not None:
            x = before.read + (x - before.read) / steps
        return self.readout(x), Standing(states, steps, x)

    def _forward_cells(self) -> list[Cell]:
        """The cell of every layer of a network that reads forward, step by step. Raises ValueError if it does not."""
        if any(layer.directions != ("forward",) for layer in self.layers) or max(self.windows) > 1:
            raise ValueError("Only a network that reads forward and joins no steps can be taken step by step.")
        return [layer.cells[0] for layer in self.layers]  # type: ignore[index, misc]  # a ModuleList of Layers

    @property
    def sizes(self) -> dict[str, int]:
        """How many trained numbers each part has: input_mlp, layer 1, …, readout; a layer's for each direction.

        "connection 2" and so on stand beside their layers where a connection has weights.
        """
        layers = {
            f"layer {number}": count(layer) // len(layer.directions)  # type: ignore[arg-type]  # a ModuleList of Layers
            for number, layer in enumerate(self.layers, 1)
        }
        between = {
            f"connection {number}": weights
            for number, connection in enumerate(self.connections, 1)
            if (weights := count(connection))
        }
        return {"input_mlp": count(self.input_mlp), **layers, **between, "readout": count(self.readout)}


def count(module: nn.Module) -> int:
    """How many numbers in `module` are trained."""
    return sum(parameter.numel() for parameter in module.parameters())


def cell(architecture: Architecture, input_size: int, answer_size: int, generator: torch.Generator) -> Cell:
    """One cell of the network, in several steps if its transition is deep."""
    kind: Any = CELLS[architecture.cell]
    own = {"answer_size": answer_size} if kind.answers else {}

    def make(inputs: int | None) -> Cell:
        made: Cell = kind(
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
