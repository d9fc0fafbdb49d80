"""Looking inside: outputs, states, gates and gradients, each against another way of getting them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from engine import CELLS, Experiment
from engine.architectures.stack import Network, Placed
from engine.cells import Cell, JordanCell
from engine.observe.trace import LayerTrace, trace
from engine.run import build
from engine.tasks import Batch, Task
from tests.engine.runs import SMALL, trained

Parts = tuple[Network, Task, Batch]


def arrangements(cell: str) -> list[tuple[str, str]]:
    """(layers, direction): those that say the most among the possible ones."""
    if cell == "jordan":
        return [("1", "forward"), ("1", "backward")]
    if cell == "grid_lstm":
        return [("1", "forward"), ("2", "backward")]
    return [("1", "forward"), ("2", "bidirectional")]


WAYS = [
    {"cell": cell, "layers": layers, "direction": direction, "task": task}
    for cell in CELLS
    for layers, direction in arrangements(cell)
    for task in ("adding", "echo")
]
DEEP = [
    {"cell": "gru", "layers": "2", "direction": "bidirectional", "task": "adding", "windows": "3"},
    {"cell": "lstm", "layers": "3", "direction": "forward", "task": "adding", "windows": "2,3"},
    {"cell": "rnn", "layers": "3", "direction": "bidirectional", "task": "echo", "connection": "highway"},
    {"cell": "clockwork", "layers": "2", "direction": "forward", "task": "echo", "connection": "residual"},
    {"cell": "gru", "layers": "2", "direction": "backward", "task": "adding", "transition_depth": "2"},
    {"cell": "goru", "layers": "1", "direction": "forward", "task": "echo", "input_depth": "1", "output_depth": "2"},
]
every_way = pytest.mark.parametrize("params", WAYS + DEEP, ids=lambda p: "-".join(p.values()))


def parts(**params: str) -> Parts:
    """A network in double precision, so that gradients can be held to finite differences."""
    experiment = Experiment.from_params({**SMALL, **params})
    batch = experiment.task.batch(3, torch.Generator().manual_seed(7))
    inputs, targets, mask = batch
    doubled = targets.double() if targets.is_floating_point() else targets
    return build(experiment).double(), experiment.task, Batch(inputs.double(), doubled, mask)


def one(batch: Batch) -> Batch:
    return Batch(*(part[:1] for part in batch))


def layer_traces(network: Network, task: Task, batch: Batch) -> list[LayerTrace]:
    return [layer_trace for layer in trace(network, task, batch).layers for layer_trace in layer]


def by_hand(
    cell: Cell, inputs: Tensor, nudge: Callable[[int], Tensor | float] = lambda t: 0.0
) -> list[tuple[Any, Any]]:
    """(state, gates) of every step in the order of reading; `nudge(t)` is added to h_t before anything sees it.

    In Jordan's network, where the answer follows from h, the answer does so anew.
    """
    state, steps = cell.initial_state(len(inputs)), []
    for t in range(inputs.shape[1]):
        state, gates = cell.step(inputs[:, t], state)
        state = state._replace(h=state.h + nudge(t))
        if isinstance(cell, JordanCell):
            y = state.h @ cell.V.T + cell.c
            state = state._replace(y=y, fed=cell.feedback(y))
        steps.append((state, gates))
    return steps


def handed_up(cell: Cell, steps: list[tuple[Any, Any]]) -> Tensor:
    return torch.stack([cell.output(state) for state, _ in steps], dim=1)


def loss_with_nudge(network: Network, task: Task, batch: Batch, at: tuple[int, int], nudge: Tensor) -> Tensor:
    """The loss if nudge[t] is added to h_t (t in the order of the input) in cell number `at` = (layer, direction)."""

    def run(placed: Placed, inputs: Tensor, state: None) -> tuple[Tensor, Any]:
        cell, (layer, direction) = placed.cell, at
        chosen = network.layers[layer].cells[direction]
        turned = network.layers[layer].directions[direction] == "backward"
        steps = by_hand(cell, inputs, (lambda t: nudge[-1 - t if turned else t]) if cell is chosen else lambda t: 0.0)
        return handed_up(cell, steps), steps[-1][0]

    return task.loss(network(batch.inputs, run), batch)


def in_turn(params: dict[str, str]) -> list[tuple[int, int]]:
    directions = 2 if params["direction"] == "bidirectional" else 1
    return [(layer, direction) for layer in range(int(params["layers"])) for direction in range(directions)]


@every_way
def test_outputs_and_loss_are_those_of_the_fast_way(params: dict[str, str]) -> None:
    network, task, batch = parts(**params)
    seen = trace(network, task, batch)
    np.testing.assert_allclose(seen.outputs, network(batch.inputs[:1])[0].detach().numpy(), rtol=0, atol=1e-12)
    assert seen.loss == pytest.approx(float(task.loss(network(batch.inputs[:1]), one(batch)).detach()))
    np.testing.assert_array_equal(seen.inputs, batch.inputs[0].numpy())


@every_way
def test_layers_and_directions_are_labelled(params: dict[str, str]) -> None:
    network, task, batch = parts(**params)
    directions = ["forward", "backward"] if params["direction"] == "bidirectional" else [params["direction"]]
    for number, layer in enumerate(trace(network, task, batch).layers, 1):
        assert [layer_trace.layer for layer_trace in layer] == [number] * len(directions)
        assert [layer_trace.direction for layer_trace in layer] == directions
        for layer_trace in layer:
            assert {name.rstrip("23") for name in layer_trace.bipolar} == CELLS[params["cell"]].bipolar
            assert layer_trace.bipolar <= set(layer_trace.gates)
            assert next(iter(layer_trace.state)) == "h"


def covered(rows: np.ndarray, steps: int, window: int) -> np.ndarray:
    """Row t of the input is covered by that window of `window` steps which t falls into, counted from the end."""
    return rows[[len(rows) - 1 - (steps - 1 - t) // window for t in range(steps)]]


@every_way
def test_states_and_gates_are_those_of_the_loop(params: dict[str, str]) -> None:
    """Row t belongs to x_t, whichever way the layer reads, and however many steps it takes as one."""
    network, task, batch = parts(**params)
    inputs, window, steps_of_input = network.input_mlp(batch.inputs[:1]), 1, batch.inputs.shape[1]
    together = zip(
        network.layers, network.connections, network.windows, trace(network, task, batch).layers, strict=True
    )
    for layer, connection, following, seen in together:
        outputs = []
        for (direction, cell), layer_trace in zip(zip(layer.directions, layer.cells, strict=True), seen, strict=True):
            turn = -1 if direction == "backward" else 1
            steps = by_hand(cell, inputs.flip(1) if turn < 0 else inputs)[::turn]
            assert layer_trace.window == window
            for found, rows in (
                (layer_trace.state, [cell.shown(state) for state, _ in steps]),
                (layer_trace.gates, [gates._asdict() for _, gates in steps]),
            ):
                assert list(found) == list(rows[0])
                for name, values in found.items():
                    expected = torch.cat([row[name] for row in rows]).detach().numpy()
                    np.testing.assert_allclose(values, covered(expected, steps_of_input, window), rtol=0, atol=1e-12)
            outputs.append(handed_up(cell, steps))
        up = connection(torch.cat(outputs, dim=-1), inputs)[0]
        filled = torch.cat([up.new_zeros(-len(up) % following, up.shape[1]), up])
        inputs, window = filled.reshape(1, -1, following * up.shape[1]), window * following


@every_way
def test_gradient_is_that_of_nudging_each_state(params: dict[str, str]) -> None:
    """In the grid, h of time reaches the loss through later steps alone; everywhere else the last one does as well."""
    network, task, batch = parts(**params)
    for at, layer_trace in zip(in_turn(params), layer_traces(network, task, batch), strict=True):
        steps, units = layer_trace.grad_h.shape
        nudge = torch.zeros(-(-steps // layer_trace.window), units, dtype=torch.float64, requires_grad=True)
        (expected,) = torch.autograd.grad(loss_with_nudge(network, task, one(batch), at, nudge), nudge)
        assert float(expected.abs().max()) > 0
        np.testing.assert_allclose(
            layer_trace.grad_h, covered(expected.numpy(), steps, layer_trace.window), rtol=0, atol=1e-12
        )


@pytest.mark.parametrize("params", [way for way in WAYS if way["task"] == "adding"], ids=lambda p: "-".join(p.values()))
@torch.no_grad()
def test_gradient_is_the_finite_difference(params: dict[str, str]) -> None:
    """Without autograd: one unit at the first, a middle and the last step, up and down by 10⁻⁵."""
    with torch.enable_grad():
        network, task, batch = parts(**params)
        found = layer_traces(network, task, batch)
    for at, layer_trace in zip(in_turn(params), found, strict=True):
        for t in (0, 3, 7):
            nudge = torch.zeros(layer_trace.grad_h.shape, dtype=torch.float64)
            nudge[t, 2] = 1e-5
            up, down = (loss_with_nudge(network, task, one(batch), at, sign * nudge) for sign in (1, -1))
            assert layer_trace.grad_h[t, 2] == pytest.approx(float(up - down) / 2e-5, rel=1e-5, abs=1e-10)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("direction", "end"), [("forward", -1), ("backward", 0)])
def test_gradient_at_the_end_in_closed_form(cell: str, direction: str, end: int) -> None:
    """A readout of the last state, y = V h_T + b under (y − target)²: ∂L/∂h_T = Vᵀ · 2(y − target).

    Jordan's V is the cell's own; the grid's h of time ends at the last step.
    """
    network, task, batch = parts(cell=cell, direction=direction)
    (layer_trace,) = layer_traces(network, task, batch)
    error = 2 * (network(batch.inputs[:1]) - batch.targets[:1])[0]
    weight = network.layers[0].cells[0].V if cell == "jordan" else network.readout[-1].weight
    expected = (weight.T @ error).detach().numpy()[: layer_trace.grad_h.shape[1]] * (cell != "grid_lstm")
    np.testing.assert_allclose(layer_trace.grad_h[end], expected, rtol=1e-12)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_gradient_through_a_linear_network_in_closed_form(direction: str) -> None:
    """h_t = W x_t + U h_{t−1}: ∂L/∂h_k = (Uᵀ)^{T−k} ∂L/∂h_T, counted in the order of reading."""
    network, task, batch = parts(cell="rnn", activation="identity", direction=direction)
    (layer_trace,) = layer_traces(network, task, batch)
    rows = layer_trace.grad_h[::-1] if direction == "forward" else layer_trace.grad_h
    transposed = network.layers[0].cells[0].weight_hh.detach().numpy().T
    for back, row in enumerate(rows):
        np.testing.assert_allclose(row, np.linalg.matrix_power(transposed, back) @ rows[0], rtol=1e-9, atol=1e-15)


def test_norm_is_euclidean_over_the_units() -> None:
    (layer_trace,) = layer_traces(*parts())
    np.testing.assert_allclose(layer_trace.grad_norm, np.sqrt((layer_trace.grad_h**2).sum(-1)))


def test_norm_of_a_vanishing_gradient_is_not_zero() -> None:
    """In single precision the square of 10⁻³⁰ would be."""
    tiny = LayerTrace(1, "forward", {}, {}, frozenset(), np.full((2, 4), 1e-30, dtype=np.float32))
    np.testing.assert_allclose(tiny.grad_norm, 2e-30, rtol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_network_is_left_as_it_was(cell: str) -> None:
    run = trained(3, cell=cell)
    gradients = [parameter.grad for parameter in run.network.parameters()]
    before = [(p.detach().clone(), p.grad.clone()) for p in run.network.parameters() if p.grad is not None]
    run.trace()
    for parameter, gradient, (value, kept) in zip(run.network.parameters(), gradients, before, strict=True):
        assert parameter.grad is gradient
        assert torch.equal(parameter.detach(), value)
        assert torch.equal(gradient, kept)


def test_works_where_gradients_are_switched_off() -> None:
    with torch.no_grad():
        inside = trace(*parts())
    np.testing.assert_array_equal(inside.layers[0][0].grad_h, trace(*parts()).layers[0][0].grad_h)


def test_same_probe_same_trace_and_another_one_another() -> None:
    run = trained(3)
    assert np.array_equal(run.trace(0).inputs, run.trace(0).inputs)
    assert run.trace(0).loss == run.trace(0).loss != run.trace(1).loss


@pytest.mark.parametrize("cell", CELLS)
def test_only_the_first_sequence_counts(cell: str) -> None:
    network, task, batch = parts(cell=cell)
    np.testing.assert_array_equal(
        trace(network, task, batch).layers[0][0].grad_h, trace(network, task, one(batch)).layers[0][0].grad_h
    )
