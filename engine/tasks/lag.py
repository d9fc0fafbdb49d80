"""How long a task makes a network remember: the one setting that says so, and the same task with more of it."""

from dataclasses import replace
from typing import NamedTuple

from engine.experiment import Experiment
from engine.messages import Message
from engine.settings import Whole, specs
from engine.tasks import Task

MOST_STEPS = 500


class Lag(NamedTuple):
    """The setting's name, its value, what it may be beside the others; why that is less than usual, if it is."""

    name: str
    value: int
    spec: Whole
    why: Message | str


def lag_of(task: Task) -> Lag | None:
    """The lag of a task, whose length may go along; None if it has none."""
    name = task.lag
    declared = specs(task)
    if name not in declared:
        return None
    value, spec = getattr(task, name), declared[name]
    assert isinstance(spec, Whole)
    limit = task.limits(vars(task)).get(name) if name == "length" else None
    if limit is not None and isinstance(limit.spec, Whole) and limit.spec.high < spec.high:
        return Lag(name, value, limit.spec, limit.why)
    room = spec.up_to(value + (MOST_STEPS - task.steps) // (task.unasked or 1))
    why = Message("lag.longest", most=MOST_STEPS) if room.high < spec.high else ""
    return Lag(name, value, room, why)


def at_lag(experiment: Experiment, lag: int) -> Experiment:
    """The same experiment at another lag. Raises SettingError.

    Where the lag is not the length, the length goes along: as many answers are asked as before.
    """
    task = experiment.task
    found = lag_of(task)
    assert found is not None
    name = found.name
    specs(task)[name].check(name, lag)
    values = {setting: getattr(task, setting) for setting in specs(task)}
    if name != "length":
        values["length"] += task.unasked * (lag - values[name])
    return replace(experiment, task=type(task)(**{**values, name: lag}))
