"""What a person is shown of one sequence: the right symbols, the network's answers, right and wrong told apart."""

import math

import pytest
import torch

from engine.tasks import TASKS, Batch, Classification, Quantity, Task, Tokens
from tests.engine.tasks.examples import EXAMPLES, IDS, generator, perfect


def test_hello_letter_by_letter() -> None:
    """hell → ello answered by eloo: right, right, wrong, right, with the probabilities that softmax gives."""
    task = TASKS["hello"](word="hello")
    outputs = torch.zeros(1, 4, 4)
    for t, (answer, height) in enumerate([("e", 1.0), ("l", 2.0), ("o", 3.0), ("o", 4.0)]):
        outputs[0, t, "helo".index(answer)] = height
    reading = task.describe(task.batch(1, generator()), outputs)
    assert isinstance(reading, Tokens)
    assert "".join(reading.inputs) == "hell"
    assert "".join(reading.targets) == "ello"
    assert "".join(reading.answers) == "eloo"
    assert reading.right == (True, True, False, True)
    shares = [math.exp(k) / (math.exp(k) + 3) for k in (1, 2, 4)]
    assert reading.probability == pytest.approx((shares[0], shares[1], 1 / (math.exp(3) + 3), shares[2]))


def test_copy_counts_the_letters_and_not_the_blanks() -> None:
    task = TASKS["copy"](length=3, symbols=2)
    batch = task.batch(1, generator())
    outputs = perfect(task, batch)
    outputs[0, -1] = outputs[0, -1].roll(1)
    outputs[0, 0] = outputs[0, 0].roll(1)
    reading = task.describe(batch, outputs)
    assert isinstance(reading, Tokens)
    word = reading.inputs[:2]
    assert set(word) <= set("ABCDEFGH")
    assert reading.inputs[2:] == ("·", "·", "»", "·", "·")
    assert reading.targets == ("·",) * 5 + word
    assert reading.answers[:6] == ("A", "·", "·", "·", "·", word[0])
    assert reading.right == (None,) * 5 + (True, False)


def test_echo_asks_nothing_before_the_delay() -> None:
    task = TASKS["echo"](length=5, delay=2, symbols=3)
    batch = task.batch(1, generator())
    reading = task.describe(batch, perfect(task, batch))
    assert isinstance(reading, Tokens)
    assert reading.targets == reading.answers == ("", "", *reading.inputs[:3])
    assert reading.right == (None, None, True, True, True)
    assert reading.probability == (0, 0, 1, 1, 1)


def test_order_asks_at_the_last_step() -> None:
    task = TASKS["order"](length=10)
    batch = task.batch(1, generator())
    wrong = perfect(task, batch).roll(1, -1)
    for outputs, right in ((perfect(task, batch), True), (wrong, False)):
        reading = task.describe(batch, outputs)
        assert isinstance(reading, Tokens)
        pair = "".join(letter for letter in reading.inputs if letter in "XY")
        assert reading.targets == ("",) * 9 + (pair,)
        assert (reading.answers[-1] == pair) is right
        assert reading.right == (None,) * 9 + (right,)
        assert reading.probability[-1] == (1 if right else 0)


@pytest.mark.parametrize(("off", "right"), [(0.0, True), (0.039, True), (-0.039, True), (0.041, False), (-0.5, False)])
def test_adding_is_right_within_its_tolerance(off: float, right: bool) -> None:
    task = TASKS["adding"](length=4)
    inputs = torch.tensor([[[0.5, 0.0], [0.25, 1.0], [0.125, 1.0], [0.75, 0.0]]])
    batch = Batch(inputs, torch.tensor([[0.375]]), torch.ones(1, 1, dtype=torch.bool))
    reading = task.describe(batch, torch.tensor([[0.375 + off]]))
    assert isinstance(reading, Quantity)
    assert reading.values == (0.5, 0.25, 0.125, 0.75)
    assert reading.marked == (False, True, True, False)
    assert (reading.target, reading.answer) == (0.375, pytest.approx(0.375 + off))
    assert (reading.tolerance, reading.right) == (0.04, right)


@pytest.mark.parametrize(("deviations", "right"), [(0.0, True), (0.09, True), (-0.11, False)])
def test_forecast_speaks_in_the_units_of_the_series(deviations: float, right: bool) -> None:
    task = TASKS["forecast"](series="own", values=tuple(float(1000 + 10 * k) for k in range(100)), length=3)
    batch = task.batch(1, generator())
    reading = task.describe(batch, batch.targets + deviations)
    assert isinstance(reading, Quantity)
    first, deviation = reading.values[0], 10 * math.sqrt((80**2 - 1) / 12)
    assert reading.values == pytest.approx((first, first + 10, first + 20), abs=1e-3)
    assert reading.target == pytest.approx(first + 30, abs=1e-3)
    assert reading.answer == pytest.approx(first + 30 + deviations * deviation, abs=1e-3)
    assert reading.tolerance == pytest.approx(0.1 * deviation)
    assert reading.right is right
    assert not any(reading.marked)


@pytest.mark.parametrize(("name", "task"), EXAMPLES, ids=IDS)
def test_reading_agrees_with_accuracy_and_loss(name: str, task: Task) -> None:
    """What is shown as right is what counts as right, and −ln of the shown probabilities is the loss."""
    batch = task.held_out(1, generator())
    outputs = torch.randn(perfect(task, batch).shape, generator=generator(1))
    reading = task.describe(batch, outputs)
    if isinstance(task, Classification):
        assert isinstance(reading, Tokens)
        counted = [right for right in reading.right if right is not None]
        assert sum(counted) / len(counted) == pytest.approx(task.accuracy(outputs, batch))
        asked = [p for p, target in zip(reading.probability, reading.targets, strict=True) if target]
        assert -sum(map(math.log, asked)) / len(asked) == pytest.approx(float(task.loss(outputs, batch)), rel=1e-4)
        assert len(reading.inputs) == len(reading.targets) == len(reading.answers) == task.steps
    else:
        assert isinstance(reading, Quantity)
        assert len(reading.values) == len(reading.marked) == task.steps
        assert reading.right == (task.accuracy(outputs, batch) == 1)
