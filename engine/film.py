"""Training as a film: checkpoints of a run, close together at first and ever further apart, as learning slows down.

A checkpoint is the trained weights at that update. Everything that was to be seen then follows from them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

PER_OCTAVE = 16
"""Checkpoints from one update to twice as many, as long as there is room: each of the first 16 updates is one."""

MOST = 160
"""Checkpoints in a film; ten octaves at full density, up to update 1,000."""

MOST_BYTES = 4_000_000

FEWEST = 4
"""Checkpoints that must fit into a film; a network for which that is too much gets none."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A run after `updates` updates: all that is trained, end to end, (parameters,) float32."""

    updates: int
    weights: Tensor

    @property
    def size(self) -> int:
        """Bytes."""
        return self.weights.nbytes

    def __reduce__(self) -> tuple[Any, ...]:
        # As an array: torch writes a whole file for every tensor that is pickled, which takes ten times as long.
        return _moment, (self.updates, self.weights.numpy())


def _moment(updates: int, weights: np.ndarray) -> Checkpoint:
    return Checkpoint(updates, torch.from_numpy(weights))


def due(updates: int, per_octave: float = PER_OCTAVE) -> bool:
    """Whether a film with so many checkpoints an octave has one after `updates` updates.

    Those are the start, and every update with which per_octave · log₂(updates) passes a whole number; so half the
    density keeps a part of the same checkpoints.
    """
    if updates < 2:
        return True
    return math.floor(per_octave * math.log2(updates)) > math.floor(per_octave * math.log2(updates - 1))


class Film:
    """Checkpoints in order, within `most_bytes`. Which are kept depends on the course of updates alone.

    per_octave: checkpoints from one update to twice as many; halved whenever there are too many.
    """

    def __init__(self, most_bytes: float = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.per_octave: float = PER_OCTAVE
        self.checkpoints: list[Checkpoint] = []

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(checkpoint.size for checkpoint in self.checkpoints)

    def fits(self, bytes_a_moment: int) -> bool:
        """Whether there is room for a film of such checkpoints at all."""
        return FEWEST * bytes_a_moment <= self.most_bytes

    def wants(self, updates: int, bytes_a_moment: int) -> bool:
        """Whether a checkpoint after so many updates belongs into it."""
        later = not self.checkpoints or updates > self.checkpoints[-1].updates
        return later and due(updates, self.per_octave) and self.fits(bytes_a_moment)

    def extend(self, checkpoints: Iterable[Checkpoint]) -> None:
        """Add those that it wants."""
        for checkpoint in checkpoints:
            if self.wants(checkpoint.updates, checkpoint.size):
                self.checkpoints.append(checkpoint)
                self._thin_out()

    def limit(self, most_bytes: float) -> None:
        """From now on make do with so many."""
        self.most_bytes = most_bytes
        self._thin_out()

    def take(self) -> tuple[Checkpoint, ...]:
        """The checkpoints, which are from now on somebody else's to keep."""
        taken, self.checkpoints = tuple(self.checkpoints), []
        return taken

    def at(self, updates: int) -> Checkpoint | None:
        """The last checkpoint that is not later than that."""
        return next((checkpoint for checkpoint in reversed(self.checkpoints) if checkpoint.updates <= updates), None)

    def _thin_out(self) -> None:
        while self.checkpoints and (len(self.checkpoints) > MOST or self.size > self.most_bytes):
            self.per_octave /= 2
            fitting = self.checkpoints if self.fits(self.checkpoints[0].size) else []
            self.checkpoints = [checkpoint for checkpoint in fitting if due(checkpoint.updates, self.per_octave)]
