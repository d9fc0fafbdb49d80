"""What a setting may be: the one place where a value is read from text, checked and written back.

Tasks, cells and training declare their settings with these specs. The controls, the link and the checks all
follow from that declaration, so a limit stands once and holds everywhere.
"""

import math
import numbers
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, NamedTuple

from engine.messages import Message, MessageError, Option, Setting, Value, Word, quoted

MAX_DIGITS = 300


class SettingError(MessageError):
    """A setting that cannot be used, told to the person who chose it.

    `fields` names the settings at fault, the first one foremost. nearest: as text, what comes nearest to what was given
    and is allowed, where numbers are limited by other settings. instead: once a link was read in spite of it, what was
    taken.
    """

    def __init__(self, names: str | Iterable[str], message: Message, nearest: str | None = None) -> None:
        super().__init__(message)
        self.fields = (names,) if isinstance(names, str) else tuple(names)
        self.nearest = nearest
        self.instead: Message | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.fields, self.message), vars(self)


def number(kind: type[int] | type[float], text: str) -> int | float | str:
    """The finite number that `text` spells in plain digits; `text` itself if it spells none.

    Python alone would also take ４２, 4_2 and inf.
    """
    if not text.isascii() or "_" in text or len(text) > MAX_DIGITS:
        return text
    try:
        value = kind(text)
    except ValueError:
        return text
    return value if math.isfinite(value) else text


def whole(value: object) -> object:
    """A whole number of any library as Python's; whatever else as it is."""
    return int(value) if isinstance(value, numbers.Integral) and not isinstance(value, bool) else value


