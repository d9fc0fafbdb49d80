"""Goes back through the films of runs: which moment is shown, and whether the film plays."""

from collections.abc import Sequence
from functools import partial

from engine.film import Film, Moment, due
from engine.slices import Frame, Frames, Look, Slices, earlier
from playground.answers import Answers
from playground.executor import Pool


class Player:
    """The films of a session's runs, side by side, and where one is in them.

    sizes: of a moment of each run, in bytes. By them the films share the room, so that all have as many moments.
    at: the update whose moment is shown; None is now.
    """

    def __init__(self, pool: Pool, sizes: Sequence[int], most_bytes: float) -> None:
        self._shares = [size / sum(sizes) for size in sizes]
        self.films = [Film(most_bytes * share) for share in self._shares]
        self.at: int | None = None
        self.playing = False
        self._frames: Answers[Frames] = Answers(pool)

    def limit(self, most_bytes: float) -> None:
        """From now on make do with so many bytes for all films together; back to now if that costs the moment shown."""
        for film, share in zip(self.films, self._shares, strict=True):
            film.limit(most_bytes * share)
        if self.at not in self.times:
            self.go(None)

    def record(self, slices: Slices) -> None:
        """Keep the moments that came with these slices."""
        for film, each in zip(self.films, slices, strict=True):
            film.extend(each.film)

    @property
    def times(self) -> list[int]:
        """The updates to which one can go back: the moments of all films, as far apart as in the sparsest."""
        density = min(film.per_octave for film in self.films)
        kept = {
            moment.updates
            for film in self.films
            for moment in film.moments
            if film.per_octave == density or due(moment.updates, density)
        }
        return sorted(kept)

    def go(self, updates: int | None) -> None:
        """Show the moment after so many updates; None: now."""
        self.at = updates
        self.playing = False

    def play(self) -> None:
        """From the moment on show to the end; from now, or the end, from the beginning."""
        times = self.times
        if times:
            self.at = times[0] if self.at is None or self.at >= times[-1] else self.at
            self.playing = True

    def tick(self) -> None:
        """On to the next moment, if the last one has been shown; at the end the film stops."""
        if self.playing and self.at is not None and self.shown == self.at:
            later = [updates for updates in self.times if updates > self.at]
            self.at = later[0] if later else None
            self.playing = bool(later)

    def frames(self, now: Frames, look: Look) -> Frames:
        """What is to be seen: `now`, or what the frames were at the moment on show.

        Not waited for while the film plays: until the next frames are there, the last ones stay.
        """
        if self.at is None:
            return now
        found = self._frames.ask(
            (self.at, look, now[0].snapshot.experiment), partial(self._at, self.at, now, look), not self.playing
        )
        return found or now

    @property
    def shown(self) -> int | None:
        """The update whose moment was shown last; while the film plays, the one at `at` may still be on its way."""
        question = self._frames.question
        return question[0] if isinstance(question, tuple) else None

    def _at(self, updates: int, now: Frames, look: Look) -> Frames:
        found = [film.at(updates) for film in self.films]
        return tuple(_then(updates, moment, frame, look) for moment, frame in zip(found, now, strict=True))


def _then(updates: int, moment: Moment | None, frame: Frame, look: Look) -> Frame:
    """A run at its moment; one that had exploded by then as it has stood since, looked at as `look` says."""
    exploded = frame.snapshot.explosion is not None and updates >= frame.snapshot.updates
    return frame if moment is None or exploded else earlier(moment, frame, look)
