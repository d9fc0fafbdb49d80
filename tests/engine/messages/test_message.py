"""A message is a code with values: checked when it is made, the same in another process, said in any wording."""

import ast
import pickle
from gettext import NullTranslations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messages import MESSAGES, Message, Option, Plural, Setting, Wording, declare, placeholders, quoted
from engine.settings import SettingError
from playground.words.messages import TEMPLATES as OF_THE_PAGE

ROOT = Path(__file__).parents[3]
OUTSIDE = Message(
    "setting.whole", setting=Setting("hidden"), low=1, high=12_800, given=quoted("{low} <b>\n" + "x" * 50, "hidden")
)
SHORT = Message("forecast.short", values=Setting("values"), fewest=20, count=9)


def test_as_text_it_is_english_with_the_names_of_code() -> None:
    """What somebody gave is cut and quoted, and is no template itself."""
    given_ = "“{low} <b>�" + "x" * 30 + "…”"
    assert str(OUTSIDE) == f"hidden must be a whole number from 1 to 12,800; it was given {given_}."


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"most": 1, "size": 2},
        {"setting": Setting("text"), "most": 1, "size": 2, "more": 3},
        {"setting": Setting("text"), "most": 1, "size": np.int64(2)},
        {"setting": Setting("text"), "most": 1, "size": None},
        {"setting": (Setting("text"), [1]), "most": 1, "size": 2},
    ],
    ids=str,
)
def test_values_too_few_too_many_and_of_another_kind_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(TypeError, match=r"The message setting\.too_long"):
        Message("setting.too_long", **values)  # type: ignore[arg-type]  # on purpose


def test_a_code_is_declared_once() -> None:
    with pytest.raises(KeyError):
        Message("setting.nothing")
    before = dict(MESSAGES)
    declare({"jordan.single": MESSAGES["jordan.single"]})
    with pytest.raises(ValueError, match=r"another message with the code jordan\.single"):
        declare({"jordan.single": "Something else."})
    assert before == MESSAGES


def test_it_is_compared_by_code_and_values_and_sent_to_another_process() -> None:
    assert Message("lag.longest", most=1) != Message("lag.longest", most=2)
    assert len({Message("lag.longest", most=1), Message("lag.longest", most=1), SHORT}) == 2
    error = SettingError(("values", "series"), Message("setting.limited", problem=SHORT, why=OUTSIDE), "20")
    error.instead = OUTSIDE
    sent = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert (sent.message, sent.fields, sent.nearest, sent.instead) == (
        error.message,
        error.fields,
        error.nearest,
        error.instead,
    )
    assert str(sent) == f"{SHORT} {OUTSIDE}"


@pytest.mark.parametrize(("count", "says"), [(1, "It may stand"), (2, "They may stand"), (0, "They may stand")])
def test_number_decides_between_singular_and_plural(count: int, says: str) -> None:
    assert str(Message("column.sentinel", count=count)).startswith(says)


class Backwards(NullTranslations):
    """Another language: every word backwards, places for values as they are; it has one form for all numbers."""

    def gettext(self, message: str) -> str:
        return " ".join(word if "{" in word else word[::-1] for word in message.split(" "))

    def ngettext(self, _: str, many: str, __: int) -> str:
        return self.gettext(many)


def test_a_translation_is_looked_up_by_the_english_sentence_also_of_what_is_inside() -> None:
    wording = Wording()
    wording.translations = Backwards()
    taken = Message("setting.taken", settings=(Message("setting.none", setting=Setting("text")), Setting("lr")))
    assert wording.say(taken) == "nekaT :daetsni on text, lr."
    assert wording.say(Message("column.sentinel", count=1)) == "yehT yam dnats rof on“ .”eulav"


def test_options_and_lists_are_said_by_the_wording() -> None:
    class Shouting(Wording):
        def option(self, setting: str, option: str) -> str:
            return f"{setting}/{option}".upper()

        def listed(self, parts: list[str]) -> str:
            return "、".join(parts)

    options = (Option("cell", "rnn"), Option("cell", "gru"))
    message = Message("setting.choice", setting=Setting("cell"), options=options, given=quoted("x", "cell"))
    assert Shouting().say(message) == "cell must be one of CELL/RNN、CELL/GRU; it was given “x”."


@given(st.text())
def test_what_is_quoted_is_short_and_printable(text: str) -> None:
    found = quoted(text).text
    assert found.isprintable()
    assert len(found) <= 41
    assert (found == text) == (text.isprintable() and len(text) <= 40)


def test_every_sentence_stands_whole_in_the_code_and_both_numbers_take_the_same_values() -> None:
    """So that it can be gathered for translators; nothing is put together from pieces."""
    written = {
        node.value
        for folder in ("engine", "playground")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for code, template in (MESSAGES | OF_THE_PAGE).items():
        sentences = template[:2] if isinstance(template, Plural) else (template,)
        assert written.issuperset(sentences), code
        if isinstance(template, Plural):
            assert placeholders(template.many) - placeholders(template.one) <= {template.by}, code
            assert placeholders(template.one) <= placeholders(template.many), code
