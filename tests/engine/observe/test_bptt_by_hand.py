"""Exercises 1-1, 1-2 and 1-3: backpropagation through time derived by hand, in NumPy, against autograd to 1e-10.

Every network answers at each step; L is the mean of L_t = −log softmax(V h_t + c)[target] over the steps asked.
"""

from typing import Any

import numpy as np
import pytest
import torch

from engine import Experiment
from engine.run import build
from engine.tasks import Batch

Arrays = dict[str, np.ndarray]
TOLERANCE = {"rtol": 0, "atol": 1e-10}


class Case:
    """A network in double precision, one sequence, autograd's gradients, and what the derivations start from."""

    def __init__(self, cell: str) -> None:
        experiment = Experiment.from_params({"task": "echo", "length": "9", "delay": "2", "cell": cell, "hidden": "5"})
        network = build(experiment).double()
        batch = experiment.task.batch(1, torch.Generator().manual_seed(3))
        batch = Batch(batch.inputs.double(), *batch[1:])
        experiment.task.loss(network(batch.inputs), batch).backward()
        own: Any = network.layers[0].cells[0]  # type: ignore[index, union-attr]
        self.found: Arrays = {name: p.grad.numpy() for name, p in own.named_parameters()}
        self.w, self.u = own.weight_ih.detach().numpy(), own.weight_hh.detach().numpy()
        self.b_w, self.b_u = own.bias_ih.detach().numpy(), own.bias_hh.detach().numpy()
        readout: Any = network.readout[-1]
        self.v, self.c = readout.weight.detach().numpy(), readout.bias.detach().numpy()
        self.x, self.targets = batch.inputs[0].numpy(), batch.targets[0].numpy()
        self.size, self.steps = 5, len(self.x)

    def by_the_losses(self, h: np.ndarray) -> np.ndarray:
        """Row t: ∂L_t/∂h_t = Vᵀ (softmax(V h_t + c) − target), a share of L each; 0 where nothing is asked."""
        y = h @ self.v.T + self.c
        p = np.exp(y - y.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        asked = self.targets >= 0
        p[asked, self.targets[asked]] -= 1
        return (p * asked[:, None] / asked.sum()) @ self.v

    def block(self, matrix: np.ndarray, number: int) -> np.ndarray:
        return matrix[number * self.size : (number + 1) * self.size]


def sigma(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))


def before(states: np.ndarray) -> np.ndarray:
    """h_{t−1} in row t, h_0 = 0."""
    return np.concatenate([np.zeros_like(states[:1]), states[:-1]])


def test_exercise_1_1_the_simple_network() -> None:
    """(1.14)–(1.19) as they stand, a term for every pair k ≤ t, with h_{k−1} where the text has h_k."""
    case = Case("rnn")
    h = np.zeros((case.steps, case.size))
    for t in range(case.steps):
        h[t] = np.tanh(case.w @ case.x[t] + case.b_w + case.u @ before(h)[t] + case.b_u)
    slope, error, earlier = 1 - h**2, case.by_the_losses(h), before(h)
    grad_u, grad_w, grad_b = np.zeros_like(case.u), np.zeros_like(case.w), np.zeros(case.size)
    for t in range(case.steps):
        delta = slope[t] * error[t]  # δ_{t,t}
        for k in range(t, -1, -1):
            grad_u += np.outer(delta, earlier[k])  # (1.17): h_{k−1}
            grad_w += np.outer(delta, case.x[k])  # (1.18)
            grad_b += delta  # (1.19)
            delta = slope[k - 1] * (case.u.T @ delta)  # (1.14)
    for name, expected in {"weight_hh": grad_u, "weight_ih": grad_w, "bias_ih": grad_b, "bias_hh": grad_b}.items():
        np.testing.assert_allclose(case.found[name], expected, **TOLERANCE)


def test_the_text_with_h_k_would_be_wrong() -> None:
    """(1.17) as printed, δ_{t,k} h_kᵀ: far from the gradient, so the slip is one."""
    case = Case("rnn")
    h = np.zeros((case.steps, case.size))
    for t in range(case.steps):
        h[t] = np.tanh(case.w @ case.x[t] + case.b_w + case.u @ before(h)[t] + case.b_u)
    slope, error, printed = 1 - h**2, case.by_the_losses(h), np.zeros_like(case.u)
    for t in range(case.steps):
        delta = slope[t] * error[t]
        for k in range(t, -1, -1):
            printed += np.outer(delta, h[k])
            delta = slope[k - 1] * (case.u.T @ delta)
    assert np.abs(printed - case.found["weight_hh"]).max() > 1e-3


