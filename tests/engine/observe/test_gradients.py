"""The gradient through time against closed forms, and against autograd taken pair by pair."""

import math
import time
from typing import Any

import numpy as np
import pytest
import torch

from engine import CELLS, Run
from engine.cells.direct_path import DirectPath
from engine.observe import notes
from engine.observe.gradients import LOSS, Gradients, Question, gradients
from engine.observe.jacobians import MOST, parts, sample, spectral_norms, triangle
from engine.observe.notes import Passage
from engine.observe.trace import trace
from engine.tasks import Batch
from tests.engine.runs import started, trained

PAIR = {"layers": "2", "direction": "bidirectional"}
ALONE = {"jordan": {}, "grid_lstm": {"layers": "2"}}
DEEP = [name for name, cell in CELLS.items() if "transition_depth" not in cell.limits({})]


def measured(run: Run, question: Question = Question(), truncate: int = 0) -> Gradients:  # noqa: B008
    return gradients(run.network, run.experiment.task, run.probe(0), question, truncate)


def only_cell(run: Run) -> Any:
    return run.network.layers[0].cells[0]  # type: ignore[index, union-attr]


def passage(run: Run) -> Passage:
    cell = run.network.double().layers[0].cells[0]  # type: ignore[index, union-attr]
    inputs = run.network.input_mlp(run.probe(0).inputs.double()).detach()
    return notes.passage(cell, inputs)[0]  # type: ignore[arg-type, operator]


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_linear_network(direction: str) -> None:
    """h_t = W x_t + U h_{t−1}: ∂h_t/∂h_k = U^{t−k} exactly, its norm the largest singular value."""
    run = started(cell="rnn", activation="identity", direction=direction, length="12")
    seen = measured(run)
    u = only_cell(run).weight_hh.detach().double().numpy()
    assert seen.pairs.steps.tolist() == list(range(1, 13))
    for row, t in enumerate(seen.pairs.steps):
        for column, k in enumerate(seen.pairs.steps):
            back = t - k if direction == "forward" else k - t
            if back < 0:
                assert math.isnan(seen.pairs.values[row, column])
            else:
                expected = np.linalg.norm(np.linalg.matrix_power(u, back), 2)
                assert seen.pairs.values[row, column] == pytest.approx(expected, rel=1e-12)
    assert seen.bound
    assert seen.bound.norm == pytest.approx(np.linalg.norm(u, 2))
    assert seen.bound.radius == pytest.approx(np.abs(np.linalg.eigvals(u)).max())
    np.testing.assert_allclose(seen.bound.singular, np.linalg.svd(u, compute_uv=False))
    np.testing.assert_allclose(seen.bound.slope, 1)
    np.testing.assert_allclose(seen.bound.gamma, seen.bound.norm)


def test_scalar_tanh_network_by_hand() -> None:
    """One unit: ∂h_t/∂h_k = Π_{i=k+1..t} (1 − h_i²) u, and the bound of (1.21) is met exactly."""
    run = started(cell="rnn", hidden="1", length="9")
    cell, x = only_cell(run), run.probe(0).inputs[0].double().numpy()
    w, u = cell.weight_ih.detach().double().numpy(), float(cell.weight_hh.detach())
    b = float((cell.bias_ih.double() + cell.bias_hh.double()).detach())
    h, states = 0.0, []
    for row in x:
        h = math.tanh(float(w[0] @ row) + u * h + b)
        states.append(h)
    seen = measured(run)
    for t in range(9):
        for k in range(t + 1):
            expected = math.prod(abs((1 - states[i] ** 2) * u) for i in range(k + 1, t + 1))
            assert seen.pairs.values[t, k] == pytest.approx(expected, rel=1e-9)
    assert seen.by_gamma is not None
    assert seen.by_norms is not None
    np.testing.assert_allclose(seen.by_gamma, seen.pairs.values, rtol=1e-9)
    np.testing.assert_allclose(seen.by_norms, seen.pairs.values, rtol=1e-9)
    v, c = (float(number.detach()) for number in run.network.readout[-1].parameters())
    error = abs(2 * (v * states[-1] + c - float(run.probe(0).targets)) * v)
    np.testing.assert_allclose(seen.strengths[0].full, error * seen.pairs.values[-1], rtol=1e-6)


