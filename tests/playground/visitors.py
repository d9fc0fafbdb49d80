"""Visitors for the tests of their sessions: short slices, small runs, and ticks in quick succession."""

import time

from engine import Experiment
from playground.executor import TICK, Pool
from playground.session import Session
from tests.engine.runs import SMALL, started


def chosen(**params: str) -> Experiment:
    return Experiment.from_params({**SMALL, **params})


class CountingPool(Pool):
    """A pool of short slices that knows how many were out at once."""

    def __init__(self) -> None:
        super().__init__(1)
        self.out = self.most = 0

    def submit(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        self.out += 1
        self.most = max(self.most, self.out)
        future = super().submit(*args, **kwargs)
        future.add_done_callback(self._back)
        return future

    def slice_seconds(self, visitor: object = None, since: float = TICK, brief: bool = False) -> float:
        return self.shortest

    def _back(self, _: object) -> None:
        self.out -= 1


def tick_until(session: Session, updates: int, seconds: float = 10) -> None:
    """Tick as the page does, only faster, until that many updates were seen."""
    end = time.monotonic() + seconds
    while session.frame.snapshot.updates < updates:
        assert time.monotonic() < end, "no updates"
        session.tick()
        time.sleep(0.005)


def losses(session: Session, count: int = 5) -> list[float]:
    found: list[float] = session.frame.snapshot.losses[:count, 1].tolist()
    return found


def alone(count: int, **params: str) -> list[float]:
    """The first losses of a run that nobody looks at."""
    run = started(**params)
    for _ in range(count):
        run.update()
    found: list[float] = run.losses.table()[:, 1].tolist()
    return found
