"""Where the weights start."""

import math

import pytest
import torch

from engine.cells import CELLS, INITS, Cell
from tests.engine.cells.reference import generator

INPUTS, HIDDEN = 7, 24
every_cell = pytest.mark.parametrize("name", CELLS)
every_init = pytest.mark.parametrize("init", INITS)


def make(name: str, init: str, seed: int = 0) -> Cell:
    return CELLS[name](INPUTS, HIDDEN, generator=generator(seed), init=init)


def blocks(weight: torch.Tensor) -> list[torch.Tensor]:
    return list(weight.detach().split(HIDDEN))


def outside_forget_gate(cell: Cell, bias: torch.Tensor) -> torch.Tensor:
    """A bias less the LSTM's forget gate, which has a rule of its own."""
    parts = list(bias.detach().split(HIDDEN))
    return torch.cat(parts[:1] + parts[2:]) if cell.blocks == 4 else torch.cat(parts)


def assert_fills(values: torch.Tensor, bound: float) -> None:
    """Uniform in ±bound: all within, some near both ends, the mean square bound²/3."""
    assert float(values.abs().max()) <= bound
    assert float(values.max()) > 0.9 * bound
    assert float(values.min()) < -0.9 * bound
    assert float(values.square().mean()) == pytest.approx(bound**2 / 3, rel=0.2)


@every_cell
@pytest.mark.parametrize("init", ["default", "orthogonal", "identity"])
def test_input_weights_are_pytorchs(name: str, init: str) -> None:
    for block in blocks(make(name, init).weight_ih):
        assert_fills(block, 1 / math.sqrt(HIDDEN))


@every_cell
def test_default_is_pytorchs(name: str) -> None:
    cell = make(name, "default")
    assert_fills(cell.weight_hh.detach(), 1 / math.sqrt(HIDDEN))
    for bias in (cell.bias_ih, cell.bias_hh):
        assert_fills(outside_forget_gate(cell, bias), 1 / math.sqrt(HIDDEN))


@every_cell
def test_xavier_fills_its_bound_gate_by_gate(name: str) -> None:
    cell = make(name, "xavier")
    for block in blocks(cell.weight_ih):
        assert_fills(block, math.sqrt(6 / (INPUTS + HIDDEN)))
    for block in blocks(cell.weight_hh):
        assert_fills(block, math.sqrt(6 / (HIDDEN + HIDDEN)))


@every_cell
@pytest.mark.parametrize("init", ["xavier", "identity"])
def test_biases_start_at_zero(name: str, init: str) -> None:
    cell = make(name, init)
    for bias in (cell.bias_ih, cell.bias_hh):
        assert not outside_forget_gate(cell, bias).any()


@every_cell
def test_orthogonal_gate_by_gate(name: str) -> None:
    found = blocks(make(name, "orthogonal").weight_hh)
    for block in found:
        torch.testing.assert_close(block @ block.T, torch.eye(HIDDEN), rtol=0, atol=1e-5)
    assert len({float(block[0, 0]) for block in found}) == len(found)


@every_cell
def test_identity_gate_by_gate(name: str) -> None:
    for block in blocks(make(name, "identity").weight_hh):
        assert torch.equal(block, torch.eye(HIDDEN))


@every_init
@pytest.mark.parametrize("forget_bias", [1.0, 0.0, -2.5])
def test_forget_bias_is_exactly_the_option(init: str, forget_bias: float) -> None:
    cell = CELLS["lstm"](INPUTS, HIDDEN, generator=generator(), init=init, forget_bias=forget_bias)
    total = (cell.bias_ih + cell.bias_hh).detach()[HIDDEN : 2 * HIDDEN]
    assert torch.equal(total, torch.full((HIDDEN,), forget_bias))


@every_cell
@every_init
def test_same_seed_same_weights(name: str, init: str) -> None:
    for one, other in zip(make(name, init).parameters(), make(name, init).parameters(), strict=True):
        assert torch.equal(one, other)


@every_cell
@every_init
def test_another_seed_other_weights(name: str, init: str) -> None:
    assert not torch.equal(make(name, init, 0).weight_ih, make(name, init, 1).weight_ih)


def test_drawing_weights_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    make("lstm", "orthogonal")
    assert torch.equal(torch.get_rng_state(), before)
