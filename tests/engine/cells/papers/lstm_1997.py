"""The LSTM of 1997, transcribed."""

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
LEARNED: tuple[int, dict[str, str]] = (600, {"task": "adding", "length": "20"})
NUMBERS = (3 * 50, 12)


def states(weights: Weights, sequence: Array) -> States:
    """Hochreiter & Schmidhuber 1997, before the forget gate: c = c₋ + i ⊙ g, h = o ⊙ tanh(c).

    As in S1: both squashing functions are tanh. The paper scales logistic functions to (−2, 2) for the input and
    (−1, 1) for the output.

    Weights: stacked i, g, o. Result h, c, i, g, o.
    """
    (w_i, u_i, b_i), (w_g, u_g, b_g), (w_o, u_o, b_o) = gates(weights, 3)
    h, c, steps = np.zeros(u_i.shape[1]), np.zeros(u_i.shape[1]), []
    for x in sequence:
        i = sigmoid(w_i @ x + u_i @ h + b_i)
        g = np.tanh(w_g @ x + u_g @ h + b_g)
        o = sigmoid(w_o @ x + u_o @ h + b_o)
        c = c + i * g
        h = o * np.tanh(c)
        steps.append({"h": h, "c": c, "i": i, "g": g, "o": o})
    return over_time(steps)


def step(w: Tensors, x: Tensor, s: State, hold: Hold) -> State:
    a_i, a_g, a_o = sums(w, x, s["h"], 3)
    c = s["c"] + hold("i", torch.sigmoid(a_i)) * hold("g", torch.tanh(a_g))
    return {"h": hold("o", torch.sigmoid(a_o)) * torch.tanh(c), "c": c}
