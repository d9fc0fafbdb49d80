"""How long a task makes a network remember: the one setting that says so, and the same task with more of it."""

from dataclasses import replace

from engine.config import Experiment
from engine.fields import Spec, specs
from engine.tasks import Task

LAGS = {"echo": "delay", "neighbours": "distance"}
"""The setting by the name of the task, where it is not the length."""

STEPS_EACH = {"delay": 1, "distance": 2}
"""How many steps at the ends of a sequence have no answer, for each step of such a lag."""


def lag_setting(task_name: str, task: Task | type[Task]) -> tuple[str, Spec] | None:
    """The setting's name and what it may be; None if the task has no lag."""
    name = LAGS.get(task_name, "length")
    declared = specs(task)
    return (name, declared[name]) if name in declared else None


def lag_of(experiment: Experiment) -> int | None:
    """The lag of an experiment's task; None if it has none."""
    found = lag_setting(experiment.task_name, experiment.task)
    return int(getattr(experiment.task, found[0])) if found else None


def at_lag(experiment: Experiment, lag: int) -> Experiment:
    """The same experiment at another lag. Raises FieldError.

    Where the lag is not the length, the length goes along: as many answers are asked as before.
    """
    task = experiment.task
    found = lag_setting(experiment.task_name, task)
    assert found is not None
    name, spec = found
    spec.check(name, lag)
    values = {setting: getattr(task, setting) for setting in specs(task)}
    if name in STEPS_EACH:
        values["length"] += STEPS_EACH[name] * (lag - values[name])
    return replace(experiment, task=type(task)(**{**values, name: lag}))
