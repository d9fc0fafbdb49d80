"""A visitor's run: play, pause, step, reset. Knows no widget and no chart."""

import functools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from engine import Experiment
from engine.film import MOST_BYTES
from engine.progress import Course, Explosion
from engine.slices import (
    LOOKING_SHARE,
    Frame,
    Frames,
    ProbeRequest,
    ProbeResult,
    Slices,
    one_update,
    saved,
    slice_of,
    tuned,
)
from engine.worker import Origin
from playground.runs.earlier import Earlier, fitting
from playground.runs.player import Player
from playground.runs.pool import PATIENCE, LostError, Pool, RunHandle

AWAY = 1.0
"""Seconds without a tick, or two ticks if those are longer, after which nobody looks and no slice goes out."""

OLD, OLD_SHARE = 0.75, 0.5
"""Seconds after which pictures are due anew even if looking then takes a larger share of the time, and that share."""

LONGEST = 2000
"""Characters of a link that go into the log; own data can be longer."""

log = logging.getLogger(__name__)


P = ParamSpec("P")
T = TypeVar("T")


def exclusive(act: "Callable[Concatenate[Session, P], T]") -> "Callable[Concatenate[Session, P], T]":
    """Only one such method of a session runs at a time: a download asks for the run while the page ticks."""

    @functools.wraps(act)
    def locked(self: "Session", *args: P.args, **kwargs: P.kwargs) -> T:
        with self.lock:
            return act(self, *args, **kwargs)

    return locked  # type: ignore[return-value]  # self stays the first argument, by position


