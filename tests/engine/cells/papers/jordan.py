"""Jordan's network, transcribed."""

from typing import Any

import numpy as np

from tests.engine.cells.papers.shared import FUNCTIONS, Array, States, Weights, over_time

CASES: list[dict[str, Any]] = [
    {"activation": "tanh", "feedback": "softmax"},
    {"activation": "sigmoid", "feedback": "identity"},
]
HANDED_UP = ("y",)
LEARNED: tuple[int, dict[str, str]] = (300, {"task": "echo", "length": "12", "delay": "2", "symbols": "3"})
LIMITED = {"direction", "layers", "output_depth", "transition_depth"}
ROLES: tuple[tuple[str, ...], ...] = (("W",), ("U",), ("b",))
NUMBERS = (15 + 5 * 2 + 5 + 2 * 5 + 2, 0)


def states(weights: Weights, sequence: Array, activation: str = "tanh", feedback: str = "identity") -> States:
    """Jordan 1986: the hidden layer sees the last output, h = f(W x + U g(y₋) + b) with y = V h + c.

    y is the net input of the output layer, g(y) its activation, and g(y) is what is fed back: a vector of zeros at
    the first step, whatever g(0) is. Jordan's state units also decay, s = μ s₋ + g(y₋); this is μ = 0, as in the
    texts.

    Weights W (H, I), U (H, O), b (H), V (O, H), c (O). Options: f in `activation`, g in `feedback`. Result h, y.
    """
    f, g = FUNCTIONS[activation], FUNCTIONS[feedback]
    fed_back, steps = np.zeros(weights["V"].shape[0]), []
    for x in sequence:
        h = f(weights["W"] @ x + weights["U"] @ fed_back + weights["b"])
        y = weights["V"] @ h + weights["c"]
        fed_back = g(y)
        steps.append({"h": h, "y": y})
    return over_time(steps)
