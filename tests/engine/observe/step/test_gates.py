"""A gate held by hand: what follows is what an own loop gives in which that gate is set."""

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from engine import CELLS, Experiment, Run, SettingError
from engine.cells.wiring import shown
from engine.observe.notes import passages
from engine.observe.step import Change, changed, stages, substituted_equations, what_if
from engine.observe.step.holding import span
from engine.observe.trace import Trace
from tests.engine.cells.transcribed import paper, start, tensors_of

STEPS_HELD = range(2, 4)
GATED = {name: gates for name, cell in CELLS.items() if (gates := shown(cell)[1])}
EVERY = [(name, gate) for name, gates in GATED.items() for gate in gates]
WHICH: list[tuple[int, ...]] = [(1,), ()]


def a_run(cell: str, **params: str) -> Run:
    run = Run(Experiment.from_params({"task": "adding", "length": "7", "cell": cell, "hidden": "6", **params}))
    with torch.no_grad():  # bent, so that gates differ from unit to unit
        for number, parameter in enumerate(run.network.parameters()):
            parameter.add_(0.5 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(number)))
    return run


def own_loop(name: str, run: Run, gate: str, entry: tuple[int, ...], value: float) -> list[dict[str, Tensor]]:
    """The states of every step."""
    (cell,) = run.network.layers[0].cells  # type: ignore[union-attr, misc]  # a Layer
    weights = tensors_of(cell)
    with torch.no_grad():
        inputs = run.network.input_mlp(run.probe(0).inputs)[0].double()
    state, found = start(name, 6), []
    for number, x in enumerate(inputs):

        def hold(what: str, values: Tensor, number: int = number) -> Tensor:
            if what != gate or number not in STEPS_HELD:
                return values
            return torch.tensor([value if entry in ((), (k,)) else float(v) for k, v in enumerate(values)]).double()

        state = paper(name).step(weights, x, state, hold)
        found.append(state)
    return found


def seen_states(seen: Trace) -> dict[str, np.ndarray]:
    return seen.layers[0][0].state


@pytest.mark.parametrize("entry", WHICH, ids=["one unit", "all units"])
@pytest.mark.parametrize(("name", "gate"), EVERY)
def test_every_gate_of_every_cell(name: str, gate: str, entry: tuple[int, ...]) -> None:
    run, value = a_run(name), 0.25
    change = Change(1, "forward", "gate", gate, entry, value, STEPS_HELD.start, steps=len(STEPS_HELD))
    kept = copy.deepcopy(run.network.state_dict())
    before, after = what_if(run.network, run.experiment.task, run.probe(0), change)
    expected = own_loop(name, run, gate, entry, value)
    for part, rows in seen_states(after).items():
        own = np.stack([state[part].numpy() for state in expected])
        np.testing.assert_allclose(rows, own, rtol=0, atol=2e-6, err_msg=part)
        assert np.array_equal(rows[:2], seen_states(before)[part][:2])
    held, free = after.layers[0][0].gates[gate], before.layers[0][0].gates[gate]
    columns = slice(None) if entry == () else entry[0]
    assert (held[2:4, columns] == value).all()
    assert not (free[2:4, columns] == value).any()
    assert not all(np.array_equal(rows, seen_states(before)[part]) for part, rows in seen_states(after).items())
    assert all(torch.equal(tensor, kept[key]) for key, tensor in run.network.state_dict().items())


@pytest.mark.parametrize("name", GATED)
def test_what_the_gate_does_not_reach_stays_to_the_last_digit(name: str) -> None:
    run, gate = a_run(name), GATED[name][0]
    change = Change(1, "forward", "gate", gate, (1,), 0.25, number=6)
    before, after = what_if(run.network, run.experiment.task, run.probe(0), change)
    others = [unit for unit in range(6) if unit != 1]
    if name != "gru_cho":  # there one unit of r reaches all of n through the matrix
        for part, rows in seen_states(after).items():
            assert np.array_equal(rows[:, others], seen_states(before)[part][:, others])


