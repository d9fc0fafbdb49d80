"""A column of a table: its numbers, its gaps, and what stands out in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from engine.messages import Message, Value, quoted

NAMED = 3
FAR = 10.0
MOST_FAR = 0.02
SENTINEL = re.compile(r"-?9{2,}(?:\.9+|\.0+)?|-?1e1[0-9]|-?32768|-?2147483648")
COUNTER = re.compile(
    r"(?:id|nr|no|index|row|#|t|time|date|day|month|year|jahr|年|年份|日期|timestamp|unix.*|.*_id)\.?", re.I
)


class Cell(NamedTuple):
    """A cell of the file that is no number: its line of the file, and its text."""

    line: int
    text: str

    @property
    def said(self) -> Message:
        """Where it is, and its text."""
        if not self.text:
            return Message("column.empty_cell", line=self.line)
        return Message("column.cell", line=self.line, text=quoted(self.text))


class Far(NamedTuple):
    """A value far outside the rest: its row from 0, its line of the file, the value, whether it looks like a sentinel.

    A sentinel is a number that stands for "no value", such as 99999 or -999.
    """

    row: int
    line: int
    value: float
    sentinel: bool


@dataclass(frozen=True)
class Column:
    """One column: `values` (N,) float64, NaN where there is no number, N the table's rows; `lines` (N,) of the file.

    kind: "number", "date", "text" or "empty", by what most of its cells are. `strange` lists its cells that are no
    number, in a column of numbers; in others it is empty. `texts`: the cells of the first rows as the file has them.
    """

    name: str
    kind: str
    values: np.ndarray
    lines: np.ndarray
    strange: tuple[Cell, ...]
    texts: tuple[str, ...]

    @cached_property
    def far(self) -> tuple[Far, ...]:
        """The few values far outside the rest: more than ten times the middle half's width beyond it.

        If they are many (above 2 %, and above 3), the column is like that and none is named.
        """
        known = self.values[np.isfinite(self.values)]
        if len(known) < 8:
            return ()
        low, high = np.quantile(known, [0.25, 0.75])
        width = high - low
        if width == 0:
            low, high = np.quantile(known, [0.05, 0.95])
            width = high - low
        if width == 0:
            low = high = float(np.median(known))
            width = max(abs(low), 1.0)
        with np.errstate(invalid="ignore"):
            rows = np.flatnonzero((self.values < low - FAR * width) | (self.values > high + FAR * width))
        found = [
            Far(int(row), int(self.lines[row]), value := float(self.values[row]), _is_sentinel(value)) for row in rows
        ]
        few = len(found) <= max(3, MOST_FAR * len(known))
        return tuple(far for far in found if few or far.sentinel)

    @property
    def counts(self) -> bool:
        """Whether its numbers merely count, as years and row numbers do."""
        known = self.values[np.isfinite(self.values)]
        steps = np.diff(known)
        if len(steps) == 0:
            return False
        if np.allclose(steps, steps[0], rtol=1e-6, atol=1e-9 * float(np.abs(known).max())):
            return bool(steps[0])
        one_way = bool(np.all(steps >= 0) or np.all(steps <= 0)) and bool(np.any(steps))
        if not one_way or bool(np.any(known != np.round(known))):
            return False
        years = bool(np.all((known >= 1500) & (known < 2200)))
        days = bool(np.all((known >= 1500_01_01) & (known < 2200_01_01)))
        return years or days or COUNTER.fullmatch(self.name) is not None

    @property
    def said(self) -> tuple[Message, ...]:
        """The cells that are no number; nothing if all are."""
        if not self.strange:
            return ()
        cells = few([cell.said for cell in self.strange])
        return (Message("column.strange", column=quoted(self.name), count=len(self.strange), cells=cells),)

    @property
    def far_said(self) -> tuple[Message, ...]:
        """The values far outside the rest, and whether they look like sentinels; nothing if there are none."""
        if not self.far:
            return ()
        count = len(self.far)
        cells = few([Message("column.far_cell", line=far.line, value=far.value) for far in self.far])
        said = Message("column.far", column=quoted(self.name), count=count, cells=cells)
        return (said, Message("column.sentinel", count=count)) if any(far.sentinel for far in self.far) else (said,)

    def without_far(self) -> np.ndarray:
        """The values (N,), with NaN where one is far outside the rest."""
        values = self.values.copy()
        values[[far.row for far in self.far]] = np.nan
        return values


def few(parts: Sequence[Value], most: int = NAMED) -> Value:
    """The first `most` of `parts` as a list, and how many more there are."""
    named, more = tuple(parts[:most]), len(parts) - most
    return Message("table.and_more", named=named, more=more) if more > 0 else named


def longest(values: np.ndarray) -> tuple[int, int]:
    """The longest run of finite values, the first of several: start and stop (left out); (0, 0) if there is none."""
    known = np.concatenate([[0], np.isfinite(values).astype(int), [0]])
    steps = np.diff(known)
    starts, stops = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    if not len(starts):
        return 0, 0
    best = int(np.argmax(stops - starts))
    return int(starts[best]), int(stops[best])


def filled(values: np.ndarray) -> np.ndarray:
    """The values (N,), gaps filled on a straight line between neighbours, those at an end with the nearest value.

    Raises ValueError if no value is known.
    """
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        raise ValueError("no value is known")
    return np.asarray(np.interp(np.arange(len(values)), known, values[known]))


def _is_sentinel(value: float) -> bool:
    return SENTINEL.fullmatch(f"{value:.10g}".replace("e+", "e")) is not None
