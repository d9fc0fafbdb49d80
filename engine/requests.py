"""What pages ask about a checkpoint of a run. It is worked out in a worker: all are functions of plain data."""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor

from engine import seeds
from engine.experiment import Experiment
from engine.generate.text import LENGTH, Written, sample
from engine.observe.gradients import Gradients, Question, Strength, gradients, strengths
from engine.observe.keeping import SEQUENCES, Tells, tells
from engine.observe.notes import passages
from engine.observe.properties import measured
from engine.observe.reading import Passage, read
from engine.observe.step import Change, changed, changed_inputs, reads, what_if
from engine.observe.trace import Trace
from engine.observe.unit_search import Match, best_units
from engine.run import probe, restored
from engine.tasks import Characters


def gradients_at(experiment: Experiment, weights: Tensor, sequence: int, question: Question) -> tuple[Gradients, float]:
    """The gradients through time on probe sequence `sequence`, and the seconds that took."""
    start = time.perf_counter()
    network, batch = restored(experiment, weights), probe(experiment, sequence)
    found = gradients(network, experiment.task, batch, question, experiment.training.truncate)
    return found, time.perf_counter() - start


def strengths_at(checkpoints: Sequence[tuple[Experiment, Tensor]], sequence: int) -> list[tuple[Strength, ...]]:
    """Of several runs on the same probe sequence, how much of the gradient every step gets."""
    return [
        strengths(restored(experiment, weights), experiment.task, probe(experiment, sequence))
        for experiment, weights in checkpoints
    ]


def tells_at(experiment: Experiment, weights: Tensor) -> Tells:
    """How well each unit tells the answer, over held-out sequences that are the same at every moment of a run."""
    task = experiment.task
    batch = task.held_out(SEQUENCES, seeds.generator(experiment.training.seed, seeds.HELD_OUT, 0))
    return tells(restored(experiment, weights), task, batch)


class Step(NamedTuple):
    """A step of one layer in one direction: what it reads (I), the state before it, its number in the order of reading.

    number counts from 0; of: how many steps that layer takes.
    """

    x: Tensor
    before: Any
    number: int
    of: int


def steps_at(
    experiment: Experiment,
    weights: Tensor,
    sequence: int,
    place: tuple[int, str, int],
    changes: Sequence[Change | None],
) -> list[Step]:
    """The step at a place, which is a layer (from 1), a direction and a time step (from 1); once with each change."""
    network, inputs = restored(experiment, weights), probe(experiment, sequence).inputs
    layer, direction, t = place
    found = []
    for change in changes:
        other = changed(network, change) if change else network
        read = passages(other, changed_inputs(inputs, change) if change else inputs)
        passage = next(each for each in read if each.placed[1:3] == (layer, direction))
        number = passage.number(t - 1, inputs.shape[1])
        found.append(Step(reads(passage)[number], passage.before[number], number, len(passage.states)))
    return found


def both_traces(experiment: Experiment, weights: Tensor, sequence: int, change: Change) -> tuple[Trace, Trace]:
    """What there is to see of the sequence as it is, and once one number is another."""
    return what_if(restored(experiment, weights), experiment.task, probe(experiment, sequence), change)


def passage_at(experiment: Experiment, weights: Tensor) -> tuple[Passage, float]:
    """A text as the network reads it, and the seconds that took."""
    start = time.perf_counter()
    passage = read(restored(experiment, weights), _text(experiment))
    return passage, time.perf_counter() - start


def best_in(passage: Passage, name: str, character: str) -> list[Match]:
    """The units that follow a property best. Raises SettingError if it cannot be searched for."""
    return best_units(passage, measured(passage.text, name, character))


def written_at(
    experiment: Experiment, weights: Tensor, prompt: str, temperature: float, top_k: int, number: int
) -> Written:
    """Sample `number` (0, 1, …) of what the network writes. Raises SettingError if it cannot."""
    task = _text(experiment)
    generator = seeds.generator(experiment.training.seed, seeds.SAMPLE, number)
    length = (
        LENGTH.default if task.varied else max(1, len(task.source) - max(1, len(task.encode(task.spelled(prompt)))))
    )
    return sample(restored(experiment, weights), task, prompt, length, temperature, generator, top_k)


def _text(experiment: Experiment) -> Characters:
    task = experiment.task
    assert isinstance(task, Characters), "asked of text tasks only"
    return task