def real(value: object) -> object:
    """A number of any library as Python's, with a point; whatever else as it is."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return value
    try:
        return float(value)
    except OverflowError:  # a whole number that is too large for it, and for every setting
        return value


@dataclass(frozen=True)
class Whole:
    """A whole number, low ≤ value ≤ high."""

    default: int
    low: int
    high: int
    unit: str = ""

    def check(self, name: str, value: object) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            raise SettingError(name, _outside("setting.whole", name, self, value))

    def read(self, name: str, text: str) -> int:
        value = number(int, text)
        self.check(name, value)
        assert isinstance(value, int)
        return value

    def native(self, value: object) -> object:
        """A value of a program as the kind that is checked, where it is of a like kind; else as it is."""
        return whole(value)

    def write(self, value: int) -> str:
        return str(value)

    def nearest(self, value: int) -> int:
        """The allowed number that comes nearest to `value`."""
        return max(self.low, min(self.high, value))

    def up_to(self, high: int) -> "Whole":
        """The same, with `high` as its upper limit if that is lower; `low` always fits, and the default moves along."""
        high = max(self.low, min(self.high, high))
        return replace(self, high=high, default=min(self.default, high))


@dataclass(frozen=True)
class Real:
    """A finite number, low ≤ value ≤ high."""

    default: float
    low: float
    high: float
    unit: str = ""

    def check(self, name: str, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.low <= value <= self.high:
            raise SettingError(name, _outside("setting.real", name, self, value))

    def read(self, name: str, text: str) -> float:
        value = number(float, text)
        self.check(name, value)
        assert isinstance(value, float)
        return value

    def native(self, value: object) -> object:
        """A value of a program as the kind that is checked, where it is of a like kind; else as it is."""
        return real(value)

    def write(self, value: float) -> str:
        return repr(float(value))


@dataclass(frozen=True)
class Choice:
    """One of a few identifiers.

    of: them, or a registry of which they are the keys, or a function that returns either. What is registered later, as
    in a notebook, can be chosen then: the options are read when they are asked for.
    """

    default: str
    of: Iterable[str] | Callable[[], Iterable[str]] = field(hash=False)

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(self.of() if callable(self.of) else self.of)

    def check(self, name: str, value: object) -> None:
        if value not in self.options:
            options = tuple(Option(name, each) for each in self.options)
            if len(options) == 1:
                raise SettingError(name, _not_the_only(name, options[0], value))
            given = quoted(value, name)
            raise SettingError(name, Message("setting.choice", setting=Setting(name), options=options, given=given))

    def read(self, name: str, text: str) -> str:
        self.check(name, text)
        return text

    def native(self, value: object) -> object:
        """A value of a program as it is."""
        return value

    def write(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class Text:
    """A person's own text, at most `max_bytes` of UTF-8, without control characters.

    Line break, tabs, form feed and Ctrl-Z, with which old systems end a page and a text, are not counted as such.
    """

    default: str
    max_bytes: int

    def check(self, name: str, value: object) -> None:
        if not isinstance(value, str):
            raise SettingError(name, Message("setting.no_text", setting=Setting(name), given=quoted(value)))
        try:
            size = len(value.encode())
        except UnicodeEncodeError:
            raise SettingError(name, Message("setting.no_unicode", setting=Setting(name))) from None
        if size > self.max_bytes:
            raise SettingError(name, Message("setting.too_long", setting=Setting(name), most=self.max_bytes, size=size))
        control = next((k for k, c in enumerate(value) if (c < " " and c not in "\n\t\v\f\x1a") or c == "\x7f"), None)
        if control is not None:
            sign, place = ord(value[control]), control + 1
            raise SettingError(name, Message("setting.control", setting=Setting(name), sign=sign, place=place))

    def read(self, name: str, text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.check(name, text)
        return text

    def native(self, value: object) -> object:
        """A value of a program as it is."""
        return value

    def write(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class Numbers:
    """A person's own series: finite numbers, written with commas between them."""

    default: tuple[float, ...]
    max_count: int

    def check(self, name: str, value: object) -> None:
        if not isinstance(value, tuple):
            raise SettingError(name, Message("setting.no_list", setting=Setting(name), given=quoted(value)))
        if len(value) > self.max_count:
            raise SettingError(
                name, Message("setting.too_many", setting=Setting(name), most=self.max_count, count=len(value))
            )
        for index, number in enumerate(value, 1):
            if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) <= 1e30:
                raise SettingError(
                    name,
                    Message("setting.no_number", setting=Setting(name), place=index, given=quoted(number)),
                )

    def read(self, name: str, text: str) -> tuple[float, ...]:
        values = tuple(number(float, part) for part in text.split(",")) if text.strip() else ()
        self.check(name, values)
        return values  # type: ignore[return-value]  # check() has shown that they are floats

    def native(self, value: object) -> object:
        """A list, an array or the like as a tuple; whatever else as it is."""
        return tuple(map(real, value)) if isinstance(value, Collection) else value

    def write(self, value: tuple[float, ...]) -> str:
        return ",".join(repr(float(number)).removesuffix(".0") for number in value)


@dataclass(frozen=True)
class Wholes:
    """A short list of whole numbers, low ≤ each ≤ high, written with commas between them."""

    default: tuple[int, ...]
    low: int
    high: int
    max_count: int

    def check(self, name: str, value: object) -> None:
        good = isinstance(value, tuple) and 1 <= len(value) <= self.max_count
        if not good or any(
            not isinstance(v, int) or isinstance(v, bool) or not self.low <= v <= self.high
            for v in value  # type: ignore[attr-defined]  # a tuple, or never reached
        ):
            given, example = self.write(value) if isinstance(value, tuple) else value, self.write(self.default)
            if self.max_count == 1:
                raise SettingError(name, _not_the_only(name, example, given))
            raise SettingError(
                name,
                Message(
                    "setting.wholes",
                    setting=Setting(name),
                    most=self.max_count,
                    low=self.low,
                    high=self.high,
                    example=example,
                    given=quoted(given),
                ),
            )

    def read(self, name: str, text: str) -> tuple[int, ...]:
        parts = text.split(",", self.max_count + 1)
        value = tuple(number(int, part.strip()) for part in parts)
        if not all(isinstance(v, int) for v in value):
            self.check(name, text)
        self.check(name, value)
        return value  # type: ignore[return-value]  # check() has shown that they are whole

    def native(self, value: object) -> object:
        """A list, an array or the like as a tuple, a single whole number as a list of one; whatever else as it is."""
        if isinstance(value, Collection):
            return tuple(map(whole, value))
        return (whole(value),) if isinstance(value, numbers.Integral) else value

    def write(self, value: tuple[Any, ...]) -> str:
        return ",".join(map(str, value))


