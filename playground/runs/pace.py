"""How often pages are drawn: by how many visitors train at the time."""

import threading
import time
from collections import deque
from collections.abc import Hashable

TICK = 0.1
"""Seconds between two frames of a page, as long as the server keeps up."""

TICKS = (TICK, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)

TICKS_A_SECOND = 60
"""How many frames the server draws in a second for all visitors together; with more visitors each gets fewer."""

ROOM = 0.8
"""Share of TICKS_A_SECOND below which pages tick faster again."""

QUIET = 5.0
"""Seconds without a tick after which a visitor no longer counts as training: the browser's tab is hidden or gone."""

RATE_OVER = 10.0
"""Seconds over which updates are counted."""


class Pace:
    """Who trains now, how fast all of them together, and what that leaves for each page."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tick = TICK
        self._ticked: dict[Hashable, float] = {}
        self._made: deque[tuple[float, int]] = deque()

    def trains(self, visitor: Hashable) -> None:
        """Note that this visitor's page ticks and wants updates."""
        now = time.monotonic()
        with self._lock:
            self._ticked[visitor] = now
            for gone in [each for each, ticked in self._ticked.items() if now - ticked > QUIET]:
                del self._ticked[gone]

    def rests(self, visitor: Hashable) -> None:
        """Note that this visitor wants no more updates for now."""
        with self._lock:
            self._ticked.pop(visitor, None)

    @property
    def training(self) -> int:
        """How many visitors train now."""
        since = time.monotonic() - QUIET
        with self._lock:
            return sum(ticked > since for ticked in self._ticked.values())

    @property
    def tick(self) -> float:
        """Seconds between two frames of a page: the shortest with which the server can draw them all.

        Shorter again only when there is room to spare, so that one who comes and goes does not change everyone's pace.
        """
        training = self.training
        fitting = next((tick for tick in TICKS if training / tick <= TICKS_A_SECOND), TICKS[-1])
        spare = next((tick for tick in TICKS if training / tick <= ROOM * TICKS_A_SECOND), TICKS[-1])
        self._tick = max(fitting, min(self._tick, spare))
        return self._tick

    def made(self, updates: int) -> None:
        """Note that so many updates came back."""
        with self._lock:
            self._made.append((time.monotonic(), updates))
            self._forget()

    @property
    def rate(self) -> float:
        """Updates a second over the last ten seconds, all visitors together."""
        with self._lock:
            self._forget()
            return sum(updates for _, updates in self._made) / RATE_OVER

    def _forget(self) -> None:
        while self._made and self._made[0][0] < time.monotonic() - RATE_OVER:
            self._made.popleft()
