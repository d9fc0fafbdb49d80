"""What a task is: sequences to learn from, what answering them right means, and what chance scores."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.settings import Limit, check_settings, conditions, specs
from engine.structures import SEQUENCE, Batch, Structure
from engine.tasks.about import About

NO_ANSWER = -100
"""The target of a step at which no answer is asked."""


@dataclass(frozen=True)
class Tokens:
    """One sequence of symbols as a person reads it, T entries each; "" where there is no input or no target.

    answers: the network's likeliest symbol where one is asked. right: whether it is the target, None where the answer
    does not count or nobody can say what is right. probability: what the network gives the target, 0..1. marked: the
    steps that matter, where the others only fill the time. symbols: those that the task is about, in its own order;
    none if they are many.
    """

    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    answers: tuple[str, ...]
    right: tuple[bool | None, ...]
    probability: tuple[float, ...]
    marked: tuple[bool, ...]
    symbols: tuple[str, ...]


@dataclass(frozen=True)
class Quantity:
    """One sequence of numbers and the one number asked for, in the units of the series.

    values: (T,). marked: (T,) bool, the steps that matter. right: |answer − target| ≤ tolerance; None, and the target
    nan, if nobody can say what is right.
    """

    values: tuple[float, ...]
    marked: tuple[bool, ...]
    target: float
    answer: float
    tolerance: float
    right: bool | None


Reading = Tokens | Quantity


class Sampler(NamedTuple):
    """A function of torch alone that draws a batch, with the settings it is called with.

    `draw(size, **settings, generator)` returns (inputs, targets, mask). It stands alone so that its source can be
    shown and run outside this project.
    """

    draw: Callable[..., tuple[Tensor, Tensor, Tensor]]
    settings: Mapping[str, Any]


class Task(ABC):
    """A frozen dataclass whose fields are its difficulty; subclasses are Classification or Regression."""

    key: ClassVar[str] = ""
    """What links and files call it, for ever. A class without one is a base of others and no task to choose."""
    about: ClassVar[About] = About()
    lag: ClassVar[str] = "length"
    """The setting that says how far back it asks."""
    unasked: ClassVar[int] = 0
    """How many steps at the ends of a sequence have no answer, for each step of a lag that is not the length."""

    structure: ClassVar[Structure] = SEQUENCE
    """What one example is; an architecture says which structures it reads."""

    causal: ClassVar[bool] = False
    """True if the inputs ahead hold the answer, so that only a forward network may be asked."""

    varied: ClassVar[bool] = True
    """False if there is only one sequence, so that what is held out is what is trained on."""

    finite: ClassVar[bool] = False
    """True if all sequences come from one text or series, which can be learned by heart."""

    def __post_init__(self) -> None:
        check_settings(self)
        # A setting without a meaning here takes its default: tasks that do the same are equal, and links short.
        for name, (other, value) in conditions(self).items():
            if getattr(self, other) != value:
                object.__setattr__(self, name, specs(self)[name].default)
        self._check_data()
        for name, limit in self.limits(vars(self)).items():
            limit.check(name, getattr(self, name))

    def _check_data(self) -> None:  # noqa: B027  # most tasks bring none
        """Raise SettingError if nothing can be learned from the data, whatever the other settings are."""

    @classmethod
    def limits(cls, values: Mapping[str, Any]) -> dict[str, Limit]:
        """The settings that may be less than usual beside the other settings' `values`, of which none is missing."""
        return {}

    @classmethod
    def usual(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """What the settings that are not `given` are: their defaults, as far as those are allowed beside the others."""
        values = {name: spec.default for name, spec in specs(cls).items()} | dict(given)
        values |= {name: limit.spec.default for name, limit in cls.limits(values).items()}
        return {name: value for name, value in values.items() if name not in given}

    @property
    @abstractmethod
    def steps(self) -> int:
        """T: the length of every sequence."""

    @property
    @abstractmethod
    def input_size(self) -> int:
        """I."""

    @property
    @abstractmethod
    def output_size(self) -> int:
        """O."""

    @property
    @abstractmethod
    def readout(self) -> str:
        """What the readout reads: "last" state, "mean" of all states, or "every" state."""

    @property
    @abstractmethod
    def chance_loss(self) -> float:
        """The loss of the best answer that does not look at the input; derived in the task's docstring."""

    @property
    @abstractmethod
    def no_memory_loss(self) -> float:
        """The loss of the best answer that sees the present input alone; derived in the task's docstring.

        Where the mean of all states is read, the best answer that sees the inputs but not their order, as that mean
        needs no memory. At most chance_loss. What scores less, remembers.
        """

    def over_chance(self, loss: float) -> float:
        """A loss in units of chance; without end where chance is 0, as the answer is always the same."""
        return loss / self.chance_loss if self.chance_loss else math.inf

    def out_of_sight(self, direction: str) -> str:
        """What a network that reads in this `direction` has not seen when it is asked: "past", "future" or ""."""
        return ""

    @property
    @abstractmethod
    def sampler(self) -> Sampler:
        """How a training batch is drawn."""

    def batch(self, size: int, generator: torch.Generator) -> Batch:
        """`size` sequences to train on."""
        draw, settings = self.sampler
        return Batch(*draw(size, **settings, generator=generator))

    def held_out(self, size: int, generator: torch.Generator) -> Batch:
        """`size` sequences that training never sees; where sequences are generated, fresh ones."""
        return self.batch(size, generator)

    def with_inputs(self, batch: Batch, inputs: Tensor) -> Batch:
        """The same sequences with other inputs (B, T, I), and what is right then."""
        return Batch(inputs, self.targets_of(inputs, batch), batch.mask)

    @abstractmethod
    def targets_of(self, inputs: Tensor, batch: Batch) -> Tensor:
        """What is right once the sequences of `batch` have these inputs (B, T, I), shaped like its targets.

        It follows from the inputs by the rule by which the task is drawn, as far as that rule can be applied. Where it
        cannot, a number is nan and a class −100: nobody can say what is right. Each task says when.
        """

    @abstractmethod
    def loss(self, outputs: Tensor, batch: Batch) -> Tensor:
        """The scalar that training lowers: mean over the batch and, where there are several, over the answers."""

    @abstractmethod
    def right(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Which answers are right: bool, shaped like `batch.mask`."""

    @abstractmethod
    def describe(self, batch: Batch, outputs: Tensor) -> Reading:
        """The first sequence of a batch, with the network's answer to it, for a person to read."""

    def accuracy(self, outputs: Tensor, batch: Batch) -> float:
        """The share of right answers among those that count, 0..1."""
        return float(self.right(outputs, batch)[batch.mask].float().mean())


MANY_SYMBOLS = 12


class Classification(Task):
    """A task whose answers are symbols: softmax and cross-entropy in nats, one answer or one a step."""

    filling: ClassVar[frozenset[str]] = frozenset()
    """The symbols that only fill the time between those that matter."""

    @property
    @abstractmethod
    def answer_symbols(self) -> tuple[str, ...]:
        """The name of each class, O of them."""

    @property
    @abstractmethod
    def input_symbols(self) -> tuple[str, ...]:
        """The name of each one-hot input, I of them."""

    @property
    def input_size(self) -> int:
        return len(self.input_symbols)

    @property
    def output_size(self) -> int:
        return len(self.answer_symbols)

    def loss(self, outputs: Tensor, batch: Batch) -> Tensor:
        return torch.nn.functional.cross_entropy(
            outputs.flatten(0, -2), batch.targets.flatten(), ignore_index=NO_ANSWER
        )

    def right(self, outputs: Tensor, batch: Batch) -> Tensor:
        return outputs.argmax(-1) == batch.targets

    def symbols_in(self, inputs: Tensor) -> Tensor:
        """Which symbol every step of (B, T, I) reads: (B, T) long, −1 where it is not exactly one."""
        one = (inputs == 1).sum(-1).eq(1) & (inputs != 0).sum(-1).eq(1)
        return torch.where(one, inputs.argmax(-1), -1)

    def describe(self, batch: Batch, outputs: Tensor) -> Tokens:
        steps = batch.inputs.shape[1]
        targets, mask, answers, share = [NO_ANSWER] * steps, [False] * steps, [0] * steps, [0.0] * steps
        each = outputs[0].reshape(-1, self.output_size)
        first = steps - each.shape[0]  # 0 with an answer a step; the last step with one answer
        at = zip(
            each.softmax(-1), batch.targets[0].reshape(-1).tolist(), batch.mask[0].reshape(-1).tolist(), strict=True
        )
        for t, (p, target, counts) in enumerate(at, first):
            targets[t], mask[t], answers[t] = target, counts, int(p.argmax())
            share[t] = float(p[target]) if target >= 0 else 0.0
        told = [target >= 0 for target in targets]
        asked = [known or counts for known, counts in zip(told, mask, strict=True)]
        symbols = self.answer_symbols
        inputs = tuple(
            self.input_symbols[k] if any_input else ""
            for k, any_input in zip(batch.inputs[0].argmax(-1).tolist(), batch.inputs[0].any(-1).tolist(), strict=True)
        )
        return Tokens(
            inputs=inputs,
            targets=tuple(symbols[k] if known else "" for k, known in zip(targets, told, strict=True)),
            answers=tuple(symbols[k] if ask else "" for k, ask in zip(answers, asked, strict=True)),
            right=tuple(
                a == k if m and known else None for a, k, m, known in zip(answers, targets, mask, told, strict=True)
            ),
            probability=tuple(share),
            marked=tuple(bool(self.filling) and symbol not in self.filling for symbol in inputs),
            symbols=self._symbols,
        )

    @cached_property
    def _symbols(self) -> tuple[str, ...]:
        """Those that the task is about, if they are few."""
        every = dict.fromkeys((*self.input_symbols, *self.answer_symbols))
        return tuple(symbol for symbol in every if symbol not in self.filling) if len(every) <= MANY_SYMBOLS else ()


class Regression(Task):
    """A task whose answer is one number at the end: mean squared error."""

    output_size = 1
    tolerance: ClassVar[float]
    """An answer this close to the target, in the units of the loss, counts as right."""

    def verdict(self, error: float) -> bool | None:
        """Whether an answer is right that is so far off, in the units of the loss; None if that is not known."""
        return None if math.isnan(error) else abs(error) <= self.tolerance

    def loss(self, outputs: Tensor, batch: Batch) -> Tensor:
        return torch.nn.functional.mse_loss(outputs, batch.targets)

    def right(self, outputs: Tensor, batch: Batch) -> Tensor:
        return (outputs - batch.targets).abs() <= self.tolerance


def uniform_loss(classes: int) -> float:
    """Cross-entropy in nats of giving every class the same probability: ln(classes)."""
    return math.log(classes)


def floats(values: Tensor | np.ndarray) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
