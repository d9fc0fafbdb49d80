"""Every cell's equations in NumPy under the cell's own names: the first three here, the others in papers.py."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.engine.cells import papers
from tests.engine.cells.papers import FUNCTIONS, Array, States, Weights, gates, over_time, sigmoid


def elman(weights: Weights, sequence: Array, activation: str = "tanh") -> States:
    """Elman 1990, h = f(W x + U h₋ + b)."""
    [(w, u, b)] = gates(weights, 1)
    h, steps = np.zeros(u.shape[1]), []
    for x in sequence:
        h = FUNCTIONS[activation](w @ x + u @ h + b)
        steps.append({"h": h})
    return over_time(steps)


def lstm(weights: Weights, sequence: Array, **_: float) -> States:
    """Gers, Schmidhuber & Cummins 2000: the memory s, its input, forget and output gates, its squashed input."""
    (w_in, u_in, b_in), (w_forget, u_forget, b_forget), (w_cell, u_cell, b_cell), (w_out, u_out, b_out) = gates(
        weights, 4
    )
    y, s, steps = np.zeros(u_in.shape[1]), np.zeros(u_in.shape[1]), []
    for x in sequence:
        y_in = sigmoid(w_in @ x + u_in @ y + b_in)
        y_forget = sigmoid(w_forget @ x + u_forget @ y + b_forget)
        y_out = sigmoid(w_out @ x + u_out @ y + b_out)
        squashed = np.tanh(w_cell @ x + u_cell @ y + b_cell)
        s = y_forget * s + y_in * squashed
        y = y_out * np.tanh(s)
        steps.append({"h": y, "c": s, "i": y_in, "f": y_forget, "g": squashed, "o": y_out})
    return over_time(steps)


def gru(weights: Weights, sequence: Array) -> States:
    """Cho et al. 2014, h = z ⊙ h₋ + (1 − z) ⊙ h̃, with r after the matrix product, as in torch and cuDNN."""
    w_reset, w_update, w_new = np.split(weights["weight_ih"], 3)
    u_reset, u_update, u_new = np.split(weights["weight_hh"], 3)
    b_reset, b_update, b_new = np.split(weights["bias_ih"], 3)
    c_reset, c_update, c_new = np.split(weights["bias_hh"], 3)
    h, steps = np.zeros(u_reset.shape[1]), []
    for x in sequence:
        r = sigmoid(w_reset @ x + b_reset + u_reset @ h + c_reset)
        z = sigmoid(w_update @ x + b_update + u_update @ h + c_update)
        candidate = np.tanh(w_new @ x + b_new + r * (u_new @ h + c_new))
        h = z * h + (1 - z) * candidate
        steps.append({"h": h, "r": r, "z": z, "n": candidate})
    return over_time(steps)


def unitary(weights: Weights, sequence: Array) -> States:
    z = papers.unitary(weights, sequence)["z"]
    return {"h": np.concatenate([z.real, z.imag], axis=-1), "modulus": np.abs(z), "phase": np.angle(z)}


EQUATIONS: dict[str, Callable[..., States]] = {
    "rnn": elman,
    "lstm": lstm,
    "gru": gru,
    "jordan": lambda w, x, activation, feedback: papers.jordan(w, x, activation, output=feedback),
    "residual_input": papers.residual_input,
    "residual": papers.residual,
    "lstm_1997": papers.lstm_1997,
    "lstm_peephole": papers.lstm_peephole,
    "lstm_coupled": papers.lstm_coupled,
    "gru_cho": papers.gru_cho,
    "scrn": lambda w, x, alpha, slow: papers.scrn(w, x, alpha),
    "unitary": unitary,
    "goru": papers.goru,
    "indrnn": papers.indrnn,
    "clockwork": papers.clockwork,
    "esn": lambda w, x, leak, **_: papers.echo_state(w, x, leak),
    "grid_lstm": papers.grid_lstm,
}

HANDED_UP: dict[str, tuple[str, ...]] = {"jordan": ("y",), "scrn": ("h", "s"), "grid_lstm": ("h_depth", "c_depth")}
"""What the layer above reads, side by side, where that is not h."""


def transcribed(name: str, options: dict[str, Any], weights: Weights, sequence: Array) -> States:
    """All states and gates of one sequence (T, I), and as `output` what the layer above reads: (T, units) each."""
    seen = EQUATIONS[name](weights, sequence, **options)
    return {**seen, "output": np.concatenate([seen[part] for part in HANDED_UP.get(name, ("h",))], axis=-1)}
