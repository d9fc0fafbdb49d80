"""Which steps a picture shows that has no room for all of them, and which numbers it can write side by side."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from playground.words import number

COLUMNS = 10
"""Columns at most, gaps among them."""

DIGIT, APART = 6.5, 5
"""Pixels that a character takes at most, and those between two numbers side by side."""


def columns(steps: int, marked: Sequence[int] = ()) -> list[int]:
    """The step that each column shows, 0 for a gap: all up to 10, else the first, the last, the marked ones and those
    around them. marked: steps from 1; of more than there is room for, the first ones."""
    if steps <= COLUMNS:
        return list(range(1, steps + 1))
    chosen: set[int] = set()

    def add(candidates: Iterable[int]) -> None:
        for step in candidates:
            if len(with_gaps(chosen | {step})) <= COLUMNS:
                chosen.add(step)

    add((1, steps))
    add(marked)
    around = sorted(chosen)
    add(sorted(range(1, steps + 1), key=lambda step: (min(abs(step - each) for each in around), step)))
    return with_gaps(chosen)


def with_gaps(steps: Iterable[int]) -> list[int]:
    """In rising order, with a 0 wherever steps are left out."""
    ordered = sorted(steps)
    found = ordered[:1]
    for before, step in pairwise(ordered):
        found += [step] if step == before + 1 else [0, step]
    return found


def short(value: float) -> str:
    """A number in the room of a box: two decimals, or whole if it is large."""
    return (
        number(round(value), 5) if 10 <= abs(value) < 1e5 else f"{value:.2f}" if abs(value) < 10 else number(value, 1)
    )


def widths(texts: Sequence[str], places: Sequence[float], before: Sequence[int], count: int) -> list[float]:
    """How wide a plot of `count` columns must be for each text to be shown: then it touches none that comes before it.

    before: the higher, the earlier a text comes; of two alike the one nearer to the end is first.
    """
    order = sorted(range(len(texts)), key=lambda k: (-before[k], -places[k]))
    found = [0.0] * len(texts)
    for rank, k in enumerate(order):
        for other in order[:rank]:
            room = DIGIT * (len(texts[k]) + len(texts[other])) / 2 + APART
            found[k] = max(found[k], count * room / max(abs(places[k] - places[other]), 1e-9))
    return found
