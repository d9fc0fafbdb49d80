"""What somebody might bring in a notebook: a cell, a task, an architecture, a structure and a learner of their own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from engine import ARCHITECTURES, CELLS, LEARNERS, TASKS, Architecture, Learner
from engine.architectures import Model
from engine.cells import RNNCell
from engine.learners import Plan, Update
from engine.settings import Real, Spec, Whole, setting
from engine.structures import SEQUENCE, Batch, Structure
from engine.tasks.base import Task
from engine.tasks.sequence.adding import Adding

TREE = Structure("tree", "trees", Batch)


class MyCell(RNNCell):
    """A simple RNN under another name, with a setting more."""

    options: ClassVar[Mapping[str, Spec]] = {**RNNCell.options, "zest": Real(0.5, 0.0, 1.0)}

    def __init__(self, *sizes: int, zest: float = 0.5, **more: Any) -> None:
        super().__init__(*sizes, **more)


@dataclass(frozen=True)
class MyTask(Adding):
    """Adding, in sequences of its own length."""

    length: int = setting(Whole(7, 2, 30, "steps"))


@dataclass(frozen=True)
class TreeTask(Adding):
    """Adding that claims to be about trees."""

    structure = TREE


class Mean(Model):
    """What it says follows from the mean of the sequence."""

    def __init__(self, inputs: int, width: int, outputs: int, generator: torch.Generator) -> None:
        super().__init__()
        self.maps = nn.Sequential(nn.Linear(inputs, width), nn.Tanh(), nn.Linear(width, outputs))
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.5, generator=generator)

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.maps(inputs.mean(dim=1))
        return outputs


@dataclass(frozen=True)
class MyArchitecture(Architecture):
    """A network without memory, in a dozen lines."""

    reads = frozenset({SEQUENCE, TREE})
    width: int = setting(Whole(5, 1, 50, "units"))

    def build(self, task: Task, generator: torch.Generator) -> Model:
        return Mean(task.input_size, self.width, task.output_size, generator)


class MyLearner(Learner):
    """Gradient descent with momentum, by hand: it has a setting of its own, and a state to keep."""

    label = "By hand"
    options: ClassVar[Mapping[str, Spec]] = {"inertia": Real(0.9, 0.0, 0.99)}
    tunable = ("lr", "batch")
    has_gradient = True
    filed = "hand"

    def __init__(self, plan: Plan, model: Model) -> None:
        super().__init__(plan, model)
        self.speed = torch.zeros_like(self.gradient)

    def update(self, batch: Batch, keep: Callable[[], None]) -> Update:
        self.gradient.zero_()
        loss = self.plan.task.loss(self.model(batch.inputs), batch)
        loss.backward()
        value, norm = float(loss.detach()), float(self.gradient.norm())
        if not norm < 1e6:
            return Update(value, norm, stepped=False)
        keep()
        with torch.no_grad():
            self.speed.mul_(self.plan.learner_options["inertia"]).add_(self.gradient)
            self.weights.sub_(self.speed, alpha=self.plan.training.lr)
        return Update(value, norm)

    def state(self) -> dict[str, Tensor]:
        return {"speed": self.speed.clone()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        self.speed.copy_(state["speed"])


class Picky(MyLearner):
    """It trains nothing."""

    @classmethod
    def cannot(cls, task: Task, architecture: type[Architecture], values: Mapping[str, Any]) -> str:
        return "It trains nothing at all."


OWN: dict[int, tuple[dict[str, Any], str, type]] = {
    0: (CELLS, "mine", MyCell),
    1: (TASKS, "mine", MyTask),
    2: (TASKS, "tree", TreeTask),
    3: (ARCHITECTURES, "mine", MyArchitecture),
    4: (LEARNERS, "mine", MyLearner),
    5: (LEARNERS, "picky", Picky),
}


@contextmanager
def registered() -> Iterator[None]:
    """All of it registered, and taken away again."""
    for registry, name, kind in OWN.values():
        assert name not in registry
        registry[name] = kind
    try:
        yield
    finally:
        for registry, name, _ in OWN.values():
            del registry[name]
