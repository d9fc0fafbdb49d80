"""The settings of a stack of layers, what they may be beside each other, and how much work they make."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Self

from engine.architectures.base import Architecture, Work
from engine.architectures.connections import CONNECTIONS
from engine.cells import CELLS, INITS
from engine.messages import Message, Option, Setting, quoted
from engine.settings import (
    Choice,
    Limit,
    Real,
    SettingError,
    Spec,
    Whole,
    Wholes,
    check_settings,
    read_settings,
    setting,
    specs,
)
from engine.tasks.base import Task

UNJOINED = Wholes((1,), 1, 1, 1)


class LayerShape(NamedTuple):
    """A layer, from 1 on: how many steps it takes, how many numbers it reads and hands up at each.

    window: how many of its steps are joined into one of the next layer, which so reads window · hands numbers.
    """

    number: int
    steps: int
    reads: int
    hands: int
    window: int


@dataclass(frozen=True)
class StackSettings(Architecture):
    """The network to build. `options` are the chosen cell's own; those not given take the cell's defaults.

    recurrent_scale: what the matrices that read the state are multiplied by before training, and so their spectral
    radius. input_depth, transition_depth, output_depth: further maps between the input and the first layer, between one
    state and the next, and between the last layer and the answer. Pascanu et al. 2014. connection: what a layer from
    the second on hands up beside its own output. windows: how many steps of each layer are joined into one of the next,
    the last number for all further up; (1,) joins none. Graves 2012.
    """

    cell: str = setting(Choice("lstm", CELLS))
    hidden: int = setting(Whole(32, 1, 128, "units"))
    layers: int = setting(Whole(1, 1, 4, "layers"))
    direction: str = setting(Choice("forward", ("forward", "backward", "bidirectional")))
    init: str = setting(Choice("default", INITS))
    recurrent_scale: float = setting(Real(1.0, 0.0, 10.0))
    input_depth: int = setting(Whole(0, 0, 3, "layers"))
    transition_depth: int = setting(Whole(0, 0, 3, "layers"))
    output_depth: int = setting(Whole(0, 0, 3, "layers"))
    connection: str = setting(Choice("plain", CONNECTIONS))
    windows: tuple[int, ...] = setting(Wholes((1,), 1, 10, 3))
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    heavy: ClassVar[tuple[str, ...]] = ("hidden", "layers")
    truncatable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_settings(self)
        declared = CELLS[self.cell].options
        for name in self.options:
            if name not in declared:
                cell = Option("cell", self.cell)
                raise SettingError(name, Message("setting.of_cell", setting=Setting(name), cell=cell))
        options = CELLS[self.cell].defaults(self.hidden) | dict(self.options)
        for name, value in options.items():
            declared[name].check(name, value)
        object.__setattr__(self, "options", options)
        CELLS[self.cell].check(self.hidden, options)
        for name, limit in self.limits({**vars(self)}).items():
            limit.check(name, getattr(self, name))
        if len(self.windows) > max(1, self.layers - 1):
            raise SettingError(
                ("windows", "layers"),
                Message(
                    "network.windows",
                    windows=Setting("windows"),
                    layers=Setting("layers"),
                    most=self.layers - 1,
                    given=quoted(",".join(map(str, self.windows))),
                ),
            )

    @classmethod
    def limits(cls, values: Mapping[str, Any]) -> dict[str, Limit]:
        """The settings that are limited beside the other settings' `values`: by the cell, and by each other."""
        limits = dict(CELLS[values["cell"]].limits(values["options"]))
        single = Message("network.single_layer")
        plain = Choice("plain", ("plain",))
        if not CELLS[values["cell"]].scalable:
            limits["recurrent_scale"] = Limit(Real(1.0, 1.0, 1.0), Message("network.own_start"))
        if values["layers"] == 1:
            limits |= {
                "connection": Limit(plain, single, ("layers",)),
                "windows": Limit(UNJOINED, single, ("layers",)),
            }
        elif max(values["windows"]) > 1 and "connection" not in limits:
            limits["connection"] = Limit(plain, Message("network.wider"), ("windows",))
        return limits

    @classmethod
    def asked_by(cls, task: Task) -> dict[str, Limit]:
        """What a task asks of the network."""
        limits = {}
        if task.causal:
            limits["direction"] = Limit(Choice("forward", ("forward",)), Message("task.forward_only"), ("task",))
        if task.readout == "every":
            limits["windows"] = Limit(UNJOINED, Message("task.every_step"), ("task",))
        return limits

    @classmethod
    def declared(cls) -> tuple[Mapping[str, Spec], ...]:
        return (specs(cls), *(cell.options for cell in CELLS.values()))

    @classmethod
    def read(cls, params: Mapping[str, object]) -> Self:
        own = read_settings(specs(cls), params)
        return cls(**own, options=read_settings(CELLS[own.get("cell", cls.cell)].options, params))

    def settings(self) -> dict[str, tuple[Spec, Any]]:
        of_cell = CELLS[self.cell].options
        return super().settings() | {name: (of_cell[name], value) for name, value in self.options.items()}

    @property
    def heavy_maps(self) -> tuple[str, ...]:
        return tuple(name for name in ("input_depth", "transition_depth", "output_depth") if getattr(self, name))

    @property
    def by_steps(self) -> bool:
        """Whether a sequence can be read on, one step after the other: forward, and without joined steps."""
        return self.direction == "forward" and max(self.windows) == 1

    def window(self, layer: int) -> int:
        """How many steps of layer `layer` (from 1) become one step of the next."""
        return self.windows[min(layer, len(self.windows)) - 1]

    @property
    def summary(self) -> str:
        layers = f"{self.layers} layers of " if self.layers > 1 else ""
        return f"{self.cell}, {layers}{self.hidden} units, {self.direction}"

    def shapes(self, width: int, steps: int) -> Iterator[LayerShape]:
        """The layers from below, if the first takes so many `steps` of that `width`."""
        hands = self.directions * CELLS[self.cell].width(self.hidden, self.options)
        for layer in range(1, self.layers + 1):
            window = self.window(layer) if layer < self.layers else 1
            yield LayerShape(layer, steps, width, hands, window)
            width, steps = hands * window, -(-steps // window)

    @property
    def directions(self) -> int:
        """How many cells a layer has, one for each direction."""
        return 2 if self.direction == "bidirectional" else 1

    @property
    def seconds_a_step(self) -> float:
        return CELLS[self.cell].seconds_a_step

    @property
    def seconds_a_gate(self) -> float:
        return CELLS[self.cell].seconds_a_gate

    def work(self, task: Task, batch: int) -> Work:
        hidden, rows = self.hidden, CELLS[self.cell].values(self.hidden, self.options)
        cells = self.directions * (1 + self.transition_depth)
        width = hidden if self.input_depth else task.input_size
        weights = self.input_depth * hidden * max(task.input_size, hidden) * task.steps
        cell_steps = 0
        for layer in self.shapes(width, task.steps):
            weights += (self.directions * rows * layer.reads + cells * rows * hidden) * layer.steps
            cell_steps += cells * layer.steps
            width = layer.hands
            if self.connection == "highway" and layer.number > 1:
                weights += width * width * layer.steps
        answers = task.steps if task.readout == "every" else 1
        weights += (self.output_depth * hidden * max(width, hidden) + width * task.output_size) * answers
        numbers = batch * task.steps * (task.input_size + task.output_size)
        return Work(cell_steps, 6.0 * weights * batch, batch * cell_steps * rows, numbers)

    def trained(self, task: Task) -> int:
        hidden, rows = self.hidden, CELLS[self.cell].values(self.hidden, self.options)
        width = hidden if self.input_depth else task.input_size
        found = self.input_depth * hidden * (max(task.input_size, hidden) + 1)
        for layer in self.shapes(width, task.steps):
            found += self.directions * rows * (layer.reads + (1 + self.transition_depth) * (hidden + 4))
            width = layer.hands
            if self.connection == "highway" and layer.number > 1:
                found += width * (width + 1)
        return found + self.output_depth * hidden * (max(width, hidden) + 1) + (width + 1) * task.output_size

    def shown(self, task: Task) -> int:
        cell = CELLS[self.cell]
        gates = cell.values(self.hidden, self.options) * (1 + self.transition_depth)
        return task.steps * self.layers * self.directions * (gates + 3 * cell.width(self.hidden, self.options))
