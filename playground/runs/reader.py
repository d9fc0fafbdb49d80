"""A visitor's reading: a frozen checkpoint of the run, the passage it read, and what was asked about it."""

from dataclasses import dataclass
from functools import partial

from engine import Experiment
from engine.film import Checkpoint
from engine.generate.text import Written
from engine.observe.reading import Passage
from engine.observe.unit_search import Match
from engine.requests import best_in, passage_at, written_at
from engine.tasks import Characters
from playground.runs.background import BackgroundResult
from playground.runs.session import Session

READING_SHARE = 0.05
"""While training, reading takes at most this share of the time."""


@dataclass(frozen=True, eq=False)
class ReadCheckpoint:
    """A run as it stood, and the passage as its network read it then. cost: how long the reading took, in seconds."""

    experiment: Experiment
    weights: Checkpoint
    passage: Passage
    cost: float

    @property
    def updates(self) -> int:
        return self.weights.updates

    @property
    def task(self) -> Characters:
        task = self.experiment.task
        assert isinstance(task, Characters)
        return task


@dataclass(frozen=True, eq=False)
class Subject:
    """What was given to be read: a run at a moment, `seconds` into its training."""

    experiment: Experiment
    weights: Checkpoint
    seconds: float


class Reader:
    """Looks at a run in moments: whenever it stands still, and while it trains as often as looking may cost."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._of: object = None
        self._wanted = False
        self._given: Subject | None = None
        self._passages: BackgroundResult[tuple[Passage, float]] = BackgroundResult(session.pool)
        self._matches: BackgroundResult[list[Match]] = BackgroundResult(session.pool)
        self._written: BackgroundResult[Written] = BackgroundResult(session.pool)
        self._checkpoint: ReadCheckpoint | None = None

    def look_again(self) -> None:
        """Look at the next opportunity, however recent the last look is."""
        self._wanted = True

    def checkpoint(self) -> ReadCheckpoint | None:
        """The latest moment; None while a run that is already training is being looked at for the first time."""
        session, frame = self._session, self._session.shown[0]
        experiment = frame.snapshot.experiment
        of = experiment.identity
        if self._of != of:
            self._of, self._given, self._checkpoint = of, None, None
            for each in (self._passages, self._matches, self._written):
                each.forget()
        given = self._given
        answered = self._passages.question is given
        if given is None or (
            given.weights is not frame.result.checkpoint
            and (not session.playing or (answered and (self._wanted or self._due())))
        ):
            given = self._given = Subject(experiment, frame.result.checkpoint, frame.snapshot.seconds)
            self._wanted = False
        read = partial(passage_at, given.experiment, given.weights.weights)
        found, about = self._passages.ask(given, read, wait=not session.moving), self._passages.question
        if (
            found
            and isinstance(about, Subject)
            and (self._checkpoint is None or self._checkpoint.weights is not about.weights)
        ):
            self._checkpoint = ReadCheckpoint(about.experiment, about.weights, *found)
        return self._checkpoint

    def best(self, checkpoint: ReadCheckpoint, name: str, character: str) -> list[Match] | None:
        """The units that follow a property best. Raises SettingError if it cannot be searched for."""
        work = partial(best_in, checkpoint.passage, name, character)
        return self._matches.ask((checkpoint.weights, name, character), work, not self._session.moving)

    def written(
        self, checkpoint: ReadCheckpoint, prompt: str, temperature: float, top_k: int, number: int
    ) -> Written | None:
        """Sample `number` (0, 1, …) of what the network writes. Raises SettingError if it cannot."""
        how = prompt, temperature, top_k, number
        work = partial(written_at, checkpoint.experiment, checkpoint.weights.weights, *how)
        return self._written.ask((checkpoint.weights, *how), work, not self._session.moving)

    def _due(self) -> bool:
        given, last = self._given, self._passages.latest
        if given is None or last is None:
            return False
        return (self._session.frame.snapshot.seconds - given.seconds) * READING_SHARE >= last[1]
