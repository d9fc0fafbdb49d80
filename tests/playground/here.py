"""A pool whose worker is a thread of this process, for tests that change what happens inside a run."""

import pickle
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

from engine.threads import prepare_thread
from engine.worker import Answer, Request, Worker, packed
from playground.runs.pool import Pool
from playground.runs.process import GRACE


class Threaded:
    """As a ProcessWorker, and what it is sent and says is pickled as well; but it shares this process's memory."""

    ready = True

    def __init__(self, answered: Callable[[Answer], None], lost: Callable[[], None], resident: int) -> None:
        self.died = True
        self.began = time.monotonic()
        self._answered, self._lost = answered, lost
        self._worker = Worker(resident)
        self._requests: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def heard(self) -> float:
        return time.monotonic()

    def send(self, request: Request) -> None:
        self._requests.put(pickle.dumps(request))

    def kill(self) -> None:
        self._requests.put(None)

    def close(self) -> None:
        self._requests.put(None)
        self._thread.join(GRACE)

    def _work(self) -> None:
        prepare_thread()
        while (message := self._requests.get()) is not None:
            self._answered(pickle.loads(packed(self._worker.answer(pickle.loads(message)))))  # noqa: S301  # our own
        self._lost()


class Here(Pool):
    """A pool of such workers."""

    def _start_missing(self) -> None:
        while not self._closing.is_set() and len(self._queues) < self._wanted:
            self._open(lambda answered, lost: Threaded(answered, lost, self._resident))
