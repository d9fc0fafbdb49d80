"""What makes the unitary network and GORU themselves: nothing that turns grows or fades, whatever is learned."""

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.cells import CELLS, Cell
from tests.engine.cells.papers.goru import rotation
from tests.engine.cells.papers.unitary import unitary_matrix
from tests.engine.cells.reference import generator, unrolled, weights_of

HIDDEN = 32


def fresh(name: str, inputs: int = 3, hidden: int = HIDDEN) -> Cell:
    return CELLS[name](inputs, hidden, generator=generator(1))


def after_updates(name: str, updates: int = 30) -> Cell:
    """Pushed far from its start by Adam, towards nonsense."""
    cell = fresh(name)
    adam = torch.optim.Adam(cell.parameters(), lr=0.05)
    for update in range(updates):
        x = torch.randn(4, 6, 3, generator=generator(update))
        loss = (cell(x)[0] - 1).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    return cell


def matrix(name: str, cell: Cell) -> Tensor:
    with torch.no_grad():
        return cell.matrix() if name == "unitary" else cell.rotation()


@pytest.mark.parametrize("name", ["unitary", "goru"])
def test_stays_unitary_through_training(name: str) -> None:
    before, after = matrix(name, fresh(name)), matrix(name, after_updates(name))
    assert float((before - after).abs().max()) > 0.1, "it has moved"
    for w in (before, after):
        torch.testing.assert_close(w @ w.conj().T, torch.eye(HIDDEN, dtype=w.dtype), rtol=0, atol=1e-5)


@pytest.mark.parametrize("hidden", [1, 2, 5, 16])
def test_factors_are_those_of_the_paper(hidden: int) -> None:
    cell = fresh("unitary", hidden=hidden).double()
    expected = unitary_matrix(weights_of(cell))
    np.testing.assert_allclose(matrix("unitary", cell).numpy(), expected, rtol=0, atol=1e-13)
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(expected)), 1, atol=1e-12)


def test_no_factor_is_left_out() -> None:
    """Every phase, both reflections and the permutation move W."""
    cell = fresh("unitary").double()
    w = matrix("unitary", cell)
    for part in (cell.phases, cell.reflections):
        for row in range(len(part)):
            other = fresh("unitary").double()
            with torch.no_grad():
                getattr(other, "phases" if part is cell.phases else "reflections")[row].mul_(-1).add_(0.3)
            assert float((matrix("unitary", other) - w).abs().max()) > 0.01
    cell.permutation.copy_(cell.permutation.flip(0))
    assert float((matrix("unitary", cell) - w).abs().max()) > 0.01


@pytest.mark.parametrize("trained", [False, True], ids=["fresh", "trained"])
def test_norm_is_kept_over_500_steps(trained: bool) -> None:
    """In single precision, without input and with b = 0: ‖h_t‖ = ‖h_0‖ to 10⁻⁵."""
    cell = after_updates("unitary") if trained else fresh("unitary")
    with torch.no_grad():
        cell.V.zero_()
        cell.b.zero_()
        h = cell(torch.zeros(1, 500, 3))[0][0]
    norms = h.double().norm(dim=-1) / cell.h0.detach().double().norm()
    assert float((norms - 1).abs().max()) < 1e-5
    assert float((h[-1] - h[0]).norm()) > 0.1, "and it turns"


def test_gradient_neither_grows_nor_fades() -> None:
    """With b = 0, modReLU is the identity, so every ∂h_T/∂h_t is orthogonal: any vector comes back as long as it was.

    All singular values of ∂h_T/∂h_0 are 1 as well.
    """
    cell = fresh("unitary")
    with torch.no_grad():
        cell.V.zero_()
        cell.b.zero_()
    states, _ = unrolled(cell, torch.zeros(1, 300, 3))
    direction = torch.randn(2 * HIDDEN, generator=generator(3))
    gradients = torch.autograd.grad((states[-1].h[0] * direction).sum(), [state.h for state in states])
    norms = torch.cat(gradients).double().norm(dim=-1) / direction.double().norm()
    torch.testing.assert_close(norms, torch.ones_like(norms), rtol=0, atol=1e-4)

    def last(start: Tensor) -> Tensor:
        state, weights = cell.initial_state(1)._replace(h=start[None]), cell.weights()
        for _ in range(100):
            state, _ = cell.advance(cell.project(torch.zeros(1, 3)), state, weights)
        end: Tensor = state.h[0]
        return end

    jacobian = torch.autograd.functional.jacobian(last, cell.h0.detach(), vectorize=True)
    singular = torch.linalg.svdvals(jacobian.double())
    torch.testing.assert_close(singular, torch.ones_like(singular), rtol=0, atol=1e-4)


