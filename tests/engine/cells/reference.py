"""The cells' equations again, from the papers, in NumPy and independent of the engine; and how to compare.

Weights are given as the engine and torch.nn stack them: i, f, g, o and r, z, n, one gate of H rows each.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.cells import CELLS, Cell

CASES: list[tuple[str, dict[str, Any]]] = [
    ("rnn", {"activation": "tanh"}),
    ("rnn", {"activation": "relu"}),
    ("rnn", {"activation": "sigmoid"}),
    ("rnn", {"activation": "identity"}),
    ("lstm", {}),
    ("lstm", {"forget_bias": -1.5}),
    ("gru", {}),
]
"""Every equation on offer."""

NAMES = ["-".join([name, *map(str, options.values())]) for name, options in CASES]

SHAPES = [(3, 9, 4, 5), (1, 1, 1, 1), (4, 1, 2, 3), (1, 12, 3, 2)]
"""(B, T, I, H), with the corners where a transpose copies nothing."""

TOLERANCE = {torch.float32: 1e-6, torch.float64: 1e-13}

Weights = dict[str, np.ndarray]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(name: str, options: dict[str, Any], inputs: int, hidden: int, dtype: torch.dtype = torch.float64) -> Cell:
    """A cell with weights large enough to bend its squashing functions."""
    cell = CELLS[name](inputs, hidden, generator=generator(1), **options).to(dtype)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.add_(0.5 * torch.randn(parameter.shape, generator=generator(2), dtype=dtype))
    return cell


def sequences(batch: int, steps: int, inputs: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(batch, steps, inputs, generator=generator(3), dtype=dtype, requires_grad=True)


def values_and_gradients(run: Callable[[Tensor], Tensor], owner: torch.nn.Module, inputs: Tensor) -> dict[str, Tensor]:
    """h (B, T, H), and the gradients of a random weighted sum of it by the inputs and by every parameter."""
    h = run(inputs)
    weighting = torch.randn(h.shape, generator=generator(4), dtype=h.dtype)
    wanted = {"inputs": inputs, **dict(owner.named_parameters())}
    gradients = torch.autograd.grad((h * weighting).sum(), list(wanted.values()))
    return {"h": h.detach(), **dict(zip(wanted, gradients, strict=True))}


def assert_same(actual: dict[str, Tensor], expected: dict[str, Tensor], slack: float = 1) -> None:
    """Equal, each to within `slack` tolerances of its type times the largest number in it."""
    assert actual.keys() == expected.keys()
    for name, value in expected.items():
        scale = max(1.0, float(value.abs().max()))
        tolerance = slack * TOLERANCE[value.dtype] * scale
        torch.testing.assert_close(actual[name], value, rtol=0, atol=tolerance, msg=lambda text, n=name: f"{n}: {text}")


def weights_of(cell: torch.nn.Module) -> Weights:
    return {name: parameter.detach().double().numpy() for name, parameter in cell.named_parameters()}


def sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))


SQUASH: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "sigmoid": sigmoid,
    "identity": lambda a: a,
}


def elman(weights: Weights, sequence: np.ndarray, activation: str = "tanh") -> np.ndarray:
    """Elman 1990, for one sequence (T, I): h (T, H)."""
    h, states = np.zeros(weights["weight_hh"].shape[1]), []
    for x in sequence:
        context = weights["weight_hh"] @ h + weights["bias_hh"]
        h = SQUASH[activation](weights["weight_ih"] @ x + weights["bias_ih"] + context)
        states.append(h)
    return np.array(states)


def lstm(weights: Weights, sequence: np.ndarray, **_: float) -> np.ndarray:
    """Gers, Schmidhuber & Cummins 2000: the memory s, its input, forget and output gates, its squashed input."""
    hidden = weights["weight_hh"].shape[1]
    w_in, w_forget, w_cell, w_out = np.split(weights["weight_ih"], 4)
    u_in, u_forget, u_cell, u_out = np.split(weights["weight_hh"], 4)
    b_in, b_forget, b_cell, b_out = np.split(weights["bias_ih"] + weights["bias_hh"], 4)
    y, s, states = np.zeros(hidden), np.zeros(hidden), []
    for x in sequence:
        y_in = sigmoid(w_in @ x + u_in @ y + b_in)
        y_forget = sigmoid(w_forget @ x + u_forget @ y + b_forget)
        y_out = sigmoid(w_out @ x + u_out @ y + b_out)
        s = y_forget * s + y_in * np.tanh(w_cell @ x + u_cell @ y + b_cell)
        y = y_out * np.tanh(s)
        states.append(y)
    return np.array(states)


def gru(weights: Weights, sequence: np.ndarray) -> np.ndarray:
    """Cho et al. 2014, h = z ⊙ h₋ + (1 − z) ⊙ h̃, with r after the matrix product, as in torch and cuDNN."""
    w_reset, w_update, w_new = np.split(weights["weight_ih"], 3)
    u_reset, u_update, u_new = np.split(weights["weight_hh"], 3)
    b_reset, b_update, b_new = np.split(weights["bias_ih"], 3)
    c_reset, c_update, c_new = np.split(weights["bias_hh"], 3)
    h, states = np.zeros(u_reset.shape[1]), []
    for x in sequence:
        r = sigmoid(w_reset @ x + b_reset + u_reset @ h + c_reset)
        z = sigmoid(w_update @ x + b_update + u_update @ h + c_update)
        candidate = np.tanh(w_new @ x + b_new + r * (u_new @ h + c_new))
        h = z * h + (1 - z) * candidate
        states.append(h)
    return np.array(states)


EQUATIONS: dict[str, Callable[..., np.ndarray]] = {"rnn": elman, "lstm": lstm, "gru": gru}
