"""The numbers on the wiring are those of the cell, and what arrives at a sum is what it adds up."""

from typing import Any

import pytest

from engine.cells.wiring import wiring
from engine.observe.step import moments
from engine.observe.step.wiring_values import carried
from tests.engine.cells.reference import CASES, NAMES
from tests.engine.observe.step.test_values import first, walked


@pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)
def test_every_node_and_wire(name: str, options: dict[str, Any]) -> None:
    (moment,) = moments(walked(name, options), 2)
    entries = first(moment, 1)
    graph, numbers = wiring(moment.kind), carried(moment, entries)
    keys = {node.key for node in graph.nodes}
    assert numbers.nodes.keys() <= keys
    assert numbers.wires.keys() <= {(edge.source, edge.target) for edge in graph.edges}
    for node in graph.nodes:
        quantity = node.key.removesuffix("₋")
        if quantity in entries and node.operation != "[ ; ]":
            assert numbers.nodes[node.key] == moment.values[node.key][entries[quantity]].item(), node.key
        arriving = {source: value for (source, target), value in numbers.wires.items() if target == node.key}
        everything = sum(edge.target == node.key for edge in graph.edges) == len(arriving)
        if node.operation == "⊙" and len(arriving) == 2 and everything:
            one, other = arriving.values()
            assert numbers.nodes[node.key] == pytest.approx(one * other), node.key
        if node.operation == "+" and everything:
            assert numbers.nodes[node.key] == pytest.approx(sum(arriving.values())), node.key


def test_what_has_no_one_number_has_none() -> None:
    """j of the grid LSTM is two vectors; the answer fed back in Jordan's network is a vector of another size."""
    (grid,) = moments(walked("grid_lstm", {}), 1)
    assert "j" not in carried(grid, first(grid)).nodes
    (jordan,) = moments(walked("jordan", {"feedback": "softmax", "answer_size": 3}), 1)
    assert {key for key in carried(jordan, first(jordan)).nodes if "." in key} == set()
