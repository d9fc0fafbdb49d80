"""Parity: whether the number of ones so far is odd."""

import math
from itertools import product
from typing import Any

from engine.tasks import Batch, Task
from tests.engine.tasks.recomputed.shared import symbols

SETTINGS: list[dict[str, Any]] = [{"length": length} for length in (2, 3, 20)]
CORNERS: list[dict[str, Any]] = [{"length": 2}]
SMALL: dict[str, Any] = {"length": 5}


def odd(bits: list[int] | tuple[int, ...], step: int) -> bool:
    return bits[: step + 1].count(1) % 2 == 1


def check(task: Any, batch: Batch) -> None:
    for bits, targets in zip(symbols(batch), batch.targets.tolist(), strict=True):
        assert [task.input_symbols[bit] for bit in bits] == [str(bit) for bit in bits]
        for t, target in enumerate(targets):
            assert task.answer_symbols[target] == ("odd" if odd(bits, t) else "even")
    assert batch.mask.all()
    assert {tuple(bits[:2]) for bits in symbols(batch)} == {(0, 0), (0, 1), (1, 0), (1, 1)}


def losses(task: Task) -> tuple[float, float]:
    """Over all sequences of bits and all steps: the entropy of the answer, and that given the present bit."""
    answers = [(bits[t], odd(bits, t)) for bits in product((0, 1), repeat=task.steps) for t in range(task.steps)]

    def entropy(known: list[bool]) -> float:
        share = sum(known) / len(known)
        return -sum(p * math.log(p) for p in (share, 1 - share) if p)

    without = entropy([answer for _, answer in answers])
    given = [[answer for bit, answer in answers if bit == seen] for seen in (0, 1)]
    return without, sum(len(known) * entropy(known) for known in given) / len(answers)
