"""The structurally constrained network, transcribed."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.engine.cells.papers.shared import Array, Hold, State, States, Tensors, Weights, over_time, sigmoid

CASES: list[dict[str, Any]] = [{"alpha": 0.95, "slow": 2}, {"alpha": 0.4, "slow": 7}]
HANDED_UP = ("h", "s")
MEMORY: dict[str, int | None] = {"s": 16}
LEARNED: tuple[int, dict[str, str]] = (300, {"task": "echo", "length": "12", "delay": "2", "symbols": "3"})
LIMITED = {"transition_depth"}
ROLES: tuple[tuple[str, ...], ...] = (("A", "B", "P"), ("R",), ())
NUMBERS = (5 * 3 + 16 * 3 + 5 * 16 + 5 * 5, 2 * (5 + 16) + 2)


def states(weights: Weights, sequence: Array, alpha: float = 0.95, **_: int) -> States:
    """Mikolov et al. 2014: a context s = (1 − α) B x + α s₋ that moves slowly, and h = σ(P s + A x + R h₋).

    h sees the context of its own step. There are no biases.

    Weights A (H, I), B (S, I), P (H, S), R (H, H). Result h, s.
    """
    h, s, steps = np.zeros(weights["R"].shape[0]), np.zeros(weights["B"].shape[0]), []
    for x in sequence:
        s = (1 - alpha) * (weights["B"] @ x) + alpha * s
        h = sigmoid(weights["P"] @ s + weights["A"] @ x + weights["R"] @ h)
        steps.append({"h": h, "s": s})
    return over_time(steps)


def step(w: Tensors, x: Tensor, s: State, hold: Hold, alpha: float = 0.95) -> State:
    slow = (1 - alpha) * (w["B"] @ x) + alpha * s["s"]
    return {"h": torch.sigmoid(w["P"] @ slow + w["A"] @ x + w["R"] @ s["h"]), "s": slow}
