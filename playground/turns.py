"""Whose turn it is to run Python.

Python runs one thread at a time. A trainer hands that right back after every small operation, and then waits for it
while a page is drawn: at the same time as pages an update takes many times as long. In turns each goes at full speed.
Pages take turns with each other as well: drawn all at once, all of them would be late.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

PATIENT = 0.08
"""Seconds for which work lets pages go first; however many there are, it gets some of the time."""

LONG = 0.28
"""Seconds after which work no longer waits for the turn: a page may hold it and wait for its session, which a download
holds until a slice is back that stands behind."""

HELD_UP = 0.04
"""Seconds of waiting from which a page has been held up."""

LESS, MORE = 0.97, 0.001
"""What the room for work is multiplied by for a page that was held up, and what it grows by for one that was not; so
about one page in thirty is held up if there is more work than room."""

LEAST_ROOM = 0.15
"""However late pages are, so much of the work goes on: thirty visitors then get a slice every second or two."""


class Place:
    """A place in a line: locked until it is its turn."""

    def __init__(self) -> None:
        self.since = time.monotonic()
        self._gate = threading.Lock()
        self._gate.acquire()

    def wait(self, seconds: float = -1) -> bool:
        """Until it is called; whether it was, within so many seconds."""
        return self._gate.acquire(timeout=seconds)

    def call(self) -> None:
        self._gate.release()


class Turns:
    """One turn at a time: pages first, unless work has waited for long. In both lines who came first goes first.

    Work that would wait too long goes on without a turn, beside the others.

    room: how much work to hand out, from LEAST_ROOM to 1 for all there could be, so that it holds no page up.
    """

    def __init__(self) -> None:
        self.room = 1.0
        self._lock = threading.Lock()
        self._taken = False
        self._drawing = 0
        self._worked = 0
        self._pages: deque[Place] = deque()
        self._work: deque[Place] = deque()

    @contextmanager
    def page(self) -> Iterator[None]:
        """A turn for drawing a page."""
        worked = self._worked
        place = self._line_up(self._pages)
        place.wait()
        # Pages that wait for other pages alone would not wait less if there were less work.
        held_up = self._worked != worked and time.monotonic() - place.since > HELD_UP
        self.room = max(LEAST_ROOM, self.room * LESS) if held_up else min(1.0, self.room + MORE)
        self._drawing = threading.get_ident()
        try:
            yield
        finally:
            self._drawing = 0
            self._next()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """For waiting: if this thread has a turn for a page, others have theirs meanwhile."""
        mine = self._drawing == threading.get_ident()
        if mine:
            self._drawing = 0
            self._next()
        try:
            yield
        finally:
            if mine:
                self._line_up(self._pages).wait()
                self._drawing = threading.get_ident()

    @contextmanager
    def work(self) -> Iterator[None]:
        """A turn for something short that can wait a little."""
        place = self._line_up(self._work)
        in_turn = place.wait(LONG) or not self._left(place)
        try:
            yield
        finally:
            if in_turn:
                self._worked += 1
                self._next()

    def _line_up(self, line: deque[Place]) -> Place:
        place = Place()
        with self._lock:
            if self._taken:
                line.append(place)
            else:
                self._taken = True
                place.call()
        return place

    def _left(self, place: Place) -> bool:
        """Leave the line for work; too late, and False, for one who was called meanwhile."""
        with self._lock:
            waits = place in self._work
            if waits:
                self._work.remove(place)
            return waits

    def _next(self) -> None:
        with self._lock:
            impatient = self._work and time.monotonic() - self._work[0].since > PATIENT
            line = self._work if impatient or not self._pages else self._pages
            if line:
                line.popleft().call()
            else:
                self._taken = False
