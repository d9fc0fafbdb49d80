"""A sweep on its way: its runs go through the same pool as those of visitors, a slice at a time."""

import logging
import time
from concurrent.futures import Future
from dataclasses import dataclass, field

from engine import Run
from engine.sweep import Job, Row, Sweep, portion
from playground.executor import Pool, seconds_of
from playground.held import Held

log = logging.getLogger(__name__)

MOST_AT_ONCE = 8
"""Runs under way at once; each counts as a visitor who trains, so visitors keep their share."""


@dataclass(eq=False)
class Lane:
    """A run under way, the slice of it that is out, if any, and when that was handed out."""

    job: Job
    held: Held
    out: "Future[tuple[bool, int]] | None" = None
    handed_out: float = field(default_factory=time.monotonic)
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

    @property
    def going(self) -> bool:
        """Whether there is anything left to do."""
        return bool(self._to_come or self._lanes)

    def tick(self) -> None:
        """Take in the slices that are back and hand out the next."""
        for lane in [*self._lanes]:
            self.pool.trains(lane)
            if lane.out is not None and lane.out.done():
                self._take_in(lane, lane.out)
        while self._to_come and len(self._lanes) < min(self.pool.workers, MOST_AT_ONCE):
            job = self._to_come.pop(0)
            held = Held(self.pool.wait(self.pool.submit(Run, job.experiment)).result())
            self._lanes.append(Lane(job, held))
            self.pool.trains(self._lanes[-1])
        for lane in self._lanes:
            if lane.out is None:
                self._hand_out(lane)

    def cancel(self) -> None:
        """Stop here; the rows there are stay."""
        self._to_come.clear()
        for lane in self._lanes:
            self.pool.rests(lane)
        self._lanes.clear()

    def _hand_out(self, lane: Lane) -> None:
        now = time.monotonic()
        if seconds := self.pool.slice_seconds(lane, now - lane.handed_out):
            lane.handed_out = now
            lane.out = self.pool.slice(_portion, lane.held, lane.job.updates, seconds)

    def _take_in(self, lane: Lane, out: "Future[tuple[bool, int]]") -> None:
        lane.out = None
        try:
            ended, updates = out.result()
        except Exception:
            log.exception("event=sweep_failed link=?%s", lane.job.key[0])
            self.failed += 1
            self._end(lane)
            return
        self.pool.spent(lane, (updates - lane.updates) * seconds_of(lane.job.experiment))
        lane.updates = updates
        if ended:
            self.rows.append(lane.job.row(lane.held.runs[0]))
            self._end(lane)

    def _end(self, lane: Lane) -> None:
        self.pool.rests(lane)
        self._lanes.remove(lane)


def _portion(runs: tuple[Run, ...], updates: int, seconds: float) -> tuple[bool, int]:
    return portion(runs[0], updates, seconds), runs[0].updates
