"""Questions whose answers take a while: one at a time is with the pool, and the last answer stays until it is back."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from typing import Generic, TypeVar

from playground.runs.pool import Pool

T = TypeVar("T")


class BackgroundResult(Generic[T]):
    """The last answer to one kind of question, and the question it belongs to.

    Two threads may ask at once: a page that is being drawn when a click draws it anew goes on for a moment.
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.question: Hashable = None
        self._lock = threading.Lock()
        self._answer: Future[T] | None = None
        self._next: tuple[Hashable, Future[T]] | None = None

    def ask(self, question: Hashable, work: Callable[[], T], wait: bool) -> T | None:
        """The answer to `question` if it is there or to be waited for, else the last one; None before the first.

        work: a partial of a function of the engine, since it is done in a worker. Raises what `work` raised. Nothing is
        asked twice, and nothing new while an answer is on its way.
        """
        self._take(wait=False)
        self._submit(question, work)
        self._take(wait)
        while wait and question != self.question:  # an older question was on its way
            self._submit(question, work)
            self._take(wait)
        answer = self._answer
        return answer.result() if answer else None

    @property
    def latest(self) -> T | None:
        """The last answer; None if there is none yet or the work failed."""
        answer = self._answer
        return None if answer is None or answer.exception() else answer.result()

    def forget(self) -> None:
        """Begin anew: what is on its way is about something that no longer exists."""
        with self._lock:
            self.question, self._answer, self._next = None, None, None

    def _submit(self, question: Hashable, work: Callable[[], T]) -> None:
        with self._lock:
            if question != self.question and self._next is None:
                self._next = (question, self.pool.submit(work))

    def _take(self, wait: bool) -> None:
        """Take in what is there, or what is on its way if it is to be waited for; not under the lock."""
        coming = self._next
        if coming is None or not (wait or coming[1].done()):
            return
        with suppress(Exception):  # told where the answer is asked for
            self.pool.wait(coming[1])
        with self._lock:
            if self._next is coming:
                (self.question, self._answer), self._next = coming, None
