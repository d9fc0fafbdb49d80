"""An answer that needs the past and the future."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.fields import FieldError, Spec, Whole, setting, specs
from engine.tasks.base import Classes, Sampler, uniform_loss


def neighbours(size: int, distance: int, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Random bits; the answer at t is the pair (x[t − distance], x[t + distance]); no answer (−100) near the ends."""
    bits = torch.randint(0, 2, (size, length), generator=generator)
    targets = torch.full((size, length), -100)
    targets[:, distance : length - distance] = 2 * bits[:, : length - 2 * distance] + bits[:, 2 * distance :]
    return torch.nn.functional.one_hot(bits, 2).float(), targets, targets >= 0


DISTANCE = Whole(2, 1, 249, "steps")


@dataclass(frozen=True)
class Neighbours(Classes):
    """Name the two symbols `distance` steps before and `distance` steps after the present one.

    Chance: four pairs, equally likely: ln 4. A network that reads in one direction only can know one of the two and
    stays at ln 2 and half the answers right, however long it trains; one that reads both ways can reach 0.
    """

    length: int = setting(Whole(20, 3, 500, "steps"))
    distance: int = setting(DISTANCE)

    readout = "every"
    input_symbols = ("A", "B")
    answer_symbols = ("AA", "AB", "BA", "BB")
    chance_loss = uniform_loss(4)

    def __post_init__(self) -> None:
        super().__post_init__()
        if 2 * self.distance >= self.length:
            raise FieldError(
                ("distance", "length"),
                f"distance must be under half the length ({self.length} steps), or nothing is asked; "
                f"it was given {self.distance}.",
            )

    @classmethod
    def limits(cls, values: Mapping[str, Any]) -> dict[str, Spec]:
        return {**specs(cls), "distance": DISTANCE.up_to((values["length"] - 1) // 2)}

    @property
    def steps(self) -> int:
        return self.length

    @property
    def sampler(self) -> Sampler:
        return Sampler(neighbours, {"distance": self.distance, "length": self.length})
