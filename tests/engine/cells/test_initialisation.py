"""Where the weights start."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.cells import CELLS, INITS, Cell
from tests.engine.cells.reference import generator
from tests.engine.cells.transcribed import paper

INPUTS, HIDDEN = 7, 24

OWN = ("unitary", "esn")
"""These start as their papers have it, whatever else is on offer."""

DRAWN = [name for name in CELLS if name not in OWN]
every_cell = pytest.mark.parametrize("name", DRAWN)
every_init = pytest.mark.parametrize("init", INITS)


def make(name: str, init: str = "default", seed: int = 0, **options: Any) -> Cell:
    inputs = CELLS[name].required_input_size(HIDDEN) or INPUTS
    return CELLS[name](inputs, HIDDEN, generator=generator(seed), init=init, **options)


def stacked(*weights: Tensor) -> list[Tensor]:
    """The gates one by one."""
    return [block for weight in weights for block in weight.detach().split(HIDDEN)]


def without(block: int, bias: Tensor) -> Tensor:
    """A bias less one gate, which has a rule of its own."""
    return torch.cat([part for number, part in enumerate(stacked(bias)) if number != block])


def roles(name: str, cell: Any) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
    """What reads the input and what reads the state, gate by gate, and the biases that have no rule of their own."""
    if hasattr(paper(name), "ROLES"):
        inputs, states, biases = ([getattr(cell, key).detach() for key in names] for names in paper(name).ROLES)
        return inputs, states, [torch.cat(biases)] if biases else []
    match name:
        case "goru":
            return stacked(cell.weight_ih), stacked(cell.weight_hh), [cell.bias_ih.detach()[:HIDDEN]]
        case "grid_lstm":
            halves = [w.split(HIDDEN, dim=1) for w in (cell.weight_time, cell.weight_depth)]
            below, before = zip(*halves, strict=True)
            return stacked(*below), stacked(*before), [without(1, b) for b in (cell.bias_time, cell.bias_depth)]
    own = {"lstm": 1, "lstm_peephole": 1, "lstm_coupled": 0}.get(name, -1)
    biases = [without(own, bias) for bias in (cell.bias_ih, cell.bias_hh)]
    recurrent = stacked(cell.weight_hh)
    if name == "clockwork":
        recurrent = [recurrent[0][cell.allowed]]
    return stacked(cell.weight_ih), recurrent, biases


def assert_fills(values: Tensor, bound: float) -> None:
    """Uniform in ±bound: all within, some near both ends, the mean square bound²/3."""
    assert float(values.abs().max()) <= bound
    assert float(values.max()) > 0.7 * bound
    assert float(values.min()) < -0.7 * bound
    assert float(values.square().mean()) == pytest.approx(bound**2 / 3, rel=0.4)


@every_cell
@pytest.mark.parametrize("init", ["default", "orthogonal", "identity"])
def test_input_weights_are_pytorchs(name: str, init: str) -> None:
    """In ±1/√ of as many units as the matrix feeds: the hidden ones, or the SCRN's slow ones."""
    cell = make(name, init)
    for block in roles(name, cell)[0]:
        slow = name == "scrn" and block.data_ptr() == cell.B.data_ptr()
        assert_fills(block, 1 / math.sqrt(len(block) if slow else HIDDEN))


@every_cell
def test_default_is_pytorchs(name: str) -> None:
    _, recurrent, biases = roles(name, make(name))
    for values in (*recurrent, *biases):
        assert_fills(values, 1 / math.sqrt(HIDDEN))


@every_cell
def test_xavier_fills_its_bound_gate_by_gate(name: str) -> None:
    inputs, recurrent, _ = roles(name, make(name, "xavier"))
    square = math.sqrt(6 / (HIDDEN + HIDDEN))
    for block in (*inputs, *recurrent):
        assert_fills(block, math.sqrt(6 / sum(block.shape)) if block.dim() == 2 else square)


@every_cell
@pytest.mark.parametrize("init", ["xavier", "identity"])
def test_biases_start_at_zero(name: str, init: str) -> None:
    for bias in roles(name, make(name, init))[2]:
        assert not bias.any()


def is_square(name: str) -> bool:
    """Whether every matrix that reads its state is one of H × H, and the initialisations may fill all of it."""
    recurrent = roles(name, make(name))[1]
    return bool(recurrent) and all(block.shape == (HIDDEN, HIDDEN) for block in recurrent)


SQUARE = [name for name in DRAWN if is_square(name)]