def test_exercise_1_2_the_lstm() -> None:
    """e_t = ∂L/∂h_t and m_t = ∂L/∂c_t; the direct path is the one term m_{t+1} ⊙ f_{t+1}."""
    case = Case("lstm")
    i, f, g, o, c, h = (np.zeros((case.steps, case.size)) for _ in "ifgoch")
    for t in range(case.steps):
        a = case.w @ case.x[t] + case.b_w + case.u @ before(h)[t] + case.b_u
        i[t], f[t], g[t], o[t] = (squash(case.block(a, k)) for k, squash in enumerate((sigma, sigma, np.tanh, sigma)))
        c[t] = f[t] * before(c)[t] + i[t] * g[t]
        h[t] = o[t] * np.tanh(c[t])
    error, old_c = case.by_the_losses(h), before(c)
    delta = np.zeros((case.steps, 4 * case.size))
    through_h, through_c = np.zeros(case.size), np.zeros(case.size)
    for t in reversed(range(case.steps)):
        e = error[t] + through_h
        m = e * o[t] * (1 - np.tanh(c[t]) ** 2) + through_c
        delta[t] = np.concatenate(
            [
                m * g[t] * i[t] * (1 - i[t]),
                m * old_c[t] * f[t] * (1 - f[t]),
                m * i[t] * (1 - g[t] ** 2),
                e * np.tanh(c[t]) * o[t] * (1 - o[t]),
            ]
        )
        through_h, through_c = case.u.T @ delta[t], m * f[t]
    assert_sums(case, delta, before(h))


def test_exercise_1_3_the_gru() -> None:
    """The book's form: U meets r ⊙ h_{t−1}."""
    case = Case("gru_cho")
    r, z, n, h = (np.zeros((case.steps, case.size)) for _ in "rznh")
    u_r, u_z, u_n = (case.block(case.u, k) for k in range(3))
    for t in range(case.steps):
        x, old = case.w @ case.x[t] + case.b_w + case.b_u, before(h)[t]
        r[t], z[t] = sigma(case.block(x, 0) + u_r @ old), sigma(case.block(x, 1) + u_z @ old)
        n[t] = np.tanh(case.block(x, 2) + u_n @ (r[t] * old))
        h[t] = (1 - z[t]) * n[t] + z[t] * old
    error, old = case.by_the_losses(h), before(h)
    delta, later = np.zeros((case.steps, 3 * case.size)), np.zeros(case.size)
    for t in reversed(range(case.steps)):
        e = error[t] + later
        d_n = e * (1 - z[t]) * (1 - n[t] ** 2)
        d_z = e * (old[t] - n[t]) * z[t] * (1 - z[t])
        d_r = (u_n.T @ d_n) * old[t] * r[t] * (1 - r[t])
        delta[t] = np.concatenate([d_r, d_z, d_n])
        later = e * z[t] + u_r.T @ d_r + u_z.T @ d_z + r[t] * (u_n.T @ d_n)
    gates = delta[:, : 2 * case.size].T @ old
    candidate = delta[:, 2 * case.size :].T @ (r * old)
    assert_sums(case, delta, old, np.concatenate([gates, candidate]))


def test_exercise_1_3_in_pytorchs_form() -> None:
    """r multiplies U h_{t−1} + b_hn: then b_hn has a gradient of its own."""
    case = Case("gru")
    r, z, n, s, h = (np.zeros((case.steps, case.size)) for _ in "rznsh")
    for t in range(case.steps):
        x, u = case.w @ case.x[t] + case.b_w, case.u @ before(h)[t] + case.b_u
        r[t], z[t] = (sigma(case.block(x, k) + case.block(u, k)) for k in range(2))
        s[t] = case.block(u, 2)
        n[t] = np.tanh(case.block(x, 2) + r[t] * s[t])
        h[t] = (1 - z[t]) * n[t] + z[t] * before(h)[t]
    error, old = case.by_the_losses(h), before(h)
    by_x, by_u = (np.zeros((case.steps, 3 * case.size)) for _ in "xu")
    later = np.zeros(case.size)
    for t in reversed(range(case.steps)):
        e = error[t] + later
        d_n = e * (1 - z[t]) * (1 - n[t] ** 2)
        d_z = e * (old[t] - n[t]) * z[t] * (1 - z[t])
        d_r = d_n * s[t] * r[t] * (1 - r[t])
        by_x[t], by_u[t] = np.concatenate([d_r, d_z, d_n]), np.concatenate([d_r, d_z, d_n * r[t]])
        later = e * z[t] + case.u.T @ by_u[t]
    for name, expected in {
        "weight_ih": by_x.T @ case.x,
        "bias_ih": by_x.sum(axis=0),
        "weight_hh": by_u.T @ old,
        "bias_hh": by_u.sum(axis=0),
    }.items():
        np.testing.assert_allclose(case.found[name], expected, **TOLERANCE)


def assert_sums(case: Case, delta: np.ndarray, old: np.ndarray, by_u: np.ndarray | None = None) -> None:
    """∂L/∂W = Σ δ_t x_tᵀ, ∂L/∂U = Σ δ_t h_{t−1}ᵀ, ∂L/∂b = Σ δ_t."""
    expected = {
        "weight_ih": delta.T @ case.x,
        "weight_hh": delta.T @ old if by_u is None else by_u,
        "bias_ih": delta.sum(axis=0),
        "bias_hh": delta.sum(axis=0),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(case.found[name], values, **TOLERANCE)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru_cho", "gru"])
def test_there_is_something_to_derive(cell: str) -> None:
    assert all(np.abs(grad).max() > 1e-4 for grad in Case(cell).found.values())
