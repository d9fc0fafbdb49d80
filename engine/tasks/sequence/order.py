"""Temporal order of two marked symbols."""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.settings import Choice, Whole, setting
from engine.structures import Batch
from engine.tasks.about import LENGTH, READOUT, About
from engine.tasks.base import NO_ANSWER, Classification, Sampler, uniform_loss


def order(size: int, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """E, then a–d at random with X or Y (6, 7) in two windows, then B; the answer is the pair: XX, XY, YX or YY."""
    tokens = torch.randint(0, 4, (size, length), generator=generator)
    tokens[:, 0], tokens[:, -1] = 4, 5
    which = torch.randint(0, 2, (size, 2), generator=generator)
    tenth = length // 10
    for k, start in enumerate((tenth, 5 * tenth)):
        at = torch.randint(start, start + tenth + 1, (size, 1), generator=generator)
        tokens.scatter_(1, at, 6 + which[:, k : k + 1])
    targets = 2 * which[:, 0] + which[:, 1]
    return torch.nn.functional.one_hot(tokens, 8).float(), targets, torch.ones(size, dtype=torch.bool)


@dataclass(frozen=True)
class Order(Classification):
    """Two letters, X or Y, stand among distractors a–d: say at the end which came, in order.

    The first stands between one and two tenths of the sequence, the second between five and six tenths; E opens and B
    closes. Chance: four answers, equally likely: ln 4. No memory: the same, as the last letter is
    always B. If the mean of all states is read, how often X and Y came is known without memory; then only XY and YX
    cannot be told apart, half of all: ½ · ln 2.
    Source: Hochreiter & Schmidhuber 1997, task 6a; there a sequence's length is drawn from 100–110, here it is fixed.
    """

    key = "order"
    about = About(
        name="Temporal order",
        sentence="Two letters X or Y hide among others: say which came, in order.",
        unknown="The task asks which came of two letters X or Y; now there are not two of them.",
        settings={"length": LENGTH, "readout": READOUT},
    )

    length: int = setting(Whole(50, 10, 500, "steps"))
    readout: str = setting(Choice("last", ("last", "mean")))

    input_symbols = ("a", "b", "c", "d", "E", "B", "X", "Y")
    answer_symbols = ("XX", "XY", "YX", "YY")
    filling = frozenset("abcd")
    chance_loss = uniform_loss(4)

    @property
    def steps(self) -> int:
        return self.length

    @property
    def no_memory_loss(self) -> float:
        return uniform_loss(2) / 2 if self.readout == "mean" else self.chance_loss

    def targets_of(self, inputs: Tensor, batch: Batch) -> Tensor:
        """Which letters X or Y come in, in order. Unknown unless there are exactly two of them."""
        tokens, x = self.symbols_in(inputs), self.input_symbols.index("X")
        marked = tokens >= x
        first, last = marked.int().argmax(1), tokens.shape[1] - 1 - marked.flip(1).int().argmax(1)
        pair = (tokens.gather(1, torch.stack([first, last], dim=1)) - x) @ torch.tensor([2, 1])
        return torch.where(marked.sum(1) == 2, pair, NO_ANSWER)

    @property
    def sampler(self) -> Sampler:
        return Sampler(order, {"length": self.length})
