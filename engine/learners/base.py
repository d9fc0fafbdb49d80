"""What a learner is: a way of changing a model's weights, batch by batch, so that its loss falls."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

from torch import Tensor

from engine.architectures.base import Architecture, Model
from engine.learners.flat import flattened
from engine.learners.training import Training
from engine.messages import Message, Word
from engine.settings import Limit, SettingError, Spec
from engine.structures import Batch
from engine.tasks.base import Task


class Plan(Protocol):
    """What a learner has to know of an experiment; an Experiment is one."""

    @property
    def task(self) -> Task: ...
    @property
    def network(self) -> Architecture: ...
    @property
    def training(self) -> Training: ...
    @property
    def learner(self) -> str: ...
    @property
    def learner_options(self) -> Mapping[str, Any]: ...


class Update(NamedTuple):
    """What an update came to.

    loss: of its batch, before the weights were changed. gradient_norm: the length of the gradient over all weights,
    before clipping; None where there is none. clip: what it was clipped to, 0 for nothing. stepped: False if the
    gradient was too long to step along, so that the weights stayed as they were.
    """

    loss: float
    gradient_norm: float | None = None
    clip: float = 0.0
    stepped: bool = True


class Loop(NamedTuple):
    """The part of a script that trains.

    uses: the definitions of the engine that stand before it. reads: True if it asks the network for what its readout
    reads, `network.read(inputs)`, and False if it asks for the answers, `network(inputs)`.
    """

    text: str
    uses: tuple[Callable[..., Any], ...] = ()
    reads: bool = False


class Learner(ABC):
    """A way of learning, at work on one model. What it depends on is the plan, the batches and its own state.

    weights: all that the model trains, as one vector, of which the model's parameters are views. gradient: that of the
    same, which backpropagation adds to.
    """

    label: ClassVar[str]
    """What it is called on a page."""

    options: ClassVar[Mapping[str, Spec]] = {}
    """Settings of its own beside those of Training; their names differ from all others."""

    tunable: ClassVar[tuple[str, ...]] = ("batch",)
    """The settings of Training that may change while a run goes on; any other makes another run."""

    has_gradient: ClassVar[bool] = False
    """Whether its updates have a gradient norm."""

    filed: ClassVar[str] = "learner"
    """What stands before the names of its arrays in a saved run, where names never change."""

    keeper: ClassVar[str] = "learner"
    """What a sentence calls that to which those arrays belong."""

    def __init__(self, plan: Plan, model: Model) -> None:
        self.plan, self.model = plan, model
        self.weights, self.gradient = flattened(model)

    @classmethod
    def cannot(cls, task: Task, architecture: type[Architecture], values: Mapping[str, Any]) -> Message | None:
        """Why it cannot train such a network; None if it can. values: the network's settings."""
        return None

    @classmethod
    def limits(cls, task: Task, architecture: type[Architecture], values: Mapping[str, Any]) -> dict[str, Limit]:
        """What settings of the network and of Training may be with it where that is less than usual, and why."""
        return {}

    @abstractmethod
    def update(self, batch: Batch, keep: Callable[[], None]) -> Update:
        """Learn from a batch.

        `keep` has to be called right before the weights change, and only if the loss is a finite number: it notes the
        weights, to which the run goes back if the next loss is none. If the loss is not finite, nothing may change.
        """

    def state(self) -> dict[str, Tensor]:
        """All that it carries from one update to the next beside the weights, by name: copies."""
        return {}

    def state_after(self) -> dict[str, Tensor]:
        """Arrays of the names, shapes and types that `state` has once an update was made."""
        return self.state()

    def restore(self, state: Mapping[str, Tensor]) -> None:  # noqa: B027  # most simple ones carry nothing
        """Go on from what `state` gave."""

    def tune(self, plan: Plan) -> None:
        """Go on with other values of the settings that are tunable."""
        self.plan = plan

    @classmethod
    def loop(cls, plan: Plan, drawing: Mapping[str, Any]) -> Loop:
        """The loop of a script that trains as it does. Raises SettingError if it has none.

        drawing: as text, how weights and batches are drawn: seed, batch, draw (a function), draw_settings.
        """
        raise SettingError("learner", Message("learner.no_script", learner=Word(cls.label)))
