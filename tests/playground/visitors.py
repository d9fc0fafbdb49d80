"""Visitors for the tests of their sessions: small runs, and ticks in quick succession."""

import time

from engine import Experiment, Run
from engine.saving import load
from playground.runs.session import Session
from tests.engine.runs import SMALL, started


def chosen(**params: str) -> Experiment:
    return Experiment.from_params({**SMALL, **params})


def tick_until(session: Session, updates: int, seconds: float = 20) -> None:
    """Tick as the page does, only faster, until that many updates were seen."""
    end = time.monotonic() + seconds
    while session.frame.snapshot.updates < updates:
        assert time.monotonic() < end, "no updates"
        session.tick()
        time.sleep(0.005)


def run_of(session: Session) -> Run:
    """The first run of a session, which lives in a worker, by way of its file."""
    return load(session.saved())


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
