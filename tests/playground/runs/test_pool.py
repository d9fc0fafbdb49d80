"""Worker processes that are killed, stopped, crowded or cannot start: no run is lost, and none is another's.

How requests stand in line for them is in `test_queues`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine import Run
from engine.slices import ProbeRequest, Slices, slice_of
from playground.runs import pool as pool_module
from playground.runs import session as session_module
from playground.runs.pool import FAILED_STARTS, LostError, Pool, WorkerQueue
from playground.runs.session import Session
from tests.engine.runs import assert_same_place, same, trained
from tests.playground.here import Here, Threaded
from tests.playground.visitors import alone, chosen, losses, run_of, tick_all, tick_while
from tests.processes import ROOT, wait_until

processes = pytest.mark.processes


@pytest.fixture(scope="module")
def one() -> Iterator[Pool]:
    """A pool of a single worker, which may be killed."""
    made = Pool(1)
    yield made
    made.close()


@pytest.fixture(scope="module")
def two() -> Iterator[Pool]:
    made = Pool(2)
    yield made
    made.close()


def all_ready(pool: Pool) -> None:
    wait_until(
        lambda: len(pool._queues) == pool._wanted and all(queue.worker.ready for queue in pool._queues), "A worker"
    )


def signal_to(queue: WorkerQueue, what: signal.Signals = signal.SIGKILL) -> int:
    pid: int = queue.worker.pid  # type: ignore[attr-defined]  # a process
    os.kill(pid, what)
    return pid


def pids(pool: Pool) -> list[int]:
    return [queue.worker.pid for queue in pool._queues]  # type: ignore[attr-defined]  # processes


def is_worker(pid: int) -> bool:
    """Whether a worker is alive there."""
    try:
        return b"engine.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def playing(pool: Pool, count: int) -> list[Session]:
    sessions = [Session(chosen(seed=str(seed)), pool) for seed in range(1, count + 1)]
    for session in sessions:
        session.play()
    return sessions


def assert_alone(sessions: Sequence[Session]) -> None:
    """Each is where a run of its own would be, also its file, its film included."""
    for seed, session in enumerate(sessions, 1):
        session.pause()
        assert not session.failed
        lone = trained(session.updates, seed=str(seed))
        run = run_of(session)
        assert_same_place(run, lone)
        assert same(session.frame.snapshot.losses, lone.losses.table())
        assert same(session.frame.snapshot.held_out, lone.held_out.table())
        assert session.player.times == [checkpoint.updates for checkpoint in lone.film.checkpoints]
        assert session.player.times == [checkpoint.updates for checkpoint in run.film.checkpoints]


# Faults that no process needs to die for.


def test_what_cannot_be_sent_is_told_and_the_worker_goes_on(pool: Pool) -> None:
    with pytest.raises((AttributeError, TypeError)):
        pool.wait(pool.submit(lambda: 1))
    with pytest.raises(RuntimeError, match="cannot be sent"):
        pool.wait(pool.submit(memoryview, b"no copy of it can be made"))
    assert pool.wait(pool.submit(divmod, 7, 2)) == (3, 1)


def test_the_least_used_runs_make_room_and_are_made_again() -> None:
    """Three runs in turn, where a worker keeps two: none is ever there."""
    with closing(Here(1, resident=2)) as pool:
        sessions = [Session(chosen(seed=str(seed)), pool) for seed in (1, 2, 3)]
        for _ in range(4):
            for session in sessions:
                session.step()
        worker = pool._queues[0].worker
        assert isinstance(worker, Threaded)
        assert len(worker._worker._held) == 2
        assert_alone(sessions)


@processes
def test_runs_that_are_alike_get_alike(one: Pool) -> None:
    sessions = playing(one, 6)
    tick_all(sessions, 20)
    before, used = [session.updates for session in sessions], [session._handle.used for session in sessions]
    tick_while(sessions[0], lambda: tick_each(sessions) or sessions[0]._handle.used < used[0] + 0.6)
    had = [session._handle.used - start for session, start in zip(sessions, used, strict=True)]
    made = [session.updates - start for session, start in zip(sessions, before, strict=True)]
    for session in sessions:
        session.pause()
    # Strictly in `test_queues`: here it also depends on what else this machine does.
    assert max(had) < 1.5 * min(had)
    assert max(made) < 2 * min(made)


def tick_each(sessions: Sequence[Session]) -> None:
    for session in sessions:
        session.tick()


# Workers that die.


@processes
def test_a_worker_killed_while_runs_train(one: Pool) -> None:
    all_ready(one)
    sessions = playing(one, 2)
    tick_all(sessions, 20)
    pid = signal_to(one._queues[0])
    tick_all(sessions, 40)
    assert pids(one) != [pid]
    assert_alone(sessions)


@processes
def test_a_worker_killed_while_nothing_is_under_way(one: Pool) -> None:
    all_ready(one)
    session = Session(chosen(), one)
    session.step()
    signal_to(one._queues[0])
    session.step()
    assert_alone([session])


@processes
def test_a_changed_setting_outlives_the_worker(one: Pool) -> None:
    all_ready(one)
    session, lone = Session(chosen(), one), trained(5)
    for _ in range(5):
        session.step()
    changed = chosen(lr="0.1")
    session.adopt(changed)
    signal_to(one._queues[0])
    lone.tune(changed.training)
    for _ in range(5):
        session.step()
        lone.update()
    assert_same_place(run_of(session), lone)


@processes
def test_whoever_trains_on_another_worker_sees_nothing_of_it(two: Pool) -> None:
    all_ready(two)
    sessions = playing(two, 4)
    tick_while(sessions[0], lambda: tick_each(sessions) or {s._handle.home for s in sessions} != {*two._queues})
    hit, spared = two._queues
    there = [session for session in sessions if session._handle.home is spared]
    versions = [session._handle.version for session in there]
    signal_to(hit)
    tick_all(sessions, 40)
    assert spared in two._queues
    assert all(session._handle.version > version for session, version in zip(there, versions, strict=True))
    all_ready(two)
    assert_alone(sessions)


@processes
def test_many_workers_killed_one_after_the_other(two: Pool) -> None:
    sessions = playing(two, 6)
    for number in range(10):
        tick_all(sessions, 5)
        ready = [queue for queue in two._queues if queue.worker.ready]
        signal_to(ready[number % len(ready)])
    tick_all(sessions, 5)
    assert_alone(sessions)


@processes
def test_a_worker_that_is_silent_is_replaced(one: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    all_ready(one)
    monkeypatch.setattr(pool_module, "SILENT", 2.0)
    sessions = playing(one, 2)
    tick_all(sessions, 20)
    pid = signal_to(one._queues[0], signal.SIGSTOP)
    tick_all(sessions, 20)
    assert pids(one) != [pid]
    assert not is_worker(pid)
    assert_alone(sessions)


DEADLY = 9


def deadly(*_: Any) -> None:
    os._exit(1)


def deadly_to_look(runs: Sequence[Run], request: ProbeRequest, *args: Any) -> Slices:
    """A slice that ends the process for whoever looks at one of the probe sequences."""
    if request.probe == DEADLY:
        deadly()
    return slice_of(runs, request, *args)


@processes
def test_a_request_that_ends_its_workers_is_given_up(one: Pool) -> None:
    with pytest.raises(LostError, match="ended 3 workers"):
        one.wait(one.submit(deadly))
    assert one.wait(one.submit(divmod, 7, 2)) == (3, 1)


@processes
def test_a_run_that_ends_its_workers_stops_and_others_go_on(
    one: Pool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session, other = playing(one, 2)
    tick_all([session, other], 10)
    monkeypatch.setattr(session_module, "slice_of", deadly_to_look)
    session.request_probe(ProbeRequest(probe=DEADLY))
    tick_while(session, lambda: other.tick() or not session.failed, 60)
    assert session.failed == "lost"
    assert not session.playing
    assert "link=?task=adding" in caplog.text
    stopped = session.updates
    assert losses(session, stopped) == alone(stopped)
    tick_all([other], 20)
    session.request = ProbeRequest()
    assert_same_place(run_of(session), trained(stopped))
    session.reset()
    assert not session.failed
    session.step()
    assert losses(session, 1) == alone(1)
    other.pause()
    assert_same_place(run_of(other), trained(other.updates, seed="2"))


# Several workers.


@processes
def test_runs_spread_over_the_workers_and_keep_their_course(two: Pool) -> None:
    """They begin at the same one, as none of them trains yet; who moves is brought along."""
    all_ready(two)
    sessions = [Session(chosen(seed=str(seed)), two) for seed in range(1, 5)]
    tick_each(sessions)
    (home,) = {session._handle.home for session in sessions}
    for session in sessions:
        session.play()
    tick_while(sessions[0], lambda: tick_each(sessions) or sum(s._handle.home is home for s in sessions) != 2)
    tick_all(sessions, 50)
    moved = [session for session in sessions if session._handle.home is not home]
    assert moved
    assert all(isinstance(session._handle.origins[0], bytes) for session in moved)
    assert_alone(sessions)


# Beginning and end.


@processes
def test_closed_its_processes_end(caplog: pytest.LogCaptureFixture) -> None:
    pool = Pool(2)
    session = Session(chosen(), pool)
    session.play()
    tick_all([session], 5)
    all_ready(pool)
    there = pids(pool)
    assert all(map(is_worker, there))
    busy, *waiting = [pool.submit(time.sleep, seconds) for seconds in (0.3, 0.3, 60, 60)]
    wait_until(busy.running, "A turn")
    pool.close()
    assert not any(map(is_worker, there))
    assert busy.result(0) is None
    assert all(out.cancelled() for out in waiting[1:])
    assert not session.failed
    assert not caplog.records


SERVER = """
import sys, time
from playground.runs.pool import Pool
pool = Pool(2)
while not all(queue.worker.ready for queue in pool._queues):
    time.sleep(0.01)
