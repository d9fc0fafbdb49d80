"""One step of a cell: what carries over, what its gates say, and that the rows of a batch ignore each other."""

from typing import Any

import pytest
import torch
from torch import Tensor

from engine.cells import CELLS
from engine.cells.gru import GRUGates
from engine.cells.lstm import LSTMGates
from tests.engine.cells.reference import CASES, NAMES, make, sequences

every_cell = pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)


def stepped(cell: Any, inputs: Tensor, state: Any) -> tuple[list[Any], list[Any]]:
    states, gates = [], []
    for x in inputs.unbind(1):
        state, gate = cell.step(x, state)
        states.append(state)
        gates.append(gate)
    return states, gates


@every_cell
def test_step_is_projection_then_advance(name: str, options: dict[str, Any]) -> None:
    cell, x = make(name, options, 4, 5), sequences(3, 1, 4)[:, 0]
    state, _ = cell.step(-x, cell.initial_state(3))
    for ours, theirs in zip(cell.step(x, state), cell.advance(cell.project(x), state), strict=True):
        assert ours._asdict().keys() == theirs._asdict().keys()
        for one, other in zip(ours, theirs, strict=True):
            assert torch.equal(one, other)


@every_cell
def test_first_state_is_zero(name: str, options: dict[str, Any]) -> None:
    for value in make(name, options, 4, 5).initial_state(3):
        assert torch.equal(value, torch.zeros(3, 5, dtype=torch.float64))


@every_cell
@pytest.mark.parametrize("cut", [1, 4, 8])
def test_splitting_a_sequence_changes_nothing(name: str, options: dict[str, Any], cut: int) -> None:
    cell, x = make(name, options, 4, 5), sequences(3, 9, 4)
    first, _ = stepped(cell, x[:, :cut], cell.initial_state(3))
    second, _ = stepped(cell, x[:, cut:], first[-1])
    torch.testing.assert_close(torch.stack([s.h for s in first + second], 1), cell.states(x), rtol=0, atol=1e-13)


@every_cell
def test_state_matters(name: str, options: dict[str, Any]) -> None:
    """Forgetting the state at the cut would be seen."""
    cell, x = make(name, options, 4, 5), sequences(3, 9, 4)
    second, _ = stepped(cell, x[:, 4:], cell.initial_state(3))
    assert not torch.allclose(second[0].h, cell.states(x)[:, 4], atol=1e-3)


@every_cell
def test_row_of_a_batch_is_that_row_alone(name: str, options: dict[str, Any]) -> None:
    cell, x = make(name, options, 4, 5), sequences(3, 9, 4)
    together = cell.states(x)
    for row in range(3):
        torch.testing.assert_close(cell.states(x[row : row + 1]), together[row : row + 1], rtol=0, atol=1e-13)


def test_lstm_state_follows_from_its_gates() -> None:
    cell, x = make("lstm", {}, 4, 5), sequences(3, 9, 4)
    states, gates = cell.unroll(x)
    before = cell.initial_state(3)
    for state, gate in zip(states, gates, strict=True):
        assert isinstance(gate, LSTMGates)
        torch.testing.assert_close(state.c, before.c * gate.f + gate.i * gate.g)
        torch.testing.assert_close(state.h, gate.o * state.c.tanh())
        before = state


def test_gru_state_lies_between_candidate_and_old_state() -> None:
    cell, x = make("gru", {}, 4, 5), sequences(3, 9, 4)
    states, gates = cell.unroll(x)
    before = cell.initial_state(3)
    for state, gate in zip(states, gates, strict=True):
        assert isinstance(gate, GRUGates)
        torch.testing.assert_close(state.h, gate.n + gate.z * (before.h - gate.n))
        before = state


@every_cell
def test_gates_keep_to_their_ranges(name: str, options: dict[str, Any]) -> None:
    """0..1, or −1..1 for those a cell declares as signed, which do go below 0."""
    cell = make(name, options, 4, 5)
    _, gates = cell.unroll(20 * sequences(8, 9, 4))
    for gate in gates[0]._fields:
        values = torch.stack([getattr(step, gate) for step in gates]).detach()
        assert float(values.max()) <= 1
        assert (float(values.min()) < 0) == (gate in cell.signed)
        assert float(values.min()) >= (-1 if gate in cell.signed else 0)


@pytest.mark.parametrize("name", CELLS)
def test_parameters_have_torchs_names_and_layout(name: str) -> None:
    cell = make(name, {}, 4, 5)
    rows = {"rnn": 5, "gru": 15, "lstm": 20}[name]
    shapes = {key: tuple(value.shape) for key, value in cell.named_parameters()}
    assert shapes == {"weight_ih": (rows, 4), "weight_hh": (rows, 5), "bias_ih": (rows,), "bias_hh": (rows,)}
