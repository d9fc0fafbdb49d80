"""A slice: a little training and a look at the result, which is what a worker is asked for while a run trains.

Usually of one run; of several side by side, all of them make the same number of updates in it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch

from engine import seeds
from engine.architectures.stack import Network
from engine.experiment import Experiment
from engine.film import Checkpoint
from engine.generate.forecast import Ahead, ahead
from engine.generate.text import PROMPT, TEMPERATURE, write
from engine.learners import Training
from engine.observe.trace import Trace, trace
from engine.progress import Known, Progress, Snapshot
from engine.run import Run, advance, probe, probe_generator, restored
from engine.saving import save
from engine.settings import SettingError
from engine.tasks import Characters, Forecast

LOOKING_SHARE = 0.25
"""While training, looking takes at most this share of the time as a rule; a slow look happens less often."""

SAMPLE_LENGTH = 120


@dataclass(frozen=True)
class ProbeRequest:
    """What a visitor looks at: which probe sequence, and how the network is to write (text tasks only)."""

    probe: int = 0
    prompt: str = ""
    temperature: float = TEMPERATURE.default


@dataclass(frozen=True)
class Seen:
    """That a look was taken: after `at` seconds of training, and it took the processor `cost` seconds."""

    request: ProbeRequest
    at: float
    cost: float


@dataclass(frozen=True)
class ProbeResult:
    """What a look saw of a run. checkpoint: its weights then. sample, ahead: what it makes of it, going on by itself.

    None where it cannot, or where that is not its task.
    """

    seen: Seen
    trace: Trace
    sample: str | None
    ahead: Ahead | None
    checkpoint: Checkpoint


@dataclass(frozen=True)
class Slice:
    """What a slice brings back of a run: only what is new, as it may have a long way to go.

    result: None if no look was taken. film: the checkpoints for the run's film.
    """

    progress: Progress
    result: ProbeResult | None
    film: tuple[Checkpoint, ...]


@dataclass(frozen=True)
class Frame:
    """A run as it is shown: its numbers, and what was last seen of it, which may be a few updates behind."""

    snapshot: Snapshot
    result: ProbeResult

    @property
    def request(self) -> ProbeRequest:
        """What is looked at."""
        return self.result.seen.request


Slices = tuple[Slice, ...]
Frames = tuple[Frame, ...]


def slice_of(
    runs: Sequence[Run],
    request: ProbeRequest,
    seconds: float,
    known: Sequence[Known] = (),
    last: Sequence[Seen] = (),
    looking: float = LOOKING_SHARE,
) -> Slices:
    """Look, then train all `runs`, together for `seconds`. With 0 seconds: only look.

    A look is taken of each if it differs from the `last` one, if nothing is to be trained, or once so much training has
    gone by since then that looking takes no more than a share `looking` of the time; otherwise of none. Where a run
    explodes, all are looked at again. known: of each run, what need not be told again; nothing if left out.
    """
    start = time.perf_counter()
    trained = sum(run.seconds for run in runs) - sum(seen.at for seen in last)
    due = trained * looking >= sum(seen.cost for seen in last)
    fresh = not last or seconds == 0 or due or any(seen.request != request for seen in last)
    if fresh and seconds > 0:
        _settle(runs, request)
    results = [_probed(run, request) if fresh else None for run in runs]
    before = [run.explosion for run in runs]
    advance(runs, max(seconds - (time.perf_counter() - start), seconds / 2))
    if [run.explosion for run in runs] != before:
        results = [_probed(run, request) for run in runs]
    return tuple(
        Slice(run.progress(seen), result, run.film.take())
        for run, seen, result in zip(runs, known or [Known()] * len(runs), results, strict=True)
    )


def one_update(runs: Sequence[Run], request: ProbeRequest, known: Sequence[Known] = ()) -> Slices:
    """A single update of each and a look at it; a second one if a network overflows now, to find that out."""
    for run in runs:
        run.update()
    _settle(runs, request)
    return slice_of(runs, request, 0.0, known)


def tuned(runs: Sequence[Run], trainings: Sequence[Training]) -> None:
    """Go on with other learning rates, batches, clips or decays. Raises ValueError for any other change."""
    for run, training in zip(runs, trainings, strict=True):
        run.tune(training)


def saved(runs: Sequence[Run], films: Sequence[Sequence[Checkpoint]]) -> tuple[bytes, ...]:
    """Each run as a file, with its film, which is kept elsewhere."""
    return tuple(save(run, film) for run, film in zip(runs, films, strict=True))


class Ask(NamedTuple):
    """A question about an earlier checkpoint of a run. seen: the latest look at it, whose counters stay."""

    experiment: Experiment
    checkpoint: Checkpoint
    request: ProbeRequest
    seen: Seen


def look_back(asks: Sequence[Ask | None]) -> tuple[ProbeResult | None, ...]:
    """What there was to see at earlier checkpoints of runs; None of those that are not asked about."""
    return tuple(_looked_back(*ask) if ask else None for ask in asks)


def _looked_back(experiment: Experiment, checkpoint: Checkpoint, request: ProbeRequest, seen: Seen) -> ProbeResult:
    network = restored(experiment, checkpoint.weights)
    asked = probe(experiment, request.probe)
    traced = trace(network, experiment.task, asked, truncate=experiment.training.truncate)
    sample, further = sample_of(experiment, network, request), ahead_of(experiment, network, request)
    return ProbeResult(replace(seen, request=request), traced, sample, further, checkpoint)


def _probed(run: Run, request: ProbeRequest) -> ProbeResult:
    # Of the processor's time, not by the clock: a busy browser beside it makes a look no dearer.
    start = time.thread_time()
    traced, sample = run.trace(request.probe), sample_of(run.experiment, run.network, request)
    further = ahead_of(run.experiment, run.network, request)
    checkpoint, cost = run.checkpoint(), time.thread_time() - start
    return ProbeResult(Seen(request, run.seconds, cost), traced, sample, further, checkpoint)


def _settle(runs: Sequence[Run], request: ProbeRequest) -> None:
    """If a network overflows on the probe sequence, let the next update find out and take the last one back.

    All runs make that update, so that they stay side by side.
    """
    if any(_overflows(run, request) for run in runs):
        for run in runs:
            run.update()


@torch.no_grad()
def _overflows(run: Run, request: ProbeRequest) -> bool:
    return not run.explosion and not bool(run.network(run.probe(request.probe).inputs).isfinite().all())


def ahead_of(experiment: Experiment, network: Network, request: ProbeRequest) -> Ahead | None:
    """What the network says will follow its probe sequence. None if that is no series, or if it cannot go on."""
    if not isinstance(experiment.task, Forecast) or not experiment.network.by_steps:
        return None
    return ahead(network, experiment.task, probe_generator(experiment, request.probe))


def sample_of(experiment: Experiment, network: Network, request: ProbeRequest) -> str | None:
    """The prompt, or else the text's first character, and what the network writes after it; as long as its one word.

    None if its task is not to write, or if it cannot at the moment.
    """
    task = experiment.task
    if not isinstance(task, Characters):
        return None
    generator = seeds.generator(experiment.training.seed, seeds.SAMPLE, request.probe)
    try:
        PROMPT.check("prompt", request.prompt)
        prompt = "".join(task.alphabet[code] for code in task.encode(task.spelled(request.prompt))) or task.source[0]
        length = SAMPLE_LENGTH if task.varied else max(1, len(task.source) - len(prompt))
        return prompt + write(network, task, prompt, length, request.temperature, generator)
    except SettingError:
        return None
