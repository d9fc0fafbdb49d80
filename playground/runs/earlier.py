"""The runs that a visitor had before the present one: kept as files, within so many bytes, to be brought back."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from engine import Experiment
from engine.film import Film
from engine.worker import Origin

MOST = 5
"""Runs that are kept: the last ones."""


@dataclass(frozen=True, eq=False)
class Earlier:
    """A run, or a few side by side, as they were left.

    origins: what it takes to make them again. losses (N, 2) and held_out (M, 3): the course of each. films: their
    checkpoints, or none where there was no room. about: what else the page that left them needs to show them again.
    """

    experiments: tuple[Experiment, ...]
    updates: int
    origins: tuple[Origin, ...]
    losses: tuple[np.ndarray, ...]
    held_out: tuple[np.ndarray, ...]
    films: tuple[Film, ...] = ()
    about: object = None
    size: int = field(init=False)

    def __post_init__(self) -> None:
        arrays = sum(array.nbytes for array in (*self.losses, *self.held_out))
        files = sum(len(origin) for origin in self.origins if isinstance(origin, bytes))
        object.__setattr__(self, "size", arrays + files + sum(film.size for film in self.films))


def fitting(runs: Iterable[Earlier], most_bytes: float) -> tuple[Earlier, ...]:
    """Those of `runs`, the newest first, for which there is room. Films go before runs, and the oldest go first."""
    kept = list(runs)[:MOST]
    for place in reversed(range(len(kept))):
        if sum(each.size for each in kept) > most_bytes:
            kept[place] = replace(kept[place], films=())
    while kept and sum(each.size for each in kept) > most_bytes:
        kept.pop()
    return tuple(kept)
