"""What the transcriptions of the papers share: types, the functions that the papers leave open, and stacked gates.

Each further file of this folder is a cell, by its key, transcribed from the paper that introduced it, independent of
the engine. It has

    states(weights, sequence, **options)  in plain NumPy: one sequence (T, I) of float64 goes in, and every state and
                                          gate comes out under its name as (T, units) over time. All states start at
                                          zero unless the cell says otherwise.
    CASES      the options to try it with, such that the state matters
    LEARNED    something it should learn, in how many updates: to a tenth of what chance scores
    NUMBERS    how many numbers are trained in a layer of 5 units that reads 3 and in its readout of 2, by hand

and, where there is something to say,

    HANDED_UP  what the layer above reads, side by side, where that is not h
    LIMITED    the settings of a network that are limited around it
    ROLES      of a cell whose parameters are not torch.nn's stacked ones: the names of those that read the input, that
               read the state, and of the biases, as the initialisations treat them
    UNBOUNDED  the gates that have no ends
    MEMORY     the parts of its state beside h, with their sizes where that is not H
    step(weights, x, state, hold)         of a cell with gates or a memory: one step in torch, with every gate taken
                                          through `hold`, so that it can be set, and a loss derived by the states.

Gates are stacked by rows, H rows each: weight_ih (k·H, I), weight_hh (k·H, H), bias_ih (k·H), bias_hh (k·H), and a
gate's bias is the sum of the last two. σ is the logistic function, ⊙ the elementwise product, h₋ the state one step
before. S1 is the text seeds/001_…; the number in brackets is its equation. Where the text, or usage since, has moved
away from the paper, the docstring says which of the two is transcribed.
"""

from collections.abc import Callable

import numpy as np
from torch import Tensor

Array = np.ndarray
Weights = dict[str, Array]
States = dict[str, Array]

State = dict[str, Tensor]
Hold = Callable[[str, Tensor], Tensor]
Tensors = dict[str, Tensor]


def sigmoid(a: Array) -> Array:
    """The logistic function σ(a) = 1/(1 + e⁻ᵃ)."""
    return 1 / (1 + np.exp(-a))


def relu(a: Array) -> Array:
    """ReLU(a) = max(a, 0)."""
    return np.maximum(a, 0)


def identity(a: Array) -> Array:
    """The argument itself."""
    return a


def softmax(a: Array) -> Array:
    """exp(a_k) / Σ_j exp(a_j) over a vector."""
    # A constant shift cancels in the quotient, and keeps exp from overflowing.
    e = np.exp(a - a.max())
    return e / e.sum()


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "relu": relu,
    "sigmoid": sigmoid,
    "identity": identity,
    "softmax": softmax,
}
"""The functions f and g the papers leave open, by name."""


def over_time(steps: list[States]) -> States:
    """What each step recorded, every name stacked to (T, units)."""
    return {name: np.array([step[name] for step in steps]) for name in steps[0]}


def gates(weights: Weights, count: int) -> list[tuple[Array, Array, Array]]:
    """W (H, I), U (H, H) and the total bias b (H) of each of the `count` stacked gates."""
    w = np.split(weights["weight_ih"], count)
    u = np.split(weights["weight_hh"], count)
    b = np.split(weights["bias_ih"] + weights["bias_hh"], count)
    return list(zip(w, u, b, strict=True))


def sums(w: Tensors, x: Tensor, h: Tensor, blocks: int) -> tuple[Tensor, ...]:
    """W x + U h + b of each stacked gate, in torch."""
    return (w["weight_ih"] @ x + w["bias_ih"] + w["weight_hh"] @ h + w["bias_hh"]).chunk(blocks)
