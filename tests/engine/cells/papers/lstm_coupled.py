"""The LSTM with coupled gates, transcribed."""

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

CASES: list[dict[str, Any]] = [{}]
MEMORY: dict[str, int | None] = {"c": None}
LEARNED: tuple[int, dict[str, str]] = (300, {"task": "adding", "length": "20"})
NUMBERS = (3 * 50, 12)


def states(weights: Weights, sequence: Array) -> States:
    """Greff et al. 2017, CIFG, the coupled input and forget gate: f = 1 − i.

    As in S1, without the peepholes that the paper's own CIFG keeps.

    Weights: stacked i, g, o. Result h, c, i, f, g, o.
    """
    (w_i, u_i, b_i), (w_g, u_g, b_g), (w_o, u_o, b_o) = gates(weights, 3)
    h, c, steps = np.zeros(u_i.shape[1]), np.zeros(u_i.shape[1]), []
    for x in sequence:
        i = sigmoid(w_i @ x + u_i @ h + b_i)
        f = 1 - i
        g = np.tanh(w_g @ x + u_g @ h + b_g)
        o = sigmoid(w_o @ x + u_o @ h + b_o)
        c = f * c + i * g
        h = o * np.tanh(c)
        steps.append({"h": h, "c": c, "i": i, "f": f, "g": g, "o": o})
    return over_time(steps)


def step(w: Tensors, x: Tensor, s: State, hold: Hold) -> State:
    a_i, a_g, a_o = sums(w, x, s["h"], 3)
    i = hold("i", torch.sigmoid(a_i))
    c = hold("f", 1 - i) * s["c"] + i * hold("g", torch.tanh(a_g))
    return {"h": hold("o", torch.sigmoid(a_o)) * torch.tanh(c), "c": c}
