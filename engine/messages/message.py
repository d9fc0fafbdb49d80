"""What a person is told: a code with values. The sentence is made where it is shown, in the language it is read in.

`MESSAGES` has the English sentence of each code, with a name in braces for each value. A translation is looked up by
that sentence. Values are plain data, so a message can be compared, and sent from one process to another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import NullTranslations
from string import Formatter
from typing import Any, NamedTuple, TypeAlias

MAX_SHOWN = 40
"""Of a text that somebody gave, so many characters are quoted."""


class Plural(NamedTuple):
    """A sentence that depends on a number, the value called `by`: what it is for 1, and for all other numbers."""

    one: str
    many: str
    by: str = "count"


Template = str | Plural

MESSAGES: dict[str, Template] = {}
"""The English sentence of each code."""


def declare(templates: Mapping[str, Template]) -> None:
    """Add messages to MESSAGES. Raises ValueError for a code that another message has already."""
    for code, template in templates.items():
        if MESSAGES.setdefault(code, template) != template:
            raise ValueError(f"There is another message with the code {code}.")


@dataclass(frozen=True)
class Setting:
    """The name of a setting: lr in a notebook, “Learning rate” on the page."""

    name: str


@dataclass(frozen=True)
class Option:
    """One of the options of a setting, by the engine's identifier."""

    setting: str
    value: str


@dataclass(frozen=True)
class Quoted:
    """A text that somebody gave, to be quoted; `quoted` makes it. `setting`: which setting it was given for, if any."""

    text: str
    setting: str = ""


@dataclass(frozen=True)
class Word:
    """A word of the engine that is translated by itself, such as a unit."""

    text: str


Value: TypeAlias = "int | float | str | Setting | Option | Quoted | Word | Message | tuple[Value, ...]"
"""A plain str stands as it is in every language: a name, an example. A tuple is a list."""


def quoted(given: object, setting: str = "") -> Quoted:
    """What somebody gave, ready to be quoted: at most 40 characters and a sign for the rest, nothing unprintable."""
    try:
        text = f"{given}"
    except ValueError:  # Python writes no whole number of more than some thousand digits
        text = "a whole number of thousands of digits"
    text = "".join(c if c.isprintable() else "�" for c in text[: MAX_SHOWN + 1])
    return Quoted(f"{text[:MAX_SHOWN]}…" if len(text) > MAX_SHOWN else text, setting)


@dataclass(frozen=True, init=False)
class Message:
    """A sentence for a person: its code in MESSAGES, and a value for each name in its template.

    As text it is English, with the settings' names as they are written in code; `Wording` says it in another way.
    """

    code: str
    values: Mapping[str, Value] = field(hash=False)

    def __init__(self, code: str, /, **values: Value) -> None:
        """Raises KeyError for an unknown code, TypeError for a value too many, too few, or of another kind."""
        names = placeholders(MESSAGES[code])
        if values.keys() != names:
            raise TypeError(f"The message {code} takes the values {sorted(names)}; it was given {sorted(values)}.")
        for name, value in values.items():
            if not _plain(value):
                raise TypeError(f"The message {code} was given {type(value).__name__} as {name}.")
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        return ENGLISH.say(self)


def _plain(value: object) -> bool:
    """Whether a message can hold it."""
    if isinstance(value, tuple):
        return all(map(_plain, value))
    return type(value) in (int, float, str, Setting, Option, Quoted, Word, Message)


@cache
def placeholders(template: Template) -> frozenset[str]:
    """The names of the values that a template takes."""
    sentences, by = ((template,), set()) if isinstance(template, str) else (template[:2], {template.by})
    return frozenset(by | {name for each in sentences for _, name, _, _ in Formatter().parse(each) if name})


class Wording(Formatter):
    """How messages are put into words: in English, with names as they are written in code.

    A subclass says some of it otherwise, as the page does; `translations` has the sentences of another language.
    """

    translations = NullTranslations()

    def say(self, message: Message) -> str:
        template = MESSAGES[message.code]
        if isinstance(template, str):
            sentence = self.translations.gettext(template)
        else:
            count = message.values[template.by]
            assert isinstance(count, int)
            sentence = self.translations.ngettext(template.one, template.many, count)
        return self.vformat(sentence, (), message.values)

    def format_field(self, value: Any, format_spec: str) -> str:
        """One value of a message; a number may have a format of its own in the template, as in {seconds:.2f}."""
        match value:
            case Message():
                return self.say(value)
            case Setting(name):
                return self.setting(name)
            case Option(setting, option):
                return self.option(setting, option)
            case Quoted(text, setting):
                return self.quoted(text, setting)
            case Word(text):
                return self.translations.gettext(text)
            case int() | float():
                return self.number(value, format_spec)
            case tuple():
                return self.listed([self.format_field(each, format_spec) for each in value])
        return str(value)

    def setting(self, name: str) -> str:
        return name

    def option(self, setting: str, option: str) -> str:
        return option

    def quoted(self, text: str, setting: str) -> str:
        return f"“{text}”"

    def number(self, value: float, form: str) -> str:
        """Whole numbers with a comma after the thousands, others with up to six digits, unless `form` is given."""
        return format(value, form or ("," if isinstance(value, int) else "g"))

    def listed(self, parts: list[str]) -> str:
        return ", ".join(parts)


ENGLISH = Wording()


class MessageError(ValueError):
    """An error that tells a person, in a message, what is wrong and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
