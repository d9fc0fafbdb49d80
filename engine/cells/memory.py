"""What the LSTM and its relatives have in common: a memory c beside h."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from engine.cells.base import G, StackedCell, W
from engine.labels import Label
from engine.settings import Real, Spec

FORGET_BIAS = Label("Forget bias", "Where the forget gate's bias starts; 1 or more means remember at first.")


class MemoryState(NamedTuple):
    """h and c, each (B, H)."""

    h: Tensor
    c: Tensor


class MemoryCell(StackedCell[MemoryState, G, W]):
    """A stacked cell that keeps a memory c (B, H) beside h; both start at 0."""

    bipolar = frozenset({"g"})
    memory = "c"

    def initial_state(self, batch_size: int) -> MemoryState:
        return MemoryState(self.zeros(batch_size), self.zeros(batch_size))


class ForgettingCell(MemoryCell[G, W]):
    """A memory cell that can let go of c: `forget_bias` is where its forget gate starts."""

    options: ClassVar[Mapping[str, Spec]] = {"forget_bias": Real(1.0, -10.0, 10.0)}
    forgets: ClassVar[tuple[int, int]] = (1, 1)
    """The block of gates whose bias `forget_bias` sets, and the sign it has there."""

    def __init__(self, input_size: int, hidden_size: int, *, forget_bias: float = 1.0, **settings: Any) -> None:
        super().__init__(input_size, hidden_size, **settings)
        block, sign = self.forgets
        rows = slice(block * hidden_size, (block + 1) * hidden_size)
        with torch.no_grad():
            self.bias_ih[rows] = sign * forget_bias
            self.bias_hh[rows] = 0
