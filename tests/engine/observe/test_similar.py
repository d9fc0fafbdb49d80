"""Similar moments against brute force."""

import math

import numpy as np
import pytest

from engine.observe.similar import CONTEXT, around, cosines, similar


def brute_force(states: np.ndarray, at: int, margin: int, most: int) -> list[tuple[int, float]]:
    """Every pair by the textbook formula, one number at a time."""
    rows = [[float(v) for v in row] for row in states]
    chosen = rows[at]
    near = []
    for t, row in enumerate(rows):
        if abs(t - at) > margin:
            dot = sum(a * b for a, b in zip(row, chosen, strict=True))
            product = math.sqrt(sum(a * a for a in row)) * math.sqrt(sum(b * b for b in chosen))
            near.append((t, dot / product if product else 0.0))
    return sorted(near, key=lambda one: (-round(one[1], 12), one[0]))[:most]


@pytest.mark.parametrize("at", [0, 7, 150, 299])
def test_against_brute_force(at: int) -> None:
    rng = np.random.default_rng(0)
    states = rng.normal(size=(300, 6)).astype(np.float32)
    text = "".join(rng.choice(list("abc \n"), 300))
    found = similar(text, states, at)
    expected = brute_force(states, at, CONTEXT, 8)
    assert [one.at for one in found] == [t for t, _ in expected]
    assert [one.similarity for one in found] == pytest.approx([near for _, near in expected])
    for one in found:
        assert one.here == text[one.at]
        assert (one.before + one.here + one.after) in text
        assert len(one.before) == min(CONTEXT, one.at)
        assert len(one.after) == min(CONTEXT, 299 - one.at)


def test_the_same_state_again_is_the_nearest() -> None:
    rng = np.random.default_rng(1)
    states = rng.normal(size=(200, 8))
    states[150] = 3 * states[60]  # the same direction, so the same to the cosine
    states[61] = states[60]  # too near to be news
    found = similar("x" * 200, states, 60)
    assert found[0].at == 150
    assert found[0].similarity == pytest.approx(1)
    assert 61 not in [one.at for one in found]


@pytest.mark.parametrize(("length", "margin"), [(1, 0), (5, 0), (50, 5), (199, 19), (5000, CONTEXT)])
def test_how_many_are_too_near(length: int, margin: int) -> None:
    assert around(length) == margin


def test_nothing_to_compare_with() -> None:
    assert similar("x", np.ones((1, 3)), 0) == []


def test_a_state_of_zero_is_like_nothing() -> None:
    states = np.ones((3, 2))
    states[1] = 0
    assert cosines(states, 0).tolist() == pytest.approx([1, 0, 1])
    assert cosines(states, 1).tolist() == [0, 0, 0]


def test_what_is_no_number_is_left_out() -> None:
    states = np.ones((4, 2))
    states[2] = np.nan
    assert [one.at for one in similar("abcd", states, 0)] == [1, 3]
    assert similar("abcd", states, 2) == []
