"""Goes back through the films of runs: which checkpoint is shown, and whether the film plays."""

from collections.abc import Sequence
from functools import partial

from engine.film import Film, due
from engine.slices import Ask, Frame, Frames, ProbeRequest, ProbeResult, Slices, look_back
from playground.runs.background import BackgroundResult
from playground.runs.pool import Pool


class Player:
    """The films of a session's runs, side by side, and where one is in them.

    sizes: of a checkpoint of each run, in bytes. The films share the room, so that all have as many of them.
    at: the update whose checkpoint is shown; None is now.
    """

    def __init__(self, pool: Pool, sizes: Sequence[int], most_bytes: float) -> None:
        self.sizes = tuple(sizes)
        self._shares = [size / sum(sizes) for size in sizes]
        self.films = [Film(most_bytes * share) for share in self._shares]
        self.at: int | None = None
        self.playing = False
        self._drawn: int | None = None
        self._results: BackgroundResult[tuple[ProbeResult | None, ...]] = BackgroundResult(pool)

    @property
    def fits(self) -> bool:
        """Whether there is room for a film."""
        return all(film.fits(size) for film, size in zip(self.films, self.sizes, strict=True))

    def limit(self, most_bytes: float) -> None:
        """From now on make do with so many bytes for all films together; back to now if the one shown has to go."""
        for film, share in zip(self.films, self._shares, strict=True):
            film.limit(most_bytes * share)
        if self.at not in self.times:
            self.go(None)

    def resume(self, films: Sequence[Film]) -> None:
        """Go on with these films, if there are any; what there is by now comes at their end."""
        for own, kept in zip(self.films, films, strict=False):
            kept.limit(own.most_bytes)
            kept.extend(own.checkpoints)
        self.films = list(films) or self.films

    def record(self, slices: Slices) -> None:
        """Keep the checkpoints that came with these slices."""
        for film, each in zip(self.films, slices, strict=True):
            film.extend(each.film)

    @property
    def times(self) -> list[int]:
        """The updates to which one can go back: the moments of all films, as far apart as in the sparsest."""
        density = min(film.per_octave for film in self.films)
        kept = {
            checkpoint.updates
            for film in self.films
            for checkpoint in film.checkpoints
            if film.per_octave == density or due(checkpoint.updates, density)
        }
        return sorted(kept)

    def go(self, updates: int | None) -> None:
        """Show the checkpoint after so many updates; None, or if there is none such: now."""
        self.at = updates if updates in self.times else None
        self.playing = False

    def play(self) -> None:
        """From the checkpoint on show to the end; from now, or the end, from the beginning."""
        times = self.times
        if times:
            self.at = times[0] if self.at is None or self.at >= times[-1] else self.at
            self.playing, self._drawn = True, None

    def tick(self) -> None:
        """On to the next checkpoint, if the last one has been drawn; at the end the film stops."""
        if self.playing and self.at is not None and self._drawn == self.at:
            later = [updates for updates in self.times if updates > self.at]
            self.at = later[0] if later else None
            self.playing = bool(later)

    def drawn(self) -> None:
        """The page has drawn what frames() brought."""
        self._drawn = self.shown

    def frames(self, now: Frames, request: ProbeRequest) -> Frames:
        """What is to be seen: `now`, or what the frames were at the moment on show.

        Not waited for while the film plays: until the next frames are there, the last ones stay.
        """
        if self.at is None:
            return now
        asks = tuple(self._ask(film, frame, request) for film, frame in zip(self.films, now, strict=True))
        found = self._results.ask(
            (self.at, request, now[0].snapshot.experiment), partial(look_back, asks), not self.playing
        )
        if found is None or self.shown is None:
            return now
        return tuple(_then(result, frame) for result, frame in zip(found, now, strict=True))

    @property
    def shown(self) -> int | None:
        """The update whose checkpoint was shown last; while the film plays, the one at `at` may still be on its way."""
        question = self._results.question
        return question[0] if isinstance(question, tuple) else None

    def _ask(self, film: Film, frame: Frame, request: ProbeRequest) -> Ask | None:
        """What is to be looked at of a run; nothing if it had exploded by then: it has stood so since."""
        assert self.at is not None
        checkpoint = film.at(self.at)
        exploded = frame.snapshot.explosion is not None and self.at >= frame.snapshot.updates
        return (
            None
            if checkpoint is None or exploded
            else Ask(frame.snapshot.experiment, checkpoint, request, frame.result.seen)
        )


def _then(result: ProbeResult | None, frame: Frame) -> Frame:
    """A run as it was when that was seen."""
    return frame if result is None else Frame(frame.snapshot.until(result.checkpoint.updates), result)
