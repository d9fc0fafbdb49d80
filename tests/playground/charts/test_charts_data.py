"""What fills the pictures: axes, colour ends, thinned curves, and numbers that are none."""

import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.generate.forecast import Ahead
from engine.progress import parted
from engine.tasks import TASKS, Quantity, Task, Tokens
from playground.charts.base import TRAINING, Data, limit, table, ticks
from playground.charts.curves import (
    POINTS,
    SMALLEST_LOSS,
    baselines_data,
    loss_curve,
    loss_data,
    round_end,
    thinned,
)
from playground.charts.heatmap import TIME_STEP, heatmap, heatmap_data
from playground.charts.hues import hue
from playground.charts.reach import gradient_curve, gradient_data, powers
from playground.charts.sequence import ahead_data, values_data
from playground.charts.tokens import key_of, positions, tokens_data

NAN, INF = math.nan, math.inf
finite = st.floats(allow_nan=False, allow_infinity=False, width=32)
anything = st.floats(width=32)


def assert_numbers(data: Data) -> None:
    """Nothing but numbers and gaps."""
    for name, part in data.items():
        for column in part.columns:
            if pa.types.is_floating(column.type):
                assert not pc.any(pc.or_(pc.is_nan(column), pc.is_inf(column))).as_py(), name


@given(st.integers(1, 501))
def test_ticks_run_from_first_to_last(count: int) -> None:
    found = ticks(count)
    assert found[0] == 1
    assert found[-1] == count
    assert found == sorted(set(found))
    assert len(found) <= 10


