"""One number changed by hand: what follows, and that nothing else was touched."""

import copy

import numpy as np
import pytest
import torch

from engine import CELLS, Experiment, Run
from engine.observe.notes import passages
from engine.observe.step import Change, changed, stages, what_if
from engine.observe.trace import Trace
from engine.run import restored


def a_run(cell: str, **params: str) -> Run:
    run = Run(Experiment.from_params({"task": "adding", "length": "9", "cell": cell, "hidden": "6", **params}))
    run.update()
    return run


def states(seen: Trace, layer: int = 1) -> np.ndarray:
    return np.concatenate(list(seen.layers[layer - 1][0].state.values()), axis=1)


@pytest.mark.parametrize("cell", CELLS)
def test_an_input_changes_its_step_and_those_after_it(cell: str) -> None:
    run = a_run(cell)
    before, after = what_if(
        run.network, run.experiment.task, run.probe(0), Change(1, "forward", "input", "x", (1,), 2.5, number=2)
    )
    assert np.array_equal(states(after)[:2], states(before)[:2])
    if cell != "clockwork" or run.network.layers[0].cells[0].period[0] == 1:
        assert not np.allclose(states(after)[2], states(before)[2])
    assert after.loss != before.loss


@pytest.mark.parametrize("cell", CELLS)
def test_a_state_before_a_step(cell: str) -> None:
    run = a_run(cell)
    name = "y" if cell == "jordan" else "h"
    entry = 0 if cell == "jordan" else 4
    change = Change(1, "forward", "state", name, (entry,), 0.75, number=3)
    before, after = what_if(run.network, run.experiment.task, run.probe(0), change)
    assert np.array_equal(states(after)[:3], states(before)[:3])
    assert not np.array_equal(states(after)[3:], states(before)[3:])
    (walk,) = passages(changed(run.network, change), run.probe(0).inputs)
    (stage,) = stages(walk, 3)
    held = stage.values[f"{name}₋"]
    assert (held.real if held.is_complex() else held)[entry] == 0.75
    if cell != "unitary":
        assert stage.values["h"].numpy() == pytest.approx(after.layers[0][0].state["h"][3], abs=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_every_weight_by_its_name(cell: str) -> None:
    # tanh, so that every unit answers: one that ReLU holds at 0 would not.
    run = a_run(cell, **({"activation": "tanh"} if cell == "indrnn" else {}))
    kept = copy.deepcopy(run.network.state_dict())
    for name, knob in run.network.layers[0].cells[0].knobs().items():
        free = torch.ones_like(knob.values) if knob.free is None else knob.free
        entry = tuple(free.nonzero()[0].tolist())
        change = Change(1, "forward", "weight", name, entry, 1.25)
        before, after = what_if(run.network, run.experiment.task, run.probe(0), change)
        assert not np.array_equal(states(after), states(before)), name
        other = changed(run.network, change).layers[0].cells[0]
        if name in other.symbols():
            assert other.symbols()[name][entry] == 1.25
        (walk,) = passages(changed(run.network, change), run.probe(0).inputs)
        (stage,) = stages(walk, 1)
        if cell != "unitary":
            assert stage.values["h"].numpy() == pytest.approx(after.layers[0][0].state["h"][1], abs=1e-6)
    for name, values in run.network.state_dict().items():
        assert torch.equal(values, kept[name]), "the run's own weights were touched"


def test_the_same_number_changes_nothing() -> None:
    run = a_run("lstm")
    value = run.network.layers[0].cells[0].symbols()["U_f"][1, 2].item()
    before, after = what_if(
        run.network, run.experiment.task, run.probe(0), Change(1, "forward", "weight", "U_f", (1, 2), value)
    )
    assert np.array_equal(states(after), states(before))
    assert np.array_equal(after.outputs, before.outputs)


def test_a_layer_and_a_direction_of_their_own() -> None:
    run = a_run("gru", layers="2", direction="bidirectional")
    change = Change(2, "backward", "input", "x", (3,), 2.0, number=1)
    before, after = what_if(run.network, run.experiment.task, run.probe(0), change)
    assert np.array_equal(states(after), states(before))
    forward, backward = (
        np.abs(a.state["h"] - b.state["h"]) for a, b in zip(after.layers[1], before.layers[1], strict=True)
    )
    assert forward.max() == 0
    # Read backwards, the cell meets x_9 first: its second step is x_8, and x_7 … x_1 come after.
    assert backward[8].max() == 0
    assert backward[:8].max(axis=1).min() > 0


def test_a_step_further_on_in_a_deep_transition() -> None:
    run = a_run("gru", transition_depth="1")
    change = Change(1, "forward", "weight", "U_z", (0, 1), 3.0, transition=1)
    before, after = what_if(run.network, run.experiment.task, run.probe(0), change)
    first = {
        name: np.abs(after.layers[0][0].gates[name][0] - before.layers[0][0].gates[name][0]).max() for name in "rz"
    }
    assert first == {"r": 0, "z": 0}
    assert not np.array_equal(after.layers[0][0].gates["z2"][0], before.layers[0][0].gates["z2"][0])


def test_what_a_clock_does_not_let_through_cannot_be_changed() -> None:
    cell = a_run("clockwork").network.layers[0].cells[0]
    knob = cell.knobs()["U"]
    assert knob.free is not None
    assert torch.equal(knob.free, cell.symbols()["U"] != 0)


@pytest.mark.parametrize("cell", CELLS)
def test_the_network_of_a_frame(cell: str) -> None:
    """From the experiment and the weights alone, also for what is not trained."""
    run = a_run(cell)
    network = restored(run.experiment, run.checkpoint().weights)
    inputs = run.probe(0).inputs
    assert torch.equal(network(inputs), run.network(inputs))
    run.update()
    assert not torch.equal(network(inputs), run.network(inputs))