@pytest.mark.parametrize(("bias", "f"), [(1e3, 1.0), (0.0, 0.5)])
def test_lstm_with_pinned_gates(bias: float, f: float) -> None:
    """With U = 0 the gates see the input alone: ∂c_t/∂c_k = diag(Π f), 1 or 0.5^{t−k} to the last digit."""
    run = started(cell="lstm", length="12")
    cell = only_cell(run)
    with torch.no_grad():
        cell.weight_hh.zero_()
        cell.weight_ih[6:12] = 0
        cell.bias_ih[6:12], cell.bias_hh[6:12] = bias, 0
    seen = measured(run)
    assert (seen.pairs.of, seen.gate) == ("c", "f")
    t, k = np.tril_indices(12)
    expected = f ** (t - k).astype(float)
    np.testing.assert_allclose(seen.pairs.values[t, k], expected, rtol=1e-13)
    assert seen.direct is not None
    np.testing.assert_allclose(seen.direct[t, k], expected, rtol=1e-13)
    of_h = measured(run, Question(of="h"))
    assert of_h.pairs.values[11, 10] == 0, "without U, nothing of h goes on"
    assert of_h.direct is None


def test_gru_with_pinned_gate() -> None:
    run = started(cell="gru", length="12")
    cell = only_cell(run)
    with torch.no_grad():
        cell.weight_hh.zero_()
        cell.weight_ih[6:12] = 0
        cell.bias_ih[6:12], cell.bias_hh[6:12] = math.log(3), 0
    seen = measured(run)
    t, k = np.tril_indices(12)
    np.testing.assert_allclose(seen.pairs.values[t, k], 0.75 ** (t - k), rtol=1e-6)
    assert seen.direct is not None
    np.testing.assert_allclose(seen.direct[t, k], seen.pairs.values[t, k], rtol=1e-12)


@pytest.mark.parametrize(
    ("cell", "of", "factor"), [("lstm_1997", "c", 1), ("residual_input", "h", 1), ("scrn", "s", 0.95)]
)
def test_direct_path_of_a_constant(cell: str, of: str, factor: float) -> None:
    seen = measured(started(cell=cell))
    assert seen.pairs.of == of
    assert seen.direct is not None
    np.testing.assert_allclose(seen.direct[7], factor ** np.arange(7, -1, -1.0), rtol=1e-12)
    if cell != "lstm_1997":
        np.testing.assert_allclose(seen.pairs.values[7], seen.direct[7], rtol=1e-12)


def pair_by_pair(way: Passage, part: str) -> np.ndarray:
    """‖∂p_t/∂p_k‖ from the plain loop with p_k made anew as a node, one row of each Jacobian after the other."""
    steps = len(way.states)
    nodes = [getattr(state, part) for state in way.states]
    values = np.full((steps, steps), np.nan)
    for t in range(steps):
        for k in range(t + 1):
            rows = [
                torch.autograd.grad(nodes[t][0, unit], nodes[k], retain_graph=True, allow_unused=True)[0]
                for unit in range(nodes[t].shape[1])
            ]
            matrix = torch.cat([torch.zeros_like(nodes[k]) if row is None else row for row in rows])
            values[t, k] = np.linalg.norm(matrix.detach().numpy(), 2)
    return values


