"""What makes each of the gated cells itself."""

import pytest
import torch
from torch import Tensor, nn

from engine.cells import Cell
from tests.engine.cells.reference import (
    assert_same,
    cell_and_sequences,
    generator,
    make,
    outputs_of,
    unrolled,
    values_and_gradients,
)

SHUT, OPEN = -60.0, 60.0
"""A bias at which a logistic gate is 0 or 1 to the last bit of double precision."""


def hold(cell: Cell, gate: int, at: float) -> None:
    """Shut or open one gate for good, whatever comes in."""
    rows = slice(gate * cell.hidden_size, (gate + 1) * cell.hidden_size)
    with torch.no_grad():
        cell.weight_ih[rows] = 0
        cell.weight_hh[rows] = 0
        cell.bias_hh[rows] = 0
        cell.bias_ih[rows] = at


def test_chos_gru_with_its_gates_held_is_the_simple_network() -> None:
    """z = 0, r = 1: h = tanh(W x + U h₋ + b), values and gradients, against torch.nn.RNN with the candidate's rows."""
    cell, x = cell_and_sequences("gru_cho", {})
    hold(cell, 0, OPEN)
    hold(cell, 1, SHUT)
    simple = nn.RNN(4, 5, batch_first=True).double()
    parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    simple.load_state_dict({f"{part}_l0": getattr(cell, part)[10:].detach() for part in parts})
    ours = values_and_gradients(outputs_of(cell), cell, x)
    theirs = values_and_gradients(lambda x: simple(x)[0], simple, x)
    candidate = {key: value[10:] if key in parts else value for key, value in ours.items()}
    assert_same(candidate, {key.removesuffix("_l0"): value for key, value in theirs.items()})