@pytest.mark.parametrize("name", SQUARE)
def test_orthogonal_gate_by_gate(name: str) -> None:
    found = roles(name, make(name, "orthogonal"))[1]
    for block in found:
        torch.testing.assert_close(block @ block.T, torch.eye(HIDDEN), rtol=0, atol=1e-5)
    assert len({float(block[0, 0]) for block in found}) == len(found) > 0


@pytest.mark.parametrize("name", [*SQUARE, "clockwork"])
def test_identity_gate_by_gate(name: str) -> None:
    cell = make(name, "identity")
    blocks = stacked(cell.weight_hh) if name == "clockwork" else roles(name, cell)[1]
    for block in blocks:
        assert torch.equal(block, torch.eye(HIDDEN))


def test_unit_that_hears_only_itself_starts_between_forgetting_and_keeping() -> None:
    u = make("indrnn").u.detach()
    assert 0 <= float(u.min()) < 0.2
    assert 0.8 < float(u.max()) <= 1
    assert torch.equal(make("indrnn", "identity").u.detach(), torch.ones(HIDDEN))


def test_peepholes_start_shut() -> None:
    cell = make("lstm_peephole")
    assert not torch.cat([cell.weight_ci, cell.weight_cf, cell.weight_co]).any()


def test_what_the_clocks_forbid_starts_at_zero() -> None:
    """Four modules of 6 units: from the diagonal block on, no weight is 0; left of it, all are."""
    for row, blocks in enumerate(make("clockwork").weight_hh.detach().split(6)):
        for column, block in enumerate(blocks.split(6, dim=1)):
            assert bool(block.all() if column >= row else not block.any())


def test_gated_rotation_starts_keeping() -> None:
    cell = make("goru")
    assert torch.equal(cell.bias_ih.detach()[HIDDEN:], torch.ones(HIDDEN))
    assert not cell.bias_n.any()
    u = cell.rotation().detach()
    torch.testing.assert_close(u @ u.T, torch.eye(HIDDEN), rtol=0, atol=1e-5)
    assert float((u - torch.eye(HIDDEN)).norm()) > 1, "a rotation, and not by next to nothing"


def test_unitary_network_starts_as_its_paper_has_it() -> None:
    cell = make("unitary")
    assert_fills(cell.phases.detach(), math.pi)
    assert_fills(cell.reflections.detach(), 1)
    assert_fills(cell.V.detach(), math.sqrt(6 / (INPUTS + HIDDEN)))
    assert_fills(cell.h0.detach(), math.sqrt(3 / (2 * HIDDEN)))
    assert not cell.b.any()
    assert sorted(cell.permutation.tolist()) == list(range(HIDDEN)) != cell.permutation.tolist()


@every_init
@pytest.mark.parametrize("forget_bias", [1.0, 0.0, -2.5])
@pytest.mark.parametrize("name", ["lstm", "lstm_peephole", "lstm_coupled"])
def test_forget_bias_is_exactly_the_option(name: str, init: str, forget_bias: float) -> None:
    """Where one gate both writes and forgets, its bias is the opposite: f = 1 − σ(−b) = σ(b)."""
    cell = make(name, init, forget_bias=forget_bias)
    gate, sign = (0, -1) if name == "lstm_coupled" else (1, 1)
    total = stacked(cell.bias_ih + cell.bias_hh)[gate]
    assert torch.equal(total, torch.full((HIDDEN,), sign * forget_bias))


@pytest.mark.parametrize("name", CELLS)
def test_seed_decides_the_weights(name: str) -> None:
    first, again, other = (make(name, seed=seed).state_dict() for seed in (0, 0, 1))
    drawn = [key for key, value in first.items() if value.any()]
    for key, value in first.items():
        assert torch.equal(value, again[key])
    assert drawn
    assert any(not torch.equal(first[key], other[key]) for key in drawn)
    for key in drawn:
        if not (key.startswith("bias") and "forget_bias" in CELLS[name].options):
            assert not torch.equal(first[key], other[key]), key


@every_cell
@every_init
def test_same_seed_same_weights(name: str, init: str) -> None:
    for one, other in zip(make(name, init).parameters(), make(name, init).parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("name", CELLS)
def test_drawing_weights_leaves_the_global_generator_alone(name: str) -> None:
    before = torch.get_rng_state()
    make(name, "default" if name in OWN else "orthogonal")
    assert torch.equal(torch.get_rng_state(), before)
