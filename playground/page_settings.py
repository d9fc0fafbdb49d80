"""Settings of a page of its own, which stand in the link beside those of the experiment while one is on that page."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.fields import FieldError, shown
from playground.side_choice import FEWEST, KINDS, MOST


@dataclass(frozen=True)
class Several:
    """From `low` to `high` different ones of some identifiers, written with commas between them."""

    default: tuple[str, ...]
    options: tuple[str, ...]
    low: int
    high: int

    def read(self, name: str, text: str) -> tuple[str, ...]:
        """Raises FieldError."""
        value = tuple(text.split(",", self.high + 1))
        if not self.low <= len(value) == len(set(value)) <= self.high or not set(value) <= set(self.options):
            raise FieldError(
                name,
                f"{name} must be {self.low} to {self.high} different ones of {', '.join(self.options)}, with commas "
                f"between them; it was given {shown(text)}.",
            )
        return value

    def write(self, value: tuple[str, ...]) -> str:
        return ",".join(value)


PAGE_SETTINGS: Mapping[str, Mapping[str, Several]] = {
    "side": {"networks": Several(("rnn", "gru", "lstm"), tuple(KINDS), FEWEST, MOST)},
}
"""By the page's name in the address."""


def key_of(page: str, name: str) -> str:
    """Where the visitor's choice is kept."""
    return f"{page}.{name}"
