"""The echo state network, transcribed."""

from typing import Any

import numpy as np

from tests.engine.cells.papers.shared import Array, States, Weights, over_time

CASES: list[dict[str, Any]] = [{"leak": 0.3}, {"leak": 1.0, "sparsity": 0.2}]
LEARNED: tuple[int, dict[str, str]] = (25, {"task": "forecast", "hidden": "100"})
LIMITED = {"init", "input_depth", "transition_depth"}
NUMBERS = (0, 12)


def states(weights: Weights, sequence: Array, leak: float = 0.3, **_: float) -> States:
    """Jaeger 2001, with leaky units: h = (1 − a) h₋ + a tanh(W_in x + W h₋ + b), nothing of it trained.

    The leak in this form, one a in both places, is that of Lukoševičius 2012.

    Weights W_in (H, I), W (H, H), b (H). Option: a in `leak`. Result h.
    """
    h, steps = np.zeros(weights["W"].shape[0]), []
    for x in sequence:
        h = (1 - leak) * h + leak * np.tanh(weights["W_in"] @ x + weights["W"] @ h + weights["b"])
        steps.append({"h": h})
    return over_time(steps)
