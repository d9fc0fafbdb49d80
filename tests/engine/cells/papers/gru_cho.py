"""The gated recurrent unit in Cho's form, transcribed."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.engine.cells.papers.shared import Array, Hold, State, States, Tensors, Weights, gates, over_time, sigmoid

CASES: list[dict[str, Any]] = [{}]
LEARNED: tuple[int, dict[str, str]] = (300, {"task": "adding", "length": "20"})
NUMBERS = (3 * 50, 12)


def states(weights: Weights, sequence: Array) -> States:
    """Cho et al. 2014: n = tanh(W x + U (r ⊙ h₋) + b), h = z ⊙ h₋ + (1 − z) ⊙ n.

    The reset gate comes before the matrix product, unlike in torch and cuDNN, so both biases of n stay outside it.
    The paper omits the biases.

    Weights: stacked r, z, n. Result h, r, z, n.
    """
    (w_r, u_r, b_r), (w_z, u_z, b_z), (w_n, u_n, b_n) = gates(weights, 3)
    h, steps = np.zeros(u_r.shape[1]), []
    for x in sequence:
        r = sigmoid(w_r @ x + u_r @ h + b_r)
        z = sigmoid(w_z @ x + u_z @ h + b_z)
        n = np.tanh(w_n @ x + u_n @ (r * h) + b_n)
        h = z * h + (1 - z) * n
        steps.append({"h": h, "r": r, "z": z, "n": n})
    return over_time(steps)


def step(w: Tensors, x: Tensor, s: State, hold: Hold) -> State:
    x_r, x_z, x_n = (w["weight_ih"] @ x + w["bias_ih"]).chunk(3)
    (u_r, u_z, u_n), (b_r, b_z, b_n) = w["weight_hh"].chunk(3), w["bias_hh"].chunk(3)
    r, z = hold("r", torch.sigmoid(x_r + u_r @ s["h"] + b_r)), hold("z", torch.sigmoid(x_z + u_z @ s["h"] + b_z))
    return {"h": (1 - z) * hold("n", torch.tanh(x_n + u_n @ (r * s["h"]) + b_n)) + z * s["h"]}