@given(st.lists(anything, min_size=1, max_size=20))
def test_limit_is_round_and_holds_all_units_but_the_furthest_tenth(values: list[float]) -> None:
    """Each value is a unit here; of four and more, one unit at least is left out."""
    end = limit(np.array([values], dtype=np.float32))
    amounts = sorted(abs(v) if math.isfinite(v) else 0.0 for v in values)
    left_out = sum(amount > end for amount in amounts)
    assert left_out <= max(len(values) // 10, 1 if len(values) >= 4 else 0)
    held = amounts[: len(amounts) - left_out]
    assert end == 1 or end <= 5.01 * held[-1]
    assert f"{end:e}"[0] in "125"


def test_one_unit_that_drifts_does_not_take_the_colours_of_the_others() -> None:
    values = np.full((50, 32), -0.3)
    values[:, 6] = np.linspace(0, 9.8, 50)
    assert limit(values) == 1
    values[:, :20] = np.linspace(0, 9.8, 50)[:, None]
    assert limit(values) == 10, "most units go so far"


@given(st.floats(0, 1e12))
def test_round_end_is_at_or_past_the_last_update(update: float) -> None:
    end = round_end(update)
    assert max(100, update) <= end <= max(100, 2.51 * update)
    assert str(end).rstrip("0") in {"1", "2", "5"}


@given(st.lists(st.floats(0, width=32), max_size=20))
def test_powers_hold_all_positive_norms(norms: list[float]) -> None:
    values = np.array(norms, dtype=float)
    low, high = powers(values)
    usable = values[np.isfinite(values) & (values > 0)]
    assert low <= -4 < 1 <= high
    assert all(10.0**low <= v <= 10.0**high for v in usable)
    gradient_curve(len(norms) + 1, low, high)


@given(st.integers(0, 1500))
def test_thinned_rows_are_means_of_neighbours(count: int) -> None:
    rows = np.random.default_rng(count).random((count, 3))
    rows[:, 0] = np.arange(1, count + 1)
    few = thinned(rows)
    assert len(few) <= POINTS
    if count <= POINTS:
        assert few is rows
        return
    group = math.ceil(count / POINTS)
    expected = [rows[k : k + group].mean(axis=0) for k in range(0, count, group)]
    np.testing.assert_allclose(few, expected)


@pytest.mark.parametrize("updates", [0, 1, 2, 24, 199, 200, 201, 4_000, 65_536])
def test_loss_data(updates: int) -> None:
    losses = np.stack([np.arange(1, updates + 1), np.linspace(2, 0, updates)], axis=1)
    at = np.arange(0, updates + 1, 25)
    held_out = np.stack([at, np.full(len(at), 0.5), np.full(len(at), 0.25)], axis=1)
    data = loss_data(losses, held_out, TASKS["adding"](length=4))
    assert_numbers(data)
    rows = data["losses"].to_pandas()
    for held, given_rows in ((0, losses), (1, held_out)):
        drawn = rows[rows["held"] == held]
        assert len(drawn) <= POINTS + 1
        assert (len(drawn) > 0) == (len(given_rows) > 0)
        assert drawn["update"].is_monotonic_increasing
    assert (rows["update"] == 0).sum() == 1, "the mark at the start of the curve needs its point"
    assert (rows["loss"] >= np.float32(SMALLEST_LOSS)).all()
    assert (rows["accuracy"].isna() == (rows["held"] == 0)).all()
    assert rows["update"].max() <= data["frame"]["update"].to_pylist()[1]
    assert data["losses"].nbytes <= 4_000


@given(st.lists(anything, min_size=1, max_size=30), st.lists(st.floats(), min_size=1, max_size=30))
def test_only_numbers_reach_a_table(single: list[float], double: list[float]) -> None:
    """float64 values that float32 cannot hold are gaps as well."""
    assert_numbers({"t": table(v=np.array(single, dtype=np.float32)), "u": table(v=np.array(double))})


def test_what_is_told_of_a_heat_map_is_unit_step_and_value() -> None:
    """It is the first data set: that is what the page shows as the data of a picture."""
    values = np.array([[0.5, -1.0, NAN], [INF, -INF, 0.12345]], dtype=np.float32)
    data = heatmap_data("h", values, -1.0, 1.0, False, True)
    first = next(iter(data.values()))
    assert first.column_names == ["unit", TIME_STEP, "h"]
    rows = [tuple(row.values()) for row in first.to_pylist()]
    expected = [(1, 1, 0.5), (2, 1, -1.0), (3, 1, None), (1, 2, None), (2, 2, None), (3, 2, np.float32(0.12345))]
    assert rows == expected


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
def test_units_keep_their_numbers_in_any_order(steps: int, units: int, seed: int) -> None:
    """In the table, in the rows of the picture and in their names."""
    generator = np.random.default_rng(seed)
    values, order = generator.normal(size=(steps, units)).astype(np.float32), generator.permutation(units)
    data = heatmap_data("c", values, -1.0, 1.0, False, True, order)
    for row in data["values"].to_pylist():
        assert row["c"] == values[row[TIME_STEP] - 1, row["unit"] - 1]
    assert data["image"]["rows"].to_pylist() == [",".join(str(unit + 1) for unit in order)]
    assert data["image"]["url"] == heatmap_data("c", values[:, order], -1.0, 1.0, False, True)["image"]["url"]
    # The place of a cell follows from its number: step by step, from the top down.
    assert data["values"]["unit"].to_pylist() == [*(order + 1).tolist()] * steps


def test_gradient_of_zero_is_a_gap() -> None:
    data = gradient_data(np.array([1e-45, 0.0, 3.0, NAN, INF]))
    assert data["gradient"]["x"].to_pylist() == [1, 2, 3, 4, 5]
    logs = data["gradient"]["log"].to_pylist()
    assert logs[1] is logs[3] is logs[4] is None
    assert logs[0] == pytest.approx(-45)
    assert logs[2] == pytest.approx(np.log10(3))


@given(finite, anything)
def test_quantity_data(value: float, answer: float) -> None:
    reading = Quantity((value, 0.5), (False, True), value, answer, 0.1, False)
    assert_numbers(values_data(reading))
    assert_numbers(ahead_data(reading, None))
    assert_numbers(ahead_data(reading, Ahead((answer, value, NAN), (value,))))


def test_a_forecast_stands_off_from_the_last_value_read() -> None:
    reading = Quantity((3.0, 4.0), (False, False), 6.0, 5.0, 0.1, False)
    for ahead, forecast, truth in (
        (Ahead((5.0, 9.0, 40.0, 50.0, 2.0), (6.0, 7.0)), [4, 5, 9, 40, 50, 2], [4, 6, 7]),
        (None, [4, 5], [4, 6]),
    ):
        rows = ahead_data(reading, ahead)["lines"].to_pandas()
        for kind, first, values in ((0, 1, [3, 4]), (1, 2, truth), (2, 2, forecast)):
            line = rows[rows["kind"] == kind]
            assert line["x"].tolist() == list(range(first, first + len(values)))
            assert line["value"].tolist() == values
    # The series is 4 wide here: what is further than that from it ends at the edge of the picture.
    rows = ahead_data(reading, Ahead((5.0, 9.0, 40.0, 50.0, 2.0), (6.0, 7.0)))["lines"].to_pandas()
    assert rows[rows["kind"] == 2]["drawn"].fillna(-1).tolist() == [4, 5, 9, 11, -1, 2]


def test_tokens_data() -> None:
    texts = ("a", " ", "\n"), ("", "b", "c"), ("", "b", "d")
    reading = Tokens(*texts, (None, True, False), (0.0, 0.9, NAN), (False,) * 3, ("b", "c"))
    data = tokens_data(reading, (1, 2, 3), 4)
    assert_numbers(data)
    rows = {(row["step"], row["row"]): (row["text"], row["tone"]) for row in data["tokens"].to_pylist()}
    assert rows == {
        (1, 0): ("a", ""),
        (2, 0): ("␣", ""),
        (3, 0): ("⏎", ""),
        (2, 1): ("b", "b"),
        (3, 1): ("c", "c"),
        (2, 2): ("b", "b"),
        (3, 2): ("d", ""),
        (2, 3): ("✓", "right"),
        (3, 3): ("✗", "wrong"),
    }


LONG: list[tuple[Task, set[str]]] = [
    (TASKS["order"](length=500), {"X", "Y", "E", "B"}),
    (TASKS["order"](length=10), {"X", "Y", "E", "B"}),
    (TASKS["copy"](length=498, symbols=1), {*"ABCDEFGH", "»"}),
    (TASKS["copy"](length=400, symbols=50), {*"ABCDEFGH", "»"}),
]


@pytest.mark.parametrize(("task", "matter"), LONG, ids=["order", "short order", "copy", "many letters"])
def test_what_matters_is_seen_at_every_length(task: Task, matter: set[str]) -> None:
    """A mark and a colour of its own, told in the key; a letter wherever the next one leaves room for it."""
    reading = described(task)
    key = dict(key_of(reading, 4))
    assert len(set(key.values())) == len(key)
    rows = tokens_data(reading, range(1, task.steps + 1), 4)["tokens"].to_pandas()
    inputs = rows[rows["row"] == 0]
    marked = inputs[inputs["marked"]]
    assert marked["step"].tolist() == [t for t, symbol in enumerate(reading.inputs, 1) if symbol in matter]
    assert (marked["tone"] == marked["text"]).all()
    assert set(marked["tone"]) <= key.keys()
    assert (inputs[~inputs["marked"]]["tone"] == "").all()
    gaps = np.diff(marked["step"])
    assert marked["room"].tolist() == [min(12, a, b) for a, b in zip([12, *gaps], [*gaps, 12], strict=True)]


@pytest.mark.parametrize("task", [TASKS["echo"](length=500, symbols=8), TASKS["neighbours"](length=500)], ids=str)
def test_where_all_symbols_matter_each_has_its_colour(task: Task) -> None:
    reading = described(task)
    key = dict(key_of(reading, 4))
    assert {*reading.inputs, *reading.answers} - {""} <= key.keys()
    assert not any(reading.marked)
    rows = tokens_data(reading, range(1, task.steps + 1), 4)["tokens"].to_pandas()
    assert (rows[rows["row"] < 3]["tone"] == rows[rows["row"] < 3]["text"]).all()
    assert set(rows[rows["row"] == 3]["tone"]) <= {"right", "wrong", ""}


def test_a_symbol_keeps_its_colour_where_fewer_are_shown() -> None:
    reading = described(TASKS["order"](length=60))
    whole, inputs = dict(key_of(reading, 4)), dict(key_of(reading, 1))
    assert inputs.keys() < whole.keys()
    assert inputs.items() <= whole.items()


def described(task: Task) -> Tokens:
    batch = task.batch(1, torch.Generator().manual_seed(0))
    answers = torch.zeros(*batch.targets.shape, task.output_size)
    reading = task.describe(batch, answers)
    assert isinstance(reading, Tokens)
    return reading


def test_a_shape_has_one_spec() -> None:
    """Built once: the same object every time, so nothing of a frame can be in it."""
    assert heatmap("h", 50, 32, -1.0, 1.0) is heatmap("h", 50, 32, -1.0, 1.0)
    spec = heatmap("h", 50, 32, -1.0, 1.0).spec
    assert "datasets" not in spec
    filled = heatmap("h", 50, 32, -1.0, 1.0).filled(heatmap_data("h", np.zeros((50, 32)), -1.0, 1.0, False, True))
    assert filled.keys() - spec.keys() == {"datasets"}
    assert "datasets" not in spec


@given(st.integers(1, 500))
def test_task_picture_shows_both_ends(steps: int) -> None:
    shown = positions(steps)
    assert len(shown) <= 100
    assert shown[0] == 1
    assert shown[-1] == steps
    assert (0 in shown) == (steps > 100)
    real = [step for step in shown if step]
    assert real == sorted(set(real))


@pytest.mark.parametrize(
    ("task", "labels"),
    [
        (TASKS["adding"](length=4), ["chance 0.1667", "no memory 0.125"]),
        (TASKS["adding"](readout="mean"), ["chance 0.1667"]),
        (TASKS["echo"](symbols=2), ["chance, no memory 0.6931"]),
        (TASKS["hello"](), ["chance 1.04", "no memory 0.3466"]),
        (TASKS["hello"](word="ab"), []),
    ],
)
def test_what_is_scored_without_learning_stands_beside_the_losses(task: Task, labels: list[str]) -> None:
    """One line where both are the same; a log axis has no place for 0."""
    data = baselines_data(task)
    assert [label for label in data["label"].to_pylist() if label] == labels
    assert data["number"].to_pylist() == [0, 1], "Vega warns of a layer without rows"
    assert all(loss > 0 for loss in data["loss"].to_pylist())


def test_the_two_losses_have_a_legend_in_their_colours() -> None:
    spec = json.dumps(loss_curve("lstm", True).spec)
    assert json.dumps({"domain": ["training", "held-out"], "range": [TRAINING, hue("lstm")]}) in spec


@pytest.mark.parametrize(
    ("held_out", "training", "expected"),
    [
        ([3, 2, 1, 1, 2, 3, 3, 3], 0.5, True),
        ([3, 2, 1, 1, 1, 1, 1, 1], 0.5, False),
        ([3, 2, 1, 1, 2, 3, 3, 3], 3, False),
        ([3, 1, 3], 0.5, False),
    ],
)
def test_losses_part_when_one_falls_and_the_other_rises_again(
    held_out: list[float], training: float, expected: bool
) -> None:
    at = 25 * np.arange(len(held_out))
    losses = np.stack([np.arange(1, at[-1] + 1), np.full(at[-1], training)], axis=1)
    assert parted(losses, np.stack([at, held_out, np.zeros(len(at))], axis=1)) == expected
