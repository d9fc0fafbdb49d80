"""A visitor's reading: a frozen moment of the run, the passage it read, and what was asked about it."""

import time
from dataclasses import dataclass
from functools import partial

from engine import Experiment, seeds
from engine.film import Moment as Weights
from engine.network import Network
from engine.properties import measured
from engine.reading import Passage, read
from engine.slices import LOOKING_SHARE
from engine.tasks import Characters
from engine.training import restored
from engine.unit_search import Match, best_units
from engine.writing import LENGTH, Written, sample
from playground.answers import Answers
from playground.session import Session


@dataclass(frozen=True, eq=False)
class Moment:
    """A run as it stood: a copy of its network, and the passage as that network read it.

    seconds: training time until then; cost: how long the reading took.
    """

    updates: int
    seconds: float
    network: Network
    task: Characters
    passage: Passage
    cost: float


class Reader:
    """Looks at a run in moments: whenever it stands still, and while it trains as often as looking may cost."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._subject: object = None
        self._wanted = False
        self._read: tuple[Weights, float] | None = None
        self._moments: Answers[Moment] = Answers(session.pool)
        self._matches: Answers[list[Match]] = Answers(session.pool)
        self._written: Answers[Written] = Answers(session.pool)

    def look_again(self) -> None:
        """Look at the next opportunity, however recent the last look is."""
        self._wanted = True

    def moment(self) -> Moment | None:
        """The latest moment; None while a run that is already training is being looked at for the first time."""
        session, frame = self._session, self._session.shown[0]
        experiment = frame.snapshot.experiment
        subject = experiment.task, experiment.network, experiment.training.seed
        if self._subject != subject:
            self._subject, self._read = subject, None
            for each in (self._moments, self._matches, self._written):
                each.forget()
        read = self._read
        answered = self._moments.question == read
        if read is None or (
            read[0] is not frame.sight.moment and (not session.playing or (answered and (self._wanted or self._due())))
        ):
            read = self._read = frame.sight.moment, frame.snapshot.seconds
            self._wanted = False
        return self._moments.ask(read, partial(_read, experiment, *read), wait=not session.moving)

    def best(self, moment: Moment, name: str, character: str) -> list[Match] | None:
        """The units that follow a property best. Raises FieldError if it cannot be searched for."""

        def work() -> list[Match]:
            return best_units(moment.passage, measured(moment.passage.text, name, character))

        return self._matches.ask((moment.updates, name, character), work, not self._session.moving)

    def written(self, moment: Moment, prompt: str, temperature: float, top_k: int, number: int) -> Written | None:
        """Sample `number` (0, 1, …) of what the network writes. Raises FieldError if it cannot."""

        def work() -> Written:
            generator = seeds.generator(self._session.experiment.training.seed, seeds.SAMPLE, number)
            read = max(1, len(moment.task.encode(prompt)))
            length = LENGTH.default if moment.task.varied else max(1, len(moment.task.source) - read)
            return sample(moment.network, moment.task, prompt, length, temperature, generator, top_k)

        return self._written.ask((moment.updates, prompt, temperature, top_k, number), work, not self._session.moving)

    def _due(self) -> bool:
        last = self._moments.latest
        return last is not None and (self._session.frame.snapshot.seconds - last.seconds) * LOOKING_SHARE >= last.cost


def _read(experiment: Experiment, weights: Weights, seconds: float) -> Moment:
    start = time.perf_counter()
    task, network = experiment.task, restored(experiment, weights.weights)
    assert isinstance(task, Characters)
    passage = read(network, task)
    return Moment(weights.updates, seconds, network, task, passage, time.perf_counter() - start)
