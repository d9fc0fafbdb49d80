"""The chance level of each task is what its docstring's answer, the one that learned nothing, scores."""

import math

import numpy as np
import pytest
import torch

from engine.tasks import TASKS, Batch, Forecast, Task
from engine.tasks.sequence.forecast import SERIES
from tests.engine.tasks.examples import EXAMPLES, IDS, generator

MANY = 200_000
UNIFORM = ("echo", "neighbours", "order", "parity")
"""Tasks all of whose answers are equally likely."""


def large(logits: torch.Tensor) -> torch.Tensor:
    """Certainty: 0 where a class is possible, −1000 where it is ruled out."""
    return torch.where(logits.bool(), 0.0, -1000.0)


@pytest.mark.parametrize(
    ("name", "task"),
    [example for example in EXAMPLES if example[0] in UNIFORM],
    ids=[i for i, example in zip(IDS, EXAMPLES, strict=True) if example[0] in UNIFORM],
)
def test_uniform_answer_scores_chance(name: str, task: Task) -> None:
    batch = task.batch(7, generator())
    shape = (*batch.targets.shape, task.output_size)
    assert float(task.loss(torch.zeros(shape), batch)) == pytest.approx(task.chance_loss, rel=1e-6)
    assert task.chance_loss == pytest.approx(math.log(task.output_size), rel=1e-15)


@pytest.mark.parametrize("letters", [2, 3, 8])
def test_echo_has_no_favourite_letter(letters: int) -> None:
    """No constant answer beats the uniform one: every letter is asked for equally often (5 standard errors)."""
    task = TASKS["echo"](symbols=letters)
    targets = task.batch(5000, generator()).targets
    asked = targets[targets >= 0]
    shares = torch.bincount(asked, minlength=letters) / len(asked)
    assert (shares - 1 / letters).abs().max() < 5 * (1 / letters / len(asked)) ** 0.5


@pytest.mark.parametrize("name", ["order", "neighbours"])
def test_four_answers_are_equally_frequent(name: str) -> None:
    targets = TASKS[name]().batch(20_000, generator()).targets
    asked = targets[targets >= 0]
    shares = torch.bincount(asked, minlength=4) / len(asked)
    # Two overlapping pairs of the same bits are not independent: 20,000 is the least number of independent draws.
    assert (shares - 1 / 4).abs().max() < 5 * (3 / 16 / 20_000) ** 0.5


@pytest.mark.parametrize(("length", "symbols"), [(20, 4), (100, 10), (1, 1)])
def test_copy_blank_then_a_guess_scores_chance(length: int, symbols: int) -> None:
    task = TASKS["copy"](length=length, symbols=symbols)
    batch = task.batch(7, generator())
    possible = torch.zeros(7, task.steps, 9)
    possible[:, : length + symbols, 8] = 1
    possible[:, length + symbols :, :8] = 1
    assert float(task.loss(large(possible), batch)) == pytest.approx(task.chance_loss, rel=1e-6)


def test_copy_chance_is_the_papers() -> None:
    """Arjovsky et al. 2016: 10·ln 8/(T+20) for ten symbols."""
    assert TASKS["copy"](length=300, symbols=10).chance_loss == pytest.approx(10 * math.log(8) / 320, rel=1e-15)


def test_copy_a_guess_is_right_one_time_in_eight() -> None:
    """Accuracy counts the letters alone, or saying blank throughout would look good."""
    task = TASKS["copy"]()
    batch = task.batch(20_000, generator())
    guesses = torch.zeros(20_000, task.steps, 9)
    guesses[..., 3] = 1
    assert task.accuracy(guesses, batch) == pytest.approx(1 / 8, abs=5 * (7 / 64 / 80_000) ** 0.5)
    guesses[..., 8] = 2
    assert task.accuracy(guesses, batch) == 0


@pytest.mark.parametrize("length", [2, 3, 20])
def test_adding_constant_one_scores_a_sixth(length: int) -> None:
    """x = sum − 1 has E x² = 1/6 and E x⁴ = 1/15: the sample may be off by 5 standard errors, far from 0.1767."""
    task = TASKS["adding"](length=length)
    batch = task.batch(MANY, generator())
    error = 5 * math.sqrt((1 / 15 - 1 / 36) / MANY)
    assert error < 0.0025
    assert float(task.loss(torch.ones(MANY, 1), batch)) == pytest.approx(1 / 6, abs=error)
    assert task.chance_loss == 1 / 6


@pytest.mark.parametrize("constant", [0.9, 1.1])
def test_adding_no_constant_beats_one(constant: float) -> None:
    task = TASKS["adding"](length=10)
    batch = task.batch(MANY, generator())
    expected = 1 / 6 + 0.1**2
    assert float(task.loss(torch.full((MANY, 1), constant), batch)) == pytest.approx(expected, abs=0.0025)


@pytest.mark.parametrize("series", [*SERIES, "own"])
@pytest.mark.parametrize("length", [1, 20, 100])
def test_forecast_constant_zero_scores_chance(series: str, length: int) -> None:
    """Over all windows of the held-out part, each once, which is what drawing them uniformly tends to."""
    most = {"sunspots": 60, "own": 59}.get(series, 399)
    task = TASKS["forecast"](
        series=series, length=min(length, most), values=tuple(float(k * k % 101) for k in range(300))
    )
    assert isinstance(task, Forecast)
    held = task.parts[1]
    asked = np.array([float(held[start + task.steps]) for start in range(len(held) - task.steps)])
    everything = Batch(torch.empty(0), torch.tensor(asked)[:, None], torch.empty(0))
    assert float(task.loss(torch.zeros(len(asked), 1), everything)) == pytest.approx(task.chance_loss, rel=1e-5)
    drawn = task.held_out(50_000, generator())
    spread = 5 * float(np.std(asked**2)) / math.sqrt(50_000)
    assert float(task.loss(torch.zeros(50_000, 1), drawn)) == pytest.approx(task.chance_loss, abs=spread + 1e-6)


@pytest.mark.parametrize(("length", "distance"), [(20, 2), (3, 1), (50, 20)])
def test_neighbours_best_answer_from_the_past_scores_ln_2(length: int, distance: int) -> None:
    """It knows x[t−d] for sure and nothing of x[t+d]: two pairs stay possible."""
    task = TASKS["neighbours"](length=length, distance=distance)
    batch = task.batch(50, generator())
    bits = batch.inputs.argmax(-1)
    possible = torch.zeros(50, length, 4)
    for t in range(distance, length):
        for row in range(50):
            first = int(bits[row, t - distance])
            possible[row, t, 2 * first : 2 * first + 2] = 1
    assert float(task.loss(large(possible), batch)) == pytest.approx(math.log(2), rel=1e-6)
