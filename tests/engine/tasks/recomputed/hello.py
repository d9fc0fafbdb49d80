"""Spell a word: the next letter."""

from typing import Any

from engine.tasks import Batch
from tests.engine.tasks.recomputed.shared import symbols

SETTINGS: list[dict[str, Any]] = [{}, {"word": "banana bandana"}]
CORNERS: list[dict[str, Any]] = [{"word": "ab"}, {"word": "风吹水面层层浪"}]


def check(task: Any, batch: Batch) -> None:
    for tokens, targets in zip(symbols(batch), batch.targets.tolist(), strict=True):
        assert "".join(task.input_symbols[token] for token in tokens) == task.word[:-1]
        assert "".join(task.answer_symbols[target] for target in targets) == task.word[1:]
    assert batch.mask.all()
