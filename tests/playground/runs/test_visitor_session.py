"""A visitor's run in a worker process: play, pause, step, reset."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from engine.saving import RunFileError, load, save
from playground.runs import session as session_module
from playground.runs.pool import Pool
from playground.runs.session import Session
from tests.engine.runs import assert_same_place, trained
from tests.playground.visitors import alone, chosen, losses, run_of, tick_until
from tests.processes import wait_until


def test_something_to_see_at_once(session: Session) -> None:
    assert not session.playing
    assert session.frame.snapshot.updates == 0
    assert len(session.frame.snapshot.held_out) == 1
    session.tick()
    assert session.frame.snapshot.updates == 0


def test_at_most_one_slice_is_out(session: Session, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    most, out, real = 0, set(), pool.slice

    def counted(*args: Any, **how: Any) -> "Future[Any]":
        nonlocal most
        future = real(*args, **how)
        out.add(future)
        most = max(most, sum(not each.done() for each in out))
        return future

    monkeypatch.setattr(pool, "slice", counted)
    session.play()
    for _ in range(20):
        session.tick()
    assert len(out) < 20
    tick_until(session, 20)
    session.step()
    session.pause()
    assert most == 1
    assert all(each.done() for each in out)


@pytest.mark.parametrize("end", [Session.pause, Session.step, Session.reset])
def test_a_slice_that_waits_for_its_turn_is_taken_back(
    session: Session, pool: Pool, end: Callable[[Session], None]
) -> None:
    """Who clicks has what there was when he clicked, and waits for no training."""
    pool.submit(time.sleep, 0.2)
    session.play()
    end(session)
    assert not session.playing
    assert session.updates == (end is Session.step)


def rests(session: Session) -> bool:
    """Whether no slice of it is out."""
    with session._state:
        return session._out is None


def test_slices_follow_each_other_without_waiting_for_the_page(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as it ticked a moment ago; then it rests until the next tick."""
    monkeypatch.setattr(session_module, "AWAY", 0.2)
    session.play()
    wait_until(lambda: rests(session), "A rest")
    resting = session.updates
    assert resting > 1
    time.sleep(0.05)
    assert session.updates == resting
    tick_until(session, resting + 1)
    session.pause()
    assert_same_place(run_of(session), trained(session.updates))


def look_that_cost(session: Session, seconds: float) -> None:
    """Let the last look have taken so long."""
    with session._state:
        session._results = tuple(replace(each, seen=replace(each.seen, cost=seconds)) for each in session._results)
        session._frames = None


@pytest.mark.parametrize(("old", "anew"), [(0.0, True), (1e9, False)])
def test_pictures_that_are_old_come_anew_although_looking_is_slow(
    session: Session, monkeypatch: pytest.MonkeyPatch, old: float, anew: bool
) -> None:
    monkeypatch.setattr(session_module, "OLD", old)
    monkeypatch.setattr(session_module, "OLD_SHARE", 1e9)
    look_that_cost(session, 1000.0)
    first = session.frame.result.trace
    session.play()
    tick_until(session, 20)
    session._stop()
    session._wait_for_slice()
    assert (session.frame.result.trace is not first) == anew


