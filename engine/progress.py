"""The course of a run in numbers: what it reports, and how whoever keeps a copy elsewhere follows it."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from engine.experiment import Experiment
from engine.history import History, Tail


@dataclass(frozen=True)
class Explosion:
    """Why a run stopped, at which update.

    quantity "loss": the update made the loss infinite and was taken back. "gradient": the gradient was too large to
    step along, so the update was not made.
    """

    update: int
    quantity: str


@dataclass(frozen=True)
class Snapshot:
    """A moment of a run in numbers, which nothing changes any more.

    parameters: how many weights and biases are trained; sizes: by the part of the network. seconds: time spent in
    updates. losses: (N, 2) update and training loss, measured before that update's step. held_out: (M, 3) update, loss,
    accuracy after that many updates. gradient_norm: of the last update, before clipping; None before it, and where
    nothing is learned by gradient. norms: (N, 3) update, that norm, and the threshold it was clipped to, 0 for none.
    """

    experiment: Experiment
    parameters: int
    sizes: dict[str, int]
    updates: int
    seconds: float
    losses: np.ndarray
    held_out: np.ndarray
    gradient_norm: float | None
    norms: np.ndarray
    explosion: Explosion | None

    def until(self, updates: int) -> "Snapshot":
        """What it was after so many updates, when the run had not exploded yet."""
        losses, held_out, norms = (rows[rows[:, 0] <= updates] for rows in (self.losses, self.held_out, self.norms))
        return replace(
            self,
            updates=updates,
            losses=losses,
            held_out=held_out,
            gradient_norm=float(norms[-1, 1]) if len(norms) else None,
            norms=norms,
            explosion=None,
        )


class Known(NamedTuple):
    """How many rows of each history a copy has seen."""

    losses: int = 0
    held_out: int = 0
    norms: int = 0


@dataclass(frozen=True)
class Progress:
    """How far a run is, for a copy of its course: as Snapshot, but of the histories only what the copy lacks."""

    parameters: int
    sizes: dict[str, int]
    updates: int
    seconds: float
    losses: Tail
    held_out: Tail
    gradient_norm: float | None
    norms: Tail
    explosion: Explosion | None


class Course:
    """A copy of a run's course, kept where it is shown. A run that was repeated to where it was changes nothing."""

    def __init__(self) -> None:
        self._losses, self._held_out, self._norms = History(columns=2), History(columns=3), History(columns=3)
        self._last: Progress | None = None

    @property
    def known(self) -> Known:
        """What need not be told again."""
        return Known(self._losses.seen, self._held_out.seen, self._norms.seen)

    @property
    def updates(self) -> int:
        return self._last.updates if self._last else 0

    @property
    def explosion(self) -> Explosion | None:
        return self._last.explosion if self._last else None

    def take_in(self, progress: Progress) -> None:
        """Follow the run to where it is now."""
        self._last = progress
        self._losses.take_in(progress.losses)
        self._held_out.take_in(progress.held_out)
        self._norms.take_in(progress.norms)

    def snapshot(self, experiment: Experiment) -> Snapshot:
        """The run as it is now. Only after something was taken in."""
        last = self._last
        assert last is not None
        return Snapshot(
            experiment=experiment,
            parameters=last.parameters,
            sizes=last.sizes,
            updates=last.updates,
            seconds=last.seconds,
            losses=self._losses.table(),
            held_out=self._held_out.table(),
            gradient_norm=last.gradient_norm,
            norms=self._norms.table(),
            explosion=last.explosion,
        )


LATEST, RISEN, APART = 4, 1.05, 1.2
"""Of how many held-out measurements the mean counts as now; how far above its lowest, and above the training loss, it
has to stand to say that the two have parted."""


def parted(losses: np.ndarray, held_out: np.ndarray) -> bool:
    """Whether training loss (N, 2) and held-out loss (M, 3) have parted: the one falls, the other rises again.

    By the means of the last measurements, as single ones go up and down.
    """
    if len(held_out) < 2 * LATEST or not len(losses):
        return False
    now, best = held_out[-LATEST:, 1].mean(), held_out[:, 1].min()
    training = losses[losses[:, 0] >= held_out[-LATEST, 0], 1].mean()
    return bool(now > RISEN * best and now > APART * training)
