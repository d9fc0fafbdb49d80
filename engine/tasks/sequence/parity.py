"""Is the number of ones so far odd?"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.settings import Whole, setting
from engine.structures import Batch
from engine.tasks.about import LENGTH, About
from engine.tasks.base import NO_ANSWER, Classification, Sampler, uniform_loss


def parity(size: int, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Random bits; the answer at t is 1 if the number of ones among the first t bits is odd, else 0."""
    bits = torch.randint(0, 2, (size, length), generator=generator)
    targets = bits.cumsum(1) % 2
    return torch.nn.functional.one_hot(bits, 2).float(), targets, torch.ones(size, length, dtype=torch.bool)


@dataclass(frozen=True)
class Parity(Classification):
    """Read bits, 0 or 1 at random, and say at every step whether the number of ones so far is odd or even.

    One bit is all there is to remember, but every 1 must turn it round, and nothing may blur it. A network that only
    reads backwards has not met the bits it is asked about.

    Chance: at every step odd and even are equally likely: ln 2. No memory: at the first step the bit is the answer, at
    the others the bits before make both answers equally likely whatever the present bit is. So a 1 means odd with
    p = 1/T + (1 − 1/T)/2 = (T + 1)/2T, and a 0 means even as often: −p ln p − (1 − p) ln(1 − p), a little under ln 2.
    """

    key = "parity"
    about = About(
        name="Parity",
        sentence="Read bits one by one and say at every step whether the number of ones so far is odd.",
        unknown="A step does not read exactly one bit now, so from there on odd and even cannot be told right or "
        "wrong.",
        settings={"length": LENGTH},
    )

    length: int = setting(Whole(20, 2, 500, "bits"))

    readout = "every"
    input_symbols = ("0", "1")
    answer_symbols = ("even", "odd")
    filling = frozenset("0")
    chance_loss = uniform_loss(2)

    @property
    def steps(self) -> int:
        return self.length

    @property
    def no_memory_loss(self) -> float:
        p = (self.length + 1) / (2 * self.length)
        return -p * math.log(p) - (1 - p) * math.log(1 - p)

    def out_of_sight(self, direction: str) -> str:
        return "past" if direction == "backward" else ""

    def targets_of(self, inputs: Tensor, batch: Batch) -> Tensor:
        """The parity of the bits so far. Unknown from the first step on that did not read exactly one of them."""
        bits = self.symbols_in(inputs)
        known = (bits >= 0).long().cumprod(1).bool()
        return torch.where(known, bits.cumsum(1) % 2, NO_ANSWER)

    @property
    def sampler(self) -> Sampler:
        return Sampler(parity, {"length": self.length})
