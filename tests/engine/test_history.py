"""What a run remembers: rows exactly as they came, thinned when there are too many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import history
from engine.history import History


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "CAPACITY", 8)


def rows(count: int) -> np.ndarray:
    """Numbers that averaging or single precision would change."""
    return np.array([[k, np.sin(k) / 3] for k in range(count)]).reshape(-1, 2)


def filled(count: int) -> History:
    kept = History(columns=2)
    for row in rows(count):
        kept.append(*row)
    return kept


@pytest.mark.parametrize(("count", "stride"), [(0, 1), (7, 1), (8, 2), (14, 2), (15, 4), (29, 8), (1000, 256)])
def test_every_stride_th_row_is_kept_exactly(count: int, stride: int) -> None:
    kept = filled(count)
    assert kept.stride == stride
    assert np.array_equal(kept.table(), rows(count)[::stride])


def test_never_more_than_capacity() -> None:
    kept = History(columns=2)
    for row in rows(500):
        kept.append(*row)
        assert len(kept.table()) < 8


def test_table_is_a_copy() -> None:
    kept = filled(3)
    kept.table()[:] = 0
    assert np.array_equal(kept.table(), rows(3))


@pytest.mark.parametrize("before", [0, 1, 7, 8, 13, 100])
def test_restored_goes_on_the_same(before: int) -> None:
    one = filled(before)
    other = History.restored(one.state())
    for row in rows(before + 40)[before:]:
        one.append(*row)
        other.append(*row)
    assert np.array_equal(one.table(), other.table())
    assert (one.stride, one.seen) == (other.stride, other.seen)


def test_state_does_not_follow_the_history() -> None:
    kept = filled(3)
    state = kept.state()
    kept.append(9.0, 9.0)
    assert len(History.restored(state).table()) == 3


def test_real_capacity_is_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    kept = History(columns=2)
    for k in range(70_000):
        kept.append(k, -k)
    assert np.array_equal(kept.table()[:, 0], np.arange(0, 70_000, 2))


def assert_same(copy: History, kept: History) -> None:
    assert np.array_equal(copy.table(), kept.table())
    assert (copy.stride, copy.seen) == (kept.stride, kept.seen)


@given(st.lists(st.integers(0, 20), max_size=30))
def test_a_copy_that_is_told_what_it_lacks_is_the_history_itself(steps: list[int]) -> None:
    """However far apart it is told, and through every thinning out."""
    kept, copy, told = History(columns=2), History(columns=2), 0
    for step in steps:
        for row in rows(sum(steps))[told : told + step]:
            kept.append(*row)
        told += step
        tail = kept.after(copy.seen)
        assert len(tail.rows) <= step
        copy.take_in(tail)
        assert_same(copy, kept)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=10), st.integers(0, 100))
def test_a_copy_that_is_told_again_stays_as_it_is(points: list[int], since: int) -> None:
    """What it was told before, and of a history that was filled again from an earlier point."""
    last = max(points)
    copy = History(columns=2)
    copy.take_in(filled(last).after(0))
    for point in points:
        copy.take_in(filled(point).after(min(since, point)))
        assert_same(copy, filled(last))
    again = filled(last + 50)
    copy.take_in(again.after(min(since, last)))
    assert_same(copy, again)
