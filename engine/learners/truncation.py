"""Truncated backpropagation through time: the state goes on, the gradient does not."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from engine.architectures.stack import Placed, Way
from engine.cells import AnyCell
from engine.cells.state import detached


def truncated(window: int) -> Way:
    """TBPTT(k, k): the sequence is cut into windows of k = `window` steps, and no gradient crosses a cut.

    Every state is carried over the cut as a number, so all values are those of the whole sequence. Windows are counted
    from the sequence's end, in all layers and directions alike, so the last k steps are one window: where the answer
    is due at the end, exactly they are learned from. Williams & Peng 1990; there called BPTT(k).
    """

    def way(placed: Placed, inputs: Tensor, state: Any) -> tuple[Tensor, Any]:
        return through(placed.cell, inputs, own_window(placed, window), placed.direction == "backward", state)

    return way


def own_window(placed: Placed, window: int) -> int:
    """How many of a cell's own steps make up `window` steps of the input; at least one."""
    return max(1, window // placed.covers)


def through(
    cell: AnyCell, inputs: Tensor, window: int, backward: bool = False, state: Any = None
) -> tuple[Tensor, Any]:
    """What the layer above reads at every step, with a gradient only inside each window; and the last state."""
    parts: list[Tensor] = []
    for steps in windows(inputs.shape[1], window, backward):
        outputs, state = cell.outputs(inputs[:, steps], detached(state) if parts else state)
        parts.append(outputs)
    return torch.cat(parts, dim=1), state


def windows(length: int, window: int, backward: bool) -> Iterator[slice]:
    """The windows of a sequence, in the order of reading; all of it if `window` is 0."""
    first = 0 if not window else window if backward else length % window or window
    ends = [0, *range(first, length, window), length] if window else [0, length]
    return (slice(start, end) for start, end in pairwise(ends))


def window_starts(steps: int, window: int) -> tuple[int, ...]:
    """The time steps, from 1, at which a window begins, the first window left out; none if `window` is 0."""
    if not window:
        return ()
    return tuple(range(steps % window + 1 if steps % window else window + 1, steps + 1, window))
