"""A slice: a little training and a look at the result, the unit of work that an executor is handed."""

import time
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine import seeds
from engine.fields import FieldError
from engine.tasks import Characters
from engine.training import Run, Snapshot
from engine.writing import PROMPT, TEMPERATURE, write

LOOKING_SHARE = 0.03
"""While training, looking takes at most this share of the time; a slow look happens less often, never instead."""

SAMPLE_LENGTH = 120


@dataclass(frozen=True)
class Look:
    """What a visitor looks at: which probe sequence, and how the network is to write (text tasks only)."""

    probe: int = 0
    prompt: str = ""
    temperature: float = TEMPERATURE.default


@dataclass(frozen=True)
class Frame:
    """What a slice brings back. `at` and `cost` are training time and duration of the look in it, in seconds.

    weights: all that is trained, end to end, as it was when the trace in the snapshot was taken.
    spent: processor time of the whole slice, in seconds; less than it lasted if it had to wait for others.
    """

    snapshot: Snapshot
    sample: str | None
    look: Look
    at: float = field(compare=False)
    cost: float = field(compare=False)
    weights: Tensor = field(compare=False)
    spent: float = field(default=0.0, compare=False)


def slice_of(run: Run, look: Look, seconds: float, last: Frame | None = None) -> Frame:
    """Train for `seconds`, looking included, then take a snapshot. With 0 seconds: only look.

    The look is taken anew if it differs from the last one, if nothing is to be trained, or once enough training has
    gone by; otherwise the last one is shown again beside the new losses.
    """
    begun = time.thread_time()
    expected = last.cost if last else 0.0
    fresh = (
        last is None
        or seconds == 0
        or look != last.look
        or (run.seconds + seconds - last.at) * LOOKING_SHARE >= expected
    )
    run.advance(max(seconds - expected, seconds / 2) if fresh else seconds)
    if last is not None and not fresh:
        snapshot, spent = run.snapshot(last.snapshot.trace), time.thread_time() - begun
        return Frame(snapshot, last.sample, look, last.at, last.cost, last.weights, spent)
    if seconds:
        _settle(run, look)
    start = time.perf_counter()
    trace, sample = run.trace(look.probe), sample_of(run, look)
    weights, cost = run.weights(), time.perf_counter() - start
    return Frame(run.snapshot(trace), sample, look, run.seconds, cost, weights, time.thread_time() - begun)


def one_update(run: Run, look: Look) -> Frame:
    """A single update and a look at it."""
    run.update()
    _settle(run, look)
    return slice_of(run, look, 0.0)


@torch.no_grad()
def _settle(run: Run, look: Look) -> None:
    """If the network overflows on the probe sequence, let the next update find out and take the last one back."""
    if not run.network(run.probe(look.probe).inputs).isfinite().all():
        with torch.enable_grad():
            run.update()


def sample_of(run: Run, look: Look) -> str | None:
    """The prompt, or else the text's first character, and what the network writes after it; as long as its one word.

    None if its task is not to write, or if it cannot at the moment.
    """
    task = run.experiment.task
    if not isinstance(task, Characters):
        return None
    generator = seeds.generator(run.experiment.training.seed, seeds.SAMPLE, look.probe)
    try:
        PROMPT.check("prompt", look.prompt)
        prompt = "".join(task.alphabet[code] for code in task.encode(look.prompt)) or task.source[0]
        length = SAMPLE_LENGTH if task.varied else max(1, len(task.source) - len(prompt))
        return prompt + write(run.network, task, prompt, length, look.temperature, generator)
    except FieldError:
        return None
