"""Truncated backpropagation: the same values, and exactly no gradient outside the window."""

from typing import Any

import numpy as np
import pytest
import torch

from engine import CELLS, Run
from engine.budget import seconds_per_update
from engine.learners.truncation import own_window, truncated, windows
from engine.observe.gradients import gradients
from engine.script import script
from tests.engine.cells.reference import unrolled
from tests.engine.runs import assert_same_place, place, same, started, trained

ALONE = {"jordan": {}, "grid_lstm": {"layers": "2"}}
PAIR = {"layers": "2", "direction": "bidirectional"}


def grads(run: Run, through: Any) -> tuple[torch.Tensor, list[torch.Tensor]]:
    task, batch = run.experiment.task, run.probe(0)
    batch = type(batch)(batch.inputs.double(), batch.targets.double(), batch.mask)
    network = run.network.double()
    outputs = network(batch.inputs, through)
    return outputs, list(
        torch.autograd.grad(
            task.loss(outputs, batch), list(network.parameters()), allow_unused=True, materialize_grads=True
        )
    )


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("window", [1, 4, 9])
def test_outside_the_window_the_gradient_is_exactly_zero(cell: str, window: int) -> None:
    """Adding asks at the end, so the window is the last `window` steps."""
    run = started(cell=cell, length="20", layers="1" if cell == "jordan" else "2")
    seen = gradients(run.network, run.experiment.task, run.probe(0), truncate=window)
    ends = ("grid_lstm", "clockwork")  # of their h, the last step's or that of a resting module is read by nothing
    for strength in seen.strengths:
        assert (strength.learned[: 20 - window] == 0).all()
        assert (strength.learned[20 - window :] > 0).all() or cell in ends
        assert (strength.full[: 20 - window] > 0).all() or cell in ends
    assert seen.cut[-1] == 20 - window + 1


def test_both_directions_share_their_windows() -> None:
    """The answer is read at both ends, so the windows at both ends are learned from, and nothing between them."""
    run = started(cell="gru", length="20", **PAIR)
    seen = gradients(run.network, run.experiment.task, run.probe(0), truncate=6)
    assert seen.cut == (3, 9, 15)
    for strength in seen.strengths:
        assert (strength.learned[2:14] == 0).all()
        assert (strength.full > 0).all()


@pytest.mark.parametrize("cell", CELLS)
def test_values_are_those_of_the_whole_sequence(cell: str) -> None:
    run = started(cell=cell, **ALONE.get(cell, PAIR))
    whole, _ = grads(run, truncated(500))
    outputs, _ = grads(run, truncated(3))
    torch.testing.assert_close(outputs, whole, rtol=0, atol=1e-13)


def test_weights_learn_from_the_last_window_alone() -> None:
    """As if the sequence began at the window with the state it has there."""
    run = started(cell="gru", length="12")
    _, found = grads(run, truncated(5))
    cell: Any = run.network.layers[0].cells[0]  # type: ignore[index, union-attr]
    batch = run.probe(0)
    inputs = batch.inputs.double()
    with torch.no_grad():
        state = unrolled(cell, inputs[:, :7])[0][-1]
    for x in inputs[:, 7:].unbind(1):
        state, _ = cell.step(x, state)
    loss = torch.nn.functional.mse_loss(run.network.readout(state.h), batch.targets.double())
    for one, other in zip(found, torch.autograd.grad(loss, list(run.network.parameters())), strict=True):
        torch.testing.assert_close(one, other)


def test_an_answer_at_every_step_learns_inside_its_own_window() -> None:
    """L_t reaches back to the beginning of the window that t lies in, and no further."""
    run = started(task="echo", cell="lstm", length="11", delay="1", layers="2")
    network, batch = run.network.double(), run.probe(0)
    way, nodes = truncated(4), []

    def noted(placed: Any, read: torch.Tensor, state: Any) -> Any:
        read = read.clone().requires_grad_()
        nodes.append(read)
        return way(placed, read, state)

    outputs = network(batch.inputs.double(), noted)
    for t in range(11):
        (grad,) = torch.autograd.grad(outputs[0, t].square().sum(), nodes[0], retain_graph=True)
        reached = np.flatnonzero(grad[0].abs().sum(-1).numpy())
        start = 0 if t < 3 else 3 if t < 7 else 7
        assert reached.tolist() == list(range(start, t + 1))


@pytest.mark.parametrize(
    ("length", "window", "backward", "expected"),
    [(10, 3, False, [1, 4, 7]), (10, 3, True, [3, 6, 9]), (9, 3, False, [3, 6]), (3, 5, False, []), (2, 1, True, [1])],
)
def test_cuts_are_counted_from_the_end_of_the_sequence(
    length: int, window: int, backward: bool, expected: list[int]
) -> None:
    assert [steps.start for steps in windows(length, window, backward)] == [0, *expected]


