"""The gated orthogonal recurrent unit, transcribed."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.engine.cells.papers.shared import Array, Hold, State, States, Tensors, Weights, over_time, relu, sigmoid

CASES: list[dict[str, Any]] = [{}]
LEARNED: tuple[int, dict[str, str]] = (300, {"task": "adding", "length": "20"})
UNBOUNDED = {"n"}
NUMBERS = (3 * 15 + 2 * 25 + 2 * 5 + 25 + 5, 12)


def rotation(skew: Array) -> Array:
    """The orthogonal matrix exp(S − Sᵀ) of a square S = `skew`.

    K = S − Sᵀ is antisymmetric, so iK is Hermitian: iK = Q diag(λ) Q* with λ real, and exp(K) = Q diag(e^{−iλ}) Q*.
    """
    eigenvalues, q = np.linalg.eigh(1j * (skew - skew.T))
    # exp of a real matrix is real: what is left in the imaginary part is rounding.
    return (q @ np.diag(np.exp(-1j * eigenvalues)) @ q.conj().T).real


def states(weights: Weights, sequence: Array) -> States:
    """Jing et al. 2017: h = z ⊙ h₋ + (1 − z) ⊙ n, n = modReLU(W x + r ⊙ (U h₋), b) with U orthogonal.

    Real modReLU(a, b) = sign(a) ReLU(|a| + b). W x has no bias of its own: b is the one inside modReLU. The paper
    builds U of plane rotations; here it is the exponential of an antisymmetric matrix.

    Weights: weight_ih (3H, I), stacked r, z, n; weight_hh (2H, H) and bias_ih (2H), stacked r, z; bias_n (H); skew
    (H, H), for `rotation`. There is no bias_hh. Result h, r, z, n.
    """
    w_r, w_z, w_n = np.split(weights["weight_ih"], 3)
    u_r, u_z = np.split(weights["weight_hh"], 2)
    b_r, b_z = np.split(weights["bias_ih"], 2)
    u_n, b_n = rotation(weights["skew"]), weights["bias_n"]
    h, steps = np.zeros(u_n.shape[1]), []
    for x in sequence:
        r = sigmoid(w_r @ x + u_r @ h + b_r)
        z = sigmoid(w_z @ x + u_z @ h + b_z)
        a = w_n @ x + r * (u_n @ h)
        n = np.sign(a) * relu(np.abs(a) + b_n)
        h = z * h + (1 - z) * n
        steps.append({"h": h, "r": r, "z": z, "n": n})
    return over_time(steps)


def step(w: Tensors, x: Tensor, s: State, hold: Hold) -> State:
    x_r, x_z, x_n = (w["weight_ih"] @ x).chunk(3)
    u_r, u_z = (w["weight_hh"] @ s["h"]).chunk(2)
    b_r, b_z = w["bias_ih"].chunk(2)
    r, z = hold("r", torch.sigmoid(x_r + u_r + b_r)), hold("z", torch.sigmoid(x_z + u_z + b_z))
    a = x_n + r * (torch.linalg.matrix_exp(w["skew"] - w["skew"].T) @ s["h"])
    n = hold("n", a.sign() * (a.abs() + w["bias_n"]).clamp(min=0))
    return {"h": (1 - z) * n + z * s["h"]}
