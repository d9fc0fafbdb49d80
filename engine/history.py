"""What a run remembers of its course, within bounds."""

from array import array
from typing import NamedTuple, Self

import numpy as np

CAPACITY = 65_536


class Tail(NamedTuple):
    """The last rows of a history (n, columns), and its counters then: all that a copy of its beginning lacks."""

    rows: np.ndarray
    stride: int
    seen: int


class History:
    """Rows (update, value, …), one an entry; every row until there are 65,536, then every second, and so on.

    Rows are kept exactly, never averaged, so that a run's first losses stay comparable.
    """

    def __init__(self, columns: int) -> None:
        self.rows = array("d")
        self.columns = columns
        self.stride = 1
        self.seen = 0

    def append(self, *row: float) -> None:
        if self.seen % self.stride == 0:
            self.rows.extend(row)
            if len(self.rows) == CAPACITY * self.columns:
                self._thin_out()
        self.seen += 1

    def table(self) -> np.ndarray:
        """A copy: (rows, columns) float64."""
        return np.array(self.rows).reshape(-1, self.columns)

    def after(self, seen: int) -> Tail:
        """What a copy lacks that was the same when `seen` rows had come."""
        first = -(-seen // self.stride)
        rows = np.array(self.rows[first * self.columns :]).reshape(-1, self.columns)
        return Tail(rows, self.stride, self.seen)

    def take_in(self, tail: Tail) -> None:
        """Become the same as the history that `tail` is of. What is known already changes nothing."""
        if tail.seen <= self.seen:
            return
        while self.stride < tail.stride:
            self._thin_out()
        known = len(self.rows) // self.columns
        first = -(-tail.seen // tail.stride) - len(tail.rows)
        self.rows.extend(tail.rows[max(0, known - first) :].ravel())
        self.seen = tail.seen

    def state(self) -> dict[str, object]:
        return {"rows": self.table(), "stride": self.stride, "seen": self.seen}

    @classmethod
    def restored(cls, state: dict[str, object]) -> Self:
        table = np.asarray(state["rows"], dtype=float)
        history = cls(table.shape[1])
        history.rows = array("d", table.tobytes())
        history.stride, history.seen = int(state["stride"]), int(state["seen"])  # type: ignore[call-overload]  # counts, in a mapping of mixed values
        return history

    def _thin_out(self) -> None:
        self.rows = array("d", self.table()[::2].tobytes())
        self.stride *= 2
