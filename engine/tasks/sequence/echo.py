"""Repeat what was heard a while ago."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.labels import Label
from engine.messages import Message, Setting, declare
from engine.settings import Limit, Whole, setting
from engine.structures import Batch
from engine.tasks.about import LENGTH, LETTERS, About
from engine.tasks.base import NO_ANSWER, Classification, Sampler, uniform_loss

declare({"echo.delay": "It must be shorter than {length} ({steps} steps), or nothing is asked."})


def echo(size: int, symbols: int, delay: int, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Random symbols; the answer at t is the symbol of t − delay. The first `delay` steps have no answer (−100)."""
    tokens = torch.randint(0, symbols, (size, length), generator=generator)
    targets = torch.full((size, length), -100)
    targets[:, delay:] = tokens[:, : length - delay]
    return torch.nn.functional.one_hot(tokens, symbols).float(), targets, targets >= 0


DELAY = Whole(3, 1, 250, "steps")


@dataclass(frozen=True)
class Echo(Classification):
    """Say at every step the symbol that came `delay` steps earlier.

    The state must hold `delay` symbols in order, all the time. A network that only reads backwards has not yet met the
    symbol it is asked for. Chance: all symbols are equally likely, ln(symbols). No memory: the same, as
    the present symbol tells nothing of an earlier one.
    """

    key = "echo"
    about = About(
        name="Echo",
        sentence="Say at every step the letter that came a few steps earlier.",
        unknown="A step does not read exactly one letter now, so its echo cannot be told right or wrong.",
        settings={
            "length": LENGTH,
            "delay": Label("Delay d", "How many steps later each letter is to be repeated."),
            "symbols": LETTERS,
        },
    )
    lag = "delay"
    unasked = 1

    length: int = setting(Whole(30, 2, 500, "steps"))
    delay: int = setting(DELAY)
    symbols: int = setting(Whole(4, 2, 8, "letters"))

    readout = "every"

    @classmethod
    def limits(cls, values: Mapping[str, Any]) -> dict[str, Limit]:
        why = Message("echo.delay", length=Setting("length"), steps=values["length"])
        return {"delay": Limit(DELAY.up_to(values["length"] - 1), why, ("length",))}

    @property
    def steps(self) -> int:
        return self.length

    @property
    def input_symbols(self) -> tuple[str, ...]:
        return tuple("ABCDEFGH"[: self.symbols])

    @property
    def answer_symbols(self) -> tuple[str, ...]:
        return self.input_symbols

    @property
    def chance_loss(self) -> float:
        return uniform_loss(self.symbols)

    @property
    def no_memory_loss(self) -> float:
        return self.chance_loss

    def out_of_sight(self, direction: str) -> str:
        return "past" if direction == "backward" else ""

    def targets_of(self, inputs: Tensor, batch: Batch) -> Tensor:
        """At every step the symbol of `delay` steps earlier. Unknown where that step did not read exactly one."""
        tokens = self.symbols_in(inputs)
        targets = torch.full_like(batch.targets, NO_ANSWER)
        targets[:, self.delay :] = tokens[:, : self.length - self.delay]
        return torch.where(targets >= 0, targets, NO_ANSWER)

    @property
    def sampler(self) -> Sampler:
        return Sampler(echo, {"symbols": self.symbols, "delay": self.delay, "length": self.length})
