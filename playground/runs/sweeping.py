"""A sweep on its way: its runs go through the same pool as those of visitors, a slice at a time."""

import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass

from engine.sweep import Job, Row, Sweep, part
from playground.runs.pool import Pool, RunHandle

log = logging.getLogger(__name__)

MOST_AT_ONCE = 8
"""Runs under way at once; each takes turns as a visitor who trains does."""

AWAY = 5.0
"""Seconds without a tick after which nobody looks, and no slice goes out."""


@dataclass(eq=False)
class Lane:
    """A run under way, and the slice of it that is out, if any."""

    job: Job
    handle: RunHandle
    out: "Future[Row | None] | None" = None
    updates: int = 0


class Sweeping:
    """What is done, what is under way and what is still to come. Nothing moves unless `tick` is called."""

    def __init__(self, sweep: Sweep, pool: Pool) -> None:
        self.sweep = sweep
        self.pool = pool
        self.rows: list[Row] = []
        self.failed = 0
        self._to_come = sweep.jobs()
        self.count = len(self._to_come)
        self._lanes: list[Lane] = []
        self._lock = threading.RLock()
        self._ticked = time.monotonic()

    @property
    def going(self) -> bool:
        """Whether there is anything left to do."""
        with self._lock:  # not between two runs
            return bool(self._to_come or self._lanes)

    def tick(self) -> None:
        """Somebody looks: the next slices go out, and those after them when they are back."""
        with self._lock:
            self._ticked = time.monotonic()
            while self._to_come and len(self._lanes) < min(self.pool.workers, MOST_AT_ONCE):
                job = self._to_come.pop(0)
                self._lanes.append(Lane(job, RunHandle(job.experiment)))
            for lane in [*self._lanes]:
                self.pool.pace.trains(lane)
                self._hand_out(lane)

    def cancel(self) -> None:
        """Stop here; the rows there are stay."""
        with self._lock:
            self._to_come.clear()
            for lane in [*self._lanes]:
                self._end(lane)

    def _hand_out(self, lane: Lane) -> None:
        if lane.out is None and lane in self._lanes and time.monotonic() - self._ticked < AWAY:
            seconds = self.pool.slice_seconds(lane.handle)
            lane.out = self.pool.slice(part, lane.handle, lane.job, seconds, awaited=False)
            lane.out.add_done_callback(lambda out: self._back(lane, out))

    def _back(self, lane: Lane, out: "Future[Row | None]") -> None:
        """A slice is back, on the pool's thread."""
        with self._lock:
            lane.out = None
            if out.cancelled() or lane not in self._lanes:
                return
            try:
                row = out.result(0)
            except Exception:
                log.exception("event=sweep_failed link=?%s", lane.job.key[0])
                self.failed += 1
                self._end(lane)
                return
            self.pool.pace.made(max(0, lane.handle.updates[0] - lane.updates))
            lane.updates = lane.handle.updates[0]
            if row is None:
                self._hand_out(lane)
            else:
                self.rows.append(row)
                self._end(lane)

    def _end(self, lane: Lane) -> None:
        self.pool.pace.rests(lane)
        self._lanes.remove(lane)
        if self._to_come:  # without waiting for the next tick
            job = self._to_come.pop(0)
            self._lanes.append(Lane(job, RunHandle(job.experiment)))
            self._hand_out(self._lanes[-1])
