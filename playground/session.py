"""A visitor's run: play, pause, step, reset. Knows no widget and no chart."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotReady
from dataclasses import replace

from engine import Experiment, Run
from engine.slices import Frame, Look, one_update, slice_of
from playground.executor import MARGIN, Pool

PATIENCE = 6 * MARGIN
"""Seconds a tick waits for a slice that is nearly back."""

log = logging.getLogger(__name__)


class Session:
    """One run, the slice of it that is out, and the last frame that came back.

    At most one slice is out, and nobody touches the run while it is.
    """

    def __init__(self, experiment: Experiment, pool: Pool) -> None:
        self.pool = pool
        self.look = Look()
        self.playing = False
        self.failed = False
        self.tuned = False
        self.rate: float | None = None
        self._ticks = 0
        self._clicked_at: int | None = None
        self._out: Future[Frame] | None = None
        self._rate_from: tuple[float, int] | None = None
        self._waiting: list[Callable[[Run], None]] = []
        self._begin(experiment)

    @property
    def experiment(self) -> Experiment:
        return self.run.experiment

    def adopt(self, experiment: Experiment) -> None:
        """Make `experiment` the visitor's: tune the run if that is possible, else begin a new one, which waits."""
        if experiment == self.experiment:
            return
        tuned = replace(self.experiment, training=experiment.training)
        self.settle()
        if experiment == tuned:
            try:
                self.run.tune(experiment.training)
                self.tuned = self.run.updates > 0
            except ValueError:
                self._begin(experiment)
        else:
            self._begin(experiment)

    def click(self, act: Callable[[], None]) -> None:
        """Do what a button asks for, once.

        While the page ticks, the browser may hand in a click twice: with the tick it was about to ask for, and again
        on its own, which the server sees right after the first. A Pause would then be followed by a Train.
        """
        if self._clicked_at is not None and self._ticks <= self._clicked_at + 1:
            return
        self._clicked_at = self._ticks if self.playing else None
        act()

    def reset(self) -> None:
        """The same experiment from the start: the same weights, the same course again."""
        self.settle()
        self._begin(self.experiment)

    def play(self) -> None:
        self.playing = not self.exploded
        self._rate_from = None

    def pause(self) -> None:
        self.playing = False
        self.settle()
        self._now(0.0)

    def step(self) -> None:
        """One update; a run that is playing pauses."""
        self.playing = False
        self.settle()
        self._keep(self.pool.submit(one_update, self.run, self.look))

    def look_at(self, look: Look) -> None:
        """Look elsewhere from now on; at once if the run stands still."""
        if look != self.look:
            self.look = look
            if not self.playing:
                self.settle()
                self._now(0.0)

    def tick(self) -> None:
        """Take in the slice that is back and, if playing, hand out the next."""
        self._ticks += 1
        if self._out is not None:
            try:
                self._out.exception(PATIENCE)
            except NotReady:
                return
            self.settle()
        if self.playing:
            self._out = self.pool.submit(slice_of, self.run, self.look, self.pool.slice_seconds(), self.frame)

    def settle(self) -> None:
        """Wait for the slice that is out, if any, and take it in: from here on the run is ours."""
        if self._out is not None:
            out, self._out = self._out, None
            self._keep(out)
        while self._waiting:
            self._waiting.pop(0)(self.run)

    def between(self, act: Callable[[Run], None]) -> None:
        """Do something quick with the run as soon as the slice that is out is back, and at once if none is."""
        self._waiting.append(act)
        if self._out is None:
            self.settle()

    @property
    def exploded(self) -> bool:
        return self.frame.snapshot.explosion is not None

    def _begin(self, experiment: Experiment) -> None:
        self.playing = False
        self._clicked_at = None
        self.run = self.pool.submit(Run, experiment).result()
        self.failed = False
        self.tuned = False
        self.rate = None
        self._rate_from = None
        self.frame = self.pool.submit(slice_of, self.run, self.look, 0.0).result()

    def _now(self, seconds: float) -> None:
        self._keep(self.pool.submit(slice_of, self.run, self.look, seconds, self.frame))

    def _keep(self, out: "Future[Frame]") -> None:
        try:
            self.frame = out.result()
        except Exception:
            log.exception("A slice failed: %s", self.experiment.to_params())
            self.failed = True
            self.playing = False
            return
        self._measure_rate()
        if self.exploded:
            self.playing = False

    def _measure_rate(self) -> None:
        """Updates a second as the visitor sees them, over the last second or so."""
        now, updates = time.monotonic(), self.frame.snapshot.updates
        if not self.playing:
            self._rate_from = None
        elif self._rate_from is None:
            self._rate_from = (now, updates)
        elif now - self._rate_from[0] >= 1:
            self.rate = (updates - self._rate_from[1]) / (now - self._rate_from[0])
            self._rate_from = (now, updates)
