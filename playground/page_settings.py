"""Settings of a page of its own, which stand in the link beside those of the experiment while one is on that page."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.fields import FieldError, shown
from playground.side_choice import FEWEST, KINDS, MOST, Wanted


@dataclass(frozen=True)
class Networks:
    """From `low` to `high` networks with what is changed of each, written with commas between them."""

    default: tuple[Wanted, ...]
    low: int
    high: int

    def read(self, name: str, text: str) -> tuple[Wanted, ...]:
        """Raises FieldError."""
        parts = text.split(",", self.high + 1)
        if not self.low <= len(parts) <= self.high:
            raise FieldError(
                name,
                f"{name} must be {self.low} to {self.high} of {', '.join(KINDS)}, with commas between them; it was "
                f"given {shown(text)}.",
            )
        return tuple(Wanted.read(name, part) for part in parts)

    def write(self, value: tuple[Wanted, ...]) -> str:
        return ",".join(each.write() for each in value)


PAGE_SETTINGS: Mapping[str, Mapping[str, Networks]] = {
    "side": {"networks": Networks((Wanted("rnn"), Wanted("gru"), Wanted("lstm")), FEWEST, MOST)},
}
"""By the page's name in the address."""


def key_of(page: str, name: str) -> str:
    """Where the visitor's choice is kept."""
    return f"{page}.{name}"
