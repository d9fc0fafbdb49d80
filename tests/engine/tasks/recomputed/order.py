"""Temporal order: which two letters X or Y came."""

from typing import Any

from engine.tasks import Batch
from tests.engine.tasks.recomputed.shared import symbols

SETTINGS: list[dict[str, Any]] = [{"length": length} for length in (10, 19, 50, 105)]
CORNERS: list[dict[str, Any]] = [{"length": 10, "readout": "mean"}]
SMALL: dict[str, Any] = {"length": 10}


def check(task: Any, batch: Batch) -> None:
    tenth = task.length // 10
    places: set[tuple[int, int]] = set()
    for tokens, target in zip(symbols(batch), batch.targets.tolist(), strict=True):
        letters = [task.input_symbols[token] for token in tokens]
        first, second = (t for t, letter in enumerate(letters) if letter in "XY")
        assert (letters[0], letters[-1]) == ("E", "B")
        assert set(letters[1:-1]) <= set("abcdXY")
        assert tenth <= first <= 2 * tenth
        assert 5 * tenth <= second <= 6 * tenth
        assert task.answer_symbols[target] == letters[first] + letters[second]
        places.add((first, second))
    if task.length < 20:
        assert len(places) == 4, "every place in both windows occurs"
