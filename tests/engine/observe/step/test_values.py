"""A step worked out from the equations as they are written is the step that the cell takes."""

from typing import Any

import pytest
import torch

from engine import CELLS, Experiment, Run
from engine.cells import UnitaryCell
from engine.observe.notes import Passage, passage, passages
from engine.observe.step import stages, substituted_equations
from engine.observe.step.substituted import DECIMALS, Line, Part, calculated, written
from engine.observe.step.values import StepValues
from tests.engine.cells.reference import CASES, NAMES, make

every_case = pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)


def walked(name: str, options: dict[str, Any], dtype: torch.dtype = torch.float64, steps: int = 5) -> Passage:
    """A cell with bent weights taken through random inputs."""
    cell = make(name, options, 3, 6, dtype)
    inputs = torch.randn(1, steps, cell.input_size, generator=torch.Generator().manual_seed(5), dtype=dtype)
    with torch.no_grad():
        return passage(cell, inputs)[0]


def stepped(walk: Passage, number: int) -> dict[str, torch.Tensor]:
    """What the cell itself makes of that step: every state and gate."""
    with torch.no_grad():
        state, gates = walk.cell.step(walk.inputs[:, number], walk.before[number])
    seen = {**walk.cell.shown(state), **gates._asdict()}
    if isinstance(walk.cell, UnitaryCell):
        seen = {"h": torch.complex(*state.h.chunk(2, dim=-1))}
    return {name: values[0] for name, values in seen.items()}


@every_case
@pytest.mark.parametrize(("dtype", "near"), [(torch.float64, 1e-12), (torch.float32, 1e-6)])
def test_every_quantity_is_the_cells(name: str, options: dict[str, Any], dtype: torch.dtype, near: float) -> None:
    walk = walked(name, options, dtype)
    for number in range(5):
        (stage,) = stages(walk, number)
        for quantity, values in stepped(walk, number).items():
            kind = stage.values[quantity].dtype
            torch.testing.assert_close(stage.values[quantity], values.to(kind), rtol=near, atol=near, msg=quantity)


def first(stage: StepValues, unit: int = 1) -> dict[str, int]:
    """The unit looked at, of every quantity that is defined."""
    return {name: min(unit, stage.values[name].numel() - 1) for e in stage.defined for name in e.names}


@every_case
def test_every_line_comes_to_what_it_says(name: str, options: dict[str, Any]) -> None:
    walk = walked(name, options)
    for number in (0, 3):
        (stage,) = stages(walk, number)
        for unit in range(walk.cell.hidden_size):
            for equation in substituted_equations(stage, first(stage, unit)):
                for line in (*equation.sums, *equation.lines):
                    assert calculated(line.part, 15) == pytest.approx(line.result, rel=1e-12, abs=1e-12)
                    assert written(calculated(line.part, line.decimals)) == written(line.result), line.label
                for line in equation.lines:
                    values = stage.values[line.label]
                    assert line.result in (values[unit if unit < len(values) else -1], values[line.entry or 0])


def test_a_sum_shows_its_largest_terms_and_the_rest_as_one() -> None:
    (stage,) = stages(walked("rnn", {}), 3)
    (equation,) = substituted_equations(stage, {"h": 2})
    terms = {line.label: line.part for line in equation.sums}
    assert terms.keys() == {"W x", "U h₋"}
    products = stage.values["U"][2] * stage.values["h₋"]
    *shown, rest = terms["U h₋"].parts
    order = products.abs().argsort(descending=True).tolist()
    assert [part.entry for part in shown] == order[:3]
    assert (rest.sign, rest.entry) == ("rest", 3)
    assert rest.value == pytest.approx(float(products[order[3:]].sum()))
    assert len(terms["W x"].parts) == 3  # as many as there are: nothing is left


def test_numbers_get_the_decimals_their_line_needs() -> None:
    def sum_of(*values: float) -> Part:
        return Part("+", parts=tuple(Part("number", value) for value in values))

    exact = Line("y", sum_of(0.25, 0.5), 0.75)
    rounded_away = Line("y", sum_of(0.00004, 0.00004, 0.00004), 0.00012)
    assert exact.decimals == DECIMALS
    assert rounded_away.decimals == DECIMALS + 1


@pytest.mark.parametrize("value", [0.0, -0.00001, 12.34567, -1e9, 3.1 + 0.2j, -0.5 - 0.7j])
def test_numbers_are_written_plainly(value: complex) -> None:
    text = written(value)
    assert complex(text.replace("i", "j")) == pytest.approx(value, abs=5.1e-5, rel=1e-6)
    assert text != "-0.0000"


@pytest.mark.parametrize("cell", [name for name in CELLS if "transition_depth" not in CELLS[name].limits({})])
def test_a_deep_transition_step_by_step(cell: str) -> None:
    run = Run(Experiment.from_params({"task": "hello", "cell": cell, "hidden": "5", "transition_depth": "2"}))
    (walk,) = passages(run.network, run.probe(0).inputs)
    found = stages(walk, 2)
    assert len(found) == 3
    seen = run.trace().layers[0][0]
    for number, stage in enumerate(found, 1):
        for gate in [e.lhs for e in stage.defined if e.lhs in seen.gates]:
            expected = seen.gates[gate if number == 1 else f"{gate}{number}"][2]
            torch.testing.assert_close(stage.values[gate].float(), torch.from_numpy(expected), rtol=0, atol=1e-6)
    torch.testing.assert_close(found[-1].values["h"].float(), torch.from_numpy(seen.state["h"][2]), rtol=0, atol=1e-6)


NETWORKS = [
    {"direction": "bidirectional", "cell": "lstm", "layers": "2"},
    {"direction": "backward", "cell": "gru"},
    {"layers": "3", "windows": "2,3", "cell": "rnn", "direction": "bidirectional"},
    {"layers": "2", "connection": "highway", "cell": "gru", "input_depth": "1"},
]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: "-".join(n.values()))
def test_every_layer_and_direction_at_every_step(network: dict[str, str]) -> None:
    run = Run(Experiment.from_params({"task": "adding", "length": "11", "hidden": "4", **network}))
    seen = run.trace()
    every = [layer_trace for layer in seen.layers for layer_trace in layer]
    for walk, layer_trace in zip(passages(run.network, run.probe(0).inputs), every, strict=True):
        assert (walk.placed.layer, walk.placed.direction) == (layer_trace.layer, layer_trace.direction)
        for t in range(11):
            (stage,) = stages(walk, walk.number(t, 11))
            for name, rows in {**layer_trace.state, **layer_trace.gates}.items():
                expected = torch.from_numpy(rows[t]).double()
                torch.testing.assert_close(stage.values[name], expected, rtol=0, atol=1e-6)
