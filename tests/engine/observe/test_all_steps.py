"""All steps side by side against the plain loop: states, gates and every gradient, for every cell and network."""

from typing import Any

import numpy as np
import pytest
import torch

from engine import CELLS, Experiment
from engine.cells import Cell
from engine.observe.all_steps import Passed, by_loop, derivable, through
from engine.observe.trace import Trace, trace
from engine.run import build
from tests.engine.cells.reference import CASES, NAMES, SHAPES, assert_same, cell_and_sequences, generator
from tests.engine.observe.test_trace import DEEP, WAYS
from tests.engine.runs import SMALL, trained

SIDE_BY_SIDE = {"rnn", "gru", "lstm", "lstm_1997", "lstm_peephole", "lstm_coupled", "goru", "grid_lstm"}
"""What gains by it (benchmarks.trace). The others take more than one product a step, or are as fast by the loop."""

NETWORKS = [
    *DEEP,
    {"cell": "lstm", "task": "copy", "length": "5", "layers": "2", "connection": "residual"},
    {"cell": "esn", "task": "forecast", "layers": "2"},
    {"cell": "rnn", "activation": "relu", "task": "order", "length": "12", "readout": "mean"},
    {"cell": "lstm_peephole", "task": "hello", "layers": "3", "transition_depth": "1"},
]


def seen(passed: Passed, inputs: torch.Tensor) -> dict[str, torch.Tensor]:
    """Everything that was noted, and the gradients of a random weighted sum of the outputs."""
    weighting = torch.randn(passed.outputs.shape, generator=generator(4), dtype=passed.outputs.dtype)
    loss = (passed.outputs * weighting).sum()
    asked = torch.autograd.grad(loss, [*passed.asked, inputs], allow_unused=True, materialize_grads=True)
    parts = {"outputs": passed.outputs, **passed.states._asdict(), **passed.gates._asdict()}
    parts |= {"grad_h": torch.cat(asked[:-1]), "grad_x": asked[-1]}
    return {name: part.detach() for name, part in parts.items() if derivable(part)}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])
@pytest.mark.parametrize("shape", [(1, 9, 4, 5), (1, 1, 1, 2), (1, 60, 3, 8)], ids=str)
@pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)
def test_side_by_side_is_the_plain_loop(
    name: str, options: dict[str, Any], shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    cell, inputs = made(name, options, shape, dtype)
    assert_same(seen(through(cell, inputs), inputs), seen(by_loop(cell, inputs), inputs))


@pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)
def test_states_are_those_of_the_loop(name: str, options: dict[str, Any]) -> None:
    cell, inputs = made(name, options, (1, *SHAPES[0][1:]), torch.float64)
    expected = by_loop(cell, inputs).states._asdict()
    found = cell.states(inputs)._asdict()
    assert found.keys() == expected.keys()
    assert not any(part.requires_grad for part in found.values())
    for part, rows in expected.items():
        torch.testing.assert_close(found[part], rows, rtol=1e-13, atol=1e-13)


def made(name: str, options: dict[str, Any], shape: tuple[int, ...], dtype: torch.dtype) -> tuple[Cell, torch.Tensor]:
    if name == "clockwork":  # a unit for each period
        shape = (*shape[:3], max(shape[3], len(options["periods"])))
    return cell_and_sequences(name, options, shape, dtype)


def test_which_cells_go_side_by_side() -> None:
    assert {name for name, cell in CELLS.items() if cell.by_unit} >= SIDE_BY_SIDE


@pytest.mark.parametrize("cell", sorted(name for name, cell in CELLS.items() if cell.by_unit))
def test_units_see_themselves_alone(cell: str) -> None:
    """What the slopes rest on: place k of a and of the old state moves place k of the new state and no other."""
    made, inputs = cell_and_sequences(cell, {}, (1, 1, 3, 4))
    weights, state = made.weights(), made.initial_state(1)
    projected = made.project(inputs)[:, 0].detach()
    mixed = made.mixed(projected, state, weights).detach()

    def after(a: torch.Tensor) -> torch.Tensor:
        new = made.units(projected, a, state, weights)[0]
        return torch.stack([part[0] for part in new if isinstance(part, torch.Tensor)])

    slopes = torch.autograd.functional.jacobian(after, mixed)[:, :, 0].unflatten(-1, (-1, 4))
    assert float(slopes.abs().max()) > 0
    assert not slopes.permute(0, 2, 1, 3)[..., ~torch.eye(4, dtype=torch.bool)].any()


