"""Write like a text: the next character of a passage."""

from typing import Any

from engine.tasks import Batch
from tests.engine.tasks.recomputed.shared import symbols

SETTINGS: list[dict[str, Any]] = [{"corpus": "own", "text": "the cat sat on the mat. " * 9, "length": 7}]
CORNERS: list[dict[str, Any]] = [
    {"corpus": "tang"},
    {"corpus": "own", "text": "the cat sat on the mat. ", "length": 9},
]
SMALL: dict[str, Any] = {"corpus": "own", "text": "aabcbbacacbabccab" * 8, "length": 3}


def check(task: Any, batch: Batch) -> None:
    for tokens, targets in zip(symbols(batch), batch.targets.tolist(), strict=True):
        passage = "".join(task.input_symbols[token] for token in tokens)
        following = "".join(task.answer_symbols[target] for target in targets)
        assert len(passage) == task.length
        assert passage[1:] == following[:-1]
        assert passage + following[-1] in task.source
    assert batch.mask.all()
