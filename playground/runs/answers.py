"""Questions whose answers take a while: one at a time is with the pool, and the last answer stays until it is back."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from typing import Generic, TypeVar

from playground.runs.pool import Pool

T = TypeVar("T")


class Answers(Generic[T]):
    """The last answer to one kind of question, and the question it belongs to."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.question: Hashable = None
        self._answer: Future[T] | None = None
        self._next: tuple[Hashable, Future[T]] | None = None

    def ask(self, question: Hashable, work: Callable[[], T], wait: bool) -> T | None:
        """The answer to `question` if it is there or to be waited for, else the last one; None before the first.

        work: a partial of a function of the engine, since it is done in a worker. Raises what `work` raised. Nothing is
        asked twice, and nothing new while an answer is on its way.
        """
        self._take(wait=False)
        if question != self.question and self._next is None:
            self._next = (question, self.pool.submit(work))
        self._take(wait)
        if wait and question != self.question:  # an older question was on its way
            self._next = (question, self.pool.submit(work))
            self._take(wait)
        return self._answer.result() if self._answer else None

    @property
    def latest(self) -> T | None:
        """The last answer; None if there is none yet or the work failed."""
        return None if self._answer is None or self._answer.exception() else self._answer.result()

    def forget(self) -> None:
        """Begin anew: what is on its way is about something that no longer exists."""
        self.question, self._answer, self._next = None, None, None

    def _take(self, wait: bool) -> None:
        if self._next and (wait or self._next[1].done()):
            with suppress(Exception):  # told where the answer is asked for
                self.pool.wait(self._next[1])
            (self.question, self._answer), self._next = self._next, None
