"""Slices on a real Dask cluster whose workers and scheduler are killed: no run is lost, and none is another's."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from engine import Run
from engine.slices import ProbeRequest, Slices, slice_of
from playground.runs import cluster as cluster_module
from playground.runs import pool as pool_module
from playground.runs.cluster import Cluster
from playground.runs.session import Session
from tests.engine.runs import assert_same_place, trained
from tests.playground.visitors import alone, chosen, losses, run_of, tick_until
from tests.processes import Scheduler, Worker, wait_until

# Dask's own, when a connection breaks under it: the sockets of the lost side are closed by the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    with Scheduler() as started:
        yield started


@pytest.fixture
def pool(scheduler: Scheduler) -> Iterator[Cluster]:
    made = Cluster(1, scheduler.address)
    yield made
    made.close()


def long_slice(runs: tuple[Run, ...], request: ProbeRequest, seconds: float) -> Slices:
    """One that is sure to be under way when something happens to its worker."""
    brought = slice_of(runs, request, seconds)
    time.sleep(2)
    return brought


def broken(runs: tuple[Run, ...]) -> Slices:
    runs[0].update()
    raise ArithmeticError("out of numbers")


def workers(pool: Cluster, count: int) -> None:
    wait_until(lambda: pool.workers == count and not pool.away, "Sight of the workers")


def test_a_run_on_the_cluster_is_the_run_itself(scheduler: Scheduler, pool: Cluster) -> None:
    with Worker(scheduler):
        workers(pool, 1)
        session = Session(chosen(), pool)
        session.play()
        tick_until(session, 20, seconds=30)
        session.pause()
        session.step()
        assert not pool.away
        assert losses(session, session.updates) == alone(session.updates)
        assert_same_place(run_of(session), trained(session.updates))


def test_what_raises_on_a_worker_raises_here(scheduler: Scheduler, pool: Cluster) -> None:
    with Worker(scheduler):
        workers(pool, 1)
        session = Session(chosen(), pool)
        session.step()
        problem = pool.slice(broken, session._handle).exception(timeout=20)
        assert isinstance(problem, ArithmeticError)
        assert "in broken" in problem.__notes__[0], "the log has to show where"
        assert_same_place(run_of(session), trained(1))


def test_a_worker_killed_amid_a_slice(scheduler: Scheduler, pool: Cluster) -> None:
    """The slice is done again on the other worker, from where the last one ended, with the same losses."""
    first = Worker(scheduler)
    workers(pool, 1)
    session = Session(chosen(), pool)
    session.step()
    out = pool.slice(long_slice, session._handle, ProbeRequest(), 0.1)
    time.sleep(0.5)
    with Worker(scheduler):
        first.kill()
        (brought,) = out.result(timeout=30)
        assert not pool.away
        assert brought.progress.updates > 1
        assert brought.progress.losses.rows[:, 1].tolist() == alone(brought.progress.updates)
        assert_same_place(run_of(session), trained(brought.progress.updates))


def test_a_changed_setting_outlives_its_worker(scheduler: Scheduler, pool: Cluster) -> None:
    first, lone = Worker(scheduler), trained(2)
    workers(pool, 1)
    session = Session(chosen(), pool)
    session.step()
    session.step()
    session.adopt(chosen(lr="0.1"))
    lone.tune(chosen(lr="0.1").training)
    with Worker(scheduler):
        first.kill()
        session.step()
        lone.update()
        assert_same_place(run_of(session), lone)


@pytest.mark.parametrize("others", [False, True])
def test_a_worker_that_is_silent_is_given_up_until_it_speaks(
    scheduler: Scheduler, pool: Cluster, monkeypatch: pytest.MonkeyPatch, others: bool
) -> None:
    """The machine it is on has stopped; its connections stand, and nothing comes."""
    monkeypatch.setattr(pool_module, "SILENT", 3.0)
    monkeypatch.setattr(cluster_module, "SILENT", 3.0)
    with Worker(scheduler) as silent:
        workers(pool, 1)
        session = Session(chosen(), pool)
        session.play()
        tick_until(session, 20, seconds=30)
        os.kill(silent.pid, signal.SIGSTOP)
        with ExitStack() as stack:
            stack.callback(os.kill, silent.pid, signal.SIGCONT)
            if others:
                stack.enter_context(Worker(scheduler))
            tick_until(session, session.updates + 20, seconds=40)
            assert pool.away != others
            wait_until(lambda: len(pool._queues) == 1, "Its leave")
            tick_until(session, session.updates + 20, seconds=40)
            os.kill(silent.pid, signal.SIGCONT)
            workers(pool, 2 if others else 1)
            tick_until(session, session.updates + 20, seconds=40)
            session.pause()
            assert not session.failed
            assert_same_place(run_of(session), trained(session.updates))


def test_the_last_worker_killed(scheduler: Scheduler, pool: Cluster) -> None:
    """Without a worker nothing would ever come back, so the run goes on here."""
    worker = Worker(scheduler)
    workers(pool, 1)
    session = Session(chosen(), pool)
    session.play()
    tick_until(session, 5, seconds=30)
    worker.kill()
    wait_until(lambda: pool.away, "Notice of it")
    tick_until(session, session.updates + 20, seconds=40)
    session.pause()
    assert not session.failed
    assert_same_place(run_of(session), trained(session.updates))


def test_a_scheduler_that_goes_and_comes_back(scheduler: Scheduler, pool: Cluster) -> None:
    with Worker(scheduler):
        workers(pool, 1)
        session = Session(chosen(), pool)
        session.play()
        tick_until(session, 5, seconds=30)
        scheduler.kill()
        wait_until(lambda: pool.away, "Nobody noticed")
        tick_until(session, session.updates + 20, seconds=30)
        with Scheduler(scheduler.port) as again, Worker(again):
            wait_until(lambda: not pool.away, "The cluster was not found again")
            workers(pool, pool.workers)
            tick_until(session, session.updates + 20, seconds=30)
            session.pause()
            assert not session.failed
            assert losses(session, session.updates) == alone(session.updates)
            assert_same_place(run_of(session), trained(session.updates))


def test_no_scheduler_at_all() -> None:
    pool = Cluster(1, "tcp://127.0.0.1:9")
    assert pool.away
    session = Session(chosen(), pool)
    session.step()
    assert losses(session, 1) == alone(1)
    pool.close()
