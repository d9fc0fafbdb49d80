"""A field out of range is refused by a sentence that names it, what is allowed and what was given."""

import math
import re
from dataclasses import dataclass
from typing import Any

import pytest

from engine.settings import SettingError
from engine.tasks import TASKS


@dataclass(frozen=True)
class Refusal:
    """A setting that must be refused, the fields at fault, and what the sentence must say."""

    task: str
    settings: dict[str, Any]
    says: tuple[str, ...]
    at_fault: tuple[str, ...] = ()


LENGTHS = {
    "adding": (2, 500, "steps"),
    "copy": (1, 498, "blank steps"),
    "text": (1, 500, "characters"),
    "forecast": (1, 500, "values"),
    "echo": (2, 500, "steps"),
    "neighbours": (3, 500, "steps"),
    "order": (10, 500, "steps"),
    "parity": (2, 500, "bits"),
}
REFUSALS = [
    *(
        Refusal(task, {"length": given}, (f"from {low} to {high} {unit}", f"“{given}"[:41]))
        for task, (low, high, unit) in LENGTHS.items()
        for given in (low - 1, high + 1, 10**400, -5, 12.0, True, "12", None, math.nan)
    ),
    Refusal("copy", {"symbols": 0}, ("symbols", "from 1 to 50 letters", "“0”")),
    Refusal(
        "copy",
        {"length": 450, "symbols": 26},
        ("from 1 to 25", "length (450) plus twice the symbols", "500 steps"),
        ("symbols", "length"),
    ),
    Refusal("echo", {"symbols": 9}, ("from 2 to 8 letters", "“9”")),
    Refusal("echo", {"delay": 251}, ("from 1 to 250 steps", "“251”")),
    Refusal(
        "echo",
        {"delay": 30, "length": 30},
        ("from 1 to 29 steps", "shorter than length (30 steps)", "“30”"),
        ("delay", "length"),
    ),
    Refusal("neighbours", {"distance": 0}, ("from 1 to 249 steps", "“0”")),
    Refusal(
        "neighbours",
        {"distance": 10},
        ("from 1 to 9 steps", "under half the length (20 steps)", "“10”"),
        ("distance", "length"),
    ),
    Refusal("adding", {"readout": "every"}, ("one of last, mean", "“every”")),
    Refusal("order", {"readout": ["last"]}, ("one of last, mean", "“['last']”")),
    Refusal("hello", {"word": ""}, ("2 to 50 characters", "it has 0 (0 different)")),
    Refusal("hello", {"word": "a"}, ("2 to 50 characters", "it has 1 (1 different)")),
    Refusal("hello", {"word": "aaaa"}, ("at least two of them different", "it has 4 (1 different)")),
    Refusal("hello", {"word": "ab" * 26}, ("2 to 50 characters", "it has 52 (2 different)")),
    Refusal("hello", {"word": "ab" * 101}, ("up to 200 bytes", "given 202")),
    Refusal("hello", {"word": "a\x00b"}, ("control characters", "the first, 0x00, is its character 2", "plain text")),
    Refusal("hello", {"word": "a\ud800"}, ("not valid Unicode", "UTF-8")),
    Refusal("hello", {"word": 7}, ("must be text", "“7”")),
    Refusal("text", {"corpus": "bible"}, ("alice, wonderland, sonnets, tang, tang300, sanzijing, own", "“bible”")),
    Refusal("text", {"corpus": "own", "text": "abc"}, ("at least 20", "it has 3. Paste a longer"), ("text", "corpus")),
    Refusal("text", {"corpus": "own", "text": ""}, ("at least 20", "there is none yet"), ("text", "corpus")),
    Refusal(
        "text", {"corpus": "own", "text": "a" * 30}, ("“a” all through", "Paste another piece"), ("text", "corpus")
    ),
    Refusal("text", {"corpus": "own", "text": "ab" * 100_001}, ("200,000 bytes", "given 200,002"), ("text",)),
    Refusal("text", {"text": "春" * 66_667}, ("up to 200,000 bytes", "given 200,001")),
    Refusal("text", {"text": "\x89PNG\r\n\x1a\n"}, ("control characters", "binary file")),
    Refusal("forecast", {"series": "stocks"}, ("sine, mackey_glass, sunspots, own", "“stocks”")),
    Refusal("forecast", {"period": 2.0}, ("from 3 to 500 values", "“2.0”")),
    Refusal("forecast", {"period": math.inf}, ("from 3 to 500", "“inf”")),
    Refusal("forecast", {"noise": math.nan}, ("from 0 to 2", "“nan”")),
    Refusal("forecast", {"noise": True}, ("from 0 to 2", "“True”")),
    Refusal("forecast", {"values": [1.0]}, ("a list of numbers", "“[1.0]”")),
    Refusal("forecast", {"values": (1.0, math.nan)}, ("number 2 is “nan”",)),
    Refusal("forecast", {"values": (1.0, 2.0, math.inf)}, ("between -1e30 and 1e30", "number 3 is “inf”")),
    Refusal("forecast", {"values": (1e31,)}, ("between -1e30 and 1e30", "number 1 is “1e+31”")),
    Refusal("forecast", {"values": (True,) * 30}, ("number 1 is “True”",)),
    Refusal("forecast", {"values": (0.5,) * 50_001}, ("up to 50,000 numbers", "given 50,001")),
    Refusal("forecast", {"series": "own"}, ("at least 20 numbers", "there are none yet"), ("values", "series")),
    Refusal("forecast", {"series": "own", "values": tuple(range(19))}, ("at least 20", "has 19"), ("values", "series")),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda r: f"{r.task}-{str(r.settings)[:40]!a}")
def test_refused_by_a_sentence(refusal: Refusal) -> None:
    with pytest.raises(SettingError) as caught:
        TASKS[refusal.task](**refusal.settings)
    sentence = str(caught.value)
    assert caught.value.fields == (refusal.at_fault or tuple(refusal.settings))
    for piece in (caught.value.fields[0], *refusal.says):
        assert piece in sentence
    assert re.fullmatch(r".{20,250}\.", sentence), "one or two sentences, however long what was given"
    assert sentence.isprintable()


@pytest.mark.parametrize(
    ("task", "settings"),
    [
        *((task, {"length": high}) for task, (_, high, _) in LENGTHS.items() if task not in ("copy", "forecast")),
        ("forecast", {"length": 399}),
        ("adding", {"length": 2}),
        ("order", {"length": 10}),
        ("copy", {"length": 400, "symbols": 50}),
        ("copy", {"length": 498, "symbols": 1}),
        ("echo", {"length": 251, "delay": 250}),
        ("neighbours", {"length": 500, "distance": 249}),
        ("hello", {"word": "ab" * 25}),
        ("text", {"corpus": "own", "text": "ab" * 100_000}),
        ("forecast", {"series": "own", "values": tuple(range(50_000))}),
        ("forecast", {"series": "own", "values": tuple(range(20)), "length": 4}),
        ("text", {"corpus": "own", "text": "ab" * 10, "length": 9}),
        ("forecast", {"series": "sine", "period": 3, "noise": 0}),
    ],
    ids=str,
)
def test_the_limits_themselves_are_allowed(task: str, settings: dict[str, Any]) -> None:
    made = TASKS[task](**settings)
    assert 1 <= made.steps <= 500
