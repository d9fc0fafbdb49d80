"""Ways of learning, by the identifier that stands in the link, and what they are made of."""

from collections.abc import Mapping
from typing import Any

from engine.architectures.base import Architecture
from engine.learners.base import Learner, Plan, Update
from engine.learners.gradient import Gradient
from engine.learners.ridge import Ridge
from engine.learners.training import Training
from engine.tasks.base import Task

LEARNERS: dict[str, type[Learner]] = {"gradient": Gradient, "ridge": Ridge}

USUAL = "usual"
"""In place of a learner's name: the one that the cell asks for by its setting `fit`, or else the first that can."""


def learner_for(plan: Plan) -> type[Learner]:
    """The learner of an experiment."""
    return LEARNERS[name_for(plan.task, type(plan.network), vars(plan.network), plan.learner)]


def name_for(task: Task, architecture: type[Architecture], values: Mapping[str, Any], chosen: str = USUAL) -> str:
    """The name of the learner that trains such a network, if `chosen` was. values: the network's settings."""
    if chosen != USUAL:
        return chosen
    able = [name for name, learner in LEARNERS.items() if not learner.cannot(task, architecture, values)]
    wished = values.get("options", {}).get("fit")
    return wished if wished in able else next(iter(able), next(iter(LEARNERS)))


__all__ = ["LEARNERS", "USUAL", "Gradient", "Learner", "Plan", "Ridge", "Training", "Update", "learner_for", "name_for"]
