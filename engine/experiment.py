"""An experiment: a task, a network and how to train it; checked, frozen, and the same as flat text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Self

from engine.architectures.connections import CONNECTIONS
from engine.budget import MAX_SECONDS, beyond, seconds_per_update
from engine.cells import CELLS, INITS
from engine.learners.optimizers import OPTIMIZERS
from engine.messages import Message, Option, Setting, Value, quoted
from engine.settings import (
    Choice,
    Limit,
    Real,
    SettingError,
    Spec,
    Whole,
    Wholes,
    check_settings,
    conditions,
    read_settings,
    setting,
    specs,
)
from engine.tasks import TASKS, Regression, Task

TASK = Choice("adding", tuple(TASKS))
UNJOINED = Wholes((1,), 1, 1, 1)

MOST_LETTERS = 40
"""Of a name, when it is compared with those of the settings: all of theirs are shorter."""


@dataclass(frozen=True)
class Architecture:
    """The network to build. `options` are the chosen cell's own; those not given take the cell's defaults.

    recurrent_scale: what the matrices that read the state are multiplied by before training, and so their spectral
    radius. input_depth, transition_depth, output_depth: further maps between the input and the first layer, between one
    state and the next, and between the last layer and the answer. Pascanu et al. 2014. connection: what a layer from
    the second on hands up beside its own output. windows: how many steps of each layer are joined into one of the next,
    the last number for all further up; (1,) joins none. Graves 2012.
    """

    cell: str = setting(Choice("lstm", tuple(CELLS)))
    hidden: int = setting(Whole(32, 1, 128, "units"))
    layers: int = setting(Whole(1, 1, 4, "layers"))
    direction: str = setting(Choice("forward", ("forward", "backward", "bidirectional")))
    init: str = setting(Choice("default", tuple(INITS)))
    recurrent_scale: float = setting(Real(1.0, 0.0, 10.0))
    input_depth: int = setting(Whole(0, 0, 3, "layers"))
    transition_depth: int = setting(Whole(0, 0, 3, "layers"))
    output_depth: int = setting(Whole(0, 0, 3, "layers"))
    connection: str = setting(Choice("plain", tuple(CONNECTIONS)))
    windows: tuple[int, ...] = setting(Wholes((1,), 1, 10, 3))
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

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

    @property
    def by_steps(self) -> bool:
        """Whether a sequence can be read on, one step after the other: forward, and without joined steps."""
        return self.direction == "forward" and max(self.windows) == 1

    def window(self, layer: int) -> int:
        """How many steps of layer `layer` (from 1) become one step of the next."""
        return self.windows[min(layer, len(self.windows)) - 1]


@dataclass(frozen=True)
class Training:
    """How the network learns. clip 0 means that gradients are not clipped.

    lr: 0.01 where none is given, whatever the optimizer: links without one have always meant that. USUAL_RATES in
    optimizers.py has what suits each.

    truncate: the window k of truncated backpropagation through time, in steps of the input: the state crosses from one
    window to the next, the gradient does not; 0, or as many as the sequence has, is the whole sequence.
    """

    optimizer: str = setting(Choice("adam", tuple(OPTIMIZERS)))
    lr: float = setting(Real(0.01, 1e-6, 10.0))
    batch: int = setting(Whole(32, 1, 256, "sequences"))
    clip: float = setting(Real(1.0, 0.0, 1000.0))
    truncate: int = setting(Whole(0, 0, 500, "steps"))
    decay: float = setting(Real(0.0, 0.0, 1.0))
    seed: int = setting(Whole(1, 0, 2**31 - 1))

    def __post_init__(self) -> None:
        check_settings(self)
        if self.lr * self.decay > 1:
            given = {"given_decay": self.decay, "given_lr": self.lr, "product": self.decay * self.lr}
            raise SettingError(
                ("decay", "lr"), Message("training.decay", decay=Setting("decay"), lr=Setting("lr"), **given)
            )


@dataclass(frozen=True)
class Experiment:
    """All that determines a run: the same experiment gives the same losses, update by update.

    Raises SettingError, told to the person who chose the setting.
    """

    task: Task
    network: Architecture
    training: Training

    def __post_init__(self) -> None:
        for name, limit in network_limits(self.task).items():
            limit.check(name, getattr(self.network, name))
        batch, truncate = self.training.batch, self.training.truncate
        needed = seconds_per_update(self.task, self.network, batch, truncate)
        if needed > MAX_SECONDS:
            heavy = ["batch", "hidden", "layers", *(["length"] if "length" in specs(self.task) else [])]
            deep = ("input_depth", "transition_depth", "output_depth")
            heavy += [name for name in deep if getattr(self.network, name)]
            values: dict[str, Value] = {
                "needed": beyond(needed),
                "most": MAX_SECONDS,
                "settings": tuple(Setting(name) for name in heavy if self._lowers(name)),
            }
            if seconds_per_update(self.task, self.network, batch) <= MAX_SECONDS:
                message = Message("budget.windows", **values, truncate=Setting("truncate"))
                raise SettingError(("truncate", *heavy), message)
            raise SettingError(heavy, Message("budget.update", **values))

    def _lowers(self, name: str) -> bool:
        """Whether a number is not at its lowest yet."""
        owner = next(each for each in (self.task, self.network, self.training) if name in specs(each))
        spec = specs(owner)[name]
        return isinstance(spec, Whole) and getattr(owner, name) > spec.low

    @property
    def closed_form(self) -> bool:
        """Whether the readout is found by ridge regression and not by gradient: a reservoir's, for amounts."""
        return self.network.options.get("fit") == "ridge" and isinstance(self.task, Regression)

    @property
    def task_name(self) -> str:
        return next(name for name, task in TASKS.items() if type(self.task) is task)

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> Self:
        """The experiment that a mapping of text describes; what it leaves out takes its default.

        Settings of other tasks and cells are passed over. Raises SettingError for a bad value or an unknown name.
        """
        for name in params:
            if name not in known_settings():
                raise unknown(name, nearest(name, known_settings()))
        task = TASKS[TASK.read("task", params.get("task", TASK.default))]
        given = read_settings(specs(task), params)
        network = read_settings(specs(Architecture), params)
        cell = network.get("cell", Architecture.cell)
        return cls(
            task=task(**given, **task.usual(given)),
            network=Architecture(**network, options=read_settings(CELLS[cell].options, params)),
            training=Training(**read_settings(specs(Training), params)),
        )

    @classmethod
    def read(cls, params: Mapping[str, str]) -> tuple[Self, tuple[SettingError, ...]]:
        """Like from_params, but a bad setting takes its default: the experiment, and what was wrong.

        A number beyond what other settings allow takes the nearest that they do. Where settings do not fit together,
        the foremost that was given goes, and the next one if that is not enough; that is one problem. Defaults fit, so
        there always is an experiment. Every problem says what was taken instead.
        """
        left = dict(params)
        problems: list[SettingError] = []
        changed: list[list[str]] = []
        while True:
            try:
                experiment = cls.from_params(left)
                break
            except SettingError as problem:
                at_fault = next((name for name in problem.fields if name in left), None)
                if not (problems and _goes_on(problems[-1], problem, changed[-1])):
                    problems.append(problem)
                    changed.append([])
                if at_fault is not None and at_fault == problem.fields[0] and problem.nearest is not None:
                    left[at_fault] = problem.nearest
                    changed[-1].append(at_fault)
                    continue
                # Together too much, and none of those at fault was given: only the task stays.
                gone = [name for name in left if (name != "task" if at_fault is None else name == at_fault)]
                changed[-1] += gone
                for name in gone:
                    del left[name]
        taken = experiment.to_params()
        for each, names in zip(problems, changed, strict=True):
            each.instead = _instead(names, taken)
        return experiment, tuple(problems)

    def to_params(self) -> dict[str, str]:
        """The experiment as flat text; `from_params` gives it back. Settings without a meaning here are left out."""
        idle = {name for name, (other, value) in conditions(self.task).items() if getattr(self.task, other) != value}
        declared = {
            "task": (TASK, self.task_name),
            **{name: (spec, getattr(self.task, name)) for name, spec in specs(self.task).items() if name not in idle},
            **{name: (spec, getattr(self.network, name)) for name, spec in specs(self.network).items()},
            **{name: (CELLS[self.network.cell].options[name], value) for name, value in self.network.options.items()},
            **{name: (spec, getattr(self.training, name)) for name, spec in specs(self.training).items()},
        }
        return {name: spec.write(value) for name, (spec, value) in declared.items()}


