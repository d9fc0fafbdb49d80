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
from engine.film import MOST_BYTES
from engine.saving import save
from engine.slices import LOOKING_SHARE, Frame, Frames, Look, Slices, one_update, slice_of
from playground.bell import Bell
from playground.clicks import Clicks
from playground.executor import SHORT, TICK, Pool, seconds_of
from playground.held import Held
from playground.player import Player

PATIENCE = 0.03
"""Seconds a tick waits for a slice that is nearly back."""

OLD = 2.0
"""Seconds after which pictures are due anew, even if looking then takes a larger share of the time."""

OLD_SHARE = 0.3
"""That share, at most."""

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
    """A run, or a few side by side; the slice of them that is out, the frames to show, and their film.

    At most one slice is out, and nobody touches the runs while it is. Runs side by side train in the same slices, all
    of them by as many updates. beginnings: how often runs were begun or taken up.
    """

    def __init__(self, experiment: Experiment, pool: Pool, *others: Experiment, film_bytes: float = MOST_BYTES) -> None:
        self.pool = pool
        self.film_bytes = film_bytes
        self.lock = threading.RLock()
        self.beginnings = 0
        self.look = Look()
        self.idle = False
        self._playing = False
        self._touched = time.monotonic()
        self._handed_out = 0.0
        self._looked = 0.0
        self.failed = False
        self.tuned = False
        self.rate: float | None = None
        self._clicks = Clicks()
        self._out: Future[Slices] | None = None
        self._bell = Bell()
        self._held: Held
        self.experiments: tuple[Experiment, ...]
        self._rate_from: tuple[float, int] | None = None
        self._begin((experiment, *others))

    @property
    def run(self) -> Run:
        """The first run, while no slice of it is out."""
        return self._held.runs[0]

    @property
    def experiment(self) -> Experiment:
        """That of the first run."""
        return self.experiments[0]

    @property
    def frame(self) -> Frame:
        """The latest frame of the first run."""
        return self.frames[0]

    @property
    def shown(self) -> Frames:
        """The frames to look at: the latest, or those of the moment of the film that was chosen."""
        return self.player.frames(self.frames, self.look)

    @property
    def updates(self) -> int:
        """As many as were made; by the one that came furthest."""
        return max(frame.snapshot.updates for frame in self.frames)

    @property
    def playing(self) -> bool:
        return self._playing

    @playing.setter
    def playing(self, playing: bool) -> None:
        self._playing = playing
        if not playing:
            self.pool.rests(self)

    @property
    def moving(self) -> bool:
        """Whether what is to be seen changes by itself: it trains, or its film plays."""
        return self.playing or self.player.playing

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
    def adopt(self, *experiments: Experiment) -> None:
        """Make `experiments` the visitor's: tune the runs if that is possible, else begin new ones, which wait."""
        if experiments == self.experiments:
            return
        self.settle()
        if not self._tune(experiments):
            self._begin(experiments)

    def _tune(self, experiments: tuple[Experiment, ...]) -> bool:
        """Go on with other training settings, if that is all that differs and possible."""
        if len(experiments) != len(self.experiments):
            return False
        for old, new in zip(self.experiments, experiments, strict=True):
            if new != replace(old, training=new.training):
                return False
        try:
            for run, experiment in zip(self._held.runs, experiments, strict=True):
                run.tune(experiment.training)
        except ValueError:
            return False
        self.experiments = experiments
        self.tuned = self.updates > 0
        return True

    def click(self, act: Callable[[], None]) -> None:
        """Do what a button asks for, once."""
        names: dict[Callable[[], None], str] = {self.play: "Train", self.pause: "Pause"}
        if self._clicks.meant(names.get(act, getattr(act, "__qualname__", "")), self.moving):
            self.touch()
            act()

    @alone
    def reset(self) -> None:
        """The same experiment from the start: the same weights, the same course again."""
        self.settle()
        self._begin(self.experiments)

    @alone
    def saved(self) -> bytes:
        """The first run as a file, its film included, as it is when the slice that is out is back."""
        self.settle()
        return save(self.run, self.player.films[0].moments)

    @alone
    def saved_with_frame(self) -> tuple[Frame, bytes]:
        """The frame of the first run as it is then, and that file."""
        self.settle()
        self._look_now()
        return self.frame, self.saved()

    @alone
    def carry_on(self, run: Run) -> None:
        """Make a run that was saved the visitor's; it waits."""
        self.settle()
        self._take((run,))

    @alone
    def limit_film(self, most_bytes: float) -> None:
        """From now on make do with so many bytes for the film, in this run and those after it."""
        self.film_bytes = most_bytes
        self.player.limit(most_bytes)

    @alone
    def look_back(self, updates: int | None) -> None:
        """Stop and show the moment after so many updates; None: the present one."""
        self.pause()
        self.player.go(updates)

    @alone
    def play_film(self) -> None:
        """Stop training and play the film."""
        self.pause()
        self.player.play()

    @alone
    def play(self) -> None:
        """Train, which is to be seen as it happens."""
        self.player.go(None)
        self.playing = not (self.exploded or self.failed)
        self._rate_from = None
        self._handed_out = time.monotonic() - TICK

    @alone
    def pause(self) -> None:
        trained, self.playing = self.playing, False
        self.settle()
        if trained:
            self._look_now()

    @alone
    def step(self) -> None:
        """One update; a run that is playing pauses."""
        self.playing = False
        self.player.go(None)
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
                self._look_now()

    @alone
    def tick(self) -> None:
        """Take in the slice that is back and, if playing, hand out the next."""
        self._clicks.tick()
        self.player.tick()
        if self.playing:
            self.pool.trains(self)
        if self._out is not None:
            undivided = self.pool.training <= self.pool.workers
            # A page drawn twice at once is no reason to cut its slice short.
            if undivided and self._brief and time.monotonic() - self._handed_out > TICK / 2:
                self._bell.ring()
            try:
                # With company a slice is either back for long or far from it: waiting would only hold up the page.
                self._out.exception(PATIENCE if undivided else 0)
            except NotReady:
                return
            self.settle()
        if self.playing:
            now = time.monotonic()
            if seconds := self.pool.slice_seconds(self, now - self._handed_out, self._brief):
                self._handed_out, self._bell = now, Bell()
                looking = OLD_SHARE if now - self._looked > OLD else LOOKING_SHARE
                seen = [frame.sight.seen for frame in self.frames]
                self._out = self.pool.slice(slice_of, self._held, self.look, seconds, seen, looking, self._bell)

    @alone
    def settle(self) -> None:
        """Wait for the slice that is out, if any, and take it in: from here on the runs are ours."""
        if self._out is not None:
            self._bell.ring()
            out, self._out = self._out, None
            self._keep(out)

    @property
    def _brief(self) -> bool:
        """Whether a slice that is called back is there at once."""
        return sum(map(seconds_of, self.experiments)) < SHORT

    @property
    def exploded(self) -> bool:
        """Whether no run can go on."""
        return all(frame.snapshot.explosion is not None for frame in self.frames)

    def _begin(self, experiments: tuple[Experiment, ...]) -> None:
        self._take(tuple(self.pool.wait(self.pool.submit(Run, each)).result() for each in experiments))

    def _take(self, runs: tuple[Run, ...]) -> None:
        # First of all what can fail, so that then all there is stays as it was.
        held = Held(*runs)
        first = self.pool.wait(self.pool.slice(slice_of, held, self.look, 0.0)).result()
        self.frames = tuple(Frame(each.snapshot, each.sight) for each in first if each.sight)
        assert len(self.frames) == len(runs), "a first look is always taken"
        self.experiments = tuple(frame.snapshot.experiment for frame in self.frames)
        self._held = held
        self.beginnings += 1
        self.playing = False
        self._clicks.forget()
        self.failed = False
        self.tuned = False
        self.rate = None
        self._rate_from = None
        self.player = Player(self.pool, [frame.sight.moment.size for frame in self.frames], self.film_bytes)
        self.player.record(first)

    def _look_now(self) -> None:
        self._keep(self.pool.slice(slice_of, self._held, self.look, 0.0))

    def _keep(self, out: "Future[Slices]") -> None:
        before = self.updates
        try:
            slices = self.pool.wait(out).result()
        except Exception:
            # The link makes the fault one that can be looked at again.
            links = " ".join(f"?{urlencode(each.to_params())}"[:LONGEST] for each in self.experiments)
            log.exception("event=failed updates=%d link=%s", self.updates, links)
            self.failed = True
            self.playing = False
            return
        if any(each.sight for each in slices):
            self._looked = time.monotonic()
        self.frames = tuple(
            Frame(each.snapshot, each.sight or last.sight) for each, last in zip(slices, self.frames, strict=True)
        )
        self.player.record(slices)
        made = max(0, self.updates - before)
        self.pool.made(made * len(self.frames))
        self.pool.spent(self, made * sum(map(seconds_of, self.experiments)))
        self._measure_rate()
        if self.exploded:
            self.playing = False

    def _measure_rate(self) -> None:
        """Updates a second as the visitor sees them, over the last second or so."""
        now, updates = time.monotonic(), self.updates
        if not self.playing:
            self._rate_from = None
        elif self._rate_from is None:
            self._rate_from = (now, updates)
        elif now - self._rate_from[0] >= 1:
            self.rate = (updates - self._rate_from[1]) / (now - self._rate_from[0])
            self._rate_from = (now, updates)
