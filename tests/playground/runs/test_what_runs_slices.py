"""The contract of whatever runs slices, here or on a cluster: a run there is the run itself, faults stay its own."""

import time
from collections.abc import Iterator

import pytest

from engine import Run
from engine.saving import save
from engine.slices import ProbeRequest
from playground.runs.cluster import Cluster
from playground.runs.pool import Pool
from playground.runs.session import Session
from tests.engine.runs import assert_same_place, trained
from tests.playground.visitors import alone, chosen, losses, run_of, tick_until
from tests.processes import Scheduler, Worker, wait_until

pytestmark = [
    # Dask's own, when its connections end: their sockets are closed by the collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module", params=["here", pytest.param("dask", marks=pytest.mark.processes)])
def pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    if request.param == "here":
        made = Pool(1)
        yield made
        made.close()
        return
    with Scheduler() as scheduler, Worker(scheduler):
        cluster = Cluster(1, scheduler.address)
        wait_until(lambda: not cluster.away, "The cluster did not answer")
        yield cluster
        assert not cluster.away, "it was not the cluster that was tried"
        cluster.close()


def broken(runs: tuple[Run, ...]) -> None:
    runs[0].update()
    raise ArithmeticError("out of numbers")


def product(*factors: int) -> int:
    if 0 in factors:
        raise ZeroDivisionError("nothing is left")
    return factors[0] * product(*factors[1:]) if factors else 1


def test_a_run_there_is_the_run_itself(pool: Pool) -> None:
    session = Session(chosen(), pool)
    session.play()
    tick_until(session, 40)
    session.pause()
    session.step()
    run = run_of(session)
    assert run.updates == session.updates > 40
    assert losses(session, run.updates) == alone(run.updates)
    assert_same_place(run, trained(run.updates))


def test_a_pause_is_a_pause_and_play_goes_on(pool: Pool) -> None:
    session = Session(chosen(cell="gru"), pool)
    for _ in range(3):
        session.play()
        tick_until(session, session.updates + 10)
        session.pause()
        stopped = session.updates
        assert session.frame.result.checkpoint.updates == stopped
        time.sleep(0.1)
        session.tick()
        assert session.updates == stopped
    assert_same_place(run_of(session), trained(session.updates, cell="gru"))


def test_another_setting_acts_from_where_it_is(pool: Pool) -> None:
    session, lone = Session(chosen(), pool), trained(2)
    session.step()
    session.step()
    changed = chosen(lr="0.1")
    session.adopt(changed)
    session.step()
    lone.tune(changed.training)
    lone.update()
    assert_same_place(run_of(session), lone)


def test_a_saved_run_is_taken_up(pool: Pool) -> None:
    session = Session(chosen(seed="9"), pool)
    session.carry_on(chosen(cell="gru"), save(trained(5, cell="gru")))
    assert session.updates == 5
    session.step()
    assert_same_place(run_of(session), trained(6, cell="gru"))


def test_many_runs_keep_apart(pool: Pool) -> None:
    sessions = [Session(chosen(seed=str(seed)), pool) for seed in range(8)]
    for session in sessions:
        session.play()
    for session in sessions:
        tick_until(session, 10)
    for seed, session in enumerate(sessions):
        session.pause()
        assert losses(session, 10) == alone(10, seed=str(seed))


def test_what_raises_there_raises_here_and_leaves_the_run_as_it_was(pool: Pool) -> None:
    session, other = Session(chosen(), pool), Session(chosen(seed="2"), pool)
    session.step()
    problem = pool.slice(broken, session._handle).exception(timeout=20)
    assert isinstance(problem, ArithmeticError)
    other.step()
    assert losses(other, 1) == alone(1, seed="2")


def test_another_look_is_taken_at_once(pool: Pool) -> None:
    session = Session(chosen(), pool)
    session.request_probe(ProbeRequest(probe=3))
    assert (session.frame.result.trace.inputs == trained(0).trace(3).inputs).all()


def test_work_that_needs_no_run(pool: Pool) -> None:
    assert pool.submit(product, 2, 3, 7).result(20) == 42
    assert isinstance(pool.submit(product, 0).exception(20), ZeroDivisionError)
