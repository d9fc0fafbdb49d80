"""What runs slices: the workers of this machine, who waits for each, and what becomes of runs when one is lost."""

import logging
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from engine.worker import Answer, Origin, Request
from playground.runs.pace import Pace
from playground.runs.process import ProcessWorker
from playground.runs.turn import Turn

log = logging.getLogger(__name__)

SLICE = 0.03
"""Seconds of a slice: short, as whoever clicks waits for the one that is under way."""

ROUND = 0.4
"""Seconds within which everybody who trains on a worker has a turn, as far as slices can be made shorter for it."""

SHORTEST = 0.008
"""Seconds of a slice at least: looking and the way there and back cost about as much."""

KEEP_EVERY = 5.0
"""Seconds after which a run's next slice brings the run back as well. So much is repeated at most."""

CROWDED = 10
"""Slices in a row in which another worker had less to do, after which a run moves there."""

SILENT = 10.0
"""Seconds without a sign of life after which a worker is given up."""

STARTING = 60.0
"""Seconds within which a worker must have begun to answer."""

DEATHS = 3
"""So many workers one request may cost. Then it is taken to be the reason."""

FAILED_STARTS = 5
"""Workers in a row that end before they begin to answer, after which nobody is left waiting for one."""

LOOK_EVERY = 0.5
"""Seconds between two looks at whether the workers live."""

PATIENCE = 90.0
"""Seconds that a page waits for an answer."""


class LostError(Exception):
    """A request ended several workers, or no worker can be started. The run is as it was before."""


class Worker(Protocol):
    """Does one request at a time; says `said(answer)` or, once it is gone, `lost()`."""

    heard: float
    began: float
    died: bool
    """Whether it ended at work, so that its request may be the reason; and not because we took leave of it."""

    @property
    def ready(self) -> bool: ...
    def send(self, request: Request) -> None: ...
    def kill(self) -> None: ...
    def close(self) -> None: ...


class RunHandle:
    """Runs that train together, of which this server holds what it takes to make them again.

    origins: as they began or were last brought back; updates: how far they have come since. key and version name them
    to the worker at `home`, where they are. kept: when they were last brought back. used: seconds of slices they have
    had there, by the clock, for the order of turns. lost: whether the worker they were with is gone, and they are being
    made again. crowded: for how many slices in a row another worker had less
    to do.
    """

    def __init__(self, *origins: Origin) -> None:
        self.key = uuid4().hex
        self.origins: tuple[Origin, ...] = origins
        self.version = 0
        self.updates = (0,) * len(origins)
        self.home: WorkerQueue | None = None
        self.kept = time.monotonic()
        self.used = 0.0
        self.lost = False
        self.crowded = 0


@dataclass(eq=False)
class Item:
    """A request in line, and the future of its result."""

    work: Callable[..., Any]
    args: tuple[Any, ...]
    handle: RunHandle | None = None
    keep: bool = False
    awaited: bool = True
    out: "Future[Any]" = field(default_factory=Future)
    deaths: int = 0

    def begin(self) -> bool:
        """Whether its result is still wanted. From then on it cannot be cancelled."""
        return self.out.running() or self.out.set_running_or_notify_cancel()


class WorkerQueue:
    """A worker and its two lines: what a visitor waits for, and slices that take turns.

    clock: the `used` of the last slice that had its turn. Who comes new or back starts from it: nobody is owed the time
    before. forgotten: keys of runs that are no longer anybody's, or live elsewhere; the worker is told with the next
    request.
    """

    def __init__(self) -> None:
        self.worker: Worker
        self.busy: Item | None = None
        self.awaited: deque[Item] = deque()
        self.training: list[Item] = []
        self.clock = 0.0
        self.forgotten: list[str] = []

    @property
    def load(self) -> int:
        """How many train here."""
        return len(self.training) + (self.busy is not None and not self.busy.awaited)

    @property
    def waiting(self) -> int:
        """How many requests somebody waits for, with the one under way."""
        return len(self.awaited) + (self.busy is not None)

    def put(self, item: Item, first: bool = False) -> None:
        """At the end of its line; a slice where its run's use puts it."""
        if item.awaited:
            (self.awaited.appendleft if first else self.awaited.append)(item)
            return
        assert item.handle is not None
        item.handle.used = max(item.handle.used, self.clock)
        self.training.append(item)

    def take(self) -> Item | None:
        """What is next: what somebody waits for, else the slice whose run has had least. None if nothing waits."""
        while self.awaited:
            item = self.awaited.popleft()
            if item.begin():
                return item
        while self.training:
            item = min(self.training, key=_used)
            self.training.remove(item)
            if item.begin():
                self.clock = _used(item)
                return item
        return None


def _used(item: Item) -> float:
    assert item.handle is not None
    return item.handle.used