def _goes_on(before: SettingError, problem: SettingError, changed: list[str]) -> bool:
    """Whether settings that do not fit together still do not, now that one of them was changed."""
    return len(problem.fields) > 1 and before.fields[0] == problem.fields[0] and changed[-1] in problem.fields


def _instead(names: list[str], taken: Mapping[str, str]) -> Message:
    """What became of settings that could not be used."""
    used = tuple(
        Message("setting.value", setting=Setting(name), value=quoted(taken[name], name))
        if name in taken
        else Message("setting.none", setting=Setting(name))
        for name in names
        if name in known_settings()
    )
    return Message("setting.taken", settings=used) if used else Message("setting.passed_over")


def network_limits(task: Task) -> dict[str, Limit]:
    """What a task asks of the network."""
    limits = {}
    if task.causal:
        limits["direction"] = Limit(Choice("forward", ("forward",)), Message("task.forward_only"), ("task",))
    if task.readout == "every":
        limits["windows"] = Limit(UNJOINED, Message("task.every_step"), ("task",))
    return limits


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that was meant by a misspelt one; None if it is like none of them.

    The first letters are the same and so are at least three letters in four, in order (Ratcliff and Obershelp's ratio):
    "lenght" is length, while "ref", "utm_source" and the like were meant for somebody else.
    """
    lower = name[:MOST_LETTERS].lower()
    begun = [each for each in names if each[0] == lower[:1]]
    return next(iter(get_close_matches(lower, begun, n=1, cutoff=0.75)), None)


def unknown(name: str, meant: str | None) -> SettingError:
    """What to say of a name that is no setting's."""
    if meant is None:
        return SettingError(name, Message("setting.unknown", name=quoted(name)))
    return SettingError(name, Message("setting.unknown_like", name=quoted(name), meant=Setting(meant)))


def known_settings() -> dict[str, tuple[Spec, ...]]:
    """Every name a setting can have, with its specs: one, or one for each task that has it."""
    groups: list[Mapping[str, Spec]] = [{"task": TASK}, specs(Architecture), specs(Training)]
    groups += [specs(task) for task in TASKS.values()] + [cell.options for cell in CELLS.values()]
    names: dict[str, tuple[Spec, ...]] = {}
    for group in groups:
        for name, spec in group.items():
            names[name] = (*names.get(name, ()), spec)
    return names