def _outside(code: str, name: str, spec: Whole | Real, given: object) -> Message:
    """What is said of a number that is none, or is out of range; with the unit, if there is one."""
    if spec.low == spec.high:
        return _not_the_only(name, spec.low, given)
    values: dict[str, Value] = {"setting": Setting(name), "low": spec.low, "high": spec.high, "given": quoted(given)}
    if spec.unit:
        code, values = f"{code}_of", {**values, "unit": Word(spec.unit)}
    return Message(code, **values)


def _not_the_only(name: str, only: Value, given: object) -> Message:
    """What is said where a setting may be one thing alone."""
    return Message("setting.fixed", setting=Setting(name), only=only, given=quoted(given, name))


Spec = Whole | Real | Choice | Text | Numbers | Wholes


class Limit(NamedTuple):
    """What a setting may be where that is less than usual; why; because of which other settings.

    The reason is a sentence; as a Message it can be translated.
    """

    spec: Spec
    why: Message | str
    because: tuple[str, ...] = ("cell",)

    def check(self, name: str, value: object) -> None:
        """Raise SettingError that names the setting and those it is limited by."""
        try:
            self.spec.check(name, value)
        except SettingError as problem:
            nearest = self.spec.write(self.spec.nearest(value)) if isinstance(self.spec, Whole) else None  # type: ignore[arg-type]  # the field's own check has shown that it is whole
            limited = Message("setting.limited", problem=problem.message, why=self.why)
            raise SettingError((name, *self.because), limited, nearest) from None


def tightest(*groups: Mapping[str, Limit]) -> dict[str, Limit]:
    """All limits together; where several limit the same setting, the one that leaves it least."""

    def room(limit: Limit) -> float:
        return len(limit.spec.options) if isinstance(limit.spec, Choice) else getattr(limit.spec, "high", math.inf)

    found: dict[str, Limit] = {}
    for group in groups:
        for name, limit in group.items():
            if name not in found or room(limit) < room(found[name]):
                found[name] = limit
    return found


def setting(spec: Spec, when: tuple[str, str] | None = None) -> Any:
    """A dataclass field that carries its spec. `when`: another field, and the value that gives this one a meaning."""
    return field(default=spec.default, metadata={"spec": spec, "when": when})


def conditions(owner: object) -> dict[str, tuple[str, str]]:
    """For each setting that has a meaning only beside a certain value of another: that other, and the value."""
    return {f.name: f.metadata["when"] for f in fields(owner) if f.metadata.get("when")}  # type: ignore[arg-type]  # a dataclass, or an instance of one


def specs(owner: object) -> dict[str, Spec]:
    """The declared settings of a dataclass (class or instance), by name, in order."""

    def spec_of(f: "Field[Any]") -> Spec | None:
        return f.metadata.get("spec")

    return {f.name: spec for f in fields(owner) if (spec := spec_of(f)) is not None}  # type: ignore[arg-type]  # a dataclass, or an instance of one


def check_settings(owner: object) -> None:
    """Check every declared setting of a dataclass instance. Raises SettingError."""
    for name, spec in specs(owner).items():
        spec.check(name, getattr(owner, name))


def read_settings(declared: Mapping[str, Spec], params: Mapping[str, object]) -> dict[str, Any]:
    """The values that `params` gives for the declared settings. Raises SettingError on the first bad one."""
    return {name: taken(spec, name, params[name]) for name, spec in declared.items() if name in params}


def taken(spec: Spec, name: str, given: object) -> Any:
    """The value given for a setting: as text, such as in a link, or as a program has it. Raises SettingError."""
    if isinstance(given, str):
        return spec.read(name, given)
    # NumPy's and torch's numbers and arrays tell their values so.
    value = spec.native(given.tolist() if hasattr(given, "tolist") else given)
    spec.check(name, value)
    return value
