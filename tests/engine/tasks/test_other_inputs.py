"""What is right once an input is another: against the rule of each task, by going through what its sampler can draw."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.tasks import TASKS, Batch, Classification, Quantity, Task, Tokens
from engine.tasks.base import NO_ANSWER
from tests.engine.tasks.examples import EXAMPLES, IDS, RECOMPUTED, generator, perfect, recomputation

DRAWS = 3000

SMALL: list[tuple[str, dict[str, Any]]] = [
    *((key, recomputation(key).SMALL) for key in RECOMPUTED if hasattr(recomputation(key), "SMALL")),
    ("neighbours", {"length": 3, "distance": 1, "late": 2}),
]
"""So short that most sequences a change leads to are drawn sooner or later."""


@pytest.mark.parametrize(("name", "settings"), SMALL, ids=lambda part: part if isinstance(part, str) else "")
def test_a_changed_sequence_has_the_targets_with_which_it_is_drawn(name: str, settings: dict[str, Any]) -> None:
    """Every sequence of the sampler that differs from a drawn one in one step; the sampler alone says what is right."""
    task = TASKS[name](**settings)
    drawn = task.batch(DRAWS, generator())
    known: dict[tuple[Any, ...], tuple[Tensor, Tensor]] = {
        tuple(map(tuple, inputs.tolist())): (inputs, target)
        for inputs, target in zip(drawn.inputs, drawn.targets, strict=True)
    }
    checked = 0
    for inputs, target in list(known.values())[:40]:
        batch = Batch(inputs[None], target[None], drawn.mask[:1])
        for other, expected in known.values():
            if (inputs != other).any(-1).sum() != 1:
                continue
            found = task.targets_of(other[None], batch)[0]
            if name == "text":  # after its end the text goes on as it did
                assert torch.equal(found[:-1], expected[:-1])
                assert found[-1] == target[-1]
            else:
                assert torch.equal(found, expected), (inputs, other)
            checked += 1
    assert checked >= 10


@pytest.mark.parametrize("length", [2, 7, 50])
def test_adding_by_the_samplers_own_rule(length: int) -> None:
    """Any other numbers, and a mark moved within its half: the sum as it is drawn."""
    task = TASKS["adding"](length=length)
    one, other = task.batch(60, generator(1)), task.batch(60, generator(2))
    assert torch.equal(task.targets_of(other.inputs, one), other.targets)
    values = one.inputs.clone()
    values[:, :, 0] = other.inputs[:, :, 0]
    marked = one.inputs[:, :, 1] == 1
    for row, target in enumerate(task.targets_of(values, one)):
        assert float(target) == pytest.approx(sum(values[row, marked[row], 0].tolist()))


@pytest.mark.parametrize(("name", "task"), EXAMPLES, ids=IDS)
def test_the_same_inputs_have_the_same_targets(name: str, task: Task) -> None:
    batch = task.held_out(5, generator())
    assert torch.equal(task.targets_of(batch.inputs.clone(), batch), batch.targets)


def after(task: Task, batch: Batch, step: int, row: list[float]) -> Batch:
    inputs = batch.inputs.clone()
    inputs[0, step] = torch.tensor(row)
    return task.with_inputs(batch, inputs)


def one_hot(task: Classification, symbol: str) -> list[float]:
    return [float(each == symbol) for each in task.input_symbols]


def test_what_cannot_be_told_is_not_told() -> None:
    adding = TASKS["adding"](length=6)
    batch = adding.batch(1, generator())
    seen = after(adding, batch, 2, [0.3, 0.5])
    assert math.isnan(seen.targets[0, 0])
    described = adding.describe(seen, torch.tensor([[0.7]]))
    assert isinstance(described, Quantity)
    assert (described.right, described.answer) == (None, pytest.approx(0.7))

    forecast = TASKS["forecast"](series="sine", length=5)
    batch = forecast.held_out(1, generator())
    assert math.isnan(after(forecast, batch, 4, [0.1]).targets[0, 0])

    order = TASKS["order"](length=10)
    assert isinstance(order, Classification)
    batch = order.batch(1, generator())
    first = int((batch.inputs[0].argmax(-1) >= 6).int().argmax())
    for row in (one_hot(order, "a"), [0.0] * 8):
        assert after(order, batch, first, row).targets.tolist() == [NO_ANSWER]
    assert after(order, batch, 4, one_hot(order, "X")).targets.tolist() == [NO_ANSWER]
    assert torch.equal(after(order, batch, 0, one_hot(order, "c")).targets, batch.targets)

    copy = TASKS["copy"](length=3, symbols=2)
    assert isinstance(copy, Classification)
    batch = copy.batch(1, generator())
    assert (after(copy, batch, 1, one_hot(copy, "·")).targets == NO_ANSWER).all()
    assert (after(copy, batch, 4, one_hot(copy, "·")).targets == NO_ANSWER).all(), "no sign to go"
    assert (after(copy, batch, 2, one_hot(copy, "»")).targets == NO_ANSWER).all(), "a second sign"
    assert torch.equal(after(copy, batch, 3, one_hot(copy, "C")).targets, batch.targets), "a letter in the gap"


def test_only_the_answers_that_a_step_decides_become_unknown() -> None:
    echo = TASKS["echo"](length=8, delay=2, symbols=3)
    assert isinstance(echo, Classification)
    batch = echo.batch(1, generator())
    seen = after(echo, batch, 3, [0.5, 0.5, 0.0])
    different = (seen.targets != batch.targets).nonzero()
    assert different.tolist() == [[0, 5]]
    assert seen.targets[0, 5] == NO_ANSWER
    told = echo.describe(seen, perfect(echo, batch))
    assert isinstance(told, Tokens)
    assert told.right == (None, None, True, True, True, None, True, True)
    assert (told.targets[5], told.answers[5]) == ("", echo.describe(batch, perfect(echo, batch)).answers[5])


def test_after_what_is_no_bit_the_parity_is_unknown() -> None:
    parity = TASKS["parity"](length=6)
    assert isinstance(parity, Classification)
    batch = parity.batch(1, generator())
    turned = one_hot(parity, "10"[int(batch.inputs[0, 2].argmax())])
    assert (after(parity, batch, 2, turned).targets != batch.targets).tolist() == [[False] * 2 + [True] * 4]
    seen = after(parity, batch, 2, [0.5, 0.5])
    assert torch.equal(seen.targets[:, :2], batch.targets[:, :2])
    assert (seen.targets[:, 2:] == NO_ANSWER).all()
