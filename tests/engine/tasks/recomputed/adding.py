"""Adding: the sum of the two marked numbers."""

from typing import Any

import pytest

from engine.tasks import Batch, Task

SETTINGS: list[dict[str, Any]] = [{"length": length} for length in (2, 3, 7, 50)]
CORNERS: list[dict[str, Any]] = [{"length": 2, "readout": "mean"}]


def check(task: Task, batch: Batch) -> None:
    length = task.steps
    firsts, seconds = set(), set()
    for sequence, target in zip(batch.inputs.tolist(), batch.targets.tolist(), strict=True):
        marked = [t for t, (_, mark) in enumerate(sequence) if mark == 1]
        assert all(mark in (0, 1) and 0 <= value < 1 for value, mark in sequence)
        first, second = marked
        assert first < length // 2 <= second
        assert target == [pytest.approx(sequence[first][0] + sequence[second][0])]
        firsts.add(first)
        seconds.add(second)
    if length <= 7:
        assert (firsts, seconds) == (set(range(length // 2)), set(range(length // 2, length)))