class Pool:
    """Worker processes of this machine. Runs stay with a worker; their slices take turns, least used first."""

    def __init__(self, workers: int, resident: int = 128) -> None:
        self.pace, self.turn = Pace(), Turn()
        self._resident = resident
        self._wanted = workers
        self._lock = threading.RLock()
        self._queues: list[WorkerQueue] = []
        self._unassigned: list[Item] = []
        self._failed_starts = 0
        self._closing = threading.Event()
        self._look = threading.Event()
        self._start_missing()
        self._watch = threading.Thread(target=self._watch_workers, name="pool", daemon=True)
        self._watch.start()

    @property
    def workers(self) -> int:
        """How many there are."""
        return len(self._queues) or self._wanted

    @property
    def away(self) -> bool:
        """Whether slices run here although they should run elsewhere."""
        return False

    def submit(self, work: Callable[..., Any], *args: Any) -> "Future[Any]":
        """`work(*args)` on some worker, for somebody who waits. Work, arguments and result have to be picklable."""
        return self._put(Item(work, args))

    def slice(
        self, work: Callable[..., Any], handle: RunHandle, *args: Any, keep: bool = False, awaited: bool = True
    ) -> "Future[Any]":
        """`work(runs, *args)` where the runs are; at most one for the same runs at a time.

        keep: bring the runs back as well. awaited: whether a visitor waits; otherwise it takes turns with all others.
        """
        return self._put(Item(work, args, handle, keep, awaited))

    def slice_seconds(self, handle: RunHandle) -> float:
        """How long a slice may take: shorter where many share a worker, so that everybody has a turn soon."""
        queue = handle.home
        return max(SHORTEST, min(SLICE, ROUND / (1 + queue.load))) if queue else SLICE

    def wait(self, out: "Future[Any]") -> Any:
        """Its result. Raises what the work raised, LostError, CancelledError once closed, TimeoutError in the end."""
        if out.done():
            return out.result()
        with self.turn.aside():
            return out.result(PATIENCE)

    def close(self) -> None:
        """Take no more requests; those that wait are cancelled, and the workers end."""
        with self._lock:
            self._closing.set()
            queues, self._queues = self._queues, []
            waiting = [*self._unassigned, *(item for queue in queues for item in (*queue.awaited, *queue.training))]
            self._unassigned = []
        self._look.set()
        for item in waiting:
            item.out.cancel()
        for queue in queues:
            queue.worker.close()
            with self._lock:
                under_way, queue.busy = queue.busy, None
            if under_way is not None:  # it had to be killed
                under_way.out.set_exception(LostError("The pool was closed."))
        self._watch.join()

    # The lines.

    def _put(self, item: Item, first: bool = False) -> "Future[Any]":
        with self._lock:
            closing = self._closing.is_set()
            queue = None if closing else self._queue_for(item)
            if queue is not None:
                queue.put(item, first)
            elif not closing:
                self._unassigned.append(item)
        if queue is not None:
            self._serve(queue)
        elif closing:
            item.out.cancel()
        return item.out

    def _queue_for(self, item: Item) -> WorkerQueue | None:
        """Where the runs are, unless another worker has long had less to do; without runs, where least is waited for.

        A worker that has not begun to answer yet is the last choice. None if there is no worker.
        """
        handle = item.handle
        queues = [queue for queue in self._queues if queue.worker.ready] or self._queues
        if not queues:
            return None
        least = min(queues, key=lambda queue: (queue.load, queue.waiting))
        if handle is None:
            return min(queues, key=lambda queue: (queue.waiting, queue.load))
        if handle.home not in queues:
            handle.lost = handle.lost or handle.home is not None
            return self._move(handle, least)
        if item.awaited:
            return handle.home
        handle.crowded = handle.crowded + 1 if least.load < handle.home.load else 0
        if handle.crowded < CROWDED:
            return handle.home
        # First it is brought back, then it goes: nothing has to be repeated.
        if handle.crowded == CROWDED:
            item.keep = True
            return handle.home
        return self._move(handle, least)

    def _move(self, handle: RunHandle, queue: WorkerQueue) -> WorkerQueue:
        if handle.home is not None:
            handle.home.forgotten.append(handle.key)
        handle.home, handle.crowded, handle.used = None, 0, 0.0
        return queue

    def _serve(self, queue: WorkerQueue) -> None:
        """If the worker is free, ask it for what is next."""
        with self._lock:
            if queue.busy is not None or queue not in self._queues or not queue.worker.ready:
                return
            item = queue.busy = queue.take()
            if item is None:
                return
            request = self._request(item, queue)
        queue.worker.send(request)

    def _request(self, item: Item, queue: WorkerQueue) -> Request:
        handle = item.handle
        if handle is None:
            return Request(item.work, item.args)
        keep = item.keep or time.monotonic() - handle.kept > KEEP_EVERY
        origins = None if handle.home is queue else handle.origins
        if handle.home is not queue:
            weakref.finalize(handle, queue.forgotten.append, handle.key).atexit = False
        handle.home = queue
        forget = tuple(key for key in queue.forgotten if key != handle.key)
        queue.forgotten.clear()
        return Request(item.work, item.args, handle.key, handle.version, origins, handle.updates, keep, forget)

    def _answered(self, queue: WorkerQueue, answer: Answer) -> None:
        """A worker has answered: the next request goes out first, then whoever waited is told."""
        with self._lock:
            item, queue.busy = queue.busy, None
            if item is None:
                return
            if answer.missing and item.handle is not None:
                item.handle.home = None
                queue.put(item, first=True)
                item = None
            elif item.handle is not None:
                self._note(item.handle, answer)
        self._serve(queue)
        if item is None:
            return
        if answer.fault is not None:
            item.out.set_exception(answer.fault)
        else:
            item.out.set_result(answer.result)

    def _note(self, handle: RunHandle, answer: Answer) -> None:
        handle.lost = False
        if answer.fault is not None:
            handle.home = None
            return
        handle.version += 1
        handle.updates = answer.updates
        handle.used += answer.seconds
        if answer.saved is not None:
            handle.origins, handle.kept = answer.saved, time.monotonic()

    # The workers.

    def _open(self, make: Callable[[Callable[[Answer], None], Callable[[], None]], Worker]) -> None:
        """Take a new worker into service."""
        queue = WorkerQueue()
        with self._lock:  # so that it is there when it ends at once
            if self._closing.is_set():
                return
            try:
                queue.worker = make(lambda answer: self._answered(queue, answer), lambda: self._ended(queue))
            except OSError:
                self._failed_starts += 1
                raise
            self._queues.append(queue)
            unassigned, self._unassigned = self._unassigned, []
        for item in unassigned:
            self._put(item)

    def _ended(self, queue: WorkerQueue) -> None:
        """A worker has ended: what it was asked for is asked again, of another or of the one that replaces it."""
        with self._lock:
            if queue not in self._queues:
                return
            self._queues.remove(queue)
            under_way, queue.busy = queue.busy, None
            waiting = [*queue.awaited, *queue.training]
            self._failed_starts = 0 if queue.worker.ready else self._failed_starts + 1
        for item in waiting if under_way is None else [under_way, *waiting]:
            if item.handle is not None and item.handle.home is queue:
                item.handle.lost = True
        log.warning("event=worker_lost waiting=%d", len(waiting) + (under_way is not None))
        if under_way is not None:
            under_way.deaths += queue.worker.died
            if under_way.handle is not None:
                under_way.handle.home = None
            if under_way.deaths >= DEATHS:
                under_way.out.set_exception(LostError(f"The request ended {DEATHS} workers."))
            else:
                waiting.insert(0, under_way)
        self._look.set()
        for item in waiting:
            self._put(item, first=item is under_way)

    def _watch_workers(self) -> None:
        """Until closed: keep as many workers as there should be."""
        while not self._closing.is_set():
            self._look.wait(LOOK_EVERY)
            self._look.clear()
            try:
                self._start_missing()
            except Exception:  # without this thread visitors could wait for ever
                log.exception("event=pool_watch")

    def _start_missing(self) -> None:
        """Start the workers that are missing, ask the new for something to do, and end those that are silent."""
        if self._failed_starts >= FAILED_STARTS:
            self._give_up()
            self._closing.wait(10 * LOOK_EVERY)
        while not self._closing.is_set() and len(self._queues) < self._wanted:
            self._open(lambda answered, lost: ProcessWorker(self._resident, answered, lost, self._look.set))
        self._check()

    def _check(self) -> None:
        """Serve those that have just begun to answer, and end those of which nothing was heard for long."""
        now = time.monotonic()
        for queue in list(self._queues):
            worker = queue.worker
            if worker.ready:
                self._serve(queue)
            if now - (worker.heard or worker.began) > (SILENT if worker.ready else STARTING):
                log.error("event=worker_silent seconds=%.0f", now - (worker.heard or worker.began))
                worker.kill()

    def _give_up(self) -> None:
        """No worker can be started: tell everybody who waits."""
        with self._lock:
            self._failed_starts = 0
            waiting, self._unassigned = self._unassigned, []
            for queue in self._queues:
                if queue.worker.ready:
                    continue
                waiting += [*queue.awaited, *queue.training]
                queue.awaited.clear()
                queue.training.clear()
        for item in waiting:
            if item.begin():
                item.out.set_exception(LostError("No worker can be started. The server's log has the reason."))
