"""The pace of pages: more rarely drawn the more visitors train, and who counts as one who does."""

import pytest

from playground.runs import pace as pace_module
from playground.runs.pace import QUIET, RATE_OVER, TICK, TICKS, TICKS_A_SECOND, Pace


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(pace_module.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def pace() -> Pace:
    return Pace()


def train(pace: Pace, count: int) -> None:
    for visitor in range(count):
        pace.trains(visitor)


@pytest.mark.parametrize(
    ("training", "tick"), [(0, TICK), (1, TICK), (6, TICK), (7, 0.2), (18, 0.3), (30, 0.5), (60, 1.0), (61, 2.0)]
)
def test_pages_tick_more_rarely_with_company(pace: Pace, training: int, tick: float) -> None:
    train(pace, training)
    assert pace.tick == tick


@pytest.mark.parametrize("training", [1, 5, 15, 30, 60, 100, 300])
def test_the_server_can_draw_them_all(pace: Pace, training: int) -> None:
    train(pace, training)
    assert training / pace.tick <= TICKS_A_SECOND


def test_there_is_a_slowest_tick(pace: Pace) -> None:
    train(pace, 400)
    assert pace.tick == TICKS[-1]


def test_who_comes_and_goes_does_not_change_everyones_pace(pace: Pace) -> None:
    train(pace, 31)
    assert pace.tick == 1.0
    for visitor in range(30, 24, -1):
        pace.rests(visitor)
        assert pace.tick == 1.0, "there is room for them, but none to spare"
    pace.rests(24)
    assert pace.tick == 0.5
    train(pace, 30)
    assert pace.tick == 0.5
    for visitor in range(30):
        pace.rests(visitor)
    assert pace.tick == TICK


def test_who_rests_or_no_longer_ticks_does_not_count(pace: Pace, clock: list[float]) -> None:
    train(pace, 3)
    pace.rests(0)
    pace.rests("a stranger")
    assert pace.training == 2
    clock[0] += QUIET - 1
    pace.trains(1)
    assert pace.training == 2
    clock[0] += 2
    assert pace.training == 1
    clock[0] += QUIET
    assert pace.training == 0


def test_nobody_is_remembered_for_ever(pace: Pace, clock: list[float]) -> None:
    train(pace, 100)
    clock[0] += QUIET + 1
    pace.trains("the only one")
    assert len(pace._ticked) == 1


def test_the_rate_counts_the_last_seconds_only(pace: Pace, clock: list[float]) -> None:
    pace.made(50)
    clock[0] += RATE_OVER - 1
    pace.made(70)
    assert pace.rate == 120 / RATE_OVER
    clock[0] += 2
    assert pace.rate == 70 / RATE_OVER
    clock[0] += RATE_OVER
    assert pace.rate == 0
