"""The minimal GRU, transcribed."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.engine.cells.papers.shared import Array, Hold, State, States, Tensors, Weights, over_time, sigmoid

CASES: list[dict[str, Any]] = [{}]
LEARNED: tuple[int, dict[str, str]] = (400, {"task": "order", "length": "20"})
LIMITED = {"transition_depth"}
ROLES: tuple[tuple[str, ...], ...] = (("W_z", "W_n"), (), ("b_z", "b_n"))
UNBOUNDED = {"n"}
NUMBERS = (2 * (5 * 3 + 5), 12)


def states(weights: Weights, sequence: Array) -> States:
    """Feng et al. 2024: h = (1 − z) ⊙ h₋ + z ⊙ h̃ with z = σ(Linear(x)), h̃ = Linear(x); h̃ is called n here.

    Weights W_z, W_n (H, I), b_z, b_n (H). Result h, z, n.
    """
    h, steps = np.zeros(len(weights["b_z"])), []
    for x in sequence:
        z = sigmoid(weights["W_z"] @ x + weights["b_z"])
        candidate = weights["W_n"] @ x + weights["b_n"]
        h = (1 - z) * h + z * candidate
        steps.append({"h": h, "z": z, "n": candidate})
    return over_time(steps)


def step(w: Tensors, x: Tensor, s: State, hold: Hold) -> State:
    z, n = hold("z", torch.sigmoid(w["W_z"] @ x + w["b_z"])), hold("n", w["W_n"] @ x + w["b_n"])
    return {"h": (1 - z) * s["h"] + z * n}
