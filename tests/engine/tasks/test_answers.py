"""The targets of every task, worked out again from the inputs in plain Python, and its losses where that is short."""

from typing import Any

import pytest

from engine.tasks import TASKS
from tests.engine.tasks.examples import RECOMPUTED, generator, recomputation

SIZE = 200

EVERY = [(key, settings) for key in RECOMPUTED for settings in recomputation(key).SETTINGS]

ELSEWHERE = {"adding", "copy", "hello", "text", "forecast", "echo", "neighbours", "order"}
"""Those whose losses test_chance.py and test_no_memory.py recompute, each in its own way."""


@pytest.mark.parametrize(("key", "settings"), EVERY, ids=str)
def test_targets_are_what_the_inputs_ask_for(key: str, settings: dict[str, Any]) -> None:
    task = TASKS[key](**settings)
    recomputation(key).check(task, task.batch(SIZE, generator()))


@pytest.mark.parametrize("length", [2, 3, 7, 12])
@pytest.mark.parametrize("key", sorted(set(RECOMPUTED) - ELSEWHERE))
def test_losses_by_going_through_all_sequences(key: str, length: int) -> None:
    task = TASKS[key](length=length)  # type: ignore[call-arg]  # all of them have a length
    chance, no_memory = recomputation(key).losses(task)
    assert task.chance_loss == pytest.approx(chance, rel=1e-12)
    assert task.no_memory_loss == pytest.approx(no_memory, rel=1e-12)
