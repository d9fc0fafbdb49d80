"""What can be said of every character of a text: inside quotes, after a space, how far into the line, …

A property is a function of the text that gives a number for each character; 0 or 1 where it is a yes or no. Position t
is judged as the network has it there: text[t] has just been read, and what follows is not known.
"""

from collections.abc import Callable, Mapping

import numpy as np

from engine.messages import Message, Option, Setting, quoted
from engine.settings import SettingError

Property = Callable[[str], np.ndarray]

PAIRS = {"“": "”", "„": "“", "«": "»", "「": "」", "『": "』", "《": "》"}
VOWELS = frozenset("aeiouàáâäãåæèéêëìíîïòóôöõøœùúûüAEIOUÀÁÂÄÃÅÆÈÉÊËÌÍÎÏÒÓÔÖÕØŒÙÚÛÜ")


def where(text: str, holds: Callable[[str], bool]) -> np.ndarray:
    """1 at the characters for which `holds`, else 0."""
    return np.array([holds(c) for c in text], dtype=np.float32)


def inside_quotes(text: str) -> np.ndarray:
    """From an opening quotation mark up to the one that closes it; a straight " opens and closes by turns.

    Inside a quotation other marks do not count, and a line break ends a straight one, as a mark may be missing.
    """
    inside, closing = [], ""
    for c in text:
        if closing:
            closing = "" if c == closing or (c == "\n" and closing == '"') else closing
        else:
            closing = '"' if c == '"' else PAIRS.get(c, "")
        inside.append(bool(closing))
    return np.array(inside, dtype=np.float32)


def line_position(text: str) -> np.ndarray:
    """Characters read since the last line break: 0 at the break, 1 at the first letter of a line."""
    positions, since = [], 0
    for c in text:
        since = 0 if c == "\n" else since + 1
        positions.append(since)
    return np.array(positions, dtype=np.float32)


def word_position(text: str) -> np.ndarray:
    """Letters read since the last sign that is no letter: 0 at that sign, 1 at the first letter of a word."""
    positions, since = [], 0
    for c in text:
        since = since + 1 if c.isalpha() else 0
        positions.append(since)
    return np.array(positions, dtype=np.float32)


def after_space(text: str) -> np.ndarray:
    """Right after a space or a line break."""
    return where(" " + text[:-1], str.isspace) * np.array([k > 0 for k in range(len(text))], dtype=np.float32)


def vowel(text: str) -> np.ndarray:
    """a, e, i, o, u, with or without accents."""
    return where(text, VOWELS.__contains__)


def digit(text: str) -> np.ndarray:
    return where(text, str.isdigit)


def upper_case(text: str) -> np.ndarray:
    return where(text, str.isupper)


def punctuation(text: str) -> np.ndarray:
    """Neither letter nor digit nor space."""
    return where(text, lambda c: not (c.isalnum() or c.isspace()))


PROPERTIES: Mapping[str, Property] = {
    "after_space": after_space,
    "inside_quotes": inside_quotes,
    "line_position": line_position,
    "word_position": word_position,
    "vowel": vowel,
    "upper_case": upper_case,
    "digit": digit,
    "punctuation": punctuation,
}
CHARACTER = "character"
"""The property that needs to be told which character it is."""


def measured(text: str, name: str, character: str = "") -> np.ndarray:
    """The property `name` at every character of `text`. Raises SettingError if there is no such property."""
    if name == CHARACTER:
        if len(character) != 1:
            setting = Setting(CHARACTER)
            raise SettingError(CHARACTER, Message("search.character", setting=setting, given=quoted(character)))
        return where(text, character.__eq__)
    if name not in PROPERTIES:
        options = tuple(Option("property", each) for each in (*PROPERTIES, CHARACTER))
        message = Message(
            "setting.choice", setting=Setting("property"), options=options, given=quoted(name, "property")
        )
        raise SettingError("property", message)
    return PROPERTIES[name](text)
