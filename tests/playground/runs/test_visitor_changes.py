"""A visitor's run when something happens to it: other settings, a fault, an explosion, company."""

import time
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
import pytest

from engine import Run
from engine.slices import ProbeRequest
from playground.runs.pool import Pool
from playground.runs.session import Session
from tests.engine.runs import assert_same_place, trained
from tests.playground.here import Here
from tests.playground.visitors import alone, chosen, losses, run_of, tick_until, tick_while


@pytest.mark.parametrize(("name", "value"), [("lr", 0.05), ("clip", 0.5), ("batch", 7), ("decay", 0.01)])
@pytest.mark.parametrize("playing", [False, True])
def test_adopt_tunes_a_running_network(session: Session, name: str, value: float, playing: bool) -> None:
    session.play()
    tick_until(session, 5)
    if not playing:
        session.pause()
    before, begun = session.updates, session.beginnings
    session.adopt(replace(session.experiment, training=replace(session.experiment.training, **{name: value})))
    assert session.beginnings == begun
    assert session.tuned
    assert session.playing == playing
    assert session.frame.snapshot.updates >= before >= 5
    assert getattr(session.experiment.training, name) == value
    session.play()
    tick_until(session, before + 5)
    session.pause()
    assert session.frame.snapshot.losses[:, 0].tolist() == list(range(1, session.updates + 1))
    assert losses(session) == alone(5)
    assert getattr(run_of(session).experiment.training, name) == value


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
    begun, frame = session.beginnings, session.frame
    session.adopt(chosen())
    assert session.beginnings == begun
    assert session.frame is frame


def test_a_failing_slice_leaves_a_usable_page(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(run: Run) -> None:
        raise RuntimeError("out of memory")

    with closing(Here(1)) as pool:
        session = Session(chosen(), pool)
        session.step()
        shown = session.frame
        with monkeypatch.context() as patched:
            patched.setattr(Run, "update", broken)
            session.play()
            tick_while(session, lambda: not session.failed)
        assert session.failed == "fault"
        assert not session.playing
        assert session.frame is shown
        assert "out of memory" in caplog.text
        assert "in broken" in caplog.text, "the log has to show where"
        assert f"link=?{urlencode(session.experiment.to_params())}" in caplog.text
        session.tick()
        assert_same_place(run_of(session), trained(1))
        session.play()
        assert not session.playing
        session.reset()
        assert not session.failed
        session.step()
        assert losses(session, 1) == alone(1)


def test_a_failed_run_given_other_settings_begins_anew(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(chosen(), pool)
    with monkeypatch.context() as patched:
        patched.setattr("playground.runs.session.one_update", divmod)
        session.step()
    assert session.failed == "fault"
    session.adopt(chosen(lr="0.5"))
    assert not session.failed
    assert not session.tuned
    session.step()
    assert losses(session, 1) == alone(1, lr="0.5")


def test_an_explosion_stops_the_run(pool: Pool) -> None:
    wild = {"cell": "rnn", "activation": "identity", "optimizer": "sgd", "lr": "10", "clip": "0", "length": "50"}
    session = Session(chosen(**wild), pool)
    session.play()
    tick_while(session, lambda: not session.exploded)
    assert not session.playing
    snapshot = session.frame.snapshot
    assert np.isfinite(snapshot.losses).all()
    assert np.isfinite(snapshot.held_out).all()
    assert all(np.isfinite(h).all() for s in session.frame.result.trace.layers[0] for h in s.state.values())
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
        assert_same_place(run_of(session), trained(session.updates, **params))


def test_looking_elsewhere_learns_the_same(session: Session) -> None:
    first = session.frame.result.trace
    session.request_probe(ProbeRequest(probe=3))
    other = session.frame.result.trace
    assert not np.array_equal(first.inputs, other.inputs)
    assert np.array_equal(other.inputs, trained(0).trace(3).inputs)
    session.play()
    tick_until(session, 5)
    session.request_probe(ProbeRequest(probe=4))
    tick_while(session, lambda: session.frame.request != ProbeRequest(probe=4))
    assert np.array_equal(session.frame.result.trace.inputs, trained(0).trace(4).inputs)
    session.pause()
    assert_same_place(run_of(session), trained(session.updates))
