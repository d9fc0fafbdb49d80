"""A visitor's run on real worker threads: play, pause, step, reset."""

import copy
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest
from playground.bell import Bell
from playground.clicks import ECHO
from playground.executor import TICK, Pool

from engine import Run
from engine.saving import load
from playground import session as session_module
from playground.runs.session import Session
from tests.playground.visitors import alone, chosen, losses, tick_until


def test_something_to_see_at_once(session: Session) -> None:
    assert not session.playing
    assert session.frame.snapshot.updates == 0
    assert len(session.frame.snapshot.held_out) == 1
    session.tick()
    assert session.frame.snapshot.updates == 0


def test_at_most_one_slice_is_out(session: Session, pool: Pool) -> None:
    session.play()
    for _ in range(20):
        session.tick()
    assert pool.most == 1
    tick_until(session, 20)
    session.pause()
    assert pool.most == 1
    assert pool.out == 0


class PatientPool(Pool):
    """A pool whose slices would last for a minute if nobody called them back."""

    def slice_seconds(self, visitor: object = None, since: float = TICK, brief: bool = False) -> float:
        return 60.0


@pytest.mark.parametrize("end", [Session.tick, Session.pause, Session.step, Session.reset])
def test_who_wants_the_slice_calls_it_back(end: Callable[[Session], None]) -> None:
    """And has it after the update that is under way; a tick has trained all the time since the last one."""
    with closing(PatientPool(1)) as pool:
        session = Session(chosen(), pool)
        session.play()
        session.tick()
        time.sleep(0.2)
        start = time.monotonic()
        end(session)
        assert time.monotonic() - start < 10
        if end is Session.tick:
            assert session.frame.snapshot.seconds == pytest.approx(0.2, abs=0.15)
        session.pause()


def test_a_bell_is_heard_here_alone() -> None:
    """What travels is made anew from what `__reduce__` says, as a copy is."""
    bell = Bell()
    there = copy.copy(bell)
    bell.ring()
    assert bell()
    assert not there()
    assert not copy.copy(bell)()


def test_pause_stands_still(session: Session) -> None:
    session.play()
    tick_until(session, 5)
    session.pause()
    assert session.frame.snapshot.updates == session.run.updates
    shown = session.frame
    for _ in range(3):
        session.tick()
        time.sleep(0.02)
    assert session.frame is shown
    assert session.run.updates == shown.snapshot.updates


def test_play_goes_on_from_there(session: Session) -> None:
    session.play()
    tick_until(session, 5)
    session.pause()
    before = session.frame.snapshot.updates
    session.play()
    tick_until(session, before + 5)
    session.pause()
    assert losses(session, 8) == alone(8)


@pytest.mark.parametrize(("old", "anew"), [(0.0, True), (1e9, False)])
def test_pictures_that_are_old_come_anew_although_looking_is_slow(
    session: Session, monkeypatch: pytest.MonkeyPatch, old: float, anew: bool
) -> None:
    """A look of 0.05 s is due after 1.7 s of training, and after 0.17 s if the last one is old."""
    monkeypatch.setattr(session_module, "OLD", old)
    slow = replace(session.frame.sight.seen, cost=0.05)
    session.frames = (replace(session.frame, sight=replace(session.frame.sight, seen=slow)),)
    first = session.frame.sight.trace
    session.play()
    while session.frame.snapshot.seconds < 0.4:
        session.tick()
    session.playing = False
    session.settle()
    assert (session.frame.sight.trace is not first) == anew


def test_a_click_handed_in_twice_counts_once(session: Session) -> None:
    session.click(session.play)
    session.tick()
    session.click(session.pause)
    session.tick()
    session.click(session.play)
    assert not session.playing, "the echo of Pause was taken for Train"
    session.tick()
    session.click(session.play)
    assert not session.playing, "an echo that came later was taken for Train"
    time.sleep(ECHO)
    for expected in (True, False, False):
        session.click(session.play if expected else session.step)
        assert session.playing == expected
        session.tick()
        session.tick()
    before = session.run.updates
    for _ in range(2):
        session.click(session.step)
    assert session.run.updates == before + 2


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
    session.click(session.play)
    assert not session.idle
    tick_until(session, before + 5)
    session.pause()
    assert losses(session, 8) == alone(8)


def test_nobody_looks_so_nobody_counts_until_the_page_ticks_again(session: Session, pool: Pool) -> None:
    session.play()
    session.tick()
    assert pool.training == 1
    session.rest()
    assert pool.training == 0
    session.tick()
    assert pool.training == 1
    session.pause()
    assert pool.training == 0


def test_a_run_saved_while_it_plays_goes_on_elsewhere(session: Session, pool: Pool) -> None:
    session.play()
    tick_until(session, 5)
    saved = load(session.saved())
    at = saved.updates
    assert at >= 5
    assert session.playing
    tick_until(session, at + 5)
    other = Session(chosen(seed="9", cell="gru"), pool)
    other.carry_on(saved)
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
    count = session.run.updates
    assert losses(session, count) == alone(count)


def test_a_run_that_cannot_be_looked_at_is_not_taken_up(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run there is stays, in every part."""
    session.step()
    before = session.experiments, session.frames, session.beginnings

    def broken(*_: object) -> None:
        raise ArithmeticError("out of numbers")

    with monkeypatch.context() as patched:
        patched.setattr(session_module, "slice_of", broken)
        with pytest.raises(ArithmeticError):
            session.carry_on(Run(chosen(task="copy")))
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
    assert frame.sight.trace.loss == run.trace().loss
    session.look_back(2)
    frame, file = session.saved_with_frame()
    assert frame.snapshot.updates == load(file).updates > 2
