"""Batches drawn ahead are the batches that would be drawn one by one."""

import pytest
import torch

from engine import Experiment, batches, seeds
from engine.batches import AHEAD, AHEAD_BYTES, Batches
from engine.tasks import Batch, Task
from engine.tasks.sequence.adding import Adding

SIZE, SEED = 4, 7


def alone(task: Task, number: int, size: int = SIZE) -> Batch:
    """Batch `number` as the seeds define it."""
    return task.batch(size, seeds.generator(SEED, seeds.TRAIN, number))


def equal(one: Batch, other: Batch) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


class Counted(Adding):
    """Adding that counts how often it draws."""

    drawn = 0

    def batch(self, size: int, generator: torch.Generator) -> Batch:
        type(self).drawn += 1
        return super().batch(size, generator)


@pytest.fixture(autouse=True)
def from_none() -> None:
    Counted.drawn = 0


@pytest.mark.parametrize("params", [{"task": "adding"}, {"task": "hello"}, {"task": "text"}, {"task": "forecast"}])
def test_batch_k_depends_on_k_alone(params: dict[str, str]) -> None:
    task = Experiment.from_params(params).task
    in_order, anyhow = Batches(task, SIZE, SEED), Batches(task, SIZE, SEED)
    for number in range(1, 2 * AHEAD + 4):
        assert equal(in_order[number], alone(task, number))
    for number in (40, 3, 4, 3, 3, 19, 1, 41, 2):
        assert equal(anyhow[number], alone(task, number))


def test_none_is_drawn_twice_in_order() -> None:
    drawn = Batches(Counted(length=20), SIZE, SEED)
    for number in range(1, 2 * (AHEAD + 1) + 1):
        _ = drawn[number]
    assert Counted.drawn == 2 * (AHEAD + 1)


@pytest.mark.parametrize("size", [16, 64, 256])
def test_what_lies_ready_is_bounded(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    task = Counted(length=500)
    monkeypatch.setattr(batches, "AHEAD", 1000)
    bytes_each = sum(part.nbytes for part in alone(task, 1, size))
    Counted.drawn = 0
    _ = Batches(task, size, SEED)[1]
    assert (Counted.drawn - 1) * bytes_each <= AHEAD_BYTES < Counted.drawn * bytes_each
