"""A visitor's run when something happens to it: other settings, a fault, an explosion, company."""

import time
from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
import pytest

from engine import Run
from engine.slices import Look
from playground.runs.session import Session
from tests.engine.runs import assert_same_place, started
from tests.playground.visitors import alone, chosen, losses, tick_until


@pytest.mark.parametrize(("name", "value"), [("lr", 0.05), ("clip", 0.5), ("batch", 7), ("decay", 0.01)])
@pytest.mark.parametrize("playing", [False, True])
def test_adopt_tunes_a_running_network(session: Session, name: str, value: float, playing: bool) -> None:
    session.play()
    tick_until(session, 5)
    if not playing:
        session.pause()
    before, run = session.run.updates, session.run
    session.adopt(replace(session.experiment, training=replace(session.experiment.training, **{name: value})))
    assert session.run is run
    assert session.tuned
    assert session.playing == playing
    assert session.frame.snapshot.updates >= before >= 5
    assert getattr(session.experiment.training, name) == value
    session.play()
    tick_until(session, before + 5)
    session.pause()
    assert session.frame.snapshot.losses[:, 0].tolist() == list(range(1, session.run.updates + 1))
    assert losses(session) == alone(5)


def test_tuning_before_the_first_update_can_be_retraced(session: Session) -> None:
    session.adopt(chosen(lr="0.05"))
    assert not session.tuned
    for _ in range(3):
        session.step()
    assert losses(session, 3) == alone(3, lr="0.05")


@pytest.mark.parametrize(
    "change",
    [
        {"seed": "2"},
        {"optimizer": "sgd"},
        {"hidden": "7"},
        {"cell": "gru"},
        {"length": "9"},
        {"init": "xavier", "lr": "0.1"},
    ],
    ids=lambda change: "-".join(change),
)
def test_adopt_begins_anew_on_anything_else(session: Session, change: dict[str, str]) -> None:
    session.play()
    tick_until(session, 5)
    session.adopt(chosen(**change))
    assert session.experiment == chosen(**change) == session.frame.snapshot.experiment
    assert session.frame.snapshot.updates == 0
    assert not session.playing
    assert not session.tuned


def test_adopting_the_same_changes_nothing(session: Session) -> None:
    session.step()
    run, frame = session.run, session.frame
    session.adopt(chosen())
    assert session.run is run
    assert session.frame is frame


def test_a_failing_slice_leaves_a_usable_page(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    session.step()
    shown = session.frame

    def broken() -> None:
        raise RuntimeError("out of memory")

    session.run.update = broken  # type: ignore[method-assign]
    session.play()
    for _ in range(100):
        session.tick()
        if session.failed:
            break
        time.sleep(0.005)
    assert session.failed
    assert not session.playing
    assert session.frame is shown
    assert "out of memory" in caplog.text
    assert f"link=?{urlencode(session.experiment.to_params())}" in caplog.text
    session.tick()
    session.reset()
    assert not session.failed
    session.step()
    assert losses(session, 1) == alone(1)


def test_an_explosion_stops_the_run(pool: Pool) -> None:
    wild = {"cell": "rnn", "activation": "identity", "optimizer": "sgd", "lr": "10", "clip": "0", "length": "50"}
    session = Session(chosen(**wild), pool)
    session.play()
    for _ in range(400):
        session.tick()
        if session.exploded:
            break
        time.sleep(0.005)
    assert session.exploded
    assert not session.playing
    snapshot = session.frame.snapshot
    assert np.isfinite(snapshot.losses).all()
    assert np.isfinite(snapshot.held_out).all()
    assert all(np.isfinite(h).all() for s in session.frame.sight.trace.layers[0] for h in s.state.values())
    session.play()
    assert not session.playing
    session.step()
    assert session.frame.snapshot.updates == snapshot.updates
    session.reset()
    assert not session.exploded


def test_two_visitors_do_not_mix(pool: Pool) -> None:
    settings = ({"seed": "1"}, {"seed": "2", "cell": "gru"})
    sessions = [Session(chosen(**params), pool) for params in settings]
    for session in sessions:
        session.play()
    while min(session.frame.snapshot.updates for session in sessions) < 40:
        for session in sessions:
            session.tick()
        time.sleep(0.002)
    for session, params in zip(sessions, settings, strict=True):
        session.pause()
        lone = started(**params)
        while lone.updates < session.run.updates:
            lone.update()
        assert_same_place(session.run, lone)


def test_looking_elsewhere_learns_the_same(session: Session) -> None:
    first = session.frame.sight.trace
    session.look_at(Look(probe=3))
    other = session.frame.sight.trace
    assert not np.array_equal(first.inputs, other.inputs)
    assert np.array_equal(other.inputs, session.run.trace(3).inputs)
    session.play()
    tick_until(session, 5)
    session.look_at(Look(probe=4))
    for _ in range(400):
        session.tick()
        if session.frame.look == Look(probe=4):
            break
        time.sleep(0.005)
    assert np.array_equal(session.frame.sight.trace.inputs, session.run.trace(4).inputs)
    session.pause()
    lone = Run(chosen())
    while lone.updates < session.run.updates:
        lone.update()
    assert_same_place(session.run, lone)
