"""A visitor's run: play, pause, step, reset. Knows no widget and no chart."""

import functools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotReady
from dataclasses import replace
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from engine import Experiment, Run
from engine.slices import Frame, Look, one_update, slice_of
from playground.executor import MARGIN, TICK, Pool
from playground.held import Held

PATIENCE = 6 * MARGIN
"""Seconds a tick waits for a slice that is nearly back."""

LONGEST = 2000
"""Characters of a link that go into the log; own data can be longer."""

log = logging.getLogger(__name__)


P = ParamSpec("P")
T = TypeVar("T")


def alone(act: "Callable[Concatenate[Session, P], T]") -> "Callable[Concatenate[Session, P], T]":
    """Only one such method of a session runs at a time: a download asks for the run while the page ticks."""

    @functools.wraps(act)
    def locked(self: "Session", *args: P.args, **kwargs: P.kwargs) -> T:
        with self.lock:
            return act(self, *args, **kwargs)

    return locked  # type: ignore[return-value]  # self stays the first argument, by position


class Session:
    """One run, the slice of it that is out, and the last frame that came back.

    At most one slice is out, and nobody touches the run while it is.
    """

    def __init__(self, experiment: Experiment, pool: Pool) -> None:
        self.pool = pool
        self.lock = threading.RLock()
        self.look = Look()
        self.idle = False
        self._playing = False
        self._touched = time.monotonic()
        self._handed_out = 0.0
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
    def run(self) -> Run:
        """The run, while no slice of it is out."""
        return self._held.run

    @property
    def experiment(self) -> Experiment:
        return self._experiment

    @property
    def updates(self) -> int:
        """As many as the page shows."""
        return self.frame.snapshot.updates

    @property
    def playing(self) -> bool:
        return self._playing

    @playing.setter
    def playing(self, playing: bool) -> None:
        self._playing = playing
        if not playing:
            self.pool.rests(self)

    def touch(self) -> None:
        """Note that the visitor did something."""
        self._touched = time.monotonic()
        self.idle = False

    def rest(self) -> None:
        """Nobody looks: the run waits as it is, and goes on if its page ticks again."""
        self.pool.rests(self)

    def rest_if_idle(self, minutes: float) -> None:
        """Pause a run whose page nobody has touched for so long."""
        if self.playing and time.monotonic() - self._touched > 60 * minutes:
            self.pause()
            self.idle = True

    @alone
    def adopt(self, experiment: Experiment) -> None:
        """Make `experiment` the visitor's: tune the run if that is possible, else begin a new one, which waits."""
        if experiment == self.experiment:
            return
        tuned = replace(self.experiment, training=experiment.training)
        self.settle()
        if experiment == tuned:
            try:
                self.run.tune(experiment.training)
                self._experiment = experiment
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
        self.touch()
        act()

    @alone
    def reset(self) -> None:
        """The same experiment from the start: the same weights, the same course again."""
        self.settle()
        self._begin(self.experiment)

    @alone
    def saved(self) -> bytes:
        """The run as a file, as it is when the slice that is out is back."""
        self.settle()
        return self._held.saved

    @alone
    def carry_on(self, run: Run) -> None:
        """Make a run that was saved the visitor's; it waits."""
        self.settle()
        self._take(run)

    def play(self) -> None:
        self.playing = not (self.exploded or self.failed)
        self._rate_from = None
        self._handed_out = time.monotonic() - TICK

    @alone
    def pause(self) -> None:
        self.playing = False
        self.settle()
        self._now(0.0)

    @alone
    def step(self) -> None:
        """One update; a run that is playing pauses."""
        self.playing = False
        self.settle()
        self._keep(self.pool.slice(one_update, self._held, self.look))

    @alone
    def look_at(self, look: Look) -> None:
        """Look elsewhere from now on; at once if the run stands still."""
        if look != self.look:
            self.touch()
            self.look = look
            if not self.playing:
                self.settle()
                self._now(0.0)

    @alone
    def tick(self) -> None:
        """Take in the slice that is back and, if playing, hand out the next."""
        self._ticks += 1
        if self.playing:
            self.pool.trains(self)
        if self._out is not None:
            try:
                # With company a slice is either back for long or far from it: waiting would only hold up the page.
                self._out.exception(PATIENCE if self.pool.training <= self.pool.workers else 0)
            except NotReady:
                return
            self.settle()
        if self.playing:
            now = time.monotonic()
            seconds, self._handed_out = self.pool.slice_seconds(self, now - self._handed_out), now
            self._out = self.pool.slice(slice_of, self._held, self.look, seconds, self.frame)

    @alone
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
        self._take(self.pool.submit(Run, experiment).result())

    def _take(self, run: Run) -> None:
        self.playing = False
        self._clicked_at = None
        self._experiment = run.experiment
        self._held = Held(run)
        self.failed = False
        self.tuned = False
        self.rate = None
        self._rate_from = None
        self.frame = self.pool.slice(slice_of, self._held, self.look, 0.0).result()

    def _now(self, seconds: float) -> None:
        self._keep(self.pool.slice(slice_of, self._held, self.look, seconds, self.frame))

    def _keep(self, out: "Future[Frame]") -> None:
        before = self.updates
        try:
            self.frame = out.result()
        except Exception:
            # The link makes the fault one that can be looked at again.
            log.exception("event=failed updates=%d link=?%s", before, urlencode(self.experiment.to_params())[:LONGEST])
            self.failed = True
            self.playing = False
            return
        self.pool.made(max(0, self.updates - before))
        self.pool.spent(self, self.frame.spent)
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
