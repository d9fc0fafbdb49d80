"""Echo: the letter of some steps earlier."""

from typing import Any

from engine.tasks import Batch
from tests.engine.tasks.recomputed.shared import symbols

SETTINGS: list[dict[str, Any]] = [
    {"length": length, "delay": delay, "symbols": letters}
    for length, delay, letters in ((2, 1, 2), (30, 3, 4), (10, 9, 8))
]
CORNERS: list[dict[str, Any]] = [{"length": 2, "delay": 1, "symbols": 2}]
SMALL: dict[str, Any] = {"length": 4, "delay": 2, "symbols": 2}


def check(task: Any, batch: Batch) -> None:
    length, delay = task.length, task.delay
    for tokens, targets, counts in zip(symbols(batch), batch.targets.tolist(), batch.mask.tolist(), strict=True):
        assert targets == [-100] * delay + [tokens[t - delay] for t in range(delay, length)]
        assert counts == [t >= delay for t in range(length)]
    assert set(batch.inputs.argmax(-1).unique().tolist()) == set(range(task.symbols))
