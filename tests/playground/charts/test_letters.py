"""Characters as they are drawn: each visible alone, lines broken where the text breaks them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.observe.properties import CHARACTER, PROPERTIES
from playground.charts.letters import LARGE, NARROW, WIDE, letters_data, letters_picture, size_for, visible
from playground.charts.probabilities import probabilities_data, probabilities_picture
from playground.views.text import words as say
from tests.playground.vega import named_data, unknown_fields


@pytest.mark.parametrize(
    ("character", "shown"),
    [("a", "a"), ("春", "春"), ("<", "<"), (" ", "␣"), ("\n", "⏎"), ("\t", "⇥"), ("\u202e", "·"), ("\u0301", "◌\u0301")]
    + [(c, "·") for c in "\u200b\u2028\u00a0\ue000\x85"],
)
def test_every_character_is_seen_alone(character: str, shown: str) -> None:
    assert visible(character) == shown


@given(st.text(min_size=1, max_size=60))
def test_places_follow_from_the_paragraphs(text: str) -> None:
    rows = letters_data(text, np.zeros(len(text)), 1, 1)["letters"].to_pylist()
    assert len(rows) == len(text)
    assert [row["position"] for row in rows] == list(range(1, len(text) + 1))
    start = 0
    for line in (part for part in text.split("\n")):
        own = rows[start : start + len(line) + 1]
        assert [row["within"] for row in own] == list(range(len(own)))
        assert {row["paragraph"] for row in own} <= {len(own)}
        start += len(line) + 1


def test_chosen_marked_and_missing() -> None:
    marked = np.array([0.0, 1.0, 0.0])
    rows = letters_data("abc", np.array([np.nan, 0.5, 1.0]), -1, 1, marked, ["", "b 50%", "c 100%"])
    assert [tuple(row.values()) for row in rows["letters"].to_pylist()] == [
        ("a", 0, 3, -1, None, False, False, ""),
        ("b", 1, 3, 0, 0.5, True, False, "b 50%"),
        ("c", 2, 3, 1, 1.0, False, True, "c 100%"),
    ]


def test_size() -> None:
    assert size_for("hello") == LARGE
    assert size_for("x" * 100) == NARROW
    assert size_for("x" * 100 + "春") == WIDE
    assert size_for("春 " * 100, 10) == LARGE


@pytest.mark.parametrize("colours", ["signed", "gate", "share"])
@pytest.mark.parametrize("dark", [False, True])
def test_every_encoded_field_is_in_the_data(colours: str, dark: bool) -> None:
    picture = letters_picture("h", colours, 1.0, NARROW, dark)
    data = letters_data("ab", np.zeros(2), 1, 1, likeliest=["a", "b"] if colours == "share" else ())
    tables = {name: table.column_names for name, table in data.items()}
    assert named_data(picture.spec) == set(tables)
    assert unknown_fields(picture.spec, tables) == []
    bars = probabilities_picture(dark)
    shares = probabilities_data([("a", 0.75), ("\n", 0.25)], "\n")
    assert unknown_fields(bars.spec, {name: table.column_names for name, table in shares.items()}) == []
    assert [row["text"] for row in shares["shares"].to_pylist()] == ["a", "⏎"]


def test_every_property_has_its_words() -> None:
    assert say.PROPERTIES.keys() == {*PROPERTIES, CHARACTER}
