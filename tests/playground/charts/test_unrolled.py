"""The unrolled network: the steps that matter are there, units have their numbers, and no two numbers touch."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import TASKS, Experiment, Run
from engine.observe.keeping import activity, marked_steps
from playground.charts.columns import COLUMNS, DIGIT, columns, widths
from playground.charts.heatmap import TIME_STEP
from playground.charts.unrolled import bands, unrolled, unrolled_data

STEPS = st.integers(1, 500)


@given(STEPS, st.lists(st.integers(1, 500), max_size=3))
def test_marked_steps_are_always_there(steps: int, wanted: list[int]) -> None:
    marked = sorted({step for step in wanted if step <= steps})
    drawn = columns(steps, marked)
    assert len(drawn) == min(steps, COLUMNS), "no column is wasted"
    there = [step for step in drawn if step]
    assert there == sorted(set(there))
    assert there[0] == 1
    assert there[-1] == steps
    # First, last and two marks take seven columns with the gaps between them.
    assert set(marked[:2]) <= set(there)
    for before, after in pairwise(drawn):
        assert 0 in (before, after) or after == before + 1, "a gap where steps are left out, and only there"
    assert 0 not in (drawn[0], drawn[-1])


def test_of_many_marks_the_first_ones_are_shown() -> None:
    assert columns(100, range(1, 51)) == [1, 2, 3, 4, 5, 6, 7, 8, 0, 100]


@given(
    st.lists(st.text("0123456789.-", min_size=1, max_size=6), min_size=1, max_size=10),
    st.lists(st.integers(0, 3), min_size=10, max_size=10),
    st.integers(40, 1400),
)
def test_numbers_side_by_side_never_touch(texts: list[str], before: list[int], width: int) -> None:
    count = len(texts)
    rooms = widths(texts, range(count), before[:count], count)
    shown = [k for k in range(count) if rooms[k] <= width]
    assert max(range(count), key=lambda k: (before[k], k)) in shown, "the first of all is always there"
    for a, b in pairwise(shown):
        apart = (b - a) * width / count
        assert apart > DIGIT * (len(texts[a]) + len(texts[b])) / 2


@pytest.mark.parametrize(
    "case",
    [
        *({"task": task} for task in TASKS),
        {"task": "order", "direction": "bidirectional", "layers": "2"},
        {"task": "adding", "direction": "backward", "cell": "unitary"},
        {"task": "adding", "length": "4", "hidden": "1"},
    ],
    ids=lambda case: "-".join(case.values()),
)
@pytest.mark.parametrize("own", [False, True])
def test_every_box_shows_the_units_that_its_names_say(case: dict[str, str], own: bool) -> None:
    run = Run(Experiment.from_params({"hidden": "12", **case}))
    seen = run.trace()
    layer_traces = [layer_trace for layer in seen.layers for layer_trace in layer]
    marked = marked_steps(run.experiment.task, seen.reading)
    drawn = columns(len(seen.inputs), (np.flatnonzero(marked) + 1).tolist())
    units = bands(len(layer_traces), layer_traces[0].state["h"].shape[1])
    chosen = [np.argsort(-activity(layer_trace.state["h"]))[:units] for layer_trace in layer_traces]
    data = unrolled_data(seen, drawn, chosen, marked, own)
    shape = tuple(tuple(layer_trace.direction for layer_trace in layer) for layer in seen.layers)
    assert set(data) == {"states", "columns", "texts"}
    assert unrolled(shape, len(drawn), units, run.experiment.task.readout, 1.0, False).alt.startswith("The network")
    rows = data["states"].to_pylist()
    names = {(s.layer, s.direction): s.state["h"] for s in layer_traces}
    assert len(rows) == len(layer_traces) * units * sum(map(bool, drawn))
    a_row = len(rows) // len(layer_traces)  # the rows of the picture follow each other
    for number, row in enumerate(rows):
        layer_trace = layer_traces[number // a_row]
        h = names[row["layer"], row.get("direction", layer_trace.direction)]
        assert h is layer_trace.state["h"]
        value = h[row[TIME_STEP] - 1, row["unit"] - 1]
        assert row["h"] == np.float32(value)
        assert row[TIME_STEP] in drawn
        assert row["unit"] - 1 == chosen[number // a_row][number % units]
        largest = np.abs(h[:, row["unit"] - 1]).max()
        assert row.get("shade", value) == pytest.approx(value / largest if own else value, abs=1e-6)
    texts = data["texts"].to_pylist()
    # From the top of each box down, the names at its left are those of its bands.
    assert [row["text"] for row in texts if row["x"] < 0] == [str(unit + 1) for each in chosen for unit in each]
    assert all(a["y"] != b["y"] for a, b in pairwise([row for row in texts if row["x"] < 0]))
    expected = [place for place, step in enumerate(drawn) if step and marked[step - 1]]
    assert [row["x"] for row in texts if row["text"] == "◆"] == expected
    steps = {row["x"]: (row["text"], row["marked"]) for row in texts if row["y"] < 0}
    assert steps == {place: (str(step), bool(marked[step - 1])) for place, step in enumerate(drawn) if step}