def test_pytorchs_gru_with_its_gates_held_is_the_same_network() -> None:
    """Only r between 0 and 1 tells the two forms apart, and it does."""
    cho, torchs = make("gru_cho", {}, 4, 5), make("gru", {}, 4, 5)
    torchs.load_state_dict(cho.state_dict())
    _, x = cell_and_sequences("gru", {})
    assert float((cho(x)[0] - torchs(x)[0]).detach().abs().max()) > 0.01
    for cell in (cho, torchs):
        hold(cell, 0, OPEN)
    torch.testing.assert_close(cho(x)[0], torchs(x)[0], rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", ["gru_cho", "gru"])
def test_shut_reset_gate_drops_all_that_was_read(name: str) -> None:
    """r = 0, z = 0: the new state depends on the present input alone. In PyTorch's form too, its b_hn apart."""
    cell, x = cell_and_sequences(name, {})
    hold(cell, 0, SHUT)
    hold(cell, 1, SHUT)
    other = torch.cat([-x[:, :-1], x[:, -1:]], dim=1)
    torch.testing.assert_close(cell(x)[0][:, -1], cell(other)[0][:, -1], rtol=0, atol=1e-14)


def carry(cell: Cell, state: object) -> Tensor:
    """∂c′/∂c for the first row, with h₋ held: the direct path (H, H)."""
    x = torch.randn(1, 4, generator=generator(6), dtype=torch.float64)

    def after(c: Tensor) -> Tensor:
        memory: Tensor = cell.step(x, state._replace(c=c))[0].c[0]  # type: ignore[attr-defined]
        return memory

    return torch.autograd.functional.jacobian(after, state.c)[:, 0]  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("name", ["lstm_1997", "lstm", "lstm_coupled"])
def test_carousel(name: str) -> None:
    """On the direct path ∂c/∂c₋ is exactly 1 without a forget gate, and diag(f) with one; never anything else."""
    cell, x = cell_and_sequences(name, {}, (1, 9, 4, 5))
    states, _ = unrolled(cell, x)
    probe = torch.randn(1, 4, generator=generator(6), dtype=torch.float64)
    _, gates = cell.step(probe, states[-1])
    expected = torch.ones(5, dtype=torch.float64) if name == "lstm_1997" else gates.f[0].detach()
    torch.testing.assert_close(carry(cell, states[-1]), torch.diag(expected), rtol=0, atol=1e-15)


def test_peepholes_bend_the_direct_path() -> None:
    """c reaches the gates themselves, so ∂c/∂c₋ = f + c₋ f′ p_f + g i′ p_i: not f alone, and still unit by unit."""
    cell, x = cell_and_sequences("lstm_peephole", {}, (1, 9, 4, 5))
    states, _ = unrolled(cell, x)
    probe = torch.randn(1, 4, generator=generator(6), dtype=torch.float64)
    _, (i, f, g, _) = cell.step(probe, states[-1])
    slope = f + states[-1].c * f * (1 - f) * cell.weight_cf + g * i * (1 - i) * cell.weight_ci
    torch.testing.assert_close(carry(cell, states[-1]), torch.diag(slope[0].detach()), rtol=0, atol=1e-14)


def test_without_a_forget_gate_memory_is_the_running_sum() -> None:
    cell, x = cell_and_sequences("lstm_1997", {}, (3, 40, 4, 5))
    states, gates = unrolled(cell, x)
    written = torch.stack([gate.i * gate.g for gate in gates], dim=1)
    memory = torch.stack([state.c for state in states], dim=1)
    torch.testing.assert_close(memory, written.cumsum(1), rtol=0, atol=1e-13)
    assert float(memory.detach().abs().max()) > 1.5, "beyond what a gated memory with f = 1 − i could hold"


def test_without_a_forget_gate_is_torchs_lstm_with_it_held_open() -> None:
    cell, x = cell_and_sequences("lstm_1997", {})
    whole = nn.LSTM(4, 5, batch_first=True).double()
    parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    with torch.no_grad():
        for part in parts:
            i, g, o = getattr(cell, part).chunk(3)
            held = torch.full_like(i, OPEN if part == "bias_ih" else 0.0)
            getattr(whole, f"{part}_l0").copy_(torch.cat([i, held, g, o]))

    def without_f(value: Tensor) -> Tensor:
        return torch.cat([value[:5], value[10:]])

    theirs = values_and_gradients(lambda x: whole(x)[0], whole, x)
    expected = {key.removesuffix("_l0"): without_f(v) if key.endswith("_l0") else v for key, v in theirs.items()}
    assert_same(values_and_gradients(outputs_of(cell), cell, x), expected)


def test_output_gate_sees_the_new_memory() -> None:
    """With i opened, o = σ(b + p ⊙ c) of the c that this very step wrote; the one before it is 0."""
    cell = make("lstm_peephole", {}, 4, 5)
    for gate, at in ((0, OPEN), (1, SHUT), (3, 0.0)):
        hold(cell, gate, at)
    with torch.no_grad():
        cell.weight_ci.zero_()
        cell.weight_cf.zero_()
    x = torch.randn(1, 4, generator=generator(6), dtype=torch.float64)
    state, gates = cell.step(x, cell.initial_state(1))
    torch.testing.assert_close(gates.o, torch.sigmoid(cell.weight_co * state.c), rtol=0, atol=1e-14)
    assert float((gates.o - 0.5).detach().abs().max()) > 0.05
    torch.testing.assert_close(state.c, gates.g, rtol=0, atol=1e-14)


def test_peepholes_that_are_shut_leave_the_lstm() -> None:
    cell, x = cell_and_sequences("lstm_peephole", {})
    plain = make("lstm", {}, 4, 5)
    with torch.no_grad():
        for peephole in (cell.weight_ci, cell.weight_cf, cell.weight_co):
            peephole.zero_()
    plain.load_state_dict({key: value for key, value in cell.state_dict().items() if not key.startswith("weight_c")})
    torch.testing.assert_close(cell(x)[0], plain(x)[0], rtol=0, atol=1e-13)


def test_coupled_gates_keep_memory_between_minus_one_and_one() -> None:
    """c is a mean of candidates, weighted by what was written and kept since."""
    cell, x = cell_and_sequences("lstm_coupled", {}, (3, 60, 4, 5))
    states, gates = unrolled(cell, 3 * x)
    memory = torch.stack([state.c for state in states])
    assert float(memory.detach().abs().max()) < 1
    for gate in gates:
        torch.testing.assert_close(gate.i + gate.f, torch.ones_like(gate.i), rtol=0, atol=1e-15)
