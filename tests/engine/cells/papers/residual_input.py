"""The residual form on the input, transcribed."""

from typing import Any

import numpy as np

from tests.engine.cells.papers.shared import Array, States, Weights, over_time

CASES: list[dict[str, Any]] = [{}]
LEARNED: tuple[int, dict[str, str]] = (600, {"task": "adding", "length": "20", "input_depth": "1"})
LIMITED = {"transition_depth"}
ROLES: tuple[tuple[str, ...], ...] = (("W",), (), ("b",))
NUMBERS = (15 + 5, 12)


def states(weights: Weights, sequence: Array) -> States:
    """S1 (1.22), h = h₋ + g(x), with g(x) = tanh(W x + b).

    Weights W (H, I), b (H). Result h.
    """
    h, steps = np.zeros(weights["W"].shape[0]), []
    for x in sequence:
        h = h + np.tanh(weights["W"] @ x + weights["b"])
        steps.append({"h": h})
    return over_time(steps)