def test_bias_of_mod_relu_is_what_lets_go() -> None:
    """With b < 0 the modulus shrinks, units fall silent, and their phase alone was never touched."""
    cell = fresh("unitary").double()
    with torch.no_grad():
        cell.V.zero_()
        cell.b.fill_(-0.05)
        states, _ = unrolled(cell, torch.zeros(1, 60, 3, dtype=torch.float64))
        before = states[0].h
        w = cell.matrix()
        turned = w @ torch.complex(*before[0].chunk(2))
    after = torch.complex(*states[1].h[0].chunk(2))
    alive = after.abs() > 0
    torch.testing.assert_close(after.abs()[alive], (turned.abs() - 0.05)[alive], rtol=0, atol=1e-12)
    torch.testing.assert_close(after.angle()[alive], turned.angle()[alive], rtol=0, atol=1e-10)
    assert float(states[-1].h.norm()) < 0.2 * float(before.norm())


def test_nothing_is_undefined_at_zero() -> None:
    """z/|z| has no limit at 0: there the state is 0, and so is its gradient, rather than not a number."""
    cell = fresh("unitary")
    with torch.no_grad():
        cell.h0.zero_()
    x = torch.zeros(2, 3, 3, requires_grad=True)
    cell(x)[0].sum().backward()
    assert not cell(x)[0].any()
    for value in (x, *cell.parameters()):
        assert value.grad is not None
        assert bool(value.grad.isfinite().all())


def test_rotation_is_the_exponential() -> None:
    """Against the eigenvalues of the antisymmetric matrix, and torch's own parametrization by the same map."""
    cell = fresh("goru", hidden=7).double()
    u = matrix("goru", cell)
    np.testing.assert_allclose(u.numpy(), rotation(cell.skew.detach().numpy()), rtol=0, atol=1e-13)
    assert float(torch.linalg.det(u)) == pytest.approx(1)
    lower = (cell.skew - cell.skew.t()).detach().tril(-1)
    torchs = torch.nn.utils.parametrizations.orthogonal(
        torch.nn.Linear(7, 7, bias=False).double(), orthogonal_map="matrix_exp", use_trivialization=False
    )
    with torch.no_grad():
        torchs.parametrizations.weight.original.copy_(lower)
    torch.testing.assert_close(u, torchs.weight.detach(), rtol=0, atol=1e-13)


def test_gated_rotation_with_its_gates_held_keeps_norms() -> None:
    """z = 0, r = 1 and b_n = 0: h = U h₋, and nothing is lost over 500 steps."""
    cell = fresh("goru").double()
    with torch.no_grad():
        cell.weight_ih.zero_()
        cell.weight_hh.zero_()
        cell.bias_ih[:HIDDEN] = 60
        cell.bias_ih[HIDDEN:] = -60
        state = cell.initial_state(1)._replace(h=torch.randn(1, HIDDEN, generator=generator(2), dtype=torch.float64))
        start, weights = float(state.h.norm()), cell.weights()
        turned = cell.rotation() @ state.h[0]
        for step in range(500):
            state, _ = cell.advance(cell.project(torch.zeros(1, 3, dtype=torch.float64)), state, weights)
            if step == 0:
                torch.testing.assert_close(state.h[0], turned, rtol=0, atol=1e-13)
    assert float(state.h.norm()) == pytest.approx(start, rel=1e-10)


def test_gated_rotation_can_let_go() -> None:
    """With r = 0 and z = 0 nothing of the old state is left: what the unitary network cannot do."""
    cell = fresh("goru").double()
    with torch.no_grad():
        cell.weight_hh.zero_()
        cell.weight_ih[: 2 * HIDDEN] = 0
        cell.bias_ih.fill_(-60)
    x = torch.randn(1, 8, 3, generator=generator(4), dtype=torch.float64)
    other = torch.cat([-x[:, :-1], x[:, -1:]], dim=1)
    torch.testing.assert_close(cell(x)[0][:, -1], cell(other)[0][:, -1], rtol=0, atol=1e-14)
