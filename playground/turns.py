"""Whose turn it is to run Python.

Python runs one thread at a time. A trainer hands that right back after every small operation, and then waits for it
while a page is drawn: at the same time as pages an update takes many times as long. In turns each goes at full speed.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENT = 0.08
"""Seconds for which work lets pages go first; however many there are, it gets some of the time."""

LONG = 0.2
"""Seconds after which work no longer waits for the turn: a page may hold it and wait for work that stands behind."""

HELD_UP = 0.04
"""Seconds of waiting from which a page has been held up."""

LESS, MORE = 0.97, 0.001
"""What the room for work is multiplied by for a page that was held up, and what it grows by for one that was not; so
about one page in thirty is held up if there is more work than room."""

LEAST_ROOM = 0.05


class Turns:
    """One at a time: pages first, unless work has waited for long; and work that would wait too long goes beside.

    room: how much work to hand out, from LEAST_ROOM to 1 for all there could be, so that pages are not held up.
    """

    def __init__(self) -> None:
        self.room = 1.0
        self._change = threading.Condition()
        self._taken = False
        self._pages = 0
        self._impatient = 0

    @contextmanager
    def page(self) -> Iterator[None]:
        """A turn for drawing a page."""
        asked = time.monotonic()
        with self._change:
            self._pages += 1
            try:
                self._change.wait_for(lambda: not (self._taken or self._impatient))
            finally:
                self._pages -= 1
            self._taken = True
            held_up = time.monotonic() - asked > HELD_UP
            self.room = max(LEAST_ROOM, self.room * LESS) if held_up else min(1.0, self.room + MORE)
        try:
            yield
        finally:
            self._end()

    @contextmanager
    def work(self) -> Iterator[None]:
        """A turn for something short that can wait a little."""
        with self._change:
            self._change.wait_for(lambda: not (self._taken or self._pages), PATIENT)
            self._impatient += 1
            try:
                in_turn = self._change.wait_for(lambda: not self._taken, LONG)
            finally:
                self._impatient -= 1
            self._taken = True
        try:
            yield
        finally:
            if in_turn:
                self._end()

    def _end(self) -> None:
        with self._change:
            self._taken = False
            self._change.notify_all()
