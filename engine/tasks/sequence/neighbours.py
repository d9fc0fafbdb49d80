"""An answer that needs the past and the future."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.labels import Label
from engine.messages import Message, Setting, declare
from engine.settings import Limit, Whole, setting
from engine.structures import Batch
from engine.tasks.about import LENGTH, About
from engine.tasks.base import NO_ANSWER, Classification, Sampler, uniform_loss

declare(
    {
        "neighbours.half": "It must be under half the {length} ({steps} steps), or nothing is asked.",
        "neighbours.whole": "{late} and {length} ({steps} steps) together may be {most} steps at most.",
    }
)


def neighbours(
    size: int, distance: int, length: int, late: int, generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Random bits, then `late` blank steps; asked for t is the pair (x[t − distance], x[t + distance]), said at t +
    late.

    There is no answer (−100) for t near the ends.
    """
    bits = torch.randint(0, 2, (size, length), generator=generator)
    targets = torch.full((size, length + late), -100)
    first, last = distance + late, length - distance + late
    targets[:, first:last] = 2 * bits[:, : length - 2 * distance] + bits[:, 2 * distance :]
    inputs = torch.nn.functional.pad(torch.nn.functional.one_hot(bits, 2).float(), (0, 0, 0, late))
    return inputs, targets, targets >= 0


DISTANCE = Whole(2, 1, 249, "steps")
LATE = Whole(0, 0, 100, "steps")
LONGEST = 500


@dataclass(frozen=True)
class Neighbours(Classification):
    """Name the two symbols `distance` steps before and `distance` steps after the present one.

    Chance: four pairs, equally likely: ln 4. A network that reads in one direction only can know one of the two and
    stays at ln 2 and half the answers right, however long it trains; one that reads both ways can reach 0. So can a
    forward one that may answer `late` steps late, if late ≥ distance: the delayed output, the older way to see the
    future. Schuster & Paliwal 1997.

    No memory: ln 4, as the present symbol is none of the two; but with late = distance it is the later one: ln 2.
    """

    key = "neighbours"
    about = About(
        name="Neighbours",
        sentence="Name the letters some steps before and some steps after the present one.",
        unknown="A step does not read exactly one letter now, so the pairs it is in cannot be told right or wrong.",
        settings={
            "length": LENGTH,
            "distance": Label("Distance d", "How far before and after the present step the asked letters stand."),
            "late": Label("Answer delay", "Steps after which an answer is due: the older way to see the future."),
        },
    )
    lag = "distance"
    unasked = 2

    length: int = setting(Whole(20, 3, 500, "steps"))
    distance: int = setting(DISTANCE)
    late: int = setting(LATE)

    readout = "every"
    input_symbols = ("A", "B")
    answer_symbols = ("AA", "AB", "BA", "BB")
    chance_loss = uniform_loss(4)

    @classmethod
    def limits(cls, values: Mapping[str, Any]) -> dict[str, Limit]:
        length = values["length"]
        named = Setting("length")
        half = Message("neighbours.half", length=named, steps=length)
        whole = Message("neighbours.whole", late=Setting("late"), length=named, steps=length, most=LONGEST)
        return {
            "distance": Limit(DISTANCE.up_to((length - 1) // 2), half, ("length",)),
            "late": Limit(LATE.up_to(LONGEST - length), whole, ("length",)),
        }

    @property
    def steps(self) -> int:
        return self.length + self.late

    @property
    def no_memory_loss(self) -> float:
        return uniform_loss(2 if self.late == self.distance else 4)

    def out_of_sight(self, direction: str) -> str:
        if direction == "backward":
            return "past"
        return "future" if direction == "forward" and self.late < self.distance else ""

    def targets_of(self, inputs: Tensor, batch: Batch) -> Tensor:
        """The pair around each step. Unknown where one of the two steps did not read exactly one letter.

        What comes in during the blank steps at the end does not count: no pair reaches there.
        """
        bits, apart = self.symbols_in(inputs[:, : self.length]), 2 * self.distance
        before, after = bits[:, : self.length - apart], bits[:, apart:]
        targets = torch.full_like(batch.targets, NO_ANSWER)
        first = self.distance + self.late
        pairs = torch.where((before >= 0) & (after >= 0), 2 * before + after, NO_ANSWER)
        targets[:, first : first + self.length - apart] = pairs
        return targets

    @property
    def sampler(self) -> Sampler:
        return Sampler(neighbours, {"distance": self.distance, "length": self.length, "late": self.late})
