"""What the page Gradients shows: measured once a moment, and never waited for while the run is playing."""

from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.observe.gradients import Question, gradients
from engine.slices import Frame, ProbeRequest
from playground.charts.reach import exponents, logarithms, powers
from playground.charts.singular import round_top
from playground.runs import measuring
from playground.runs.measuring import Measured, Measuring
from playground.runs.pool import Pool
from tests.engine.runs import one_update, shown, started, trained


def frame(updates: int, **params: str) -> Frame:
    return shown(trained(updates, **params), ProbeRequest(probe=2))


@pytest.mark.parametrize("params", [{"cell": "gru"}, {"cell": "esn"}, {"cell": "unitary"}, {"truncate": "3"}], ids=str)
def test_a_frame_says_all_that_its_run_would(pool: Pool, params: dict[str, str]) -> None:
    """Also of a run that has gone on since."""
    run = trained(4, **params)
    kept = shown(run, ProbeRequest(probe=2))
    expected = gradients(run.network, run.experiment.task, run.probe(2), truncate=run.experiment.training.truncate)
    for _ in range(3):
        run.update()
    found = Measuring(pool).of(kept, Question(), playing=False).gradients
    np.testing.assert_array_equal(found.pairs.values, expected.pairs.values)
    np.testing.assert_array_equal(found.strengths[0].learned, expected.strengths[0].learned)


class Counting:
    """What is asked of a pool, counted."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.asked = pool, 0

    def submit(self, *args: Any) -> "Future[Any]":
        self.asked += 1
        return self.pool.submit(*args)

    def wait(self, out: "Future[Any]") -> Any:
        return self.pool.wait(out)


def test_one_moment_is_measured_once(pool: Pool) -> None:
    counting = Counting(pool)
    view, shown = Measuring(counting), frame(3)
    first = view.of(shown, Question(), playing=False)
    assert view.of(shown, Question(), playing=False).gradients is first.gradients
    assert view.of(frame(3), Question(), playing=False).gradients is first.gradients
    assert counting.asked == 1
    assert view.of(frame(4), Question(), playing=False).gradients is not first.gradients
    assert view.of(frame(4), Question(of="h"), playing=False).gradients.pairs.of == "h"


class Slow(Counting):
    """A pool whose work is never done."""

    def submit(self, *args: Any) -> "Future[Any]":
        self.asked += 1
        return Future()


def test_playing_never_waits(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "EVERY", 0.0)
    monkeypatch.setattr(measuring, "SHARE", 1e9)
    view = Measuring(pool)
    first = view.of(frame(3), Question(), playing=False)
    view.pool = slow = Slow(pool)
    for updates in (4, 5):
        assert view.of(frame(updates), Question(), playing=True) is first
    assert view.of(frame(5), Question(of="h"), playing=True) is first
    assert slow.asked == 1, "nothing new while an answer is on its way"


def test_a_question_that_fails_is_told_and_the_next_is_answered(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    view = Measuring(pool)
    with monkeypatch.context() as patched:
        patched.setattr(measuring, "gradients_at", divmod)
        with pytest.raises(TypeError):
            view.of(frame(3), Question(), playing=False)
    assert view.of(frame(3), Question(), playing=False).gradients.pairs.of


def test_another_run_is_not_shown_with_old_numbers(pool: Pool) -> None:
    view = Measuring(pool)
    view.of(frame(3), Question(), playing=True)
    found: Measured = view.of(frame(0, cell="gru"), Question(), playing=True)
    assert found.gradients.gate == "z"


def test_tuning_stays_the_same_run(pool: Pool) -> None:
    shown = frame(1)
    tuned = replace(shown.snapshot.experiment, training=replace(shown.snapshot.experiment.training, lr=0.5))
    checkpoint = Measuring(pool).of(shown, Question(), playing=False)
    assert checkpoint.is_of(replace(shown, snapshot=replace(shown.snapshot, experiment=tuned)))
    assert not checkpoint.is_of(one_update(started(truncate="2"), ProbeRequest(probe=2)))
    assert not checkpoint.is_of(one_update(started(), ProbeRequest(probe=3)))


@pytest.mark.parametrize("ends", [(-4, 1), (-330, 310), (-8, 4), (-128, 1), (-4, 310)])
def test_exponents_are_few_and_have_0(ends: tuple[int, int]) -> None:
    found = exponents(*ends)
    assert 0 in found
    assert 3 <= len(found) <= 8
    assert ends[0] <= found[0]
    assert found[-1] <= ends[1]


def test_powers_hold_what_single_precision_cannot() -> None:
    values = np.array([1e-180, 3.0, 0.0, np.inf, np.nan])
    low, high = powers(values)
    assert low <= -180 <= 0 <= high
    assert np.isnan(logarithms(values)[2:]).all()
    np.testing.assert_allclose(logarithms(values)[:2], [-180, np.log10(3)])
    assert powers(np.array([np.nan])) == (-4, 1)


@pytest.mark.parametrize("value", [0.0, 1e-9, 0.3, 1.0, 1.26, 4.9, 77.0])
def test_round_top_holds_the_value(value: float) -> None:
    assert value <= round_top(value) <= max(4 * value, 1e-5)