def test_a_gate_held_where_it_is_changes_no_value_and_is_constant_to_the_gradient() -> None:
    """The loss's gradient no longer runs through it: against the same loop in autograd, with that gate detached."""
    run = a_run("lstm")
    free, _ = what_if(run.network, run.experiment.task, run.probe(0), Change(1, "forward", "gate", "f", (0,), 0.5))
    value = float(free.layers[0][0].gates["f"][3, 1])
    change = Change(1, "forward", "gate", "f", (1,), value, number=3)
    before, after = what_if(run.network, run.experiment.task, run.probe(0), change)
    np.testing.assert_allclose(after.layers[0][0].state["h"], before.layers[0][0].state["h"], atol=1e-7)
    assert not np.array_equal(after.layers[0][0].grad_h[2], before.layers[0][0].grad_h[2])

    (cell,), batch = run.network.layers[0].cells, run.probe(0)  # type: ignore[union-attr, misc]  # a Layer
    weights, state, nodes = tensors_of(cell), start("lstm", 6), []  # type: ignore[arg-type]  # a Cell
    for number, x in enumerate(batch.inputs[0].double()):

        def hold(what: str, values: Tensor, number: int = number) -> Tensor:
            if (what, number) != ("f", 3):
                return values
            return torch.cat([values[:1], values[1:2].detach(), values[2:]])

        state = paper("lstm").step(weights, x, {k: v.requires_grad_() for k, v in state.items()}, hold)
        nodes.append(state["h"])
    outputs = run.network.double().readout(nodes[-1])
    loss = run.experiment.task.loss(outputs[None], batch._replace(targets=batch.targets.double()))
    grads = torch.autograd.grad(loss, nodes)
    np.testing.assert_allclose(after.layers[0][0].grad_h, torch.stack(grads).numpy(), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("params", [{"direction": "backward"}, {"layers": "2", "direction": "bidirectional"}])
def test_in_the_order_of_reading(params: dict[str, str]) -> None:
    run = a_run("gru", **params)
    layer = int(params.get("layers", 1))
    change = Change(layer, "backward", "gate", "z", (), 0.0, number=1, steps=2)
    before, after = what_if(run.network, run.experiment.task, run.probe(0), change)
    one, other = (seen.layers[layer - 1][-1] for seen in (before, after))
    assert (other.gates["z"][4:6] == 0).all()
    assert np.array_equal(other.state["h"][6], one.state["h"][6])
    np.testing.assert_allclose(other.state["h"][4:6], other.gates["n"][4:6], atol=1e-7)


@pytest.mark.parametrize("transition", [0, 1, 2])
def test_in_one_step_of_a_deep_transition(transition: int) -> None:
    """With z = 0 that step's state is its candidate; the steps before it are as they were."""
    run = a_run("gru", transition_depth="2")
    change = Change(1, "forward", "gate", "z", (), 0.0, number=2, transition=transition)
    before, after = what_if(run.network, run.experiment.task, run.probe(0), change)
    one, other = before.layers[0][0].gates, after.layers[0][0].gates
    for k, end in enumerate(("", "2", "3")):
        changed_here = not np.array_equal(one[f"z{end}"][2], other[f"z{end}"][2])
        assert changed_here == (k >= transition)
        assert (other[f"z{end}"][2] == 0).all() == (k == transition)
    (walk,) = passages(changed(run.network, change), run.probe(0).inputs)
    found = stages(walk, 2)
    assert torch.equal(found[transition].values["h"], found[transition].values["n"])
    torch.testing.assert_close(found[-1].values["h"].float(), walk.states[2].h[0], rtol=0, atol=1e-6)


@pytest.mark.parametrize(("name", "gate"), EVERY)
def test_the_step_with_its_numbers_has_the_held_one(name: str, gate: str) -> None:
    run = a_run(name)
    change = Change(1, "forward", "gate", gate, (1,), 0.25, number=2)
    (walk,) = passages(changed(run.network, change), run.probe(0).inputs)
    (stage,), (later,) = stages(walk, 2), stages(walk, 3)
    assert stage.values[gate][1] == 0.25
    assert (stage.held, later.held) == (change.held, None)
    for part in (name for name in walk.states[2]._fields if name != "t"):
        value = getattr(walk.states[2], part)
        if isinstance(value, Tensor):
            torch.testing.assert_close(stage.values[part].float(), value[0], rtol=0, atol=1e-6)
    entries = dict.fromkeys((each for equation in stage.defined for each in equation.names), 1)
    line = next(each for each in substituted_equations(stage, entries) if each.lhs == gate).lines[0]
    assert (line.held, line.result) == (True, 0.25)
    others = dict.fromkeys(entries, 2)
    assert not any(each.held for equation in substituted_equations(stage, others) for each in equation.lines)


@pytest.mark.parametrize(
    ("name", "gate", "value", "ok"),
    [
        ("lstm", "f", 1.0, True),
        ("lstm", "f", 1.1, False),
        ("lstm", "f", -0.1, False),
        ("lstm", "g", 2.0, False),
        ("gru", "n", -1.0, True),
        ("gru", "n", -1.5, False),
        ("goru", "n", -40.0, True),
        ("goru", "z", 2.0, False),
    ],
)
def test_a_gate_stays_where_gates_can_be(name: str, gate: str, value: float, ok: bool) -> None:
    run = a_run(name)
    change = Change(1, "forward", "gate", gate, (0,), value)
    if ok:
        changed(run.network, change)
        return
    with pytest.raises(SettingError, match=f"{gate} must be a number from .* to 1; it was given"):
        changed(run.network, change)


def test_every_gate_has_its_span() -> None:
    ends = {(name, gate): (span(CELLS[name], gate).low, span(CELLS[name], gate).high) for name, gate in EVERY}
    assert {pair for pair, found in ends.items() if found == (-1, 1)} == {
        *((name, "g") for name in GATED if "lstm" in name),
        ("grid_lstm", "g_depth"),
        *((name, "n") for name in ("gru", "gru_cho")),
    }
    assert {(name, gate) for (name, gate), (low, _) in ends.items() if low < -1} == {
        (name, gate) for name in GATED for gate in getattr(paper(name), "UNBOUNDED", ())
    }


def test_a_changed_sequence_is_read_by_both_directions_and_has_its_target() -> None:
    run = a_run("gru", direction="bidirectional")
    inputs = run.probe(0).inputs[0]
    t = int(inputs[:, 1].argmax())
    before, after = what_if(
        run.network, run.experiment.task, run.probe(0), Change(1, "forward", "sequence", "x", (0,), 0.2, number=t)
    )
    reading: Any = after.reading
    assert reading.values[t] == pytest.approx(0.2)
    marked = [value for value, mark in zip(reading.values, reading.marked, strict=True) if mark]
    assert reading.target == pytest.approx(sum(marked))
    assert after.inputs[t, 0] == np.float32(0.2)
    for one, other in zip(before.layers[0], after.layers[0], strict=True):
        assert not np.array_equal(one.state["h"][t], other.state["h"][t])


def test_another_symbol_is_read() -> None:
    run = Run(Experiment.from_params({"task": "hello", "cell": "rnn", "hidden": "5"}))
    change = Change(1, "forward", "symbol", "x", (0,), 1.0, number=1)
    _, after = what_if(run.network, run.experiment.task, run.probe(0), change)
    reading: Any = after.reading
    assert (reading.inputs, reading.targets) == (("h", "h", "l", "l"), ("h", "l", "l", "o"))
    assert np.array_equal(after.inputs.sum(1), np.ones(4))
