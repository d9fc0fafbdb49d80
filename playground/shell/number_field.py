"""A field for a number with a point in it: typed as people type it, with − and + beside it.

The browser's own field for numbers drops a comma without a word, so that 0,001 becomes 1. This one reads text.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st

from engine.messages import Message, Setting, quoted
from engine.settings import Real, SettingError, number
from playground import words

WIDE = 1e4
"""A positive range that spans more than this is gone through in steps of 1, 2, 5 of each power of ten."""

EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""One comma that may stand for a decimal point or between thousands."""


class Refused(NamedTuple):
    """What was typed and not taken, the value that stays, and why."""

    text: str
    value: float | None
    problem: SettingError


def ask(
    label: str,
    name: str,
    key: str,
    spec: Real,
    *,
    task: str = "",
    told: str | None = None,
    on_change: Callable[[], None] | None = None,
    disabled: bool = False,
    steps: bool = True,
    digits: int = 17,
) -> float:
    """Draw the field, with `told` as its help; without `steps` there is no − and +.

    st.session_state[key] always holds a number that `spec` allows, shown to so many significant `digits`, or None: the
    field is then empty until something is typed. `on_change` runs after it changed. What cannot be read is said below
    the field, and the number stays as it was.
    """
    state = st.session_state
    value: float | None = state.setdefault(key, spec.default)
    text_key, refused = f"{key}.typed", _refused(key)
    text = refused.text if refused else "" if value is None else written(value, digits)
    if state.get(text_key) != text:  # what is set anew would take away what somebody is typing
        state[text_key] = text
    change = partial(_take, name, key, spec, on_change)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        st.text_input(label, key=text_key, help=told, disabled=disabled, on_change=change)
        for sign, up, end in (("−", False, spec.low), ("+", True, spec.high)) if steps else ():
            press = partial(_step, name, key, spec, on_change, up)
            st.button(sign, key=f"{key}.{'up' if up else 'down'}", disabled=disabled or value == end, on_click=press)
    if refused:
        st.error(words.say(refused.problem.message, task=task) + words.AS_IT_WAS, icon=":material/error:")
    return spec.default if value is None else float(value)


def read(name: str, spec: Real, text: str) -> float:
    """The number that was typed: with a decimal point or comma, in signs of any keyboard. Raises SettingError."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("。", ".")
    if EITHER.fullmatch(plain):
        small, large = (words.number(float(plain.replace(",", sign)), 7) for sign in (".", ""))
        either = {"small": small, "large": large}
        raise SettingError(name, Message("number.either", setting=Setting(name), given=quoted(text), **either))
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    value = number(float, plain)
    spec.check(name, text if isinstance(value, str) else value)
    return float(value)


def written(value: float, digits: int = 17) -> str:
    """A number as people write it: 0.01, 1, 0.000001, the digits it needs and no more."""
    value = float(f"{value:.{digits}g}") or 0.0  # no −0
    return np.format_float_positional(value, trim="-") if 1e-7 < abs(value) < 1e9 or not value else f"{value!r}"


def stepped(value: float, spec: Real, up: bool) -> float:
    """Where − or + leads: to the next 1, 2 or 5 of a power of ten in a wide range, else a fixed step on."""
    if spec.low > 0 and spec.high / spec.low > WIDE:
        power = int(np.floor(np.log10(value)))
        marks = [float(f"{digit}e{exponent}") for exponent in range(power - 1, power + 2) for digit in (1, 2, 5)]
        found = min(m for m in marks if m > value) if up else max(m for m in marks if m < value)
    else:
        stride = 0.05 if spec.high - spec.low <= 1 and spec.default > 0 else 0.1
        found = round(value + stride * (1 if up else -1), 10)
    return max(spec.low, min(spec.high, found))


def _refused(key: str) -> Refused | None:
    """What was typed last, if it was refused and nothing has changed the number since."""
    refused: Refused | None = st.session_state.get(f"{key}.refused")
    if refused and refused.value == st.session_state[key]:
        return refused
    st.session_state.pop(f"{key}.refused", None)
    return None


def _take(name: str, key: str, spec: Real, on_change: Callable[[], None] | None) -> None:
    """What was typed becomes the number, if it can be read."""
    state = st.session_state
    text = state[f"{key}.typed"]
    state.pop(f"{key}.refused", None)
    try:
        value = read(name, spec, text)
    except SettingError as problem:
        state[f"{key}.refused"] = Refused(text, state[key], problem)
        return
    if value != state[key]:
        state[key] = value
        if on_change:
            on_change()


def _step(name: str, key: str, spec: Real, on_change: Callable[[], None] | None, up: bool) -> None:
    """One step from what stands in the field: text that was typed right before the click counts."""
    state = st.session_state
    try:
        value = read(name, spec, state[f"{key}.typed"])
    except SettingError:
        value = spec.default if state[key] is None else state[key]
    state[f"{key}.typed"] = written(stepped(value, spec, up))
    _take(name, key, spec, on_change)
