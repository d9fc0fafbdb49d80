"""Settings read from text, checked, and written back."""

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messages import Message, quoted
from engine.settings import (
    Choice,
    Limit,
    Numbers,
    Real,
    SettingError,
    Text,
    Whole,
    Wholes,
    check_settings,
    read_settings,
    setting,
    specs,
)

WHOLE = Whole(5, 1, 1000, "steps")
REAL = Real(0.5, -2.0, 1e20)
CHOICE = Choice("a", ("a", "b"))
TEXT = Text("", 20)
NUMBERS = Numbers((), 5)
WHOLES = Wholes((1, 2), 1, 1000, 3)


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("1000", 1000), (" 7 ", 7), ("007", 7), ("+7", 7)])
def test_whole_numbers_that_are_read(text: str, value: int) -> None:
    assert WHOLE.read("x", text) == value


NO_NUMBERS = ["", " ", "x", "NaN", "nan", "inf", "-inf", "1e400", "--1", "1 2", "0x10", "True", "None", "\x00", "1,5"]
NOT_PLAIN = ["４２", "٤", "१", "1_0", "½", "Ⅷ", "１.５", "\ud800"]
HUGE = ["9" * 30, "9" * 5000, "-" + "9" * 30]


@pytest.mark.parametrize("text", [*NO_NUMBERS, *NOT_PLAIN, *HUGE, "0", "1001", "-3", "1.0", "1.5", "1e2"], ids=ascii)
def test_what_is_no_whole_number_in_range(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        WHOLE.read("length", text)
    assert (
        str(caught.value) == f"length must be a whole number from 1 to 1,000 steps; it was given “{quoted(text).text}”."
    )
    assert caught.value.fields == ("length",)


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1.0), ("-2", -2.0), ("1e20", 1e20), (".5", 0.5), ("1E-3", 1e-3), (" 7\n", 7.0)]
)
def test_numbers_that_are_read(text: str, value: float) -> None:
    assert REAL.read("x", text) == value


@pytest.mark.parametrize("text", [*NO_NUMBERS, *NOT_PLAIN, *HUGE, "-2.1", "2e20", "1j"], ids=ascii)
def test_what_is_no_number_in_range(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        REAL.read("lr", text)
    sentence = str(caught.value)
    assert sentence.startswith("lr must be a number from -2 to 1e+20; it was given “")
    assert sentence.isprintable()


@pytest.mark.parametrize("value", [True, False, None, "5", 5.0, math.nan, [5], 10**400])
def test_values_that_are_no_whole_number(value: object) -> None:
    with pytest.raises(SettingError, match="whole number from 1 to 1,000 steps"):
        WHOLE.check("x", value)


@pytest.mark.parametrize("value", [True, None, "5", math.nan, math.inf, -math.inf, 10**400, 5j])
def test_values_that_are_no_number(value: object) -> None:
    with pytest.raises(SettingError, match="number from -2 to 1e\\+20"):
        REAL.check("x", value)


@pytest.mark.parametrize("text", ["", "A", "c", "a ", "a\x00", "__class__", "\ud800"], ids=ascii)
def test_what_is_no_choice(text: str) -> None:
    with pytest.raises(SettingError, match="x must be one of a, b; it was given “") as caught:
        CHOICE.read("x", text)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("text", ["", "plain", "two\nlines\t", "春眠不觉晓", "<b>&amp;</b>", "e\u0301\u200d"])
def test_text_is_kept_as_it_is(text: str) -> None:
    assert TEXT.read("x", text) == text


def test_line_ends_become_one_kind() -> None:
    assert TEXT.read("x", "a\r\nb\rc\n") == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x" * 21, "up to 20 bytes long; it was given 21"),
        ("春" * 7, "up to 20 bytes long; it was given 21"),
        ("a\x00b", "control characters"),
        ("\x1b[31m", "control characters"),
        ("\x7f", "control characters"),
        ("\udcff", "not valid Unicode"),
    ],
    ids=ascii,
)
def test_what_is_no_text(text: str, says: str) -> None:
    with pytest.raises(SettingError, match=says) as caught:
        TEXT.read("poem", text)
    assert str(caught.value).startswith("poem ")


