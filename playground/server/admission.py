"""Who is let in: so many visitors at once, the others in the order in which they came."""

import threading
import time
from collections.abc import Callable

GRACE = 5.0
"""Seconds beyond Streamlit's window after which a visitor who went is surely not coming back to the same session."""


class Admission:
    """A visitor has a place from being admitted until leaving.

    Whoever's connection ends keeps the place for `window` seconds, in which Streamlit takes the same session up again,
    if there is something to come back to; else it is free at once.
    """

    def __init__(self, limit: int, window: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._window = window + GRACE
        self._clock = clock
        self._lock = threading.Lock()
        self._inside: dict[str, float | None] = {}
        self._waiting: dict[str, float] = {}

    def admit(self, visitor: str) -> bool:
        """Let a visitor in if there is a place, or else note that this one waits. To be asked again while waiting."""
        with self._lock:
            self._expire()
            if visitor in self._inside:
                self._inside[visitor] = None
                return True
            self._waiting[visitor] = self._clock()
            if list(self._waiting).index(visitor) >= self.limit - len(self._inside):
                return False
            del self._waiting[visitor]
            self._inside[visitor] = None
            return True

    def gone(self, visitor: str, may_return: bool) -> None:
        """Note that a visitor's connection ended."""
        with self._lock:
            self._waiting.pop(visitor, None)
            if visitor in self._inside:
                self._inside[visitor] = self._clock()
                if not may_return:
                    del self._inside[visitor]

    def before(self, visitor: str) -> int:
        """How many wait in front of this one."""
        with self._lock:
            return list(self._waiting).index(visitor) if visitor in self._waiting else 0

    @property
    def taken(self) -> int:
        """How many places are not free."""
        with self._lock:
            self._expire()
            return len(self._inside)

    @property
    def waiting(self) -> int:
        """How many visitors wait."""
        with self._lock:
            self._expire()
            return len(self._waiting)

    def _expire(self) -> None:
        now = self._clock()
        self._inside = {v: left for v, left in self._inside.items() if left is None or now - left <= self._window}
        # A page that waits asks every few seconds, so one that does not ask any more is gone.
        self._waiting = {v: asked for v, asked in self._waiting.items() if now - asked <= self._window}
