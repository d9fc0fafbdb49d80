"""What is said of a picture is what its numbers are: every number in a sentence is looked up again in the array."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.tasks import Quantity, Tokens
from playground.drawing import findings
from playground.words import number

NUMBERS = st.floats(-50, 50, width=32) | st.just(math.nan)
VALUES = arrays.arrays(np.float32, st.tuples(st.integers(1, 8), st.integers(1, 8)), elements=NUMBERS)
COURSE = re.compile(r"mean amount of the units (rises|falls) from (\S+) at step 1 to (\S+) at step (\d+)\.")
AT = re.compile(r"(\S+), of unit (\d+) at step (\d+)")


@given(VALUES, st.sampled_from([1.0, 5.0]))
def test_of_a_heat_map_every_number_is_true(values: np.ndarray, high: float) -> None:
    said = findings.heat(values, high)
    if np.isnan(values).all():
        assert said == "No value is a number."
        return
    ends = AT.findall(said)
    if ends:
        (largest, unit, step), (smallest, other, earlier) = ends
        assert values[int(step) - 1, int(unit) - 1] == np.nanmax(values)
        assert values[int(earlier) - 1, int(other) - 1] == np.nanmin(values)
        assert (largest, smallest) == tuple(number(float(f(values)), 3) for f in (np.nanmax, np.nanmin))
    else:
        assert np.nanmax(values) == np.nanmin(values)
        assert f"Every value is {number(float(np.nanmax(values)), 3)}." in said
    plain = np.nan_to_num(values)
    if jump := re.search(r"change most from step (\d+) to step (\d+)", said):
        jumps = [np.abs(b - a).mean(dtype=float) for a, b in pairwise(plain)]
        assert int(jump[2]) == int(jump[1]) + 1
        assert jumps[int(jump[1]) - 1] == pytest.approx(max(jumps))
    else:
        assert len(values) == 1 or (plain == plain[0]).all()
    if course := COURSE.search(said):
        first, last = (np.abs(plain[k]).mean(dtype=float) for k in (0, -1))
        assert (course[1] == "rises") == (last > first)
        assert course.groups()[1:] == (number(first, 3), number(last, 3), str(len(values)))
    beyond = [str(u + 1) for u in range(values.shape[1]) if (np.abs(plain[:, u]) > high).any()]
    told = re.search(r"Units? ([^.]*) goe?s? ?beyond|Units? ([^.]*) go beyond", said)
    assert bool(told) == bool(beyond)
    if told and len(beyond) <= findings.FEW:
        assert re.findall(r"\d+", (told[1] or told[2])) == beyond


def test_a_heat_map_in_words() -> None:
    values = np.zeros((50, 12))
    values[:, 6] = np.linspace(0, 9.8, 50)
    values[12:, 2] = -0.3
    order = np.array([2, 6, *(u for u in range(12) if u not in (2, 6))])
    assert findings.heat(values, 1.0, order) == (
        "The largest value is 9.8, of unit 7 at step 50; the smallest is -0.3, of unit 3 at step 13. "
        "The mean amount of the units rises from 0 at step 1 to 0.842 at step 50. "
        "The units change most from step 12 to step 13. Unit 7 goes beyond ±1. "
        "From the top: units 3, 7, 1, 2 and 8 more."
    )


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=12))
def test_of_a_line_every_number_is_true(given_norms: list[float]) -> None:
    norms = np.array(given_norms)
    said = findings.curve("the gradient norm", norms)
    if norms.max() == norms.min():
        assert said == f"The gradient norm is {number(norms[0], 3)} at every step."
        return
    found = re.match(r"The gradient norm is largest at step (\d+), (\S+), and smallest at step (\d+), (\S+)\. It", said)
    assert found
    assert norms[int(found[1]) - 1] == norms.max()
    assert norms[int(found[3]) - 1] == norms.min()
    assert (found[2], found[4]) == (number(norms.max(), 3), number(norms.min(), 3))
    zeros = re.search(r"It is 0 at (\d+) of (\d+) steps, first at step (\d+)", said)
    assert bool(zeros) == bool((norms == 0).any())
    if zeros:
        assert [int(g) for g in zeros.groups()] == [(norms == 0).sum(), len(norms), np.argmin(norms) + 1]
    if "rises" in said or "falls" in said:
        assert ("rises" in said) == (norms[-1] > norms[0])


def test_of_a_triangle_the_ends_and_the_chosen_pair() -> None:
    values = np.array([[0.5, math.nan, math.nan], [0.25, 2.0, math.nan], [1e-50, 0.0, 1.0]])
    said = findings.pairs(values, np.array([1, 5, 9]), 9, 1)
    assert said == (
        "The largest number above 0 is 2, at t = 5 and k = 5. "
        "The smallest number above 0 is 1e-50, at t = 9 and k = 1. "
        "Chosen: t = 9 and k = 1, 1e-50."
    )
    assert findings.pairs(np.zeros((2, 2)), np.array([1, 2]), 1, 1) == "No number is above 0."


def test_of_the_losses_where_they_stand_and_the_best() -> None:
    training = np.array([[1, 2.0], [1500, 0.5]])
    held_out = np.array([[0, 2.5, 0.1], [1000, 0.25, 0.5], [1500, 0.75, 0.4]])
    assert findings.losses(training, held_out, 1 / 6) == (
        "The training loss at update 1,500 is 0.5. The held-out loss at update 1,500 is 0.75. "
        "It was lowest at update 1,000, 0.25. Chance is 0.1667."
    )
    assert findings.losses(np.zeros((0, 2)), np.zeros((0, 3)), 0.5) == "Chance is 0.5."


def test_of_a_sequence_its_marks_and_its_answers() -> None:
    quantity = Quantity((0.5, 0.9, 0.1), (True, True, False), 1.4, 0.7, 0.04, False)
    assert findings.sequence(quantity) == (
        "The largest value is 0.9, at step 2; the smallest is 0.1, at step 3. "
        "Marked: step 1 with 0.5 and step 2 with 0.9."
    )
    assert findings.answered(quantity) == "The target is 1.4, the answer 0.7: wrong."
    unknown = Quantity((0.5, 0.9, 0.1), (True, True, False), float("nan"), 0.7, 0.04, None)
    assert findings.answered(unknown) == "The answer is 0.7; nobody can say whether that is right."
    tokens = Tokens(("a", "b", "c"), ("", "x", "y"), ("", "x", "x"), (None, True, False), (0, 1, 0), (), ())
    assert findings.answered(tokens) == "1 of 2 answers are right. The first wrong one is at step 3."
