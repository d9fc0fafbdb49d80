"""What makes Jordan's network, the residual forms, IndRNN and the identity start themselves."""

import pytest
import torch
from torch import Tensor

from engine.cells import CELLS, Cell
from tests.engine.cells.reference import cell_and_sequences, generator, make, unrolled


def transported(cell: Cell, steps: int, inputs: int = 3) -> Tensor:
    """∂h_T/∂h_1 as a matrix: (H, H)."""
    x = torch.randn(1, steps, inputs, generator=generator(5), dtype=torch.float64)
    first, _ = cell.step(x[:, 0], cell.initial_state(1))

    def last(h: Tensor) -> Tensor:
        state = first._replace(h=h)
        for now in x[:, 1:].unbind(1):
            state, _ = cell.step(now, state)
        end: Tensor = state.h[0]
        return end

    return torch.autograd.functional.jacobian(last, first.h)[:, 0]  # type: ignore[no-any-return]


def test_the_residual_forms_carry_a_gradient_where_tanh_loses_it() -> None:
    """T = 100, the same weights: tanh's ∂h_T/∂h_1 is under 10⁻¹⁰, (1.22)'s is the identity, (1.23)'s no smaller than
    a hundredth in any direction that counts."""
    simple = CELLS["rnn"](3, 10, generator=generator(1)).double()
    added = CELLS["residual"](3, 10, generator=generator(1)).double()
    added.load_state_dict(simple.state_dict())
    on_input = CELLS["residual_input"](3, 10, generator=generator(1)).double()
    assert float(transported(simple, 100).norm()) < 1e-10
    assert torch.equal(transported(on_input, 100), torch.eye(10, dtype=torch.float64))
    assert 0.1 < float(transported(added, 100).norm()) < 1e6


def test_what_a_step_adds_is_within_one() -> None:
    """|h_t| ≤ t, and with a constant input (1.22) gets there: no bound holds it."""
    cell = make("residual_input", {}, 3, 5)
    h = cell(100 * torch.ones(1, 50, 3, dtype=torch.float64))[0][0].detach()
    torch.testing.assert_close(h[-1].abs(), torch.full((5,), 50.0, dtype=torch.float64), rtol=1e-3, atol=0)
    for name in ("residual", "residual_input"):
        added = make(name, {}, 3, 5)
        h = added(torch.randn(2, 50, 3, generator=generator(5), dtype=torch.float64))[0][0].detach()
        assert float((h[1:] - h[:-1]).abs().max()) <= 1


def test_residual_on_the_input_alone_cannot_tell_an_order() -> None:
    cell, x = cell_and_sequences("residual_input", {})
    torch.testing.assert_close(cell(x)[0][:, -1], cell(x.flip(1))[0][:, -1], rtol=0, atol=1e-13)
    other, x = cell_and_sequences("residual", {})
    assert float((other(x)[0][:, -1] - other(x.flip(1))[0][:, -1]).detach().abs().min()) > 1e-3


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "identity"])
def test_units_of_an_indrnn_do_not_see_each_other(activation: str) -> None:
    """Off the diagonal, ∂h_T/∂h_1 is exactly 0; on it, the product of u · f′."""
    cell = make("indrnn", {"activation": activation}, 3, 6)
    slope = transported(cell, 6)
    assert torch.equal(slope, torch.diag(slope.diagonal()))
    assert bool(slope.any())


def test_indrnn_is_the_simple_network_with_a_diagonal_matrix() -> None:
    for activation in ("relu", "tanh"):
        cell = make("indrnn", {"activation": activation}, 3, 6)
        simple = make("rnn", {"activation": activation}, 3, 6)
        with torch.no_grad():
            simple.weight_ih.copy_(cell.W)
            simple.weight_hh.copy_(torch.diag(cell.u))
            simple.bias_ih.copy_(cell.b)
            simple.bias_hh.zero_()
        x = torch.randn(2, 9, 3, generator=generator(5), dtype=torch.float64)
        ours, theirs = cell(x)[0], simple(x)[0]
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)
        (by_u,) = torch.autograd.grad(ours.sum(), cell.u)
        (by_matrix,) = torch.autograd.grad(theirs.sum(), simple.weight_hh)
        torch.testing.assert_close(by_u, by_matrix.diagonal(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["rnn", "indrnn"])
def test_relu_with_an_identity_start_keeps_its_state(name: str) -> None:
    """IRNN: whatever was read stays for as long as nothing comes in, and so does its gradient. Le et al. 2015."""
    cell = CELLS[name](3, 8, generator=generator(1), init="identity", activation="relu").double()
    x = torch.zeros(1, 200, 3, dtype=torch.float64)
    x[:, 0] = torch.tensor([1.0, -2.0, 3.0])
    h = cell(x)[0][0].detach()
    assert int((h[0] > 0).sum()) >= 2
    assert torch.equal(h, h[:1].expand(200, -1))
    start = cell.initial_state(1)._replace(h=torch.rand(1, 8, generator=generator(2), dtype=torch.float64))
    state, _ = cell.step(torch.zeros(1, 3, dtype=torch.float64), start)
    assert torch.equal(state.h, start.h)


def jordan(feedback: str = "identity") -> Cell:
    return make("jordan", {"feedback": feedback, "answer_size": 3}, 4, 6)


def test_all_that_jordans_network_remembers_is_its_answer() -> None:
    """Another h behind the same answer changes nothing that comes after it; another answer does."""
    cell = jordan()
    x = torch.randn(1, 6, 4, generator=generator(5), dtype=torch.float64)
    state, _ = cell.step(x[:, 0], cell.initial_state(1))

    def rest(state: object) -> Tensor:
        answers = []
        for now in x[:, 1:].unbind(1):
            state, _ = cell.step(now, state)
            answers.append(cell.output(state))
        return torch.stack(answers)

    expected = rest(state)
    assert torch.equal(rest(state._replace(h=state.h + 5)), expected)
    assert float((rest(state._replace(fed=state.fed + 1)) - expected).detach().abs().min()) > 0


@pytest.mark.parametrize("feedback", ["identity", "tanh", "sigmoid", "softmax"])
def test_what_jordans_network_feeds_back_is_its_answer(feedback: str) -> None:
    """y = V h + c is put out as it is, g(y) goes into the next step; before the first there is nothing, not g(0)."""
    cell = jordan(feedback)
    x = torch.randn(2, 5, 4, generator=generator(5), dtype=torch.float64)
    states, _ = unrolled(cell, x)
    squash = {"identity": lambda y: y, "softmax": lambda y: y.exp() / y.exp().sum(-1, keepdim=True)}
    g = squash.get(feedback) or getattr(torch, feedback)
    assert torch.equal(cell(x)[0][:, 2], states[2].y)
    torch.testing.assert_close(states[2].y, states[2].h @ cell.V.T + cell.c, rtol=0, atol=1e-14)
    torch.testing.assert_close(
        states[3].h, torch.tanh(x[:, 3] @ cell.W.T + g(states[2].y) @ cell.U.T + cell.b), rtol=0, atol=1e-14
    )
    torch.testing.assert_close(states[0].h, torch.tanh(x[:, 0] @ cell.W.T + cell.b), rtol=0, atol=1e-14)
