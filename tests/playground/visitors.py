"""Visitors for the tests of their sessions: small runs, and ticks in quick succession."""

import time
from collections.abc import Callable, Sequence

from engine import Experiment, Run
from engine.saving import load
from playground.runs.session import Session
from tests.engine.runs import SMALL, started


def chosen(**params: str) -> Experiment:
    return Experiment.from_params({**SMALL, **params})


def tick_until(session: Session, updates: int, seconds: float = 20) -> None:
    """Tick as the page does, only faster, until that many updates were seen."""
    tick_while(session, lambda: session.frame.snapshot.updates < updates, seconds)


def tick_while(session: Session, true: Callable[[], bool], seconds: float = 20) -> None:
    """Tick as long as that is so."""
    end = time.monotonic() + seconds
    while true():
        assert time.monotonic() < end, f"still so at update {session.updates}"
        session.tick()
        time.sleep(0.005)


def tick_all(sessions: Sequence[Session], more: int, seconds: float = 60) -> None:
    """Tick all until each has made so many updates more."""
    targets, end = [session.updates + more for session in sessions], time.monotonic() + seconds
    while not all(session.updates >= target for session, target in zip(sessions, targets, strict=True)):
        assert time.monotonic() < end, f"still at {[session.updates for session in sessions]}"
        assert not any(session.failed for session in sessions)
        for session in sessions:
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
