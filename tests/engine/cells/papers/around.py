"""What stands around the cells, transcribed from its papers in plain NumPy: deep maps, highways, ridge regression."""

from collections.abc import Sequence

import numpy as np

from tests.engine.cells.papers.shared import Array, sigmoid


def mlp(weights: Sequence[tuple[Array, Array]], x: Array) -> Array:
    """Pascanu et al. 2014, the deep map put in place of a shallow one: x → tanh(W x + b), layer after layer.

    Weights: (W, b) of each layer, the first applied first.
    """
    for w, b in weights:
        x = np.tanh(w @ x + b)
    return x


def highway(x: Array, transformed: Array, W_T: Array, b_T: Array) -> Array:  # noqa: N803 (the paper's letters)
    """Srivastava, Greff & Schmidhuber 2015: T ⊙ transformed + (1 − T) ⊙ x, T = σ(W_T x + b_T).

    `transformed` is the paper's H(x), of the size of x.
    """
    t = sigmoid(W_T @ x + b_T)
    return t * transformed + (1 - t) * x


def ridge(states: Array, targets: Array, strength: float) -> Array:
    """An echo state network's readout by ridge regression, from states (N, K) and targets (N, O): [V, c] (O, K+1).

    Minimises Σ_n ‖V h_n + c − y_n‖² + strength ‖[V, c]‖² by its normal equations: the bias is the weight of a last
    column of ones, and is penalised like the rest.
    """
    x = np.hstack([states, np.ones((len(states), 1))])
    return np.linalg.solve(x.T @ x + strength * np.eye(x.shape[1]), x.T @ targets).T
