"""The LSTM with peepholes, transcribed."""

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
NUMBERS = (4 * 50 + 3 * 5, 12)


def states(weights: Weights, sequence: Array) -> States:
    """Gers, Schraudolph & Schmidhuber 2002: each gate also looks at the memory of its own unit.

    i and f look at the memory before the step, o at the memory after it. The memory is squashed on its way out,
    h = o ⊙ tanh(c), as in S1 and Greff et al. 2017.

    Weights: stacked i, f, g, o, and the diagonals weight_ci, weight_cf, weight_co (H). Result h, c, i, f, g, o.
    """
    (w_i, u_i, b_i), (w_f, u_f, b_f), (w_g, u_g, b_g), (w_o, u_o, b_o) = gates(weights, 4)
    p_i, p_f, p_o = weights["weight_ci"], weights["weight_cf"], weights["weight_co"]
    h, c, steps = np.zeros(u_i.shape[1]), np.zeros(u_i.shape[1]), []
    for x in sequence:
        i = sigmoid(w_i @ x + u_i @ h + p_i * c + b_i)
        f = sigmoid(w_f @ x + u_f @ h + p_f * c + b_f)
        g = np.tanh(w_g @ x + u_g @ h + b_g)
        c = f * c + i * g
        o = sigmoid(w_o @ x + u_o @ h + p_o * c + b_o)
        h = o * np.tanh(c)
        steps.append({"h": h, "c": c, "i": i, "f": f, "g": g, "o": o})
    return over_time(steps)


def step(w: Tensors, x: Tensor, s: State, hold: Hold) -> State:
    a_i, a_f, a_g, a_o = sums(w, x, s["h"], 4)
    i = hold("i", torch.sigmoid(a_i + w["weight_ci"] * s["c"]))
    f = hold("f", torch.sigmoid(a_f + w["weight_cf"] * s["c"]))
    c = f * s["c"] + i * hold("g", torch.tanh(a_g))
    return {"h": hold("o", torch.sigmoid(a_o + w["weight_co"] * c)) * torch.tanh(c), "c": c}