@pytest.mark.parametrize(("cell", "depth"), [*((cell, "0") for cell in CELLS), *((cell, "2") for cell in DEEP)])
def test_triangle_of_every_cell(cell: str, depth: str) -> None:
    run = trained(3, cell=cell, length="10", transition_depth=depth, slow="4")
    run.network.requires_grad_()
    way = passage(run)
    if cell == "esn":  # nothing of it is trained, so it needs another start for its graph
        inputs = way.inputs.clone().requires_grad_()
        way = notes.passage(way.cell, inputs)[0]
    for part in parts(way).offered:
        sampled, values = triangle(way, part)
        assert sampled.tolist() == list(range(10))
        expected = pair_by_pair(way, part)
        np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-14)


def test_what_each_state_offers() -> None:
    offered = {cell: parts(passage(started(cell=cell))).offered for cell in CELLS}
    two = {cell: found for cell, found in offered.items() if found != ("h",)}
    lstms = {cell: ("h", "c") for cell in CELLS if "lstm" in cell}
    assert two == {**lstms, "scrn": ("h", "s")}


def test_direct_paths_are_of_cells_with_such_a_part() -> None:
    for cell, kind in CELLS.items():
        if isinstance(kind.direct_path, DirectPath):
            assert kind.direct_path.part in parts(passage(started(cell=cell))).offered


def test_sampled_steps_give_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    way = passage(started(cell="lstm", length="40"))
    _, all_pairs = triangle(way, "c")
    monkeypatch.setattr("engine.observe.jacobians.MOST", 13)
    monkeypatch.setattr("engine.observe.jacobians.CHUNK", 2000)
    sampled, values = triangle(way, "c")
    assert len(sampled) == 13
    np.testing.assert_allclose(values, all_pairs[np.ix_(sampled, sampled)], rtol=1e-10)


@pytest.mark.parametrize(("steps", "units", "carried"), [(1, 1, 1), (2, 3, 3), (500, 32, 32), (500, 128, 256)])
def test_sample_is_even_bounded_and_ends_with_the_sequence(steps: int, units: int, carried: int) -> None:
    found = sample(steps, units, carried)
    assert found[-1] == steps - 1
    assert 1 <= len(found) <= MOST
    assert np.ptp(np.diff(found)) <= 1 if len(found) > 1 else True


@pytest.mark.parametrize("cell", CELLS)
def test_strength_is_the_traces_in_double_precision(cell: str) -> None:
    run = started(cell=cell, **ALONE.get(cell, PAIR))
    seen = measured(run)
    inside = trace(run.network, run.experiment.task, run.probe(0))
    layer_traces = [layer_trace for layer in inside.layers for layer_trace in layer]
    assert [(s.layer, s.direction) for s in seen.strengths] == [(s.layer, s.direction) for s in layer_traces]
    for strength, layer_trace in zip(seen.strengths, layer_traces, strict=True):
        np.testing.assert_allclose(strength.full, layer_trace.grad_norm, rtol=2e-3, atol=1e-7)
        assert strength.learned is strength.full or np.array_equal(strength.learned, strength.full)


def test_down_to_what_single_precision_cannot_hold() -> None:
    """u = 1e-3: after 60 steps 1e-180, in a thread that flushes what single precision has left."""
    run = started(cell="rnn", activation="identity", hidden="1", length="61")
    with torch.no_grad():
        only_cell(run).weight_hh.fill_(1e-3)
    torch.set_flush_denormal(True)
    try:
        seen = measured(run)
    finally:
        torch.set_flush_denormal(False)
    assert seen.strengths[0].full[0] / seen.strengths[0].full[-1] == pytest.approx(1e-180, rel=1e-4)
    assert seen.pairs.values[-1, 0] == pytest.approx(1e-180, rel=1e-4)


