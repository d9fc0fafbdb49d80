"""One step of a cell: what carries over, what its gates say, and that the rows of a batch ignore each other."""

from typing import Any

import pytest
import torch
from torch import Tensor

from engine.cells.gru import GRUGates
from engine.cells.lstm import LSTMGates
from tests.engine.cells.reference import CASES, NAMES, cell_and_sequences, make, sequences, unrolled
from tests.engine.cells.transcribed import paper

every_cell = pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)


def stepped(cell: Any, inputs: Tensor, state: Any) -> tuple[list[Any], list[Any]]:
    states, gates = [], []
    for x in inputs.unbind(1):
        state, gate = cell.step(x, state)
        states.append(state)
        gates.append(gate)
    return states, gates


def handed_up(cell: Any, states: list[Any]) -> Tensor:
    return torch.stack([cell.output(state) for state in states], 1)


@every_cell
def test_step_is_projection_then_advance(name: str, options: dict[str, Any]) -> None:
    cell, x = cell_and_sequences(name, options)
    state, _ = cell.step(-x[:, 0], cell.initial_state(3))
    projected = cell.project(x)[:, 1]
    for ours, theirs in zip(cell.step(x[:, 1], state), cell.advance(projected, state, cell.weights()), strict=True):
        assert ours._asdict().keys() == theirs._asdict().keys()
        for one, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=1e-13)


@every_cell
def test_first_state_is_zero_or_learned(name: str, options: dict[str, Any]) -> None:
    """And the same for every row: only the unitary network learns where it starts."""
    cell, _ = cell_and_sequences(name, options)
    start = {key: value for key, value in cell.initial_state(3)._asdict().items() if isinstance(value, Tensor)}
    for key, value in start.items():
        learned = cell.h0 if (name, key) == ("unitary", "h") else torch.zeros_like(value[0])
        assert torch.equal(value, learned.expand(3, -1))


@every_cell
@pytest.mark.parametrize("cut", [1, 4, 8])
def test_splitting_a_sequence_changes_nothing(name: str, options: dict[str, Any], cut: int) -> None:
    cell, x = cell_and_sequences(name, options)
    first, _ = stepped(cell, x[:, :cut], cell.initial_state(3))
    second, _ = stepped(cell, x[:, cut:], first[-1])
    torch.testing.assert_close(handed_up(cell, first + second), cell(x)[0], rtol=0, atol=1e-13)


@every_cell
def test_state_matters(name: str, options: dict[str, Any]) -> None:
    """Forgetting the state at the cut would be seen."""
    cell, x = cell_and_sequences(name, options)
    second, _ = stepped(cell, x[:, 4:], cell.initial_state(3))
    assert not torch.allclose(handed_up(cell, second), cell(x)[0][:, 4:], atol=1e-3)


@every_cell
def test_row_of_a_batch_is_that_row_alone(name: str, options: dict[str, Any]) -> None:
    cell, x = cell_and_sequences(name, options)
    together = cell(x)[0]
    for row in range(3):
        torch.testing.assert_close(cell(x[row : row + 1])[0], together[row : row + 1], rtol=0, atol=1e-13)


@every_cell
def test_nothing_from_the_future_leaks_in(name: str, options: dict[str, Any]) -> None:
    cell, x = cell_and_sequences(name, options)
    other = torch.cat([x[:, :5], -x[:, 5:]], dim=1)
    assert torch.equal(cell(x)[0][:, :5], cell(other)[0][:, :5])


def test_lstm_state_follows_from_its_gates() -> None:
    cell, x = make("lstm", {}, 4, 5), sequences(3, 9, 4)
    states, gates = unrolled(cell, x)
    before = cell.initial_state(3)
    for state, gate in zip(states, gates, strict=True):
        assert isinstance(gate, LSTMGates)
        torch.testing.assert_close(state.c, before.c * gate.f + gate.i * gate.g)
        torch.testing.assert_close(state.h, gate.o * state.c.tanh())
        before = state


def test_gru_state_lies_between_candidate_and_old_state() -> None:
    cell, x = make("gru", {}, 4, 5), sequences(3, 9, 4)
    states, gates = unrolled(cell, x)
    before = cell.initial_state(3)
    for state, gate in zip(states, gates, strict=True):
        assert isinstance(gate, GRUGates)
        torch.testing.assert_close(state.h, gate.n + gate.z * (before.h - gate.n))
        before = state


@every_cell
def test_gates_keep_to_their_ranges(name: str, options: dict[str, Any]) -> None:
    """0..1, or −1..1 for those a cell declares as bipolar, which do go below 0; unless the paper gives it no ends."""
    cell, x = cell_and_sequences(name, options, (8, 9, 4, 5))
    _, gates = unrolled(cell, 20 * x)
    for gate in gates[0]._fields:
        values = torch.stack([getattr(step, gate) for step in gates]).detach()
        assert (float(values.min()) < 0) == (gate in cell.bipolar)
        if gate not in getattr(paper(name), "UNBOUNDED", ()):
            assert float(values.max()) <= 1
            assert float(values.min()) >= (-1 if gate in cell.bipolar else 0)


@pytest.mark.parametrize(("name", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_parameters_have_torchs_names_and_layout(name: str, gates: int) -> None:
    rows = 5 * gates
    shapes = {key: tuple(value.shape) for key, value in make(name, {}, 4, 5).named_parameters()}
    assert shapes == {"weight_ih": (rows, 4), "weight_hh": (rows, 5), "bias_ih": (rows,), "bias_hh": (rows,)}


@every_cell
def test_every_quantity_seen_has_a_title_and_a_sentence(name: str, options: dict[str, Any]) -> None:
    cell, x = cell_and_sequences(name, options)
    states, gates = unrolled(cell, x)
    seen = [*cell.shown(states[0]), *gates[0]._fields]
    assert seen[0] == "h"
    assert set(cell.about.quantities) == set(seen)
