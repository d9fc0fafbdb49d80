"""An experiment: a task, a network and how to train it; checked, frozen, and the same as flat text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Self

from engine.architectures import ARCHITECTURES, Architecture, Stack
from engine.budget import MAX_SECONDS, beyond, seconds_per_update
from engine.learners import LEARNERS, USUAL, Learner, Training, learner_for, name_for
from engine.messages import Message, Option, Setting, Value, Word, quoted
from engine.settings import (
    Choice,
    Limit,
    SettingError,
    Spec,
    Whole,
    conditions,
    read_settings,
    specs,
    taken,
    tightest,
)
from engine.tasks import TASKS, Task

TASK = Choice("adding", TASKS)
ARCH = Choice("stack", ARCHITECTURES)
LEARNER = Choice(USUAL, lambda: (USUAL, *LEARNERS))

UNWRITTEN = {"arch": ARCH, "learner": LEARNER}
"""Settings that a link leaves out while they are the usual ones, so that it stays short."""

MOST_LETTERS = 40
"""Of a name, when it is compared with those of the settings: all of theirs are shorter."""


@dataclass(frozen=True)
class Experiment:
    """All that determines a run: the same experiment gives the same losses, update by update.

    learner: a key of LEARNERS, or "usual" for the one that `learner_for` finds. learner_options: that learner's own
    settings; those not given take their defaults.

    Raises SettingError, told to the person who chose the setting.
    """

    task: Task
    network: Architecture
    training: Training
    learner: str = USUAL
    learner_options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        self._check_structure()
        for name, limit in self.network.asked_by(self.task).items():
            limit.check(name, getattr(self.network, name))
        self._check_learner()
        batch, truncate = self.training.batch, self.training.truncate
        needed = seconds_per_update(self.task, self.network, batch, truncate)
        if needed > MAX_SECONDS:
            heavy = ["batch", *self.network.heavy, *(["length"] if "length" in specs(self.task) else [])]
            heavy += self.network.heavy_maps
            values: dict[str, Value] = {
                "needed": beyond(needed),
                "most": MAX_SECONDS,
                "settings": tuple(Setting(name) for name in heavy if self._lowers(name)),
            }
            if seconds_per_update(self.task, self.network, batch) <= MAX_SECONDS:
                message = Message("budget.windows", **values, truncate=Setting("truncate"))
                raise SettingError(("truncate", *heavy), message)
            raise SettingError(heavy, Message("budget.update", **values))

    def _check_structure(self) -> None:
        """That the network reads what the task has."""
        structure = self.task.structure
        if structure not in self.network.reads:
            able = tuple(Option("arch", name) for name, each in ARCHITECTURES.items() if structure in each.reads)
            read = tuple(Word(plural) for plural in sorted(each.plural for each in self.network.reads))
            values: dict[str, Value] = {
                "task": Option("task", self.task_name),
                "has": Word(structure.plural),
                "arch": Option("arch", self.arch_name),
                "reads": read,
            }
            if able:
                raise SettingError(("arch", "task"), Message("arch.reads_other", **values, able=able))
            raise SettingError(("arch", "task"), Message("arch.reads_none", **values))

    def _check_learner(self) -> None:
        """That the learner can train this, and that its own settings are right."""
        LEARNER.check("learner", self.learner)
        learner, about = learner_for(self), (self.task, type(self.network), vars(self.network))
        if reason := learner.cannot(*about):
            cannot = Message("learner.cannot", learner=Word(learner.label), reason=reason)
            raise SettingError(("learner", "task", "cell"), cannot)
        for name, limit in learner.limits(*about).items():
            limit.check(name, getattr(self.training if name in specs(self.training) else self.network, name))
        for name in self.learner_options:
            if name not in learner.options:
                raise SettingError(
                    name, Message("setting.of_learner", setting=Setting(name), learner=Word(learner.label))
                )
        options = {name: spec.default for name, spec in learner.options.items()} | dict(self.learner_options)
        for name, value in options.items():
            learner.options[name].check(name, value)
        object.__setattr__(self, "learner_options", options)

    def _lowers(self, name: str) -> bool:
        """Whether a number is not at its lowest yet."""
        owner = next(each for each in (self.task, self.network, self.training) if name in specs(each))
        spec = specs(owner)[name]
        return isinstance(spec, Whole) and getattr(owner, name) > spec.low

    @property
    def task_name(self) -> str:
        return _key(TASKS, type(self.task), "task")

    @property
    def arch_name(self) -> str:
        return _key(ARCHITECTURES, type(self.network), "arch")

    @property
    def stack(self) -> Stack:
        """The network's settings where it is a stack of layers, for what can show no other. Raises TypeError."""
        if not isinstance(self.network, Stack):
            raise TypeError(f"The architecture {self.arch_name} is no stack of layers.")
        return self.network

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells its run from others: two experiments with the same one are the same run.

        All settings but those that may change while a run goes on.
        """
        fixed = [name for name in specs(Training) if name not in learner_for(self).tunable]
        values = (getattr(self.training, name) for name in fixed)
        return self.task, self.network, self.learner, self.learner_options, *values

    def becomes(self, other: "Experiment") -> bool:
        """Whether a run of this one may go on as `other`: only what is tunable differs."""
        return self.identity == other.identity

    @classmethod
    def from_params(cls, params: Mapping[str, object]) -> Self:
        """The experiment that a mapping describes, with values as text or as they are; the rest takes its default.

        Settings of other tasks, architectures, cells and learners are passed over. Raises SettingError, which names the
        field, for a bad value or an unknown name.
        """
        known = known_settings()
        for name in params:
            if name not in known:
                raise unknown(str(name), nearest(str(name), known))
        task = TASKS[taken(TASK, "task", params.get("task", TASK.default))]
        given = read_settings(specs(task), params)
        architecture = ARCHITECTURES[taken(ARCH, "arch", params.get("arch", ARCH.default))]
        made, network = task(**given, **task.usual(given)), architecture.read(params)
        learner = taken(LEARNER, "learner", params.get("learner", LEARNER.default))
        learning = LEARNERS[name_for(made, architecture, vars(network), learner)]
        return cls(
            task=made,
            network=network,
            training=Training(**read_settings(specs(Training), params)),
            learner=learner,
            learner_options=read_settings(learning.options, params),
        )

    @classmethod
    def read(cls, params: Mapping[str, object]) -> tuple[Self, tuple[SettingError, ...]]:
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
        chosen = {"arch": self.arch_name, "learner": self.learner}
        unusual = {name: (spec, chosen[name]) for name, spec in UNWRITTEN.items() if chosen[name] != spec.default}
        of_learner = learner_for(self).options
        declared: dict[str, tuple[Spec, Any]] = {
            "task": (TASK, self.task_name),
            **unusual,
            **{name: (spec, getattr(self.task, name)) for name, spec in specs(self.task).items() if name not in idle},
            **self.network.settings(),
            **{name: (spec, getattr(self.training, name)) for name, spec in specs(self.training).items()},
            **{name: (of_learner[name], value) for name, value in self.learner_options.items()},
        }
        return {name: spec.write(value) for name, (spec, value) in declared.items()}


def _key(registry: Mapping[str, type], kind: type, setting: str) -> str:
    """By which name something is registered. Raises SettingError."""
    found = next((name for name, each in registry.items() if each is kind), None)
    if found is None:
        raise SettingError(setting, Message("setting.not_registered", kind=kind.__name__))
    return found


def network_limits(
    task: Task, architecture: type[Architecture], values: Mapping[str, Any], learner: str = USUAL
) -> dict[str, Limit]:
    """What the task and the learner ask of the network's and the training's settings beside these `values`."""
    learning = LEARNERS[name_for(task, architecture, values, learner)]
    return tightest(architecture.asked_by(task), learning.limits(task, architecture, values))


def able_learners(task: Task, architecture: type[Architecture], values: Mapping[str, Any]) -> dict[str, type[Learner]]:
    """The learners that can train such a network."""
    return {name: each for name, each in LEARNERS.items() if not each.cannot(task, architecture, values)}


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
    """Every name a setting can have, with its specs: one, or one for each task or architecture that has it."""
    groups: list[Mapping[str, Spec]] = [{"task": TASK, **UNWRITTEN}]
    groups += [group for architecture in ARCHITECTURES.values() for group in architecture.declared()]
    groups += [specs(Training), *(specs(task) for task in TASKS.values())]
    groups += [learner.options for learner in LEARNERS.values()]
    names: dict[str, tuple[Spec, ...]] = {}
    for group in groups:
        for name, spec in group.items():
            if spec not in names.get(name, ()):
                names[name] = (*names.get(name, ()), spec)
    return names