def test_there_is_one_look_a_tick_and_none_that_no_page_would_show(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However little it would cost."""
    monkeypatch.setattr(session_module, "LOOKING_SHARE", 1e9)
    monkeypatch.setattr(session_module, "AWAY", 60.0)
    session.play()
    for _ in range(3):
        before = session.frame.result
        session.tick()
        wait_until(lambda: session.frame.result is not before, "A look")  # noqa: B023  # over by then
        last, updates = session.frame.result, session.updates
        wait_until(lambda: session.updates > updates + 20, "Training")  # noqa: B023  # over by then
        assert session.frame.result is last
    session.pause()


def test_pause_stands_still(session: Session) -> None:
    session.play()
    tick_until(session, 5)
    session.pause()
    assert session.frame.snapshot.updates == run_of(session).updates
    shown = session.frame
    for _ in range(3):
        session.tick()
        time.sleep(0.02)
    assert session.frame is shown
    assert run_of(session).updates == shown.snapshot.updates


def test_play_goes_on_from_there(session: Session) -> None:
    session.play()
    tick_until(session, 5)
    session.pause()
    before = session.frame.snapshot.updates
    session.play()
    tick_until(session, before + 5)
    session.pause()
    assert losses(session, 8) == alone(8)


@pytest.mark.parametrize("playing", [False, True])
def test_step_is_one_update(session: Session, playing: bool) -> None:
    if playing:
        session.play()
        tick_until(session, 3)
    session.step()
    first = session.frame.snapshot.updates
    session.step()
    assert session.frame.snapshot.updates == first + 1
    assert not session.playing


def test_reset_retraces_bit_for_bit(session: Session) -> None:
    session.play()
    tick_until(session, 30)
    session.pause()
    first = losses(session, 30)
    session.reset()
    assert session.frame.snapshot.updates == 0
    assert not session.playing
    session.play()
    tick_until(session, 30)
    session.pause()
    assert losses(session, 30) == first == alone(30)


def test_a_run_rests_when_nobody_touches_its_page(session: Session) -> None:
    session.play()
    tick_until(session, 5)
    session.rest_if_idle(minutes=1)
    assert session.playing
    session._touched -= 61
    session.rest_if_idle(minutes=1)
    assert not session.playing
    assert session.idle
    before = session.updates
    session.play()
    assert not session.idle
    tick_until(session, before + 5)
    session.pause()
    assert losses(session, 8) == alone(8)


def test_nobody_looks_so_nobody_counts_until_the_page_ticks_again(session: Session, pool: Pool) -> None:
    session.play()
    session.tick()
    assert pool.pace.training == 1
    session.rest()
    assert pool.pace.training == 0
    session.tick()
    assert pool.pace.training == 1
    session.pause()
    assert pool.pace.training == 0


def test_a_run_saved_while_it_plays_goes_on_elsewhere(session: Session, pool: Pool) -> None:
    session.play()
    tick_until(session, 5)
    saved = session.saved()
    at = load(saved).updates
    assert at >= 5
    assert session.playing
    tick_until(session, at + 5)
    other = Session(chosen(seed="9", cell="gru"), pool)
    other.carry_on(chosen(), saved)
    assert not other.playing
    assert other.experiment == chosen()
    assert other.frame.snapshot.updates == at
    other.play()
    tick_until(other, at + 5)
    other.pause()
    count = at + 5
    assert losses(other, count) == alone(count)


def test_saving_again_and_again_while_ticking_never_meets_a_run_at_work(session: Session) -> None:
    """A download is asked for on another thread than the page's."""
    session.play()
    seen: list[int] = []

    def download() -> None:
        for _ in range(20):
            seen.append(load(session.saved()).updates)

    thread = threading.Thread(target=download)
    thread.start()
    while thread.is_alive():
        session.tick()
        time.sleep(0.002)
    thread.join()
    session.pause()
    assert seen == sorted(seen)
    assert len(seen) == 20
    count = session.updates
    assert losses(session, count) == alone(count)


def broken(*_: object) -> None:
    raise ArithmeticError("out of numbers")


def test_a_run_that_cannot_be_looked_at_is_not_taken_up(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run there is stays, in every part."""
    session.step()
    before = session.experiments, session.frames, session.beginnings
    with monkeypatch.context() as patched:
        patched.setattr(session_module, "slice_of", broken)
        with pytest.raises(ArithmeticError):
            session.carry_on(chosen(task="copy"), save(trained(0, task="copy")))
    with pytest.raises(RunFileError, match="not a saved run"):
        session.carry_on(chosen(task="copy"), b"no run")
    assert (session.experiments, session.frames, session.beginnings) == before
    session.step()
    assert losses(session, 2) == alone(2)


def test_a_download_is_of_one_moment(session: Session) -> None:
    """Also while a moment of the film is shown: numbers, states and the saved run are those of now."""
    session.play()
    tick_until(session, 5)
    frame, file = session.saved_with_frame()
    run = load(file)
    assert frame.snapshot.updates == run.updates >= 5
    assert frame.result.trace.loss == run.trace().loss
    session.look_back(2)
    frame, file = session.saved_with_frame()
    assert frame.snapshot.updates == load(file).updates > 2
