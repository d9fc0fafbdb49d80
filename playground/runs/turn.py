"""One page is drawn at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST = 0.5
"""Seconds that a page which has waited for something else waits for its turn again; then it is drawn beside another."""


class Turn:
    """Held while a page is drawn.

    Python runs one thread at a time. Drawing gives that right back at every small operation, so pages that are drawn
    all at once spend most of their time waiting for it, and all of them are late (`benchmarks.classroom`).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drawing: int | None = None

    @contextmanager
    def page(self) -> Iterator[None]:
        """For drawing a page."""
        self._lock.acquire()
        self._drawing = threading.get_ident()
        try:
            yield
        finally:
            self._give_back()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """For waiting: if this thread is drawing a page, others are drawn meanwhile."""
        mine = self._give_back()
        try:
            yield
        finally:
            # Not for ever: the page that is drawn now may wait for something that this thread holds.
            if mine and self._lock.acquire(timeout=LONGEST):
                self._drawing = threading.get_ident()

    def _give_back(self) -> bool:
        """Let the next one draw, if it was this thread's turn; whether it was."""
        mine = self._drawing == threading.get_ident()
        if mine:
            self._drawing = None
            self._lock.release()
        return mine
