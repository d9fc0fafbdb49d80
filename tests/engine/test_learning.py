"""The tasks are learned by the networks that can, and not by those that cannot. Seconds each."""

import math

import pytest
import torch

from engine import CELLS, Experiment, Run, seeds
from engine.tasks import Forecast
from engine.writing import write

pytestmark = pytest.mark.learning


def learned(updates: int, **params: str) -> Run:
    run = Run(Experiment.from_params(params))
    for _ in range(updates):
        run.update()
    assert run.explosion is None
    return run


def held_out(run: Run, size: int = 500) -> tuple[float, float]:
    """Loss and accuracy on a large fresh sample."""
    batch = run.experiment.task.held_out(size, seeds.generator(99, seeds.HELD_OUT, 0))
    with torch.no_grad():
        outputs = run.network(batch.inputs)
    return float(run.experiment.task.loss(outputs, batch)), run.experiment.task.accuracy(outputs, batch)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("word", ["hello", "风吹水面层层浪"])
def test_hello_is_spelled_by_every_cell(cell: str, word: str) -> None:
    run = learned(300, task="hello", word=word, cell=cell)
    loss, accuracy = held_out(run)
    assert accuracy == 1
    assert loss < 0.05
    text = write(run.network, run.experiment.task, word[0], len(word) - 1, 0.1, torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    assert text == word[1:]


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_adding_is_learned_by_gated_cells(cell: str) -> None:
    """Far below 1/6, what answering 1 every time scores."""
    run = learned(600, task="adding", length="20", cell=cell)
    loss, accuracy = held_out(run)
    assert loss < 0.02
    assert accuracy > 0.25
    assert run.losses.table()[0, 1] > 0.1


@pytest.mark.parametrize("cell", CELLS)
def test_neighbours_needs_the_future(cell: str) -> None:
    both = learned(300, task="neighbours", cell=cell, direction="bidirectional")
    loss, accuracy = held_out(both)
    assert loss < 0.05
    assert accuracy > 0.98
    for direction in ("forward", "backward"):
        loss, accuracy = held_out(learned(300, task="neighbours", cell=cell, direction=direction))
        assert math.log(2) - 0.03 < loss < math.log(2) + 0.1
        assert accuracy == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("cell", CELLS)
def test_echo_needs_the_past(cell: str) -> None:
    task = {"task": "echo", "length": "12", "delay": "2", "symbols": "3", "cell": cell}
    _, accuracy = held_out(learned(300, **task))
    assert accuracy > 0.98
    loss, accuracy = held_out(learned(300, **task, direction="backward"))
    assert loss > math.log(3) - 0.02
    assert accuracy == pytest.approx(1 / 3, abs=0.05)


@pytest.mark.parametrize("cell", CELLS)
def test_forecast_beats_the_last_value_again(cell: str) -> None:
    """On the held-out end of the Mackey–Glass series, by far."""
    run = learned(300, task="forecast", series="mackey_glass", cell=cell)
    task = run.experiment.task
    assert isinstance(task, Forecast)
    loss, accuracy = held_out(run)
    assert loss < task.last_value_loss / 5
    assert accuracy > 0.9


def test_sine_is_forecast_down_to_its_noise() -> None:
    """Noise of 0.1 beside a sine of variance ½: no forecast is better than 0.01 / 0.51 of the variance."""
    run = learned(400, task="forecast", series="sine")
    task = run.experiment.task
    assert isinstance(task, Forecast)
    floor = 0.1**2 / task.scale[1] ** 2
    assert 0.7 * floor < held_out(run)[0] < 2 * floor < task.last_value_loss < task.chance_loss


def test_order_is_told() -> None:
    loss, accuracy = held_out(learned(500, task="order", length="20", cell="gru"))
    assert loss < 0.1
    assert accuracy > 0.97


def test_copy_is_learned_across_a_short_gap() -> None:
    run = learned(1000, task="copy", length="5", symbols="2", cell="gru", lr="0.02")
    loss, accuracy = held_out(run)
    assert loss < run.experiment.task.chance_loss / 3
    assert accuracy > 0.9


def test_text_gets_better_than_the_letters_frequencies() -> None:
    run = learned(400, task="text", length="30", hidden="64")
    loss, accuracy = held_out(run, 100)
    codes = run.experiment.task.parts[0]  # type: ignore[attr-defined]
    shares = torch.bincount(codes).double() / len(codes)
    entropy = -float((shares[shares > 0] * shares[shares > 0].log()).sum())
    assert loss < entropy - 0.2 < run.experiment.task.chance_loss
    assert accuracy > 0.3
