"""Numbers as people type them, and the steps of − and +."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.learners import Training
from engine.settings import Real, SettingError, specs
from playground.shell.number_field import read, stepped, written

WIDE = Real(1.0, -1e9, 1e9)
RATE = specs(Training)["lr"]
assert isinstance(RATE, Real)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0,001", 0.001),
        (",5", 0.5),
        ("-2,25", -2.25),
        ("0,100", 0.1),
        ("1.000", 1.0),
        (" .01 ", 0.01),
        ("1e-3", 0.001),
        ("１．５", 1.5),
        ("0，25", 0.25),
        ("0。25", 0.25),
        ("−3", -3.0),
    ],
)
def test_read(text: str, value: float) -> None:
    assert read("lr", WIDE, text) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,000", "“1,000”, which may mean 1 or 1000. Write one of them."),
        ("-12,500", "which may mean -12.5 or -12500."),
        ("1,2,3", "“1,2,3”"),
        ("1.234,5", "“1.234,5”"),
        ("1_000", "“1_000”"),
        ("nan", "“nan”"),
        ("inf", "“inf”"),
        ("", "“”"),
        ("ten", "“ten”"),
    ],
)
def test_refused(text: str, said: str) -> None:
    with pytest.raises(SettingError, match=re.escape(said)) as caught:
        read("lr", WIDE, text)
    assert caught.value.fields == ("lr",)


@given(st.text(alphabet="0123456789,.-+e。，", max_size=8))
def test_no_comma_is_ever_dropped(text: str) -> None:
    """What is taken is the text with its comma as a point."""
    try:
        value = read("lr", WIDE, text)
    except SettingError:
        return
    assert value == float(re.sub("[,，。]", ".", text))


@given(st.floats(-1e12, 1e12))
def test_what_is_written_reads_back(value: float) -> None:
    assert read("x", Real(0.0, -1e12, 1e12), written(value)) == value


def test_written() -> None:
    assert [written(v) for v in (0.01, 1.0, 1e-6, 1000.0, -0.0)] == ["0.01", "1", "0.000001", "1000", "0"]
    assert written(0.23874628543853, 5) == "0.23875"


def test_steps_of_1_2_5_through_the_whole_range() -> None:
    value, seen = RATE.low, [RATE.low]
    while value < RATE.high:
        value = stepped(value, RATE, up=True)
        seen.append(value)
    assert seen == [float(f"{digit}e{power}") for power in range(-6, 1) for digit in (1, 2, 5)] + [10.0]
    assert [stepped(v, RATE, up=False) for v in seen[1:]] == seen[:-1]
    assert (stepped(0.003, RATE, up=True), stepped(0.003, RATE, up=False)) == (0.005, 0.002)
    assert (stepped(RATE.high, RATE, up=True), stepped(RATE.low, RATE, up=False)) == (RATE.high, RATE.low)


def test_steps_of_a_narrow_range() -> None:
    assert stepped(0.95, Real(0.95, 0.0, 1.0), up=True) == 1.0
    assert stepped(1.0, Real(1.0, 0.0, 10.0), up=False) == 0.9
    assert stepped(0.0, Real(1.0, 0.0, 10.0), up=False) == 0.0
