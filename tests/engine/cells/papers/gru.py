"""The gated recurrent unit in PyTorch's form, transcribed."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.engine.cells.papers.shared import Array, Hold, State, States, Tensors, Weights, over_time, sigmoid

CASES: list[dict[str, Any]] = [{}]
LEARNED: tuple[int, dict[str, str]] = (400, {"task": "adding", "length": "20"})
NUMBERS = (3 * 50, 12)


def states(weights: Weights, sequence: Array) -> States:
    """Cho et al. 2014, h = z ⊙ h₋ + (1 − z) ⊙ h̃, with r after the matrix product, as in torch and cuDNN."""
    w_reset, w_update, w_new = np.split(weights["weight_ih"], 3)
    u_reset, u_update, u_new = np.split(weights["weight_hh"], 3)
    b_reset, b_update, b_new = np.split(weights["bias_ih"], 3)
    c_reset, c_update, c_new = np.split(weights["bias_hh"], 3)
    h, steps = np.zeros(u_reset.shape[1]), []
    for x in sequence:
        r = sigmoid(w_reset @ x + b_reset + u_reset @ h + c_reset)
        z = sigmoid(w_update @ x + b_update + u_update @ h + c_update)
        candidate = np.tanh(w_new @ x + b_new + r * (u_new @ h + c_new))
        h = z * h + (1 - z) * candidate
        steps.append({"h": h, "r": r, "z": z, "n": candidate})
    return over_time(steps)


def step(w: Tensors, x: Tensor, s: State, hold: Hold) -> State:
    x_r, x_z, x_n = (w["weight_ih"] @ x + w["bias_ih"]).chunk(3)
    u_r, u_z, u_n = (w["weight_hh"] @ s["h"] + w["bias_hh"]).chunk(3)
    r, z = hold("r", torch.sigmoid(x_r + u_r)), hold("z", torch.sigmoid(x_z + u_z))
    return {"h": (1 - z) * hold("n", torch.tanh(x_n + r * u_n)) + z * s["h"]}