class Session:
    """A run, or a few side by side, that live in a worker; the frames to show, and their film.

    While it plays, a slice of the runs is out; when it is back the next one goes out, as long as the page ticks. Runs
    side by side train in the same slices, all of them by as many updates. beginnings: how often runs were begun or
    taken up. failed: "" or why it stopped, "fault" or "lost".

    Slices come back on a thread of the pool's. What both threads touch stands under `_state`, which is never held while
    waiting for a worker.
    """

    def __init__(
        self,
        experiment: Experiment,
        pool: Pool,
        *others: Experiment,
        film_bytes: float = MOST_BYTES,
        earlier_bytes: float = 0,
    ) -> None:
        self.pool = pool
        self.film_bytes, self.earlier_bytes = film_bytes, earlier_bytes
        self.earlier: tuple[Earlier, ...] = ()
        self.too_large = False
        self.about: object = None
        self.lock = threading.RLock()
        self.beginnings = 0
        self.request = ProbeRequest()
        self.idle = False
        self._state = threading.Condition()
        self._playing = False
        self._touched = self._ticked = time.monotonic()
        self._looked = 0.0
        self._out: Future[Slices] | None = None
        self._waiting_for_slice = False
        self._wanted = True
        self._handle: RunHandle
        self._courses: tuple[Course, ...]
        self._results: tuple[ProbeResult, ...]
        self._frames: Frames | None = None
        self._rate_from: tuple[float, int] | None = None
        self.rate: float | None = None
        self.experiments: tuple[Experiment, ...]
        self._begin((experiment, *others))

    @property
    def experiment(self) -> Experiment:
        """That of the first run."""
        return self.experiments[0]

    @property
    def frames(self) -> Frames:
        """The latest frame of each run."""
        with self._state:
            if self._frames is None:
                known = zip(self._courses, self.experiments, self._results, strict=True)
                self._frames = tuple(Frame(course.snapshot(each), result) for course, each, result in known)
            return self._frames

    @property
    def frame(self) -> Frame:
        """The latest frame of the first run."""
        return self.frames[0]

    @property
    def shown(self) -> Frames:
        """The frames to look at: the latest, or those of the checkpoint of the film that was chosen."""
        return self.player.frames(self.frames, self.request)

    @property
    def updates(self) -> int:
        """As many as were made; by the one that came furthest."""
        return max(course.updates for course in self._courses)

    @property
    def exploded(self) -> bool:
        """Whether no run can go on."""
        return all(explosion is not None for explosion in self.explosions)

    @property
    def explosions(self) -> tuple[Explosion | None, ...]:
        """Of each run, how it ended if it cannot go on."""
        return tuple(course.explosion for course in self._courses)

    @property
    def playing(self) -> bool:
        return self._playing

    @property
    def made_again(self) -> bool:
        """Whether the process it was in is gone, and what it shows waits until another has made it again."""
        return self._handle.lost and not self.failed

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
        self.pool.pace.rests(self)
        with self._state:
            self._ticked = -float("inf")

    def rest_if_idle(self, minutes: float) -> None:
        """Pause a run whose page nobody has touched for so long."""
        if self.playing and time.monotonic() - self._touched > 60 * minutes:
            self.pause()
            self.idle = True

    @exclusive
    def adopt(self, *experiments: Experiment, keep: bool = True) -> None:
        """Make `experiments` the visitor's: tune the runs if that is possible, else begin new ones, which wait.

        keep: whether those there were are to be among the earlier ones then.
        """
        if experiments == self.experiments:
            return
        self._wait_for_slice()
        if self.failed or not self._tunable(experiments):
            self._begin(experiments, keep)
            return
        try:
            self._ask(tuned, [each.training for each in experiments], keep=True)
        except Exception as problem:
            self._fail(problem)
            return
        with self._state:
            self.experiments, self._frames = experiments, None
            self.tuned = self.updates > 0
            self._hand_out()

    def _tunable(self, experiments: tuple[Experiment, ...]) -> bool:
        """Whether the runs can go on with other training settings, and that is all that differs."""
        return len(experiments) == len(self.experiments) and all(
            old.becomes(new) for old, new in zip(self.experiments, experiments, strict=True)
        )

    @exclusive
    def reset(self) -> None:
        """The same experiment from the start: the same weights, the same course again."""
        self.touch()
        self._wait_for_slice()
        self._begin(self.experiments)

    @exclusive
    def saved(self) -> bytes:
        """The first run as a file, its film included, as it is when the slice that is out is back."""
        self._wait_for_slice()
        films = [film.checkpoints for film in self.player.films]
        files: tuple[bytes, ...] = self._ask(saved, films)
        with self._state:
            self._hand_out()
        return files[0]

    @exclusive
    def saved_with_frame(self) -> tuple[Frame, bytes]:
        """The frame of the first run as it is then, and that file."""
        self._wait_for_slice()
        self._look_now()
        return self.frame, self.saved()

    @exclusive
    def carry_on(self, experiment: Experiment, file: bytes) -> None:
        """Make a saved run, whose experiment this is, the visitor's; it waits. Raises RunFileError."""
        self._wait_for_slice()
        self._take((experiment,), (file,))

    @exclusive
    def bring_back(self, found: Earlier) -> None:
        """Go on with one of `earlier`; the present run takes a place among them."""
        self.touch()
        self._wait_for_slice()
        self._take(found.experiments, found.origins)
        with self._state:
            self.player.resume(found.films)
            self.earlier = tuple(each for each in self.earlier if each is not found)
            self.about = found.about

    @exclusive
    def limit_film(self, most_bytes: float) -> None:
        """From now on make do with so many bytes for the film, in this run and those after it."""
        self.film_bytes = most_bytes
        with self._state:
            self.player.limit(most_bytes)

    @exclusive
    def look_back(self, updates: int | None) -> None:
        """Stop and show the checkpoint after so many updates; None: the present one."""
        self.pause()
        self.player.go(updates)

    @exclusive
    def play_film(self) -> None:
        """Stop training and play the film."""
        self.pause()
        self.player.play()

    @exclusive
    def play(self) -> None:
        """Train, which is to be seen as it happens."""
        self.touch()
        self.player.go(None)
        with self._state:
            self._playing = not (self.exploded or self.failed)
            self._rate_from = None
            self._ticked = time.monotonic()
            if self.playing:
                self.pool.pace.trains(self)
            self._hand_out()

    @exclusive
    def pause(self) -> None:
        """Stop where it is, and bring the run back."""
        self.touch()
        trained = self.playing
        self._stop()
        self._wait_for_slice()
        if trained and not self.failed:
            self._look_now(keep=True)

    @exclusive
    def step(self) -> None:
        """One update; a run that is playing pauses."""
        self.touch()
        self._stop()
        self.player.go(None)
        self._wait_for_slice()
        self._ask_slices(one_update, self.request, self._known)

    @exclusive
    def request_probe(self, request: ProbeRequest) -> None:
        """Look elsewhere from now on; at once if the run stands still."""
        if request != self.request:
            self.touch()
            self.request = request
            if not self.playing and not self.failed:
                self._wait_for_slice()
                self._look_now()

    @exclusive
    def tick(self) -> None:
        """The page is about to show what there is: the next slice may look anew, and goes out if none is."""
        self.player.tick()
        with self._state:
            self._ticked = time.monotonic()
            self._wanted = True
            if self.playing:
                self.pool.pace.trains(self)
                self._hand_out()

    # Slices: out, and back.

    def _hand_out(self) -> None:
        """If it plays, somebody looks and no slice is out: the next one. Under `_state`."""
        now = time.monotonic()
        away = max(AWAY, 2 * self.pool.pace.tick)
        if not self.playing or self._out is not None or now - self._ticked > away:
            return
        looking = 0.0 if not self._wanted else OLD_SHARE if now - self._looked > OLD else LOOKING_SHARE
        seen = [result.seen for result in self._results]
        seconds = self.pool.slice_seconds(self._handle)
        out = self.pool.slice(slice_of, self._handle, self.request, seconds, self._known, seen, looking, awaited=False)
        self._out = out
        out.add_done_callback(self._back)

    def _back(self, out: "Future[Slices]") -> None:
        """A slice is back, on the pool's thread."""
        with self._state:
            if self._out is not out:
                return
            self._out = None
            try:
                if not out.cancelled():  # as the pool does when it closes
                    self._receive(out)
                    if not self._waiting_for_slice:
                        self._hand_out()
            finally:
                self._state.notify_all()

    def _wait_for_slice(self) -> None:
        """Until no slice is out: one that still waits for its turn is taken back, one under way is waited for."""
        with self._state:
            out, self._out = self._out, None
            if out is None or out.cancel():
                return
            self._out, self._waiting_for_slice = out, True
            try:
                if not out.done() and not self._state.wait_for(lambda: self._out is None, PATIENCE):
                    self._out = None
            finally:
                self._waiting_for_slice = False
            if self._out is not None:  # it was done, but had not come to us
                self._out = None
                self._receive(out)

    @property
    def _known(self) -> list[Any]:
        return [course.known for course in self._courses]

    def _ask(self, work: Callable[..., T], *args: Any, keep: bool = False) -> T:
        """What `work` makes of the runs, waited for. While no slice is out."""
        result: T = self.pool.wait(self.pool.slice(work, self._handle, *args, keep=keep))
        return result

    def _ask_slices(self, work: Callable[..., Slices], *args: Any, keep: bool = False) -> None:
        out = self.pool.slice(work, self._handle, *args, keep=keep)
        with suppress(Exception):  # whatever it is, it is told where the slice is taken in
            self.pool.wait(out)
        with self._state:
            self._receive(out)

    def _look_now(self, keep: bool = False) -> None:
        self._ask_slices(slice_of, self.request, 0.0, self._known, keep=keep)

    def _receive(self, out: "Future[Slices]") -> None:
        """Take in what a slice brought. Under `_state`."""
        try:
            slices = out.result(0)
        except Exception as problem:
            self._fail(problem)
            return
        before, exploded = self.updates, self.exploded
        for course, each in zip(self._courses, slices, strict=True):
            course.take_in(each.progress)
        self._frames = None
        if any(each.result for each in slices):
            self._looked, self._wanted = time.monotonic(), False
            self._results = tuple(each.result or last for each, last in zip(slices, self._results, strict=True))
        self.player.record(slices)
        self.pool.pace.made(max(0, self.updates - before) * len(self._courses))
        self._measure_rate()
        if self.exploded and not exploded:
            self._stop()

    def _fail(self, problem: Exception) -> None:
        """Stop here, and say why. The link in the log makes the fault one that can be looked at again."""
        links = " ".join(f"?{urlencode(each.to_params())}"[:LONGEST] for each in self.experiments)
        log.error("event=failed updates=%d link=%s", self.updates, links, exc_info=problem)
        self.failed = "lost" if isinstance(problem, LostError | TimeoutError) else "fault"
        self._stop()

    def _stop(self) -> None:
        with self._state:
            self._playing = False
        self.pool.pace.rests(self)

    # Beginning.

    def _begin(self, experiments: tuple[Experiment, ...], keep: bool = True) -> None:
        self._take(experiments, experiments, keep)

    def _take(self, experiments: tuple[Experiment, ...], origins: tuple[Origin, ...], keep: bool = True) -> None:
        # First of all what can fail, so that then all there is stays as it was.
        handle = RunHandle(*origins)
        first: Slices = self.pool.wait(self.pool.slice(slice_of, handle, self.request, 0.0))
        results = tuple(each.result for each in first if each.result)
        assert len(results) == len(origins), "a first look is always taken"
        courses = tuple(Course() for _ in first)
        for course, each in zip(courses, first, strict=True):
            course.take_in(each.progress)
        player = Player(self.pool, [result.checkpoint.size for result in results], self.film_bytes)
        player.record(first)
        self._stop()
        if keep:
            self._keep()
        with self._state:
            self.experiments, self._handle, self._courses, self._results = experiments, handle, courses, results
            self._frames, self.player = None, player
            self.beginnings += 1
            self.failed = ""
            self.tuned = False
            self.rate = None
            self._rate_from = None

    def _keep(self) -> None:
        """Put the runs that are about to go among the earlier ones, if they have made updates."""
        if not self.beginnings or not self.updates or not self.earlier_bytes:
            return
        try:
            origins: tuple[Origin, ...] = self._ask(saved, [()] * len(self.experiments))
        except Exception:  # the run has failed, which was told: what was last brought back of it is all there is
            origins = self._handle.origins
        snapshots = [frame.snapshot for frame in self.frames]
        found = Earlier(
            self.experiments,
            self.updates,
            origins,
            tuple(each.losses for each in snapshots),
            tuple(each.held_out for each in snapshots),
            tuple(self.player.films),
            self.about,
        )
        self.earlier = fitting((found, *self.earlier), self.earlier_bytes)
        self.too_large = not self.earlier

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
