"""The tasks are learned by the networks that can, and not by those that cannot. Seconds each."""

import math

import pytest
import torch

from engine import CELLS, Experiment, Run, seeds
from engine.generate.text import write
from engine.tasks import Characters, Forecast
from tests.engine.cells.transcribed import paper

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
    run = learned(300, task="hello", word=word, cell=cell, fit="gradient")
    loss, accuracy = held_out(run)
    assert accuracy == 1
    assert loss < 0.1
    text = write(run.network, run.experiment.task, word[0], len(word) - 1, 0.1, torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    assert text == word[1:]


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_learns_something_beyond_spelling(cell: str) -> None:
    """To a tenth of what chance scores."""
    updates, params = paper(cell).LEARNED
    run = learned(updates, cell=cell, **params)
    chance = run.experiment.task.chance_loss
    loss, _ = held_out(run)
    assert loss < chance / 10
    assert run.losses.table()[0, 1] > 0.5 * chance


@pytest.mark.parametrize("cell", CELLS)
def test_the_experiment_on_its_card_shows_a_cell_learning(cell: str) -> None:
    """Within 1,000 updates it is far below chance, a text below no memory, and not by luck of one measurement alone."""
    run = Run(Experiment.from_params({"cell": cell, **CELLS[cell].about.best}))
    task = run.experiment.task
    enough = task.no_memory_loss if isinstance(task, Characters) else 0.6 * task.chance_loss
    losses: list[float] = []
    while run.updates < 1000 and not (len(losses) > 1 and max(losses[-2:]) < enough):
        for _ in range(50):
            run.update()
        losses.append(held_out(run, 200)[0])
    assert max(losses[-2:]) < enough


def test_jordans_network_cannot_add() -> None:
    """All that it can carry over 20 steps is one number, the sum as far as it goes, which it has to answer."""
    run = learned(600, cell="jordan", task="adding", length="20")
    assert held_out(run)[0] > 0.9 * run.experiment.task.chance_loss


def test_what_adds_up_cannot_tell_an_order() -> None:
    """Of four orders of two letters it knows which letters came, and so half of the cases: ln 2 / 2 is its best."""
    run = learned(800, cell="residual_input", task="order", length="10")
    loss, accuracy = held_out(run)
    assert 0.9 * math.log(2) / 2 < loss < 1.2 * math.log(2) / 2
    assert accuracy == pytest.approx(0.75, abs=0.05)


def test_lone_units_cannot_add_without_a_layer_that_mixes_them() -> None:
    """One IndRNN layer alone cannot multiply a value by its mark; a second one can."""
    one, two = (held_out(learned(400, cell="indrnn", task="adding", length="20", layers=n))[0] for n in ("1", "2"))
    assert two < 0.02 < 0.08 < one


@pytest.mark.parametrize(("cell", "updates"), [("gru", 300), ("lstm", 400), ("rnn", 800)])
def test_parity_is_counted(cell: str, updates: int) -> None:
    loss, accuracy = held_out(learned(updates, cell=cell, task="parity"))
    assert loss < 0.02
    assert accuracy == 1


def test_what_only_fades_cannot_count_the_parity() -> None:
    """In one layer of a minGRU no factor on the old state is below 0, so no unit turns round at every 1."""
    run = learned(1500, cell="mingru", task="parity")
    loss, accuracy = held_out(run)
    assert loss > 0.8 * run.experiment.task.chance_loss
    assert accuracy < 0.7


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "goru", "clockwork"])
def test_neighbours_needs_the_future(cell: str) -> None:
    both = learned(300, task="neighbours", cell=cell, direction="bidirectional")
    loss, accuracy = held_out(both)
    assert loss < 0.05
    assert accuracy > 0.98
    for direction in ("forward", "backward"):
        loss, accuracy = held_out(learned(300, task="neighbours", cell=cell, direction=direction))
        assert math.log(2) - 0.03 < loss < math.log(2) + 0.1
        assert accuracy == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell not in ("residual_input", "indrnn", "esn", "mingru")])
def test_echo_needs_the_past(cell: str) -> None:
    """Those left out keep what came, and not when; or leave it to a linear readout to find out."""
    task = {"task": "echo", "length": "12", "delay": "2", "symbols": "3", "cell": cell}
    _, accuracy = held_out(learned(300, **task))
    assert accuracy > 0.98
    loss, accuracy = held_out(learned(300, **task, direction="backward"))
    assert loss > math.log(3) - 0.02
    assert accuracy == pytest.approx(1 / 3, abs=0.05)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if not cell.startswith("residual")])
def test_forecast_beats_the_last_value_again(cell: str) -> None:
    """On the held-out end of the Mackey–Glass series, by far. The residual forms fill up instead and forget nothing."""
    layers = "2" if cell == "indrnn" else "1"
    updates = 1000 if cell == "mingru" else 300  # linear in what it reads, but for its gate
    run = learned(updates, task="forecast", series="mackey_glass", cell=cell, layers=layers)
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
