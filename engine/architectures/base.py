"""What an architecture is: settings, the structures it reads, and the model that it builds of them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Self

import torch
from torch import nn

from engine.settings import Limit, Spec, check_settings, read_settings, specs
from engine.structures import SEQUENCE, Structure
from engine.tasks.base import Task


class Model(nn.Module):
    """What an architecture builds. `model(batch.inputs)` are its outputs, as the task's loss takes them."""

    @property
    def sizes(self) -> dict[str, int]:
        """How many trained numbers each part has, by the part's name."""
        return {"model": count(self)}


class Work(NamedTuple):
    """What one update does: cell steps, floating point operations, gate values, and numbers in and out.

    Forward and backward together cost three matrix products of 2 operations a weight for each example and step.
    """

    steps: float
    flops: float
    gates: float
    numbers: float


class Architecture(ABC):
    """A kind of network. Its subclasses are frozen dataclasses whose fields are its settings.

    A setting's name stands in links. Architectures may share a name that means the same in each; it must differ from
    the names of tasks, cells and training, if need be by something put in front, such as attention_heads.
    """

    reads: ClassVar[frozenset[Structure]] = frozenset({SEQUENCE})
    """The structures of examples that its models can read."""

    heavy: ClassVar[tuple[str, ...]] = ()
    """The settings with which the work of an update and the memory of a run grow."""

    truncatable: ClassVar[bool] = False
    """Whether the gradient of its models can be cut at windows of steps."""

    def __post_init__(self) -> None:
        check_settings(self)
        for name, limit in self.limits(vars(self)).items():
            limit.check(name, getattr(self, name))

    @abstractmethod
    def build(self, task: Task, generator: torch.Generator) -> Model:
        """An untrained model for the task, all of its numbers drawn from `generator`."""

    @classmethod
    def declared(cls) -> tuple[Mapping[str, Spec], ...]:
        """All settings that it can have, by name; a name may come several times, with another spec each."""
        return (specs(cls),)

    @classmethod
    def read(cls, params: Mapping[str, object]) -> Self:
        """The one that `params` describes, as text or as values; what is left out takes its default.

        Raises SettingError. Names that are not its own are passed over.
        """
        return cls(**read_settings(specs(cls), params))

    def settings(self) -> dict[str, tuple[Spec, Any]]:
        """Every setting with its spec and value, in the order of a link."""
        return {name: (spec, getattr(self, name)) for name, spec in specs(self).items()}

    @classmethod
    def limits(cls, values: Mapping[str, Any]) -> dict[str, Limit]:
        """The settings that may be less than usual beside the other settings' `values`, of which none is missing."""
        return {}

    @classmethod
    def asked_by(cls, task: Task) -> dict[str, Limit]:
        """The settings that may be less than usual because of the task."""
        return {}

    @property
    def heavy_maps(self) -> tuple[str, ...]:
        """Further settings with which the work grows, if they are in use."""
        return ()

    @property
    def by_steps(self) -> bool:
        """Whether an example can be read on, one step after the other."""
        return False

    @property
    def summary(self) -> str:
        """The network in a few words."""
        return ", ".join(f"{name} {spec.write(value)}" for name, (spec, value) in self.settings().items())

    def trained(self, task: Task) -> int:
        """About how many numbers a model of it trains."""
        return count(self.build(task, torch.Generator()))

    def work(self, task: Task, batch: int) -> Work:
        """What an update does: here, as if all that is trained were used at every step."""
        flops = 6.0 * self.trained(task) * task.steps * batch
        return Work(task.steps, flops, 0, batch * task.steps * (task.input_size + task.output_size))

    @property
    def seconds_a_step(self) -> float:
        """What a cell step costs beside its arithmetic (benchmarks.budget)."""
        return 1e-4

    @property
    def seconds_a_gate(self) -> float:
        """What each gate value costs."""
        return 0.0

    def shown(self, task: Task) -> int:
        """About how many numbers a look at one example brings."""
        return 0


def count(module: nn.Module) -> int:
    """How many numbers in `module` are trained."""
    return sum(parameter.numel() for parameter in module.parameters())
