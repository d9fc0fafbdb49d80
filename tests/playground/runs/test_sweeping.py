"""A sweep on the pool: the same rows as alone, a share like a visitor's, cancel, and a run that fails."""

import time
from collections.abc import Sequence

import pytest

from engine import Experiment, Run
from engine.sweep import Job, Row, Sweep, part, portion
from playground.runs import sweeping
from playground.runs.pool import Pool
from playground.runs.sweeping import Sweeping
from tests.engine.runs import SMALL


def small_sweep() -> Sweep:
    return Sweep(Experiment.from_params(SMALL), ("rnn", "gru"), (5, 8), 1, 50)


@pytest.fixture
def sweep() -> Sweep:
    return small_sweep()


def tick_through(going: Sweeping, until: int = 99) -> int:
    """Tick until so many rows are there; how many runs were under way at once at most."""
    end, most = time.monotonic() + 30, 0
    while going.going and len(going.rows) < until:
        assert time.monotonic() < end
        going.tick()
        most = max(most, len(going._lanes))
        time.sleep(0.002)
    return most


def test_rows_are_those_of_the_runs_alone(sweep: Sweep, pool: Pool) -> None:
    going = Sweeping(sweep, pool)
    assert going.count == 4
    assert tick_through(going) == 1, "more at once than there are workers"
    for job, row in zip(sweep.jobs(), going.rows, strict=True):
        run = Run(job.experiment)
        portion(run, 50, 1e9)
        assert row == job.row(run)
    assert pool.pace.training == 0


def test_it_takes_a_visitors_share(sweep: Sweep, pool: Pool) -> None:
    pool.pace.trains("somebody")
    going = Sweeping(sweep, pool)
    going.tick()
    going.tick()
    assert pool.pace.training == 2
    going.cancel()
    assert pool.pace.training == 1
    pool.pace.rests("somebody")


def test_cancelled_it_keeps_what_it_has(sweep: Sweep, pool: Pool) -> None:
    going = Sweeping(sweep, pool)
    tick_through(going, until=2)
    going.cancel()
    assert not going.going
    kept = [*going.rows]
    assert len(kept) in (2, 3)
    going.tick()
    pool.submit(len, ()).result(20)  # by then a slice that was out is back
    assert going.rows == kept


def test_nothing_moves_while_nobody_looks(sweep: Sweep, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "AWAY", 0.0)
    going = Sweeping(sweep, pool)
    for _ in range(3):
        going.tick()
    assert going.going
    assert all(lane.out is None for lane in going._lanes)
    monkeypatch.undo()
    tick_through(going)
    assert len(going.rows) == 4


def faulty(runs: Sequence[Run], job: Job, seconds: float) -> Row | None:
    """The slice of a run, which fails with one of them."""
    if job == small_sweep().jobs()[1]:
        raise ArithmeticError("out of numbers")
    return part(runs, job, seconds)


def test_a_run_that_fails_does_not_stop_the_others(
    sweep: Sweep, pool: Pool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sweeping, "part", faulty)
    going = Sweeping(sweep, pool)
    tick_through(going)
    assert (len(going.rows), going.failed) == (3, 1)
    assert "out of numbers" in caplog.text
    assert sweep.jobs()[1].key[0] in caplog.text
