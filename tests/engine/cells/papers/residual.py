"""The residual form, transcribed."""

from typing import Any

import numpy as np

from tests.engine.cells.papers.shared import Array, States, Weights, gates, over_time

CASES: list[dict[str, Any]] = [{}]
LEARNED: tuple[int, dict[str, str]] = (600, {"task": "order", "length": "20"})
NUMBERS = (50, 12)


def states(weights: Weights, sequence: Array) -> States:
    """S1 (1.23), h = h₋ + g(x, h₋), with g(x, h₋) = tanh(W x + U h₋ + b).

    Weights: one stacked block. Result h.
    """
    [(w, u, b)] = gates(weights, 1)
    h, steps = np.zeros(u.shape[1]), []
    for x in sequence:
        h = h + np.tanh(w @ x + u @ h + b)
        steps.append({"h": h})
    return over_time(steps)
