"""A sweep on its way: its runs go through the same pool as those of visitors, a slice at a time."""

import logging
from concurrent.futures import Future
from dataclasses import dataclass

from engine import Run
from engine.sweep import Job, Row, Sweep, portion
from playground.executor import Pool
from playground.held import Held

log = logging.getLogger(__name__)

MOST_AT_ONCE = 8
"""Runs under way at once; each counts as a visitor who trains, so visitors keep their share."""


@dataclass(eq=False)
class Lane:
    """A run under way, and the slice of it that is out."""

    job: Job
    held: Held
    out: "Future[bool]"


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
            if lane.out.done():
                self._take_in(lane)
        while self._to_come and len(self._lanes) < min(self.pool.workers, MOST_AT_ONCE):
            job = self._to_come.pop(0)
            held = Held(self.pool.submit(Run, job.experiment).result())
            self._lanes.append(Lane(job, held, self._slice(job, held)))

    def cancel(self) -> None:
        """Stop here; the rows there are stay."""
        self._to_come.clear()
        for lane in self._lanes:
            self.pool.rests(lane)
        self._lanes.clear()

    def _slice(self, job: Job, held: Held) -> "Future[bool]":
        return self.pool.slice(_portion, held, job.updates, self.pool.slice_seconds())

    def _take_in(self, lane: Lane) -> None:
        try:
            ended = lane.out.result()
        except Exception:
            log.exception("event=sweep_failed link=?%s", lane.job.key[0])
            self.failed += 1
            self._end(lane)
            return
        if not ended:
            lane.out = self._slice(lane.job, lane.held)
        else:
            self.rows.append(lane.job.row(lane.held.runs[0]))
            self._end(lane)

    def _end(self, lane: Lane) -> None:
        self.pool.rests(lane)
        self._lanes.remove(lane)


def _portion(runs: tuple[Run, ...], updates: int, seconds: float) -> bool:
    return portion(runs[0], updates, seconds)
