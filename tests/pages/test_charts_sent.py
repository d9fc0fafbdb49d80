"""What the page sends to the browser: for every task, cell, direction and size, pictures that it can draw."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from streamlit.testing.v1 import AppTest

from engine import CELLS, TASKS, Experiment
from engine.progress import Course, Snapshot
from engine.settings import Whole, specs
from playground.charts.base import SIGNED, UNSIGNED
from playground.charts.curves import POINTS
from playground.views.train.inside import MOST_LIVE
from tests.pages.opened import Sent, charts, opened, session, sound, ticked
from tests.playground.vega import colours, named_data, unknown_fields, within_schema
from tests.playground.visitors import tick_until

LARGE = {"hidden": "128", "batch": "1"}


def sized(task: str, steps: int) -> str:
    """The setting that makes sequences of `steps` steps, or as near as the task goes."""
    declared = specs(TASKS[task])["length"]
    assert isinstance(declared, Whole)
    most = 399 if task == "forecast" else declared.high  # as long as the part of the series that is held out
    return str(max(declared.low, min(most, steps)))


CASES: list[dict[str, str]] = [
    *({"task": task, "cell": cell} for task, cell in zip(TASKS, cycle(CELLS), strict=False)),
    {"task": "hello", "cell": "lstm"},
    {"task": "adding", "cell": "gru"},
    *(
        {"task": task, "cell": cell, "direction": direction, "layers": "2", "hidden": "5"}
        for task, cell in (("adding", "lstm"), ("order", "gru"), ("neighbours", "rnn"))
        for direction in ("backward", "bidirectional")
    ),
    *(
        {"task": task, "length": sized(task, steps), "delay": "1", "symbols": "1" if task == "copy" else "2"}
        | {"distance": "1", "hidden": hidden, "cell": "rnn", "batch": "1"}
        for task in ("adding", "copy", "text", "forecast")
        for steps, hidden in ((1, "1"), (4, "128"), (500, "8"))
    ),
    {"task": "adding", "length": "50", "cell": "lstm", "layers": "4", "direction": "bidirectional", **LARGE},
    {"task": "text", "corpus": "tang", "cell": "gru", "layers": "4"},
    {"task": "hello", "word": "ab"},
    {"task": "forecast", "series": "sine", "readout": "mean", "direction": "backward"},
]

EVERY_PAIR = [{"task": task, "cell": cell, "hidden": "9"} for cell in CELLS for task in TASKS]
FORMS = [
    {"task": "adding", "length": "23", "layers": "3", "windows": "2,4", "cell": "gru", "input_depth": "1"},
    {"task": "echo", "layers": "3", "connection": "highway", "transition_depth": "2", "output_depth": "1"},
    {"task": "neighbours", "late": "3", "cell": "gru"},
]

VALIDATED = CASES[:4] + CASES[10:12] + CASES[-4:-3]
"""Those whose specs are held to the whole Vega-Lite schema as well, which takes a while each."""


def name(case: dict[str, str]) -> str:
    return "-".join(case.values())


def sent(case: dict[str, str], state: dict[str, Any] | None = None) -> list[Sent]:
    app = sound(opened(state, **case))
    assert not app.warning, [warning.value for warning in app.warning]
    return charts(app)


def columns(chart: Sent) -> dict[str, list[str]]:
    return {name: table.column_names for name, table in chart.tables.items()}


def numbers(chart: Sent) -> Iterator[pa.ChunkedArray]:
    for table in chart.tables.values():
        yield from (column for column in table.columns if pa.types.is_floating(column.type))


@pytest.mark.parametrize("case", [*CASES, *EVERY_PAIR, *FORMS], ids=name)
def test_a_browser_can_draw_it(case: dict[str, str]) -> None:
    found = sent(case)
    assert len(found) >= 5
    for chart in found:
        assert named_data(chart.spec) == set(chart.tables), "a data set without a use, or a use without a data set"
        assert unknown_fields(chart.spec, columns(chart)) == []
        assert len(chart.alt) > 20
        assert not any(pc.any(pc.or_(pc.is_nan(c), pc.is_inf(c))).as_py() for c in numbers(chart))


@pytest.mark.parametrize("case", VALIDATED, ids=name)
def test_specs_follow_the_schema(case: dict[str, str]) -> None:
    for spec in {chart.proto.spec: chart.spec for chart in sent(case)}.values():
        alt.LayerChart.from_dict(within_schema(spec), validate=True)


@pytest.mark.parametrize("case", [CASES[0], *CASES[10:12], CASES[-4], *FORMS], ids=name)
def test_the_folded_network(case: dict[str, str]) -> None:
    (folded,) = [chart for chart in sent(case, {"view": "Folded"}) if "folded" in chart.alt]
    assert named_data(folded.spec) == set(folded.tables)
    assert unknown_fields(folded.spec, columns(folded)) == []
    alt.LayerChart.from_dict(folded.spec, validate=True)


@pytest.mark.parametrize("cell", CELLS)
def test_colours_are_fixed(cell: str) -> None:
    """Gates run from 0 to 1 and states symmetrically about 0, or colours would drift while training."""
    app = sound(opened(cell=cell, length="8"))
    layer_trace = session(app).frame.result.trace.layers[0][0]
    unsigned = 0
    for chart in charts(app):
        for colour in colours(chart.spec):
            domain, shades = colour["scale"]["domain"], colour["scale"]["range"]
            assert colour["scale"]["clamp"]
            assert len(domain) == len(shades)
            if shades == UNSIGNED:
                unsigned += 1
                assert (domain[0], domain[-1]) == (0, 1)
            else:
                assert shades == SIGNED
                assert domain[0] == -domain[-1] < domain[len(domain) // 2] == 0
    live = ["h", "gradient", *layer_trace.state.keys() - {"h"}, *layer_trace.gates][:MOST_LIVE]
    assert unsigned == len((layer_trace.gates.keys() & set(live)) - layer_trace.bipolar)


def test_an_angle_has_a_scale_of_its_own() -> None:
    found = {chart.alt.split(":")[0]: chart for chart in sent({"cell": "unitary", "length": "8"})}
    (colour,) = colours(found["Heat map of phase"].spec)
    assert colour["scale"]["domain"][-1] == math.pi
    assert "'−π'" in colour["legend"]["labelExpr"]
    (colour,) = colours(found["Heat map of h"].spec)
    assert "labelExpr" not in colour["legend"]


def test_live_pictures_are_called_by_words() -> None:
    app = sound(opened(cell="grid_lstm", hidden="4", length="6"))
    (live,) = [each for each in app.pills if each.label.startswith("Live")]
    assert [option.content for option in live.proto.options][2:4] == ["c", "h in depth"]
    assert "Heat map of h_depth" in {chart.alt.split(":")[0] for chart in charts(app)}


def as_before(after: list[Sent], before: list[Sent]) -> bool:
    """Whether all of them were there before, and only their data may be other."""

    def drawn(chart: Sent) -> tuple[str, str, dict[str, list[str]]]:
        return chart.proto.id, chart.proto.spec, columns(chart)

    def kind(chart: Sent) -> str:
        return chart.alt.partition(" What it shows")[0]

    there = {kind(chart): drawn(chart) for chart in before}
    assert len(there) == len(before)
    return all(there.get(kind(chart)) == drawn(chart) for chart in after)


def test_training_changes_data_alone() -> None:
    """A changed spec would rebuild the view: zoom lost, and ten times the work."""
    app = sound(opened(task="hello", cell="gru", hidden="8", lr="0.001"))
    before = charts(app)
    for _ in range(3):
        app.button(key="step").click().run()
    after = charts(sound(app))
    assert len(after) == len(before)
    assert as_before(after, before)
    assert any(a.proto.datasets[0] != b.proto.datasets[0] for a, b in zip(after, before, strict=True))


@pytest.mark.parametrize("task", ["hello", "adding", "forecast"])
def test_moving_and_still_change_data_alone(task: str) -> None:
    """The values behind the heat maps go along only where all is still, but that is data too."""
    app = sound(opened(task=task, cell="lstm", hidden="8", lr="0.000001", batch="1"))
    still = charts(app)
    app.button(key="play").click().run()
    moving = charts(sound(app))
    assert session(app).playing
    tick_until(session(app), 3)
    later = sent_by(frame_of(app))
    app.run()
    app.button(key="play").click().run()
    again = charts(sound(app))
    assert not session(app).moving
    for each in (moving, later, again):
        assert as_before(each, still)
    assert len(still) == len(moving) == len(again)
    rows = [sum(len(chart.tables["values"]) for chart in maps(each)) for each in (still, moving, later, again)]
    assert rows[1] == rows[2] == 0 < rows[0] == rows[3]


def maps(found: list[Sent]) -> list[Sent]:
    return [chart for chart in found if chart.alt.startswith("Heat map")]


def test_no_data_in_a_spec_that_depends_on_the_run() -> None:
    def specs_of(seed: str) -> list[str]:
        return [chart.proto.spec for chart in sent({"task": "echo", "cell": "gru", "hidden": "8", "seed": seed})]

    assert specs_of("1") == specs_of("2")


def frame_of(app: AppTest) -> list[Any]:
    """The messages of a tick that brings nothing but a frame."""
    for _ in range(10):
        messages = ticked(app)
        if all(message.WhichOneof("type") == "delta" for message in messages):
            return messages
    raise AssertionError("every tick draws the whole page")


def sent_by(messages: list[Any]) -> list[Sent]:
    elements = [message.delta.new_element for message in messages if message.WhichOneof("type") == "delta"]
    return [Sent(each.vega_lite_chart) for each in elements if each.WhichOneof("type") == "vega_lite_chart"]


MANY_PICTURES = {"task": "order", "cell": "grid_lstm", "length": "20", "layers": "2", "direction": "bidirectional"}


@pytest.mark.parametrize("case", [{}, {"task": "text"}, {"task": "forecast"}, MANY_PICTURES], ids=name)
def test_a_frame_is_a_few_messages(case: dict[str, str]) -> None:
    """Each one costs a server that has a whole class much the same, whatever is in it."""
    app = sound(opened(hidden="8", batch="1", **case))
    app.button(key="play").click().run()
    tick_until(session(app), 11)
    messages = frame_of(app)
    session(app).pause()
    assert sent_by(messages)
    assert len(messages) <= 21, [message.WhichOneof("type") for message in messages]


@pytest.mark.parametrize(
    ("steps", "hidden", "trained", "most"),
    [("50", "32", 200, 49_000), ("200", "128", 20, 80_000)],
    ids=["usual", "large"],
)
def test_bytes_of_a_tick(monkeypatch: pytest.MonkeyPatch, steps: str, hidden: str, trained: int, most: int) -> None:
    """LSTM, everything live, after a course long enough to fill the loss curve.

    45,000 is what is wanted of the usual page: docs/figures.md. Until it is met, no more than now.
    """
    snapshot = Course.snapshot

    def long(course: Course, experiment: Experiment) -> Snapshot:
        at = np.arange(1.0, 8001)
        measured = at[24::25]
        return replace(
            snapshot(course, experiment),
            losses=np.column_stack([at, 1 / at]),
            held_out=np.column_stack([measured, 1 / measured, 1 - 1 / measured]),
        )

    app = sound(opened(task="adding", length=steps, cell="lstm", hidden=hidden, batch="4"))
    app.button(key="play").click().run()
    tick_until(session(app), trained)
    monkeypatch.setattr(Course, "snapshot", long)
    session(app)._frames = None  # what is kept was made before
    found = sent_by(frame_of(app))
    session(app).pause()
    assert len(found) == 2 + len(["h", "gradient", "c", "i", "f", "g", "o"])
    (losses,) = [chart.tables["losses"] for chart in found if "losses" in chart.tables]
    assert losses.num_rows > POINTS, "both curves are long"
    sizes = {chart.alt[:40]: chart.size for chart in found}
    assert sum(sizes.values()) <= most, sizes
