"""The independently recurrent network, transcribed."""

from typing import Any

import numpy as np

from tests.engine.cells.papers.shared import FUNCTIONS, Array, States, Weights, over_time

CASES: list[dict[str, Any]] = [{"activation": "relu"}, {"activation": "tanh"}]
LEARNED: tuple[int, dict[str, str]] = (300, {"task": "adding", "length": "20", "layers": "2"})
ROLES: tuple[tuple[str, ...], ...] = (("W",), (), ("b",))
NUMBERS = (15 + 5 + 5, 12)


def states(weights: Weights, sequence: Array, activation: str = "relu") -> States:
    """Li et al. 2018: h = f(W x + u ⊙ h₋ + b), unit n hearing only itself, h_n = f(w_n · x + u_n h_n₋ + b_n).

    Weights W (H, I), u (H), b (H). Option: f in `activation`. Result h.
    """
    f, w, u, b = FUNCTIONS[activation], weights["W"], weights["u"], weights["b"]
    h, steps = np.zeros(len(u)), []
    for x in sequence:
        h = np.array([f(w[n] @ x + u[n] * h[n] + b[n]) for n in range(len(u))])
        steps.append({"h": h})
    return over_time(steps)
