"""Copy: the first letters again after the sign."""

from typing import Any

from engine.tasks import Batch
from tests.engine.tasks.recomputed.shared import symbols

SETTINGS: list[dict[str, Any]] = [
    {"length": length, "symbols": letters} for length, letters in ((1, 1), (5, 3), (20, 4))
]
CORNERS: list[dict[str, Any]] = [{"length": 1, "symbols": 1}, {"length": 400, "symbols": 50}]
SMALL: dict[str, Any] = {"length": 2, "symbols": 1}


def check(task: Any, batch: Batch) -> None:
    length, letters = task.length, task.symbols
    for tokens, targets, counts in zip(symbols(batch), batch.targets.tolist(), batch.mask.tolist(), strict=True):
        word, rest = tokens[:letters], tokens[letters:]
        assert all(letter < 8 for letter in word)
        assert rest == [8] * (length - 1) + [9] + [8] * letters
        assert targets == [8] * (letters + length) + word
        assert counts == [False] * (letters + length) + [True] * letters
    assert {tokens[0] for tokens in symbols(batch)} == set(range(8))
