"""What a run remembers of its course, within bounds."""

from array import array
from typing import Self

import numpy as np

CAPACITY = 65_536


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
                self.rows = array("d", self.table()[::2].tobytes())
                self.stride *= 2
        self.seen += 1

    def table(self) -> np.ndarray:
        """A copy: (rows, columns) float64."""
        return np.array(self.rows).reshape(-1, self.columns)

    def state(self) -> dict[str, object]:
        return {"rows": self.table(), "stride": self.stride, "seen": self.seen}

    @classmethod
    def restored(cls, state: dict[str, object]) -> Self:
        table = np.asarray(state["rows"], dtype=float)
        history = cls(table.shape[1])
        history.rows = array("d", table.tobytes())
        history.stride, history.seen = int(state["stride"]), int(state["seen"])  # type: ignore[call-overload]  # counts, in a mapping of mixed values
        return history
