"""What a run remembers: rows exactly as they came, thinned when there are too many."""

import numpy as np
import pytest

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
