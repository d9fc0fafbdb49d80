"""Settings of a page of its own, which stand in the link beside those of the experiment while one is on that page."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.messages import Message, Setting, quoted
from engine.settings import Choice, SettingError
from playground.links.variants import FEWEST, KINDS, MOST, Wanted


@dataclass(frozen=True)
class Networks:
    """From `low` to `high` networks with what is changed of each, written with commas between them."""

    default: tuple[Wanted, ...]
    low: int
    high: int

    def read(self, name: str, text: str) -> tuple[Wanted, ...]:
        """Raises SettingError."""
        parts = text.split(",", self.high + 1)
        if not self.low <= len(parts) <= self.high:
            span, kinds, given = {"low": self.low, "high": self.high}, tuple(KINDS), quoted(text)
            raise SettingError(name, Message("link.networks", setting=Setting(name), **span, kinds=kinds, given=given))
        return tuple(Wanted.read(name, part) for part in parts)

    def write(self, value: tuple[Wanted, ...]) -> str:
        return ",".join(each.write() for each in value)


@dataclass(frozen=True)
class Switch:
    """On or off, off as a rule; in the link only if it is on."""

    default: bool = False

    def read(self, name: str, text: str) -> bool:
        """Raises SettingError."""
        if text not in ("0", "1"):
            raise SettingError(name, Message("link.switch", setting=Setting(name), given=quoted(text)))
        return text == "1"

    def write(self, value: bool) -> str:
        return str(int(value))


ORDER = Choice("number", ("number", "change", "answer"))
"""In which order the units stand in the pictures: see engine.keeping."""

COLOURS = Choice("shared", ("shared", "own"))
"""Whether all units share one colour scale, or each has its own."""

VIEW: Mapping[str, Choice] = {"order": ORDER, "colours": COLOURS}
"""The same choice on every page that has it."""

RELATIVE = {"relative": Switch()}
"""Whether gradients are shown relative to the one at the last step."""

PRESENT = "present"

EVERYWHERE: Mapping[str, Switch] = {PRESENT: Switch()}
"""What every page has, and is the same on all of them."""

PageSetting = Networks | Choice | Switch

PAGE_SETTINGS: Mapping[str, Mapping[str, PageSetting]] = {
    "": {**VIEW, **RELATIVE},
    "side": {"networks": Networks((Wanted("rnn"), Wanted("gru"), Wanted("lstm")), FEWEST, MOST), **VIEW},
    "inside": VIEW,
    "gradients": {**RELATIVE, "by": Choice("h", ("h", "memory")), "bounds": Switch()},
}
"""By the page's name in the address; the first page has none."""

SEVERAL_RUNS = ("side",)
"""Pages that show other runs than the visitor's own."""


def key_of(page: str, name: str) -> str:
    """Where the visitor's choice is kept."""
    if name in EVERYWHERE:
        return name
    return f"view.{name}" if name in VIEW else f"{page}.{name}"
