"""How many numbers a cell has, counted from the module itself."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from engine.cells.base import AnyCell


class Weights(NamedTuple):
    """One tensor of a cell: its name, its shape, and whether it is trained."""

    name: str
    shape: tuple[int, ...]
    trained: bool

    @property
    def numbers(self) -> int:
        return math.prod(self.shape)


def weights(cell: type[AnyCell], inputs: int, hidden: int, answers: int) -> tuple[Weights, ...]:
    """The weights of a cell with its usual options; the fixed ones only if none are trained.

    `inputs` is passed over where the cell itself says how many it reads, `answers` where it gives none.
    """
    build: Callable[..., AnyCell] = cell
    own: dict[str, Any] = {"answer_size": answers} if cell.answers else {}
    made = build(cell.required_input_size(hidden) or inputs, hidden, generator=torch.Generator(), **own)
    trained = [Weights(name, tuple(tensor.shape), True) for name, tensor in made.named_parameters()]
    fixed = [Weights(name, tuple(tensor.shape), False) for name, tensor in made.named_buffers()]
    return tuple(trained or fixed)
