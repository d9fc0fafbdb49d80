"""A page says messages by its own labels, options and numbers; what came from outside stays text."""

import pytest

from engine import Experiment
from engine.experiment import known_settings
from engine.messages import Message, MessageError, Setting, quoted
from engine.observe.properties import measured
from engine.settings import SettingError
from playground import words
from playground.words import OTHER_FIELDS
from tests.engine.test_every_sentence import CASES, provoked


def refused(**params: str) -> Message:
    with pytest.raises(SettingError) as caught:
        Experiment.from_params(params)
    return caught.value.message


def unescaped(text: str) -> str:
    return text.replace("\\", "").replace("\N{WORD JOINER}", "")


@pytest.mark.parametrize(
    ("params", "says"),
    [
        (
            {"task": "forecast", "series": "sunspots", "length": "100"},
            "“Window” must be a whole number from 1 to 60 values; it was given “100”. The series has 309 values, of "
            "which the last 61 are held out; a window and the value after it must fit into those.",
        ),
        (
            {"task": "text", "direction": "bidirectional"},
            "“Direction” must be Forward; it was given “Both”. A network that reads backward would meet the next "
            "character before it has to predict it.",
        ),
        (
            {"cell": "esn", "output_depth": "1"},
            "“Deep output” must be 0; it was given “1”. With “Readout learns by” = Ridge regression only a linear "
            "readout is trained; with “Readout learns by” = Gradient there may be more.",
        ),
        ({"lr": "20"}, "“Learning rate” must be a number from 0.000001 to 10; it was given “20.0”."),
        (
            {"lr": "10", "decay": "0.2"},
            "“Weight decay” times “Learning rate” may be 1 at most, or every update throws the weights past 0 and "
            "further out each time; it was given 0.2 · 10 = 2. Lower one of them.",
        ),
        (
            {"task": "copy", "length": "450", "symbols": "26"},
            "“Letters K” must be a whole number from 1 to 25 letters; it was given “26”. “Blank T” (450) plus twice "
            "the “Letters K” may come to 500 steps at most.",
        ),
    ],
    ids=["task's own label", "option", "options in a reason", "small number", "two settings", "reason with labels"],
)
def test_labels_options_and_numbers_are_those_beside_the_controls(params: dict[str, str], says: str) -> None:
    assert unescaped(words.say(refused(**params), task=params.get("task", ""))) == says


def test_of_a_link_names_are_said_as_they_stand_in_it() -> None:
    message = refused(task="text", direction="bidirectional")
    assert unescaped(words.say(message, as_in_link=True)) == str(message)


@pytest.mark.parametrize("name", CASES)
def test_no_setting_goes_by_its_name_in_code(name: str) -> None:
    """In no message; a setting that nobody has declared keeps the name it was given."""

    def settings(value: object) -> set[str]:
        if isinstance(value, Setting):
            return {value.name}
        inner = value.values.values() if isinstance(value, Message) else value if isinstance(value, tuple) else ()
        return {each for part in inner for each in settings(part)}

    message = provoked(CASES[name]).message
    said = unescaped(words.say(message))
    ours = {*known_settings(), *OTHER_FIELDS}
    for setting in settings(message):
        assert f"“{words.label(setting)}”" in said
        assert (words.label(setting) != setting) == (setting in ours)


def test_what_somebody_gave_is_no_markup_and_no_template() -> None:
    given = Message("setting.no_text", setting=Setting("word"), given=quoted("[x](http://a.b) {low} <b>*"))
    said = words.say(given, "Its own reason: <i>.")
    assert r"“\[x\]\(http\:" in said
    assert r"\{low\} \<b\>\*”" in said
    assert said.endswith(r"Its own reason\: \<i\>\.".replace(r"\:", "\\:\N{WORD JOINER}"))


def test_a_reason_may_be_plain_text_and_messages_follow_each_other() -> None:
    with pytest.raises(MessageError) as caught:
        measured("abc", "character", "ab")
    assert unescaped(words.say(caught.value.message, "And that.")).endswith("it was given “ab”. And that.")


def test_other_controls_have_labels() -> None:
    assert not OTHER_FIELDS.keys() & words.FIELDS.keys()
    assert all(words.label(name) == label for name, label in OTHER_FIELDS.items())