@pytest.mark.parametrize(
    ("text", "numbers"), [("", ()), (" ", ()), ("1", (1.0,)), ("1,-2.5, 3e4", (1.0, -2.5, 3e4)), ("1\n,2", (1.0, 2.0))]
)
def test_series_that_are_read(text: str, numbers: tuple[float, ...]) -> None:
    assert NUMBERS.read("x", text) == numbers


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1,,3", "number 2 is “”"),
        ("1,2,x", "number 3 is “x”"),
        ("nan", "number 1 is “nan”"),
        ("1,inf", "number 2 is “inf”"),
        ("1e400", "number 1 is “1e400”"),
        ("2e30", "number 1 is “2e+30”"),
        ("1;2", "number 1 is “1;2”"),
        ("１", "number 1 is “１”"),
        ("1,2,3,4,5,6", "up to 5 numbers; it was given 6"),
    ],
)
def test_what_is_no_series(text: str, says: str) -> None:
    with pytest.raises(SettingError) as caught:
        NUMBERS.read("values", text)
    assert str(caught.value).startswith("values m")
    assert says in str(caught.value)


@given(st.integers(1, 1000))
def test_whole_number_round_trip(value: int) -> None:
    assert WHOLE.read("x", WHOLE.write(value)) == value


@given(st.floats(-2.0, 1e20))
def test_number_round_trip(value: float) -> None:
    assert REAL.read("x", REAL.write(value)) == value


@given(st.lists(st.floats(-1e30, 1e30), max_size=5).map(tuple))
def test_series_round_trip(values: tuple[float, ...]) -> None:
    """Exactly, or a run that was saved would go on with other numbers."""
    assert NUMBERS.read("x", NUMBERS.write(values)) == values


@pytest.mark.parametrize(
    ("text", "wholes"), [("1", (1,)), ("3,2,1", (3, 2, 1)), (" 4 , 8 ", (4, 8)), ("007,1000", (7, 1000))]
)
def test_short_lists_that_are_read(text: str, wholes: tuple[int, ...]) -> None:
    assert WHOLES.read("x", text) == wholes


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ",", "1,", ",1", "1,,2", "1;2", "1 2", "nan", "x", "(1,2)"),
        *("0,1", "1,1001", "1,2,3,4", "1.0", "1,2.5"),
        *(*NOT_PLAIN, "9" * 5000, "1," * 5000),
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_what_is_no_short_list(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        WHOLES.read("windows", text)
    assert str(caught.value) == (
        "windows must be 1 to 3 whole numbers from 1 to 1,000 with commas between them, such as 1,2; "
        f"it was given “{quoted(text).text}”."
    )
    assert caught.value.fields == ("windows",)


@pytest.mark.parametrize("value", [(), (1, 2, 3, 4), (True,), (1.0,), (0,), [1, 2], 1, None, "1", ("1",), (1, None)])
def test_values_that_are_no_short_list(value: object) -> None:
    with pytest.raises(SettingError, match="whole numbers from 1 to 1,000"):
        WHOLES.check("x", value)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=3).map(tuple))
def test_short_list_round_trip(value: tuple[int, ...]) -> None:
    assert WHOLES.read("x", WHOLES.write(value)) == value


def test_limit_adds_why_and_because_of_what() -> None:
    limit = Limit(Whole(1, 1, 1, "layers"), Message("jordan.single"), ("cell", "task"))
    limit.check("layers", 1)
    with pytest.raises(SettingError) as caught:
        limit.check("layers", 2)
    assert str(caught.value) == f"layers must be 1; it was given “2”. {limit.why}"
    assert caught.value.message.values["why"] == limit.why
    assert caught.value.fields == ("layers", "cell", "task")


def test_limit_to_one_choice_names_it() -> None:
    """Whoever writes a cell of their own in a notebook gives the reason as plain text."""
    with pytest.raises(SettingError, match=r"^init must be default; it was given “xavier”\. It is drawn otherwise\.$"):
        Limit(Choice("default", ("default",)), "It is drawn otherwise.").check("init", "xavier")


def test_whole_numbers_of_a_series_are_written_short() -> None:
    assert NUMBERS.write((1.0, -20.0, 0.5)) == "1,-20,0.5"


@dataclass(frozen=True)
class Two:
    """Two declared settings and a field that is none."""

    first: int = setting(WHOLE)
    second: str = setting(CHOICE)
    other: int = 3


def test_settings_are_declared_once_and_in_order() -> None:
    assert specs(Two) == specs(Two()) == {"first": WHOLE, "second": CHOICE}
    assert Two() == Two(first=WHOLE.default, second=CHOICE.default)


def test_every_declared_setting_is_checked() -> None:
    check_settings(Two(first=1000))
    with pytest.raises(SettingError, match="second"):
        check_settings(Two(second="z"))
    assert read_settings(specs(Two), {"first": "9", "elsewhere": "?"}) == {"first": 9}
