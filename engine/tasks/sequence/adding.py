"""The adding problem."""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.settings import Choice, Whole, setting
from engine.structures import Batch
from engine.tasks.about import LENGTH, READOUT, About
from engine.tasks.base import Quantity, Regression, Sampler, floats


def adding(size: int, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Numbers in 0..1 beside a mark; one mark falls in the first half, one in the second; answer: the marked sum."""
    values = torch.rand(size, length, generator=generator)
    half = length // 2
    first = torch.randint(0, half, (size, 1), generator=generator)
    second = torch.randint(half, length, (size, 1), generator=generator)
    marks = torch.zeros(size, length).scatter_(1, first, 1.0).scatter_(1, second, 1.0)
    inputs = torch.stack([values, marks], dim=-1)
    targets = values.gather(1, first) + values.gather(1, second)
    return inputs, targets, torch.ones(size, 1, dtype=torch.bool)


@dataclass(frozen=True)
class Adding(Regression):
    """Remember two marked numbers and say their sum at the end.

    At each step the network is given a number from 0..1 and a mark, 0 or 1. Two steps are marked.

    Chance: the best answer that does not look is the mean, 1; its squared error is the variance of the sum of two
    uniform numbers, 2 · 1/12 = 1/6 ≈ 0.1667. (Several papers print 0.1767.) Right: within 0.04 of the sum, as in
    Hochreiter & Schmidhuber 1997, experiment 4, whose problem this is, with numbers in 0..1 as Le et al. 2015 have it.

    No memory: the last step is one of the T − ⌊T/2⌋ that the second mark can fall on. If it does, one of the two
    numbers is known, and the variance of the other remains: 1/6 − 1/12 · 1/(T − ⌊T/2⌋). If the mean of all states is
    read, the sum of what is marked needs no memory: 0.
    """

    key = "adding"
    about = About(
        name="Adding",
        sentence="Remember two marked numbers among many and say their sum at the end.",
        unknown="A mark is neither 0 nor 1 now, so the task does not say what the sum is.",
        settings={"length": LENGTH, "readout": READOUT},
    )

    length: int = setting(Whole(50, 2, 500, "steps"))
    readout: str = setting(Choice("last", ("last", "mean")))

    tolerance = 0.04
    input_size = 2
    chance_loss = 1 / 6

    @property
    def steps(self) -> int:
        return self.length

    @property
    def no_memory_loss(self) -> float:
        return 0.0 if self.readout == "mean" else 1 / 6 - 1 / 12 / (self.length - self.length // 2)

    @property
    def sampler(self) -> Sampler:
        return Sampler(adding, {"length": self.length})

    def targets_of(self, inputs: Tensor, batch: Batch) -> Tensor:
        """The sum of what is marked, however many that are. Unknown if a mark is neither 0 nor 1."""
        values, marks = inputs.unbind(-1)
        known = ((marks == 0) | (marks == 1)).all(1, keepdim=True)
        return torch.where(known, (values * marks).sum(1, keepdim=True), torch.nan)

    def describe(self, batch: Batch, outputs: Tensor) -> Quantity:
        target, answer = float(batch.targets[0, 0]), float(outputs[0, 0])
        return Quantity(
            values=floats(batch.inputs[0, :, 0]),
            marked=tuple(bool(m) for m in batch.inputs[0, :, 1]),
            target=target,
            answer=answer,
            tolerance=self.tolerance,
            right=self.verdict(answer - target),
        )