def test_overflow_is_infinite_and_no_error() -> None:
    run = started(cell="rnn", activation="identity", hidden="2", length="500")
    with torch.no_grad():
        only_cell(run).weight_hh.copy_(torch.eye(2) * 10)
    assert measured(run).pairs.values[-1, 0] == math.inf
    np.testing.assert_array_equal(spectral_norms(torch.full((1, 2, 2), math.inf)), [math.inf])


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize("cell", ["rnn", "indrnn"])
def test_bounds_hold(cell: str, activation: str) -> None:
    seen = measured(trained(20, cell=cell, activation=activation, length="20"))
    assert seen.by_gamma is not None
    assert seen.by_norms is not None
    t, k = np.tril_indices(20)
    assert (seen.pairs.values[t, k] <= seen.by_gamma[t, k] * (1 + 1e-9)).all()
    assert (seen.by_gamma[t, k] <= seen.by_norms[t, k] * (1 + 1e-9)).all()


def test_only_simple_cells_have_the_bound() -> None:
    assert {cell for cell in CELLS if measured(started(cell=cell)).bound} == {"rnn", "indrnn"}
    assert measured(started(cell="rnn", transition_depth="1")).bound is None


@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_loss_of_each_step(direction: str) -> None:
    """Row t is the gradient of L_t alone; over the asked steps, L is their mean."""
    task = {"task": "neighbours"} if direction == "bidirectional" else {"task": "echo", "delay": "2"}
    run = started(**task, length="11", cell="gru", direction=direction, layers="2")
    seen = measured(run, Question(1, "backward", LOSS) if direction == "bidirectional" else Question(of=LOSS))
    assert seen.pairs.of == LOSS
    assert LOSS in seen.offered
    network, (inputs, targets, mask) = run.network.double(), run.probe(0)
    inputs = inputs.double().requires_grad_()
    for t in (0, 5, 10):
        if targets[0, t] < 0:
            assert np.isnan(seen.pairs.values[t]).all()
            continue
        only = torch.full_like(targets, -100)
        only[0, t] = targets[0, t]
        inside = trace(network, run.experiment.task, Batch(inputs.detach(), only, mask))
        expected = inside.layers[0][-1].grad_norm
        np.testing.assert_allclose(np.nan_to_num(seen.pairs.values[t]), expected, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("question", [Question(9, "sideways", "q"), Question(2, "backward", LOSS), Question(of="c")])
def test_a_question_from_another_network_is_answered_as_well_as_can_be(question: Question) -> None:
    seen = measured(started(cell="gru"), question)
    assert (seen.layer, seen.direction, seen.pairs.of) == (1, "forward", "h")


def test_steps_of_joined_windows() -> None:
    """Layer 2 has a step for every 3 of the input, the last ending with the sequence."""
    seen = measured(started(cell="gru", layers="2", windows="3", length="10"), Question(layer=2))
    assert seen.pairs.steps.tolist() == [1, 4, 7, 10]
    assert seen.strengths[1].full.shape == (10,)
    turned = measured(
        started(cell="gru", layers="2", windows="3", length="10", direction="backward"), Question(layer=2)
    )
    assert turned.pairs.steps.tolist() == [1, 4, 7, 10]
    assert np.isfinite(turned.pairs.values[0]).all()


def test_looking_changes_nothing() -> None:
    run = trained(2)
    before = {name: value.clone() for name, value in run.network.state_dict().items()}
    grads = [parameter.grad.clone() for parameter in run.network.parameters() if parameter.grad is not None]
    measured(run, truncate=3)
    assert all(torch.equal(before[name], value) for name, value in run.network.state_dict().items())
    kept = [parameter.grad for parameter in run.network.parameters() if parameter.grad is not None]
    assert all(torch.equal(one, other) for one, other in zip(grads, kept, strict=True))
    assert {p.dtype for p in run.network.parameters()} == {torch.float32}


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "unitary", "grid_lstm"])
def test_a_hundred_steps_of_32_units_take_less_than_a_second(cell: str) -> None:
    run = started(cell=cell, length="100", hidden="32")
    durations = []
    for _ in range(2):
        begun = time.perf_counter()
        measured(run)
        durations.append(time.perf_counter() - begun)
    assert min(durations) < 1
