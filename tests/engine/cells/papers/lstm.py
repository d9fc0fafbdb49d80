"""Long short-term memory, transcribed."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.engine.cells.papers.shared import (
    Array,
    Hold,
    State,
    States,
    Tensors,
    Weights,
    gates,
    over_time,
    sigmoid,
    sums,
)

CASES: list[dict[str, Any]] = [{}, {"forget_bias": -1.5}]
MEMORY: dict[str, int | None] = {"c": None}
LEARNED: tuple[int, dict[str, str]] = (600, {"task": "adding", "length": "20"})
NUMBERS = (4 * 50, 12)


def states(weights: Weights, sequence: Array, **_: float) -> States:
    """Gers, Schmidhuber & Cummins 2000: the memory s, its input, forget and output gates, its squashed input."""
    (w_in, u_in, b_in), (w_forget, u_forget, b_forget), (w_cell, u_cell, b_cell), (w_out, u_out, b_out) = gates(
        weights, 4
    )
    y, s, steps = np.zeros(u_in.shape[1]), np.zeros(u_in.shape[1]), []
    for x in sequence:
        y_in = sigmoid(w_in @ x + u_in @ y + b_in)
        y_forget = sigmoid(w_forget @ x + u_forget @ y + b_forget)
        y_out = sigmoid(w_out @ x + u_out @ y + b_out)
        squashed = np.tanh(w_cell @ x + u_cell @ y + b_cell)
        s = y_forget * s + y_in * squashed
        y = y_out * np.tanh(s)
        steps.append({"h": y, "c": s, "i": y_in, "f": y_forget, "g": squashed, "o": y_out})
    return over_time(steps)


def step(w: Tensors, x: Tensor, s: State, hold: Hold) -> State:
    a_i, a_f, a_g, a_o = sums(w, x, s["h"], 4)
    i, f = hold("i", torch.sigmoid(a_i)), hold("f", torch.sigmoid(a_f))
    g, o = hold("g", torch.tanh(a_g)), hold("o", torch.sigmoid(a_o))
    c = f * s["c"] + i * g
    return {"h": o * torch.tanh(c), "c": c}
