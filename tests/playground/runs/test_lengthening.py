"""The lag is doubled until one gives up: what is found is that of the same runs alone, and it stops cleanly."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine import Experiment, Run, SettingError
from engine.tasks.lag import at_lag, lag_of
from playground.links.variants import Wanted, together
from playground.runs.lengthening import SOLVED, Lengthening, Outcome, over, solved_at
from playground.runs.pool import Pool
from playground.runs.session import Session
from tests.playground.visitors import chosen

QUICK = {"task": "echo", "length": "6", "delay": "1", "hidden": "10", "batch": "16", "lr": "0.03"}
KEYS = (Wanted("rnn"), Wanted("gru"))


def begun(pool: Pool, budget: int = 300, keys: tuple[Wanted, ...] = KEYS, **params: str) -> Lengthening:
    base = chosen(**{**QUICK, **params})
    first, *others = (member.experiment for member in together(base, keys, 96)[0])
    return Lengthening(Session(first, pool, *others), base, keys, budget, 96)


def tick_until(going: Lengthening, true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        going.session.tick()
        going.tick()
        time.sleep(0.002)


def alone(experiment: Experiment, budget: int) -> int | None:
    """After how many updates a run by itself has solved its task."""
    run = Run(experiment)
    while not over(run.snapshot(), budget):
        run.update()
    return solved_at(run.snapshot(), budget)


def test_the_lag_doubles_until_one_gives_up(pool: Pool) -> None:
    going = begun(pool, budget=150)
    tick_until(going, lambda: not going.going)
    assert going.end is not None
    assert going.end.by == "gave up"
    assert not going.session.playing
    assert [each.lag for each in going.outcomes] == [2**n for n in range(len(going.outcomes))]
    assert len(going.outcomes) > 1
    assert going.outcomes[-1].solved_at.count(None) > 0
    for outcome in going.outcomes:
        members, _ = together(at_lag(chosen(**QUICK), outcome.lag), KEYS, 96)
        assert outcome == Outcome(outcome.lag, tuple(alone(each.experiment, 150) for each in members))
    lag = lag_of(going.base.task)
    assert lag is not None
    assert lag.value == going.lag == going.outcomes[-1].lag
    assert going.session.experiments == tuple(each.experiment for each in together(going.base, KEYS, 96)[0])


def test_as_many_answers_are_asked_at_every_lag() -> None:
    for task, setting, per_step in (("echo", "delay", 1), ("neighbours", "distance", 2)):
        base = chosen(task=task, length="9", **{setting: "2"})
        longer = at_lag(base, 10).to_params()
        assert (longer[setting], longer["length"]) == ("10", str(9 + 8 * per_step))
        assert at_lag(at_lag(base, 10), 2) == base
    assert at_lag(chosen(), 16) == chosen(length="16")
    with pytest.raises(SettingError, match="length must be"):
        at_lag(chosen(), 501)


def test_pause_waits_and_play_goes_on(pool: Pool) -> None:
    going = begun(pool)
    tick_until(going, lambda: going.session.updates > 3)
    going.session.pause()
    for _ in range(5):
        going.session.tick()
        going.tick()
    assert going.going
    assert not going.session.playing
    going.session.play()
    tick_until(going, lambda: bool(going.outcomes))


@pytest.mark.parametrize("change", ["reset", "settings", "learning rate"])
def test_whatever_is_changed_ends_it(pool: Pool, change: str) -> None:
    going = begun(pool)
    tick_until(going, lambda: going.session.updates > 3)
    session = going.session
    first, second = session.experiments
    if change == "reset":
        session.reset()
    elif change == "settings":
        session.adopt(second, first)
    else:
        session.adopt(*(replace(each, training=replace(each.training, lr=0.02)) for each in (first, second)))
    assert not going.tick()
    assert going.end is not None
    assert going.end.by == "disturbed"
    assert going.outcomes == []


def test_stopped_by_hand_it_keeps_what_it_has(pool: Pool) -> None:
    going = begun(pool)
    tick_until(going, lambda: bool(going.outcomes))
    going.stop()
    assert not going.session.playing
    kept = [*going.outcomes]
    going.session.play()
    for _ in range(5):
        going.session.tick()
        assert not going.tick()
    assert going.outcomes == kept
    assert going.end is not None
    assert going.end.by == "stopped"


def fake(pool: Pool, monkeypatch: pytest.MonkeyPatch, **params: str) -> Lengthening:
    """One whose networks solve everything at once."""
    monkeypatch.setattr("playground.runs.lengthening.solved_at", lambda snapshot, budget: 25)
    return begun(pool, **params)


@pytest.mark.parametrize(
    ("params", "lags", "says"),
    [
        ({"task": "adding", "length": "100"}, [100, 200, 400, 500], ""),
        ({"task": "copy", "length": "250", "symbols": "4"}, [250, 492], "it may have 500 steps at most."),
        ({"task": "echo", "length": "480", "delay": "200"}, [200, 220], "it may have 500 steps at most."),
        ({"task": "forecast", "series": "sunspots", "length": "25"}, [25, 50, 60], "must fit into those."),
    ],
    ids=lambda given: given.get("task") if isinstance(given, dict) else None,
)
def test_up_to_the_longest_lag(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, params: dict[str, str], lags: list[int], says: str
) -> None:
    """Where data or other settings end the lag earlier, that one is tried too, and the reason is told."""
    going = fake(pool, monkeypatch, hidden="2", batch="1", **params)
    while going.tick():
        pass
    assert [each.lag for each in going.outcomes] == lags
    assert going.end is not None
    assert going.end.by == "longest"
    assert str(going.end.reason).endswith(says)
    assert not going.session.playing


@pytest.mark.parametrize(
    ("params", "keys", "says"),
    [
        (
            {"task": "adding", "length": "250", "hidden": "64", "batch": "64"},
            (Wanted("rnn"), Wanted("grid_lstm")),
            "Grid LSTM: ",
        ),
        ({"task": "adding", "length": "400", "hidden": "64", "batch": "8"}, KEYS, "MB"),
    ],
)
def test_where_a_longer_lag_cannot_be(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, params: dict[str, str], keys: tuple[Wanted, ...], says: str
) -> None:
    going = fake(pool, monkeypatch, keys=keys, cell="rnn", **{"hidden": "2", "batch": "1", **params})
    if says == "MB":
        going.megabytes = 20
    while going.tick():
        pass
    assert going.end is not None
    assert (going.end.by, going.end.lag) == ("too much", min(500, 2 * going.lag))
    assert says in str(going.end.reason)
    assert len(going.outcomes) == 1
    assert not going.session.playing


def test_solved_is_the_first_measurement_low_enough_within_the_budget(pool: Pool) -> None:
    snapshot = Session(chosen(), pool).frame.snapshot
    chance = snapshot.experiment.task.chance_loss
    rows = np.array([[0, 1, 0], [25, SOLVED * chance, 0], [50, SOLVED * chance * 0.99, 1], [75, 1e-9, 1]])
    measured = replace(snapshot, held_out=rows, updates=80)
    assert solved_at(measured, 50) == 50
    assert solved_at(measured, 49) is None
    assert over(measured, 2000)
    assert over(measured, 80)
    assert not over(replace(measured, held_out=rows[:2]), 81)


def test_a_budget_out_of_range_is_refused(pool: Pool) -> None:
    with pytest.raises(SettingError, match="updates must be"):
        begun(pool, budget=0)
