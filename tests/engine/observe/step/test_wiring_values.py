"""The numbers on the wiring are those of the cell, and what arrives at a sum is what it adds up."""

from typing import Any

import pytest

from engine.cells.wiring import wiring
from engine.observe.step import stages
from engine.observe.step.wiring_values import wiring_values
from tests.engine.cells.reference import CASES, NAMES
from tests.engine.observe.step.test_values import first, walked


@pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)
def test_every_node_and_wire(name: str, options: dict[str, Any]) -> None:
    (stage,) = stages(walked(name, options), 2)
    entries = first(stage, 1)
    graph, numbers = wiring(stage.kind), wiring_values(stage, entries)
    keys = {node.key for node in graph.nodes}
    assert numbers.nodes.keys() <= keys
    assert numbers.wires.keys() <= {(edge.source, edge.target) for edge in graph.edges}
    for node in graph.nodes:
        quantity = node.key.removesuffix("₋")
        if quantity in entries and node.operation != "[ ; ]":
            assert numbers.nodes[node.key] == stage.values[node.key][entries[quantity]].item(), node.key
        arriving = {source: value for (source, target), value in numbers.wires.items() if target == node.key}
        everything = sum(edge.target == node.key for edge in graph.edges) == len(arriving)
        if node.operation == "⊙" and len(arriving) == 2 and everything:
            one, other = arriving.values()
            assert numbers.nodes[node.key] == pytest.approx(one * other), node.key
        if node.operation == "+" and everything:
            assert numbers.nodes[node.key] == pytest.approx(sum(arriving.values())), node.key


def test_what_has_no_one_number_has_none() -> None:
    """j of the grid LSTM is two vectors; the answer fed back in Jordan's network is a vector of another size."""
    (grid,) = stages(walked("grid_lstm", {}), 1)
    assert "j" not in wiring_values(grid, first(grid)).nodes
    (jordan,) = stages(walked("jordan", {"feedback": "softmax", "answer_size": 3}), 1)
    assert {key for key in wiring_values(jordan, first(jordan)).nodes if "." in key} == set()
