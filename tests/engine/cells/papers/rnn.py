"""The simple recurrent network, transcribed."""

from typing import Any

import numpy as np

from tests.engine.cells.papers.shared import FUNCTIONS, Array, States, Weights, gates, over_time

CASES: list[dict[str, Any]] = [
    {"activation": "tanh"},
    {"activation": "relu"},
    {"activation": "sigmoid"},
    {"activation": "identity"},
]
LEARNED: tuple[int, dict[str, str]] = (300, {"task": "order", "length": "20", "lr": "0.003"})
NUMBERS = (5 * (3 + 5 + 2), 12)


def states(weights: Weights, sequence: Array, activation: str = "tanh") -> States:
    """Elman 1990, h = f(W x + U h₋ + b)."""
    [(w, u, b)] = gates(weights, 1)
    h, steps = np.zeros(u.shape[1]), []
    for x in sequence:
        h = FUNCTIONS[activation](w @ x + u @ h + b)
        steps.append({"h": h})
    return over_time(steps)