def test_windows_of_layers_whose_steps_are_joined() -> None:
    network = started(cell="rnn", layers="3", windows="2,3", length="24").network
    assert [own_window(each, 12) for each in network.cells()] == [12, 6, 2]
    assert [own_window(each, 1) for each in network.cells()] == [1, 1, 1]


@pytest.mark.parametrize("window", ["8", "9", "500"])
def test_a_window_over_everything_changes_nothing(window: str) -> None:
    run, plain = trained(10, truncate=window), trained(10)
    assert same(place(run)["network"], place(plain)["network"])


@pytest.mark.parametrize(
    "params", [{"cell": "lstm"}, {"cell": "unitary"}, {"cell": "gru", **PAIR, "clip": "0.02"}], ids=str
)
def test_truncated_run_resumes_to_the_bit(params: dict[str, str]) -> None:
    whole, begun = trained(20, truncate="3", **params), trained(9, truncate="3", **params)
    resumed = Run.from_state_dict(begun.state_dict())
    for _ in range(11):
        resumed.update()
    assert_same_place(resumed, whole)
    assert not same(place(whole)["network"], place(trained(20, **params))["network"])


def test_the_loops_cost_is_counted() -> None:
    one = started(cell="lstm", length="100").experiment
    assert seconds_per_update(one.task, one.network, 32, 10) > 2 * seconds_per_update(one.task, one.network, 32)
    assert seconds_per_update(one.task, one.network, 32, 100) == seconds_per_update(one.task, one.network, 32)


def printed(**params: str) -> list[float]:
    """The losses that the script prints, run here as it would be on its own."""
    run, found = started(**params), []
    namespace: dict[str, Any] = {"__name__": "script", "print": lambda _, loss: found.append(float(loss))}
    text = script(run.experiment).replace("range(1, 101)", "range(1, 13)").replace("torch.set_num_threads(1)", "")
    exec(compile(text, "script", "exec"), namespace)  # noqa: S102  # our own source
    return found


@pytest.mark.parametrize(
    "params",
    [
        *({"cell": cell, "truncate": "3"} for cell in CELLS),
        {"cell": "lstm", "truncate": "3", **PAIR},
        {"cell": "gru", "truncate": "4", "layers": "2", "windows": "2", "recurrent_scale": "1.5"},
        *({"cell": cell, "recurrent_scale": "1.7"} for cell in CELLS if CELLS[cell].scalable),
        {"cell": "rnn", "recurrent_scale": "0.5", "transition_depth": "1"},
        {"cell": "jordan", "recurrent_scale": "0.5", "truncate": "2"},
        {"cell": "rnn", "truncate": "8"},
    ],
    ids=str,
)
def test_script_trains_the_same(params: dict[str, str]) -> None:
    expected = trained(12, **params).losses.table()[:, 1]
    np.testing.assert_allclose(printed(**params), expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("names", "params"),
    [
        (("R", "P"), {"cell": "scrn"}),
        (("weight_hh", "bias_hh"), {"cell": "gru"}),
        (("weight_hh", "bias_hh"), {"cell": "gru", "transition_depth": "1"}),
    ],
    ids=str,
)
def test_script_scales_all_that_a_cell_declares(
    names: tuple[str, ...], params: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CELLS[params["cell"]], "scalable", names)
    expected = trained(12, **params, recurrent_scale="1.7").losses.table()[:, 1]
    np.testing.assert_allclose(printed(**params, recurrent_scale="1.7"), expected, rtol=1e-4)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if CELLS[cell].scalable])
def test_recurrent_scale_scales_the_recurrent_weights_alone(cell: str) -> None:
    plain, scaled = started(cell=cell), started(cell=cell, recurrent_scale="2.5")
    for (name, one), other in zip(plain.network.named_parameters(), scaled.network.parameters(), strict=True):
        factor = 2.5 if name.rpartition(".")[2] in CELLS[cell].scalable else 1.0
        assert torch.equal(one.detach() * factor, other.detach())
    assert gradients(scaled.network, scaled.experiment.task, scaled.probe(0)).pairs.values.shape == (8, 8)


def test_spectral_radius_grows_along() -> None:
    one, other = (
        gradients(run.network, run.experiment.task, run.probe(0)).bound
        for run in (started(cell="rnn"), started(cell="rnn", recurrent_scale="2"))
    )
    assert one
    assert other
    assert other.radius == pytest.approx(2 * one.radius)
