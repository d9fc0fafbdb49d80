"""The picture of a cell's wiring, and the timeline: every wire ends where it should, and a browser can draw both."""

import altair as alt
import pytest

from engine.cells import CELLS, FAMILIES
from engine.cells.wiring import wiring
from playground.charts.layers import layers, with_exits
from playground.charts.routes import routes
from playground.charts.timeline import PICK, SHAPES, by_year, timeline, timeline_data
from playground.charts.wiring import wiring_picture
from playground.views.cells import words as say
from tests.playground.vega import named_data, unknown_fields

every_cell = pytest.mark.parametrize("key", CELLS)


@every_cell
def test_wires_meet_boxes_and_boxes_do_not_overlap(key: str) -> None:
    graph = with_exits(wiring(CELLS[key]))
    places = layers(graph)
    drawn = routes(graph, places)
    assert len({(item[1], row) for item, row in places.row.items()}) == len(places.row)
    boxes = {box.key: box for box in drawn.boxes}
    assert boxes.keys() == {node.key for node in graph.nodes}
    for edge in graph.edges:
        ends = [wire.points[-1] for wire in drawn.wires if wire.source == edge.source and wire.arrives]
        target = boxes[edge.target]
        assert any(abs(y - target.y) <= 19 and abs(p.pixels - (target.x.pixels - target.half)) < 1 for p, y in ends)
    for wire in drawn.wires:
        for (a, y), (b, y2) in zip(wire.points, wire.points[1:], strict=False):
            assert a.pixels <= b.pixels + 1e-6, "wires run to the right"
            assert y == y2 or a == b, "and turn at right angles"
    assert sum(bool(wire.weight) for wire in drawn.wires) == sum(bool(edge.weight) for edge in graph.edges)
    assert drawn.width <= 620


@every_cell
def test_memories_run_straight(key: str) -> None:
    """c leaves where it came in, in every cell that has one."""
    places = layers(with_exits(wiring(CELLS[key])))
    if "c₋" in places.column:
        assert places.row["c₋", 0] == places.row["c→", places.columns - 1]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("key", ["rnn", "lstm", "clockwork", "grid_lstm"])
def test_wiring_follows_the_schema(key: str, dark: bool) -> None:
    picture = wiring_picture(key, dark)
    alt.LayerChart.from_dict(picture.spec, validate=True)
    assert named_data(picture.spec) == set()
    assert unknown_fields(picture.spec, {}) == []
    assert CELLS[key].about.name in picture.alt


def test_the_timeline() -> None:
    picture = timeline(len(CELLS), False)
    data = timeline_data(list(CELLS), "gru")
    alt.LayerChart.from_dict(picture.spec, validate=True)
    assert named_data(picture.spec) == set(data)
    assert unknown_fields(picture.spec, {name: table.column_names for name, table in data.items()}) == []
    rows = data["cells"].to_pydict()
    assert rows["year"] == sorted(rows["year"])
    assert [key for key, chosen in zip(rows["key"], rows["chosen"], strict=True) if chosen] == ["gru"]
    assert len(set(rows["row"])) == len(rows["row"]) == len(CELLS)
    assert any(param["name"] == PICK for param in picture.spec["params"])


def test_families_have_marks_and_words() -> None:
    assert set(SHAPES) == set(FAMILIES) == set(say.FAMILIES)
    assert len(set(SHAPES.values())) == len(SHAPES)
    assert {cell.about.family for cell in CELLS.values()} == set(FAMILIES)
    assert by_year(["lstm", "jordan"]) == ["jordan", "lstm"]