def both(params: dict[str, str], scale: float = 1, double: bool = False) -> tuple[Trace, Trace]:
    """A trace, and one by the plain loop; all weights times `scale`."""
    experiment = Experiment.from_params({**SMALL, **params})
    network, batch = build(experiment), experiment.task.batch(1, generator(7))
    torch.nn.utils.vector_to_parameters(
        scale * torch.nn.utils.parameters_to_vector(network.parameters()), network.parameters()
    )
    if double:
        parts = (part.double() if part.is_floating_point() else part for part in batch)
        network, batch = network.double(), type(batch)(*parts)
    return trace(network, experiment.task, batch), trace(network, experiment.task, batch, by_loop)


def assert_same_trace(now: Trace, loop: Trace, tolerance: float) -> None:
    """Row by row, as small as a gradient may have become: to a tolerance of the largest number of the row.

    A row of the gradient went through all steps after it, each with roundings of its own: ten tolerances.
    """
    assert now.loss == pytest.approx(loop.loss, rel=tolerance, nan_ok=True)
    for one, other in zip(sum(now.layers, ()), sum(loop.layers, ()), strict=True):
        pairs = {**one.state, **one.gates, "∂L/∂h": one.grad_h}, {**other.state, **other.gates, "∂L/∂h": other.grad_h}
        assert pairs[0].keys() == pairs[1].keys()
        for name, expected in pairs[1].items():
            assert pairs[0][name].dtype == expected.dtype
            off = np.abs(pairs[0][name] - expected).max(axis=1)
            slack = 10 if name == "∂L/∂h" else 1
            assert (off <= slack * tolerance * np.abs(expected).max(axis=1)).all(), name


@pytest.mark.parametrize("params", WAYS + NETWORKS, ids=lambda p: "-".join(p.values()))
def test_trace_is_that_of_the_plain_loop(params: dict[str, str]) -> None:
    assert_same_trace(*both(params), 1e-6)
    assert_same_trace(*both(params, double=True), 1e-12)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_gradient_that_vanishes_is_the_same(cell: str) -> None:
    now, loop = both({"cell": cell, "length": "200", "recurrent_scale": "0.3"}, double=True)
    assert float(loop.layers[0][0].grad_norm[0]) < 1e-20
    assert_same_trace(now, loop, 1e-10)


@pytest.mark.parametrize("scale", [30, 1e15])
@pytest.mark.parametrize("cell", sorted(name for name, cell in CELLS.items() if cell.by_unit))
def test_numbers_that_overflow_do_so_alike(cell: str, scale: float) -> None:
    """A number that is not finite by the loop is not finite side by side, and no error is raised."""
    now, loop = both({"cell": cell, "length": "30"}, scale)
    for one, other in zip(sum(now.layers, ()), sum(loop.layers, ()), strict=True):
        for name, rows in other.state.items():
            np.testing.assert_array_equal(np.isfinite(one.state[name]), np.isfinite(rows))
        np.testing.assert_array_equal(np.isfinite(one.grad_h), np.isfinite(other.grad_h))


def test_numbers_that_are_not_finite_are_passed_on() -> None:
    now, loop = both({"cell": "rnn", "activation": "identity", "length": "40"}, 1e5)
    found, expected = (np.isfinite(each.layers[0][0].state["h"]) for each in (now, loop))
    assert not expected.all()
    np.testing.assert_array_equal(found, expected)
    finite = (np.isfinite(each.layers[0][0].grad_h).all(axis=1) for each in (now, loop))
    np.testing.assert_array_equal(*finite)


def test_run_that_learned_is_seen_the_same() -> None:
    run = trained(40, cell="lstm", layers="2", direction="bidirectional", lr="0.05")
    assert_same_trace(run.trace(), trace(run.network, run.experiment.task, run.probe(0), by_loop), 1e-6)
