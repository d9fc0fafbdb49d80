"""Neighbours: the letters before and after."""

from typing import Any

import torch

from engine.tasks import Batch
from tests.engine.tasks.recomputed.shared import symbols

SETTINGS: list[dict[str, Any]] = [
    {"length": length, "distance": distance} for length, distance in ((3, 1), (20, 2), (9, 4))
]
CORNERS: list[dict[str, Any]] = [{"length": 3, "distance": 1}]
SMALL: dict[str, Any] = {"length": 4, "distance": 1}


def check(task: Any, batch: Batch) -> None:
    length, distance = task.length, task.distance
    for tokens, targets in zip(symbols(batch), batch.targets.tolist(), strict=True):
        for t, target in enumerate(targets):
            if distance <= t < length - distance:
                pair = "AB"[tokens[t - distance]] + "AB"[tokens[t + distance]]
                assert task.answer_symbols[target] == pair
            else:
                assert target == -100
    assert torch.equal(batch.mask, batch.targets >= 0)
