"""Where slices run: a small pool of threads, shared by all visitors."""

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from statistics import median
from typing import Any, Concatenate, ParamSpec, TypeVar

import torch

from engine import Experiment, Run
from engine.budget import seconds_per_update
from playground.held import Held
from playground.turns import Turns

TICK = 0.25
"""Seconds between two frames of a visitor's page, as long as the server keeps up."""

TICKS_A_SECOND = 60
"""How many frames the server draws in a second for all visitors together; with more visitors each gets fewer."""

ROOM = 0.8
"""Share of TICKS_A_SECOND below which pages tick faster again."""

MARGIN = 0.005
"""Seconds left over in each tick where a slice cannot be called back, so that it is back when the next tick asks."""

LATEST = 2 * TICK
"""Seconds after which a slice is back that nobody calls back."""

SPOKEN_FOR = 0.8
"""Share of the threads' time that is handed out where visitors share it; were it all, a queue would never shorten."""

BEHIND_PAGES = 5
"""The nice value of the threads that train."""

CATCH_UP = 0.3
"""Share of what somebody is behind that a slice makes good: by estimates, so all at once it could be far too much."""

AT_MOST = 1.0
"""Seconds of a share: nobody has more to make good. Who is ahead, after one long update perhaps, waits it out."""

SHORT = 0.02
"""Seconds of an update, at most, where slices and pages take turns."""

QUIET = 5.0
"""Seconds without a tick after which a visitor no longer counts as training: the browser's tab is hidden or gone."""

GONE = 60.0
"""Seconds without a tick after which a visitor is forgotten here."""

RATE_OVER = 10.0
"""Seconds over which updates are counted."""

P = ParamSpec("P")
T = TypeVar("T")


def prepare_thread() -> None:
    """One core a thread, and no denormals: both settings are per thread, and vanishing gradients are full of them."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def _prepare_worker() -> None:
    """Prepare a thread of the pool; those that draw pages go first, so that a busy server is slow and not stuck.

    On Linux a thread has a priority of its own.
    """
    prepare_thread()
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND_PAGES)


def seconds_of(experiment: Experiment) -> float:
    """How long an update takes, as estimated."""
    training = experiment.training
    return seconds_per_update(experiment.task, experiment.network, training.batch, training.truncate)


class Pool:
    """Threads for slices, and the account of who trains: each visitor is owed an equal share of the threads' work."""

    margin = MARGIN
    near = True
    """Whether a slice hears the bell by which a page calls it back."""
    shortest = 0.005
    """Seconds of a slice among several, at least: it makes one update in any case, so a shorter one is no fairer."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._threads = ThreadPoolExecutor(workers, "slice", initializer=_prepare_worker)
        self.turns = Turns()
        self._lock = threading.Lock()
        self._tick = TICK
        self._ticked: dict[Hashable, float] = {}
        self._spent: dict[Hashable, float] = {}
        self._made: deque[tuple[float, int]] = deque()

    @property
    def away(self) -> bool:
        """Whether slices run here although they should run elsewhere."""
        return False

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Any work, on one of the threads."""
        return self._threads.submit(work, *args, **kwargs)

    def wait(self, out: "Future[T]") -> "Future[T]":
        """Until it is done; a page that has to wait lets others have their turn meanwhile."""
        if not out.done():
            with self.turns.aside():
                futures.wait([out])
        return out

    def slice(
        self, work: Callable[Concatenate[tuple[Run, ...], P], T], held: Held, *args: P.args, **kwargs: P.kwargs
    ) -> "Future[T]":
        """Work on runs, which nobody else may touch until they are back."""
        return self.submit(self._in_turn, work, held.runs, *args, **kwargs)

    def _in_turn(self, work: Callable[..., Any], runs: tuple[Run, ...], *args: Any, **kwargs: Any) -> Any:
        """Slices take turns with pages where both are many and short; one that takes long would keep pages waiting."""
        if self.training > self.workers and sum(seconds_of(run.experiment) for run in runs) < SHORT:
            with self.turns.work():
                return work(runs, *args, **kwargs)
        return work(runs, *args, **kwargs)

    def trains(self, visitor: Hashable) -> None:
        """Note that this visitor's page ticks and wants updates."""
        now = time.monotonic()
        with self._lock:
            self._ticked[visitor] = now
            for gone in [each for each, ticked in self._ticked.items() if now - ticked > GONE]:
                del self._ticked[gone]
                self._spent.pop(gone, None)

    def rests(self, visitor: Hashable) -> None:
        """Note that this visitor wants no more updates for now."""
        with self._lock:
            self._ticked.pop(visitor, None)
            self._spent.pop(visitor, None)

    @property
    def training(self) -> int:
        """How many visitors train now."""
        since = time.monotonic() - QUIET
        with self._lock:
            return sum(ticked > since for ticked in self._ticked.values())

    @property
    def tick(self) -> float:
        """Seconds between two frames of a page: 0.25, doubled until the server can draw them all.

        Halved again only when there is room to spare, so that one who comes and goes does not change everyone's pace.
        """
        training = self.training
        while training / self._tick > TICKS_A_SECOND:
            self._tick *= 2
        while self._tick > TICK and training / (self._tick / 2) < ROOM * TICKS_A_SECOND:
            self._tick /= 2
        return self._tick

    def slice_seconds(self, visitor: Hashable, since: float, brief: bool = False) -> float:
        """How long a slice may take for a visitor whose last one was handed out `since` seconds ago.

        With a thread of one's own, and updates that are `brief`, until it is called back; a page that is late, because
        the browser is still drawing, so does not keep the thread idle. Otherwise until the next tick.
        Where threads are shared, that is the visitor's share of this time, as far as pages leave room for it, and more
        or less of it for whoever had less or more done so far than the others; 0 for one to whom too little is owed
        for a slice yet.
        """
        training = self.training
        if training <= self.workers:
            with self._lock:
                self._spent.pop(visitor, None)  # what is done while nobody else wants it is no debt
            return LATEST if brief and self.near else min(TICK, max(2 * self.margin, since)) - self.margin
        share = self.turns.room * SPOKEN_FOR * self.workers / training
        with self._lock:
            level = self._level()
            behind = level - self._spent.get(visitor, level)
            behind = min(AT_MOST * share, behind)
            self._spent[visitor] = level - behind
        owed = share * since + CATCH_UP * behind
        return min(owed, max(self.shortest, 2 * share * self.tick)) if owed >= self.shortest else 0.0

    def spent(self, visitor: Hashable, seconds: float) -> None:
        """Note that a slice came back whose updates take so long as estimated: what they took here today is chance."""
        with self._lock:
            if visitor in self._spent:
                self._spent[visitor] += seconds

    def _level(self) -> float:
        """What was done for those who tick, in seconds, by the median: nobody waits for a tab that ticks rarely.

        Whoever comes late starts from it, so nobody is owed the time before.
        """
        since = time.monotonic() - QUIET
        return median([s for visitor, s in self._spent.items() if self._ticked.get(visitor, 0.0) > since] or [0.0])

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

    def close(self) -> None:
        """Take no more work; what runs is finished."""
        self._threads.shutdown()
