"""A sweep on the pool: the same rows as alone, a share like a visitor's, cancel, and a run that fails."""

import time

import pytest

from engine import Experiment, Run
from engine.sweep import Sweep, portion
from playground import sweeping
from playground.runs.pool import Pool
from playground.sweeping import Sweeping
from tests.engine.runs import SMALL
from tests.playground.visitors import CountingPool


@pytest.fixture
def sweep() -> Sweep:
    return Sweep(Experiment.from_params(SMALL), ("rnn", "gru"), (5, 8), 1, 50)


def tick_through(going: Sweeping, until: int = 99) -> None:
    end = time.monotonic() + 30
    while going.going and len(going.rows) < until:
        assert time.monotonic() < end
        going.tick()
        time.sleep(0.002)


def test_rows_are_those_of_the_runs_alone(sweep: Sweep, pool: Pool) -> None:
    going = Sweeping(sweep, pool)
    assert going.count == 4
    tick_through(going)
    for job, row in zip(sweep.jobs(), going.rows, strict=True):
        run = Run(job.experiment)
        portion(run, 50, 1e9)
        assert row == job.row(run)
    assert pool.most == 1, "more at once than there are threads"
    assert pool.training == 0


def test_it_takes_a_visitors_share(sweep: Sweep, pool: Pool) -> None:
    pool.trains("somebody")
    going = Sweeping(sweep, pool)
    going.tick()
    going.tick()
    assert pool.training == 2
    going.cancel()
    assert pool.training == 1


def test_cancelled_it_keeps_what_it_has(sweep: Sweep, pool: Pool) -> None:
    going = Sweeping(sweep, pool)
    tick_through(going, until=2)
    going.cancel()
    assert not going.going
    kept = [*going.rows]
    assert len(kept) == 2
    going.tick()
    assert going.rows == kept


def test_a_run_that_fails_does_not_stop_the_others(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(run: Run, updates: int, seconds: float) -> bool:
        if run.experiment == sweep.jobs()[1].experiment:
            raise ArithmeticError("out of numbers")
        return portion(run, updates, seconds)

    monkeypatch.setattr(sweeping, "portion", faulty)
    pool = Pool(2)
    going = Sweeping(sweep, pool)
    tick_through(going)
    pool.close()
    assert (len(going.rows), going.failed) == (3, 1)
    assert "out of numbers" in caplog.text
    assert sweep.jobs()[1].key[0] in caplog.text