pool.submit(time.sleep, 60)  # one of them is amid long work
print(*(queue.worker.pid for queue in pool._queues), flush=True)
time.sleep(60)
"""


@processes
def test_a_server_that_is_killed_leaves_no_worker_behind() -> None:
    with subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        there = [int(pid) for pid in server.stdout.readline().split()]
        assert [is_worker(pid) for pid in there] == [True, True]
        server.kill()
        server.wait()
        wait_until(lambda: not any(map(is_worker, there)), "Their end", seconds=3)


@processes
@pytest.mark.parametrize("program", ["/bin/false", "/there/is/none"])
def test_where_no_worker_can_be_started_those_who_wait_are_told(
    one: Pool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, program: str
) -> None:
    """And once one can be started again it is."""
    all_ready(one)
    session = Session(chosen(), one)
    session.step()
    monkeypatch.setattr(pool_module, "LOOK_EVERY", 0.05)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", program)
        signal_to(one._queues[0])
        outs = [one.submit(divmod, 7, number) for number in (1, 2, 3)]
        for out in outs:
            with pytest.raises(LostError, match="No worker can be started"):
                out.result(30)
        session.step()
        assert session.failed == "lost"
        assert session.updates == 1
    assert one.wait(one.submit(divmod, 7, 2)) == (3, 1)
    assert_same_place(run_of(session), trained(1))
    assert caplog.text.count("event=") >= FAILED_STARTS
