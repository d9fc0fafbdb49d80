"""A slice: a little training and a look at the result, the unit of work that an executor is handed.

Usually of one run; of several side by side, all of them make the same number of updates in it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch

from engine import seeds
from engine.config import Experiment
from engine.fields import FieldError
from engine.film import Moment
from engine.network import Network
from engine.tasks import Characters
from engine.trace import trace
from engine.training import Run, Snapshot, advance, probe, restored
from engine.writing import PROMPT, TEMPERATURE, write

LOOKING_SHARE = 0.03
"""While training, looking takes at most this share of the time as a rule; a slow look happens less often."""

SAMPLE_LENGTH = 120


@dataclass(frozen=True)
class Look:
    """What a visitor looks at: which probe sequence, and how the network is to write (text tasks only)."""

    probe: int = 0
    prompt: str = ""
    temperature: float = TEMPERATURE.default


@dataclass(frozen=True)
class Frame:
    """What a slice brings back of a run. `at` and `cost` are training time and duration of the look in it, in seconds.

    moment: the weights when the trace in the snapshot was taken, which may be a few updates behind its losses.
    film: the moments for the run's film that came with this slice.
    """

    snapshot: Snapshot
    sample: str | None
    look: Look
    at: float = field(compare=False)
    cost: float = field(compare=False)
    moment: Moment = field(compare=False)
    film: tuple[Moment, ...] = field(default=(), compare=False)


Frames = tuple[Frame, ...]


def slice_of(
    runs: Sequence[Run], look: Look, seconds: float, last: Frames = (), looking: float = LOOKING_SHARE
) -> Frames:
    """Train all `runs` for `seconds`, looking included, then take a frame of each. With 0 seconds: only look.

    The looks are taken anew if they differ from the last ones, if nothing is to be trained, or once so much training
    has gone by that looking takes no more than a share `looking` of the time; otherwise the last ones are shown again
    beside the new losses.
    """
    expected = sum(frame.cost for frame in last)
    trained = sum(run.seconds for run in runs) - sum(frame.at for frame in last)
    fresh = (
        not last
        or seconds == 0
        or any(frame.look != look for frame in last)
        or (trained + seconds) * looking >= expected
    )
    advance(runs, max(seconds - expected, seconds / 2) if fresh else seconds)
    if fresh:
        if seconds > 0:
            _settle(runs, look)
        frames = [_look(run, look) for run in runs]
    else:
        frames = [replace(old, snapshot=run.snapshot(old.snapshot.trace)) for run, old in zip(runs, last, strict=True)]
    return tuple(replace(frame, film=run.film.take()) for run, frame in zip(runs, frames, strict=True))


def one_update(runs: Sequence[Run], look: Look) -> Frames:
    """A single update of each and a look at it."""
    for run in runs:
        run.update()
    _settle(runs, look)
    return slice_of(runs, look, 0.0)


def earlier(moment: Moment, frame: Frame, look: Look) -> Frame:
    """What `frame` was at an earlier moment of its run, when it had not exploded yet: the same numbers as then."""
    now = frame.snapshot
    network = restored(now.experiment, moment.weights)
    losses, held_out, norms = (rows[rows[:, 0] <= moment.updates] for rows in (now.losses, now.held_out, now.norms))
    snapshot = replace(
        now,
        updates=moment.updates,
        losses=losses,
        held_out=held_out,
        gradient_norm=float(norms[-1, 1]) if len(norms) else None,
        norms=norms,
        explosion=None,
        trace=trace(network, now.experiment.task, probe(now.experiment, look.probe)),
    )
    return replace(frame, snapshot=snapshot, sample=sample_of(now.experiment, network, look), look=look, moment=moment)


def _look(run: Run, look: Look) -> Frame:
    start = time.perf_counter()
    seen, sample = run.trace(look.probe), sample_of(run.experiment, run.network, look)
    moment, cost = run.moment(), time.perf_counter() - start
    return Frame(run.snapshot(seen), sample, look, run.seconds, cost, moment)


def _settle(runs: Sequence[Run], look: Look) -> None:
    """If a network overflows on the probe sequence, let the next update find out and take the last one back.

    All runs make that update, so that they stay side by side.
    """
    if any(_overflows(run, look) for run in runs):
        for run in runs:
            run.update()


@torch.no_grad()
def _overflows(run: Run, look: Look) -> bool:
    return not run.explosion and not bool(run.network(run.probe(look.probe).inputs).isfinite().all())


def sample_of(experiment: Experiment, network: Network, look: Look) -> str | None:
    """The prompt, or else the text's first character, and what the network writes after it; as long as its one word.

    None if its task is not to write, or if it cannot at the moment.
    """
    task = experiment.task
    if not isinstance(task, Characters):
        return None
    generator = seeds.generator(experiment.training.seed, seeds.SAMPLE, look.probe)
    try:
        PROMPT.check("prompt", look.prompt)
        prompt = "".join(task.alphabet[code] for code in task.encode(look.prompt)) or task.source[0]
        length = SAMPLE_LENGTH if task.varied else max(1, len(task.source) - len(prompt))
        return prompt + write(network, task, prompt, length, look.temperature, generator)
    except FieldError:
        return None
