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

FALSE_STARTS = 5
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
        self.home: Desk | None = None
        self.kept = time.monotonic()
        self.used = 0.0
        self.lost = False
        self.crowded = 0


@dataclass(eq=False)
class Item:
    """A request in line, and the future of its result."""

    work: Callable[..., Any]
    args: tuple[Any, ...]
    held: RunHandle | None = None
    keep: bool = False
    awaited: bool = True
    out: "Future[Any]" = field(default_factory=Future)
    deaths: int = 0

    def begin(self) -> bool:
        """Whether its result is still wanted. From then on it cannot be cancelled."""
        return self.out.running() or self.out.set_running_or_notify_cancel()


class Desk:
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
        assert item.held is not None
        item.held.used = max(item.held.used, self.clock)
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
    assert item.held is not None
    return item.held.used


class Pool:
    """Worker processes of this machine. Runs stay with a worker; their slices take turns, least used first."""

    def __init__(self, workers: int, resident: int = 128) -> None:
        self.pace, self.turn = Pace(), Turn()
        self._resident = resident
        self._wanted = workers
        self._lock = threading.RLock()
        self._desks: list[Desk] = []
        self._homeless: list[Item] = []
        self._false_starts = 0
        self._closing = threading.Event()
        self._look = threading.Event()
        self._tend()
        self._watch = threading.Thread(target=self._look_after, name="pool", daemon=True)
        self._watch.start()

    @property
    def workers(self) -> int:
        """How many there are."""
        return len(self._desks) or self._wanted

    @property
    def away(self) -> bool:
        """Whether slices run here although they should run elsewhere."""
        return False

    def submit(self, work: Callable[..., Any], *args: Any) -> "Future[Any]":
        """`work(*args)` on some worker, for somebody who waits. Work, arguments and result have to be picklable."""
        return self._put(Item(work, args))

    def slice(
        self, work: Callable[..., Any], held: RunHandle, *args: Any, keep: bool = False, awaited: bool = True
    ) -> "Future[Any]":
        """`work(runs, *args)` where the runs are; at most one for the same runs at a time.

        keep: bring the runs back as well. awaited: whether a visitor waits; otherwise it takes turns with all others.
        """
        return self._put(Item(work, args, held, keep, awaited))

    def slice_seconds(self, held: RunHandle) -> float:
        """How long a slice may take: shorter where many share a worker, so that everybody has a turn soon."""
        desk = held.home
        return max(SHORTEST, min(SLICE, ROUND / (1 + desk.load))) if desk else SLICE

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
            desks, self._desks = self._desks, []
            waiting = [*self._homeless, *(item for desk in desks for item in (*desk.awaited, *desk.training))]
            self._homeless = []
        self._look.set()
        for item in waiting:
            item.out.cancel()
        for desk in desks:
            desk.worker.close()
            with self._lock:
                under_way, desk.busy = desk.busy, None
            if under_way is not None:  # it had to be killed
                under_way.out.set_exception(LostError("The pool was closed."))
        self._watch.join()

    # The lines.

    def _put(self, item: Item, first: bool = False) -> "Future[Any]":
        with self._lock:
            closing = self._closing.is_set()
            desk = None if closing else self._desk_for(item)
            if desk is not None:
                desk.put(item, first)
            elif not closing:
                self._homeless.append(item)
        if desk is not None:
            self._serve(desk)
        elif closing:
            item.out.cancel()
        return item.out

    def _desk_for(self, item: Item) -> Desk | None:
        """Where the runs are, unless another worker has long had less to do; without runs, where least is waited for.

        A worker that has not begun to answer yet is the last choice. None if there is no worker.
        """
        held = item.held
        desks = [desk for desk in self._desks if desk.worker.ready] or self._desks
        if not desks:
            return None
        least = min(desks, key=lambda desk: (desk.load, desk.waiting))
        if held is None:
            return min(desks, key=lambda desk: (desk.waiting, desk.load))
        if held.home not in desks:
            held.lost = held.lost or held.home is not None
            return self._move(held, least)
        if item.awaited:
            return held.home
        held.crowded = held.crowded + 1 if least.load < held.home.load else 0
        if held.crowded < CROWDED:
            return held.home
        # First it is brought back, then it goes: nothing has to be repeated.
        if held.crowded == CROWDED:
            item.keep = True
            return held.home
        return self._move(held, least)

    def _move(self, held: RunHandle, desk: Desk) -> Desk:
        if held.home is not None:
            held.home.forgotten.append(held.key)
        held.home, held.crowded, held.used = None, 0, 0.0
        return desk

    def _serve(self, desk: Desk) -> None:
        """If the worker is free, ask it for what is next."""
        with self._lock:
            if desk.busy is not None or desk not in self._desks or not desk.worker.ready:
                return
            item = desk.busy = desk.take()
            if item is None:
                return
            request = self._request(item, desk)
        desk.worker.send(request)

    def _request(self, item: Item, desk: Desk) -> Request:
        held = item.held
        if held is None:
            return Request(item.work, item.args)
        keep = item.keep or time.monotonic() - held.kept > KEEP_EVERY
        origins = None if held.home is desk else held.origins
        if held.home is not desk:
            weakref.finalize(held, desk.forgotten.append, held.key).atexit = False
        held.home = desk
        forget = tuple(key for key in desk.forgotten if key != held.key)
        desk.forgotten.clear()
        return Request(item.work, item.args, held.key, held.version, origins, held.updates, keep, forget)

    def _said(self, desk: Desk, answer: Answer) -> None:
        """A worker has answered: the next request goes out first, then whoever waited is told."""
        with self._lock:
            item, desk.busy = desk.busy, None
            if item is None:
                return
            if answer.missing and item.held is not None:
                item.held.home = None
                desk.put(item, first=True)
                item = None
            elif item.held is not None:
                self._note(item.held, answer)
        self._serve(desk)
        if item is None:
            return
        if answer.fault is not None:
            item.out.set_exception(answer.fault)
        else:
            item.out.set_result(answer.result)

    def _note(self, held: RunHandle, answer: Answer) -> None:
        held.lost = False
        if answer.fault is not None:
            held.home = None
            return
        held.version += 1
        held.updates = answer.updates
        held.used += answer.seconds
        if answer.saved is not None:
            held.origins, held.kept = answer.saved, time.monotonic()

    # The workers.

    def _open(self, make: Callable[[Callable[[Answer], None], Callable[[], None]], Worker]) -> None:
        """Take a new worker into service."""
        desk = Desk()
        with self._lock:  # so that it is there when it ends at once
            if self._closing.is_set():
                return
            try:
                desk.worker = make(lambda answer: self._said(desk, answer), lambda: self._gone(desk))
            except OSError:
                self._false_starts += 1
                raise
            self._desks.append(desk)
            homeless, self._homeless = self._homeless, []
        for item in homeless:
            self._put(item)

    def _gone(self, desk: Desk) -> None:
        """A worker has ended: what it was asked for is asked again, of another or of the one that replaces it."""
        with self._lock:
            if desk not in self._desks:
                return
            self._desks.remove(desk)
            under_way, desk.busy = desk.busy, None
            waiting = [*desk.awaited, *desk.training]
            self._false_starts = 0 if desk.worker.ready else self._false_starts + 1
        for item in waiting if under_way is None else [under_way, *waiting]:
            if item.held is not None and item.held.home is desk:
                item.held.lost = True
        log.warning("event=worker_lost waiting=%d", len(waiting) + (under_way is not None))
        if under_way is not None:
            under_way.deaths += desk.worker.died
            if under_way.held is not None:
                under_way.held.home = None
            if under_way.deaths >= DEATHS:
                under_way.out.set_exception(LostError(f"The request ended {DEATHS} workers."))
            else:
                waiting.insert(0, under_way)
        self._look.set()
        for item in waiting:
            self._put(item, first=item is under_way)

    def _look_after(self) -> None:
        """Until closed: keep as many workers as there should be."""
        while not self._closing.is_set():
            self._look.wait(LOOK_EVERY)
            self._look.clear()
            try:
                self._tend()
            except Exception:  # without this thread visitors could wait for ever
                log.exception("event=pool_watch")

    def _tend(self) -> None:
        """Start the workers that are missing, ask the new for something to do, and end those that are silent."""
        if self._false_starts >= FALSE_STARTS:
            self._send_home()
            self._closing.wait(10 * LOOK_EVERY)
        while not self._closing.is_set() and len(self._desks) < self._wanted:
            self._open(lambda said, lost: ProcessWorker(self._resident, said, lost, self._look.set))
        self._check()

    def _check(self) -> None:
        """Serve those that have just begun to answer, and end those of which nothing was heard for long."""
        now = time.monotonic()
        for desk in list(self._desks):
            worker = desk.worker
            if worker.ready:
                self._serve(desk)
            if now - (worker.heard or worker.began) > (SILENT if worker.ready else STARTING):
                log.error("event=worker_silent seconds=%.0f", now - (worker.heard or worker.began))
                worker.kill()

    def _send_home(self) -> None:
        """No worker can be started: tell everybody who waits."""
        with self._lock:
            self._false_starts = 0
            waiting, self._homeless = self._homeless, []
            for desk in self._desks:
                if desk.worker.ready:
                    continue
                waiting += [*desk.awaited, *desk.training]
                desk.awaited.clear()
                desk.training.clear()
        for item in waiting:
            if item.begin():
                item.out.set_exception(LostError("No worker can be started. The server's log has the reason."))
