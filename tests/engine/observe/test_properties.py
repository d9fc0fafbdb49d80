"""Properties of a text, by hand."""

import numpy as np
import pytest

from engine.observe.properties import CHARACTER, PROPERTIES, measured
from engine.settings import SettingError


def signs(name: str, text: str, character: str = "") -> str:
    """The property as one digit a character."""
    values = measured(text, name, character)
    assert values.dtype == np.float32
    return "".join(f"{value:.0f}" for value in values)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("after_space", "Ab c\nd", "000101"),
        ("after_space", " a", "01"),
        ("inside_quotes", 'a "bc" d', "00111000"),
        ("inside_quotes", 'a "b\nc "d"', "0011000110"),
        ("inside_quotes", '“a "b” c', "11111000"),
        ("inside_quotes", "「春『眠』」不", "1111100"),
        ("inside_quotes", "”a", "00"),
        ("inside_quotes", "“a\nb”", "11110"),
        ("line_position", "ab\nc\n\nd", "1201001"),
        ("word_position", "ab 'c春", "120012"),
        ("vowel", "aéYxU春", "110010"),
        ("upper_case", "aBÉ春 1", "011000"),
        ("digit", "a1 ２春", "01010"),
        ("punctuation", "a, 1。\n'", "0100101"),
    ],
)
def test_by_hand(name: str, text: str, expected: str) -> None:
    assert signs(name, text) == expected


def test_a_given_character() -> None:
    assert signs(CHARACTER, "春眠春", "春") == "101"
    assert signs(CHARACTER, "a\nb", "\n") == "010"


@pytest.mark.parametrize("name", PROPERTIES)
@pytest.mark.parametrize("text", ["", "a", "\u202e<img src=x>\n\n**", "e\u0301😀"])
def test_one_finite_number_a_character(name: str, text: str) -> None:
    values = measured(text, name)
    assert values.shape == (len(text),)
    assert np.isfinite(values).all()


@pytest.mark.parametrize("name", PROPERTIES)
def test_nothing_of_what_follows_is_known(name: str) -> None:
    text = 'She said "no," 12 times.\n“Well…” 春 A'
    whole = measured(text, name)
    for end in range(len(text)):
        np.testing.assert_array_equal(measured(text[:end], name), whole[:end])


@pytest.mark.parametrize(("name", "character"), [("nonsense", ""), (CHARACTER, ""), (CHARACTER, "ab")])
def test_what_there_is_not(name: str, character: str) -> None:
    with pytest.raises(SettingError):
        measured("abc", name, character)
