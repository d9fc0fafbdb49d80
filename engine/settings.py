"""What a setting may be: the one place where a value is read from text, checked and written back.

Tasks, cells and training declare their settings with these specs. The controls, the link and the checks all
follow from that declaration, so a limit stands once and holds everywhere.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, NamedTuple

MAX_SHOWN = 40
MAX_DIGITS = 300


class FieldError(ValueError):
    """A setting that cannot be used. Its text is a sentence for the person who chose it.

    `fields` names the settings at fault, the first one foremost. nearest: as text, what comes nearest to what was given
    and is allowed, where numbers are limited by other settings. instead: once a link was read in spite of it, a
    sentence that says what was taken.
    """

    def __init__(self, names: str | Iterable[str], sentence: str, nearest: str | None = None) -> None:
        super().__init__(sentence)
        self.fields = (names,) if isinstance(names, str) else tuple(names)
        self.nearest = nearest
        self.instead = ""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.fields, str(self)), vars(self)


def shown(value: object) -> str:
    """`value` as quoted in a message: at most 40 characters, nothing unprintable."""
    text = value if isinstance(value, str) else f"{value}"
    text = "".join(c if c.isprintable() else "�" for c in text[: MAX_SHOWN + 1])
    return f"“{text[:MAX_SHOWN]}…”" if len(text) > MAX_SHOWN else f"“{text}”"


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


@dataclass(frozen=True)
class Whole:
    """A whole number, low ≤ value ≤ high."""

    default: int
    low: int
    high: int
    unit: str = ""

    def check(self, name: str, value: object) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            unit = f" {self.unit}" if self.unit else ""
            span = f"a whole number from {self.low:,} to {self.high:,}{unit}" if self.low < self.high else self.low
            raise FieldError(name, f"{name} must be {span}; it was given {shown(value)}.")

    def read(self, name: str, text: str) -> int:
        value = number(int, text)
        self.check(name, value)
        assert isinstance(value, int)
        return value

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
            unit = f" {self.unit}" if self.unit else ""
            span = f"a number from {self.low:g} to {self.high:g}{unit}" if self.low < self.high else f"{self.low:g}"
            raise FieldError(name, f"{name} must be {span}; it was given {shown(value)}.")

    def read(self, name: str, text: str) -> float:
        value = number(float, text)
        self.check(name, value)
        assert isinstance(value, float)
        return value

    def write(self, value: float) -> str:
        return repr(float(value))


@dataclass(frozen=True)
class Choice:
    """One of a few identifiers."""

    default: str
    options: tuple[str, ...]

    def check(self, name: str, value: object) -> None:
        if value not in self.options:
            allowed = ", ".join(self.options)
            one_of = "one of " if len(self.options) > 1 else ""
            raise FieldError(name, f"{name} must be {one_of}{allowed}; it was given {shown(value)}.")

    def read(self, name: str, text: str) -> str:
        self.check(name, text)
        return text

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
            raise FieldError(name, f"{name} must be text; it was given {shown(value)}.")
        try:
            size = len(value.encode())
        except UnicodeEncodeError:
            raise FieldError(name, f"{name} holds characters that are not valid Unicode; save it as UTF-8.") from None
        if size > self.max_bytes:
            raise FieldError(
                name,
                f"{name} may be up to {self.max_bytes:,} bytes long; it was given {size:,}. Use a shorter piece of it.",
            )
        control = next((k for k, c in enumerate(value) if (c < " " and c not in "\n\t\v\f\x1a") or c == "\x7f"), None)
        if control is not None:
            raise FieldError(
                name,
                f"{name} holds control characters, as a binary file does: the first, {ord(value[control]):#04x}, is "
                f"its character {control + 1:,}. Give it plain text.",
            )

    def read(self, name: str, text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.check(name, text)
        return text

    def write(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class Numbers:
    """A person's own series: finite numbers, written with commas between them."""

    default: tuple[float, ...]
    max_count: int

    def check(self, name: str, value: object) -> None:
        if not isinstance(value, tuple):
            raise FieldError(name, f"{name} must be a list of numbers; it was given {shown(value)}.")
        if len(value) > self.max_count:
            raise FieldError(
                name,
                f"{name} may hold up to {self.max_count:,} numbers; it was given {len(value):,}. Use a part of them.",
            )
        for index, number in enumerate(value, 1):
            if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) <= 1e30:
                raise FieldError(
                    name,
                    f"{name} must be numbers between -1e30 and 1e30; number {index:,} is {shown(number)}.",
                )

    def read(self, name: str, text: str) -> tuple[float, ...]:
        numbers = tuple(number(float, part) for part in text.split(",")) if text.strip() else ()
        self.check(name, numbers)
        return numbers  # type: ignore[return-value]  # check() has shown that they are floats

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
            given = self.write(value) if isinstance(value, tuple) else value
            span = f"1 to {self.max_count} whole numbers from {self.low:,} to {self.high:,} with commas between them, "
            allowed = span + f"such as {self.write(self.default)}" if self.max_count > 1 else self.write(self.default)
            raise FieldError(name, f"{name} must be {allowed}; it was given {shown(given)}.")

    def read(self, name: str, text: str) -> tuple[int, ...]:
        parts = text.split(",", self.max_count + 1)
        value = tuple(number(int, part.strip()) for part in parts)
        if not all(isinstance(v, int) for v in value):
            self.check(name, text)
        self.check(name, value)
        return value  # type: ignore[return-value]  # check() has shown that they are whole

    def write(self, value: tuple[Any, ...]) -> str:
        return ",".join(map(str, value))


Spec = Whole | Real | Choice | Text | Numbers | Wholes


class Limit(NamedTuple):
    """What a setting may be where that is less than usual; why, as a sentence; because of which other settings."""

    spec: Spec
    why: str
    because: tuple[str, ...] = ("cell",)

    def check(self, name: str, value: object) -> None:
        """Raise FieldError that names the setting and those it is limited by."""
        try:
            self.spec.check(name, value)
        except FieldError as problem:
            nearest = self.spec.write(self.spec.nearest(value)) if isinstance(self.spec, Whole) else None  # type: ignore[arg-type]  # the field's own check has shown that it is whole
            raise FieldError((name, *self.because), f"{problem} {self.why}", nearest) from None


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
    """Check every declared setting of a dataclass instance. Raises FieldError."""
    for name, spec in specs(owner).items():
        spec.check(name, getattr(owner, name))


def read_settings(declared: Mapping[str, Spec], params: Mapping[str, str]) -> dict[str, Any]:
    """The values that `params` gives for the declared settings. Raises FieldError on the first bad one."""
    return {name: spec.read(name, params[name]) for name, spec in declared.items() if name in params}
