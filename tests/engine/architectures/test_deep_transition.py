"""Deep transition: further steps without input, each with weights of its own."""

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.architectures import Stack
from engine.architectures.stack import Network
from engine.cells import CELLS, DeepTransition
from tests.engine.cells.papers.shared import FUNCTIONS
from tests.engine.cells.reference import assert_same, outputs_of, unrolled, values_and_gradients

ALLOWED = [name for name in CELLS if "transition_depth" not in CELLS[name].limits({})]


def deep(name: str, depth: int, **options: str) -> DeepTransition:
    architecture = Stack(cell=name, hidden=4, transition_depth=depth, options=options)
    network = Network(3, 2, architecture, "every", generator=torch.Generator().manual_seed(0)).double()
    cell = network.layers[0].cells[0]
    assert isinstance(cell, DeepTransition)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.add_(0.4 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)))
    return cell


def sequences(steps: int = 6) -> Tensor:
    x = torch.randn(2, steps, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    return x.requires_grad_()


def test_the_cells_that_may_have_one() -> None:
    gated = {"gru", "lstm", "lstm_1997", "lstm_peephole", "lstm_coupled", "gru_cho", "goru"}
    assert set(ALLOWED) == {"rnn", "residual", "indrnn", *gated}


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
def test_simple_network_is_pascanus_composition(depth: int, activation: str) -> None:
    """h = f(U_d … f(U_2 f(W x + U_1 h₋ + b_1) + b_2) … + b_d), written out for one sequence in NumPy."""
    cell, x = deep("rnn", depth, activation=activation), sequences()
    f = FUNCTIONS[activation]
    parts = [
        (part.weight_hh.detach().numpy(), (part.bias_ih + part.bias_hh).detach().numpy())
        for part in (cell.first, *cell.further)
    ]
    w = cell.first.weight_ih.detach().numpy()
    for sequence, found in zip(x.detach().numpy(), cell(x)[0].detach().numpy(), strict=True):
        h = np.zeros(4)
        for t, row in enumerate(sequence):
            (u_1, b_1), *later = parts
            h = f(w @ row + u_1 @ h + b_1)
            for u, b in later:
                h = f(u @ h + b)
            np.testing.assert_allclose(found[t], h, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", ALLOWED)
def test_with_the_same_weights_it_is_the_cell_on_a_sequence_with_blanks(name: str) -> None:
    """x_1, 0, 0, x_2, 0, 0, …: the states after each blank, every gate in between, and all gradients."""
    cell, x, depth = deep(name, 2), sequences(), 2
    own = dict(cell.first.named_parameters())
    with torch.no_grad():
        for further in cell.further:
            for key, value in further.named_parameters():
                if value.numel():
                    value.copy_(own[key])

    def blanks(x: Tensor) -> Tensor:
        return torch.nn.functional.pad(x.unsqueeze(2), (0, 0, 0, depth)).flatten(1, 2)

    def plainly(x: Tensor) -> Tensor:
        return cell.first(blanks(x))[0][:, depth :: depth + 1]

    ours, theirs = values_and_gradients(outputs_of(cell), cell, x), values_and_gradients(plainly, cell.first, x)
    for key, value in list(ours.items()):
        prefix, _, part = key.rpartition(".")
        if prefix.startswith("further"):
            gradient = ours.pop(key)
            if value.numel():
                ours[f"first.{part}"] += gradient
    assert_same({key.removeprefix("first."): value for key, value in ours.items()}, theirs, slack=10)
    _, gates = unrolled(cell, x)
    _, all_gates = unrolled(cell.first, blanks(x))
    for gate in all_gates[0]._fields:
        for number in range(depth + 1):
            seen = torch.stack([getattr(step, f"{gate}{number + 1 if number else ''}") for step in gates])
            expected = torch.stack([getattr(step, gate) for step in all_gates[number :: depth + 1]])
            torch.testing.assert_close(seen, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ALLOWED)
def test_every_further_step_has_weights_of_its_own(name: str) -> None:
    cell = deep(name, 3)
    starts = [torch.cat([p.detach().flatten() for p in part.parameters()]) for part in cell.further]
    assert len({float(start.sum()) for start in starts}) == 3
    x = sequences()
    gradients = torch.autograd.grad(cell(x)[0].square().sum(), [p for p in cell.parameters() if p.numel()])
    assert all(bool(gradient.any()) for gradient in gradients)


@pytest.mark.parametrize("name", ALLOWED)
def test_gates_are_numbered_and_keep_their_signs(name: str) -> None:
    cell = deep(name, 2)
    _, gates = unrolled(cell, sequences())
    plain = CELLS[name].bipolar
    assert cell.bipolar == {f"{gate}{k}" for gate in plain for k in ("", 2, 3)}
    assert plain <= set(gates[0]._fields)
    assert cell.bipolar <= set(gates[0]._fields)
