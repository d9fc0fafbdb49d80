"""‖∂L/∂c‖ of the cells with a memory, and norms relative to the last step: against autograd in loops of our own."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from engine import CELLS, Run
from engine.observe.gradients import gradients
from engine.observe.jacobians import parts
from engine.observe.notes import passage
from engine.observe.trace import last_norm
from tests.engine.cells.transcribed import paper, start, tensors_of
from tests.engine.runs import started, trained

WITH_MEMORY = {name: cell.memory for name, cell in CELLS.items() if cell.memory}


def test_a_cell_says_what_its_own_step_shows() -> None:
    """What the next step reads beside h is its memory, found by asking the step for its derivatives."""
    for name, cell in CELLS.items():
        run = started(cell=name)
        made = run.network.double().layers[0].cells[0]  # type: ignore[index, union-attr]
        inputs = run.network.input_mlp(run.probe(0).inputs.double()).detach()
        offered = parts(passage(made, inputs)[0]).offered  # type: ignore[operator, arg-type]
        assert [part for part in offered if part != "h"] == ([cell.memory] if cell.memory else []), name


Norms = dict[str, np.ndarray]


def own_norms(name: str, run: Run, read: Callable[[list[dict[str, Tensor]]], Tensor], truncate: int = 0) -> Norms:
    """‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ by a loop of our own; the state is detached where a window begins, from the end."""
    (cell,), batch = run.network.layers[0].cells, run.probe(0)  # type: ignore[union-attr, misc]  # a Layer
    weights = tensors_of(cell)  # type: ignore[arg-type]  # a Cell
    network = run.network.double()
    state, states = start(name, 6), []
    inputs = network.input_mlp(batch.inputs.double())[0].detach()
    for number, x in enumerate(inputs):
        if truncate and (len(inputs) - number) % truncate == 0:
            state = {part: value.detach() for part, value in state.items()}
        state = paper(name).step(weights, x.requires_grad_(), state, lambda _, values: values)
        states.append(state)
    targets = batch.targets.double() if batch.targets.is_floating_point() else batch.targets
    loss = run.experiment.task.loss(network.readout(read(states)), batch._replace(targets=targets))
    found = {}
    for part in ("h", WITH_MEMORY[name]):
        nodes = [state[part] for state in states]
        grads = torch.autograd.grad(loss, nodes, retain_graph=True, allow_unused=True, materialize_grads=True)
        found[part] = np.array([float(grad.norm()) for grad in grads])
    return found


def handed_up(name: str, state: dict[str, Tensor]) -> Tensor:
    return torch.cat([state[part] for part in getattr(paper(name), "HANDED_UP", ("h",))])


@pytest.mark.parametrize("truncate", [0, 3])
@pytest.mark.parametrize("name", WITH_MEMORY)
def test_memory_of_every_cell(name: str, truncate: int) -> None:
    run = trained(3, cell=name)
    seen = gradients(run.network, run.experiment.task, run.probe(0), truncate=truncate)
    (h,), (memory,) = seen.strengths, seen.memory
    assert (h.of, memory.of) == ("h", WITH_MEMORY[name])

    def read(states: list[dict[str, Tensor]]) -> Tensor:
        return handed_up(name, states[-1])[None]

    for each in (h, memory):
        np.testing.assert_allclose(each.full, own_norms(name, run, read)[each.of], rtol=1e-9, atol=1e-18)
        np.testing.assert_allclose(each.learned, own_norms(name, run, read, truncate)[each.of], rtol=1e-9, atol=1e-18)
    if truncate:
        assert (memory.learned[:5] == 0).all()
        assert (memory.learned[5:7] > 0).all()  # of the grid, the last c goes nowhere


def test_memory_with_an_answer_a_step() -> None:
    run = trained(3, task="echo", delay="2", cell="lstm")
    seen = gradients(run.network, run.experiment.task, run.probe(0))
    expected = own_norms("lstm", run, lambda states: torch.stack([state["h"] for state in states])[None])
    np.testing.assert_allclose(seen.memory[0].full, expected["c"], rtol=1e-9)


def test_against_torchs_own_cell() -> None:
    """torch.nn.LSTMCell, whose c_t is a node of its own."""
    run = trained(3, cell="lstm")
    ours = run.network.layers[0].cells[0]  # type: ignore[index, union-attr]
    cell = torch.nn.LSTMCell(2, 6).double()
    cell.load_state_dict({name: value.double() for name, value in ours.state_dict().items()})  # type: ignore[union-attr]
    seen = gradients(run.network, run.experiment.task, run.probe(0))
    h = c = torch.zeros(1, 6, dtype=torch.float64)
    nodes = []
    for x in run.probe(0).inputs.double().unbind(1):
        h, c = cell(x, (h, c))
        nodes.append(c)
    batch = run.probe(0)
    loss = torch.nn.functional.mse_loss(run.network.double().readout(h), batch.targets.double())
    norms = [float(grad.norm()) for grad in torch.autograd.grad(loss, nodes)]
    np.testing.assert_allclose(seen.memory[0].full, norms, rtol=1e-9)


def test_cells_without_a_memory_have_none_to_show() -> None:
    for name in CELLS.keys() - WITH_MEMORY.keys():
        assert (
            gradients(started(cell=name).network, started(cell=name).experiment.task, started().probe(0)).memory == ()
        )


def test_of_every_layer_and_direction_and_of_a_deep_transition() -> None:
    run = started(cell="lstm", layers="2", direction="bidirectional", transition_depth="1")
    seen = gradients(run.network, run.experiment.task, run.probe(0))
    places = [(each.layer, each.direction) for each in seen.strengths]
    assert [(each.layer, each.direction) for each in seen.memory] == places
    assert all((each.full > 0).any() and each.of == "c" for each in seen.memory)


@pytest.mark.parametrize(
    ("norms", "direction", "last"),
    [
        ([0.5, 2.0, 4.0], "forward", 4.0),
        ([0.5, 2.0, 4.0], "backward", 0.5),
        ([0.0, 3.0, 0.0], "forward", 3.0),
        ([0.0, 3.0, 1.0], "backward", 3.0),
        ([0.0, 0.0], "forward", math.nan),
    ],
)
def test_the_last_step_in_the_order_of_reading(norms: list[float], direction: str, last: float) -> None:
    assert last_norm(np.array(norms), direction) == pytest.approx(last, nan_ok=True)


TRUNCATED = [
    {"cell": "rnn"},
    {"cell": "lstm", "task": "echo", "delay": "2"},
    {"cell": "gru", "layers": "2", "direction": "bidirectional"},
    {"cell": "gru", "layers": "2", "windows": "2", "direction": "backward"},
    {"cell": "esn", "task": "forecast", "length": "9"},
    {"cell": "grid_lstm"},
]


@pytest.mark.parametrize("params", TRUNCATED, ids=lambda params: "-".join(params.values()))
def test_what_truncation_leaves_is_in_the_trace_too(params: dict[str, str]) -> None:
    """As the page Gradients has it in double precision, and where nothing is left exactly 0."""
    run = trained(2, truncate="3", **params)
    seen = gradients(run.network, run.experiment.task, run.probe(0), truncate=3)
    layer_traces = [layer_trace for layer in run.trace().layers for layer_trace in layer]
    for strength, layer_trace in zip(seen.strengths, layer_traces, strict=True):
        assert layer_trace.learned is not None
        np.testing.assert_allclose(layer_trace.learned, strength.learned, rtol=2e-3, atol=1e-7)
        assert np.array_equal(layer_trace.learned == 0, strength.learned == 0)
    assert {layer_trace.learned for layer in started(truncate="8").trace().layers for layer_trace in layer} == {None}
