"""The copy memory problem."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.labels import Label
from engine.messages import Message, Setting, declare
from engine.settings import Limit, Whole, setting
from engine.structures import Batch
from engine.tasks.about import About
from engine.tasks.base import NO_ANSWER, Classification, Sampler

declare({"copy.steps": "{length} ({blanks}) plus twice the {symbols} may come to {most} steps at most."})

ALPHABET = tuple("ABCDEFGH")
MAX_STEPS = 500
SYMBOLS = Whole(4, 1, 50, "letters")


def copy(size: int, symbols: int, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Symbols 0–7, then blanks (8); at » (9), `length` steps after the last symbol, they are to be said again."""
    steps = length + 2 * symbols
    word = torch.randint(0, 8, (size, symbols), generator=generator)
    tokens = torch.full((size, steps), 8)
    tokens[:, :symbols] = word
    tokens[:, symbols + length - 1] = 9
    targets = torch.full((size, steps), 8)
    targets[:, symbols + length :] = word
    mask = torch.zeros(size, steps, dtype=torch.bool)
    mask[:, symbols + length :] = True
    return torch.nn.functional.one_hot(tokens, 10).float(), targets, mask


@dataclass(frozen=True)
class Copy(Classification):
    """Keep a few symbols through a long blank, then say them in order.

    `symbols` letters (K) come first, then `length` blanks (T), the last of which is the sign to go, »; then the
    letters are to be said again while more blanks come in. In between, blank is the right answer.

    Chance: a network that remembers nothing still knows when to say blank, and guesses the K letters among 8:
    K·ln 8 spread over T+2K answers. (For K=10 that is 10·ln 8/(T+20).) Accuracy counts the K letters only; chance 1/8.
    No memory: the same, as blanks come in where letters are asked for.
    Source: Hochreiter & Schmidhuber 1997; in this form Arjovsky, Shah & Bengio 2016.
    """

    key = "copy"
    about = About(
        name="Copy",
        sentence="Keep a few letters through a long blank, then say them in order.",
        unknown="The task asks for letters in the first steps and for one sign to go, » in its place; now that is not "
        "so.",
        settings={
            "length": Label("Blank T", "Steps to wait between the letters and the sign to say them."),
            "symbols": Label("Letters K", "How many letters must be kept; each is one of 8."),
        },
    )

    length: int = setting(Whole(20, 1, 498, "blank steps"))
    symbols: int = setting(SYMBOLS)

    readout = "every"
    input_symbols = (*ALPHABET, "·", "»")
    answer_symbols = (*ALPHABET, "·")
    filling = frozenset("·")

    @classmethod
    def limits(cls, values: Mapping[str, Any]) -> dict[str, Limit]:
        length, symbols = Setting("length"), Setting("symbols")
        why = Message("copy.steps", length=length, blanks=values["length"], symbols=symbols, most=MAX_STEPS)
        return {"symbols": Limit(SYMBOLS.up_to((MAX_STEPS - values["length"]) // 2), why, ("length",))}

    @property
    def steps(self) -> int:
        return self.length + 2 * self.symbols

    @property
    def chance_loss(self) -> float:
        return self.symbols * math.log(8) / self.steps

    @property
    def no_memory_loss(self) -> float:
        return self.chance_loss

    def out_of_sight(self, direction: str) -> str:
        return "past" if direction == "backward" else ""

    def targets_of(self, inputs: Tensor, batch: Batch) -> Tensor:
        """The first K letters again after the sign; what else comes in does not count.

        Unknown unless the first K steps read a letter each, and the sign to go stands in its place and nowhere else.
        """
        tokens, sign = self.symbols_in(inputs), len(ALPHABET) + 1
        word, go = tokens[:, : self.symbols], self.symbols + self.length - 1
        spelled = ((word >= 0) & (word < len(ALPHABET))).all(1, keepdim=True)
        called = (tokens[:, go : go + 1] == sign) & (tokens == sign).sum(1, keepdim=True).eq(1)
        targets = batch.targets.clone()
        targets[:, go + 1 :] = word
        return torch.where(spelled & called, targets, NO_ANSWER)

    @property
    def sampler(self) -> Sampler:
        return Sampler(copy, {"symbols": self.symbols, "length": self.length})
