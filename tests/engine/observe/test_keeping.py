"""What units keep: the definitions recomputed in plain Python, and that they find the unit that does the keeping."""

import math

import numpy as np
import pytest
import torch

from engine import CELLS, TASKS, Experiment, Run
from engine.observe.keeping import (
    activity,
    change_at,
    correlation_ratio,
    deciding,
    in_falling_order,
    marked_steps,
    marks_steps,
    tells,
)
from engine.observe.trace import trace
from engine.requests import tells_at


def share_by_hand(values: list[float], marked: list[bool]) -> float:
    """The definition, step by step."""
    before, there, whole = 0.0, 0.0, 0.0
    for value, mark in zip(values, marked, strict=True):
        change = abs(value - before)
        whole += change
        there += change if mark else 0.0
        before = value
    return there / whole if whole else 0.0


def test_the_share_of_change_is_that_of_the_definition() -> None:
    generator = np.random.default_rng(0)
    values, marked = generator.normal(size=(23, 5)), generator.random(23) < 0.2
    expected = [share_by_hand(column.tolist(), marked.tolist()) for column in values.T]
    np.testing.assert_allclose(change_at(values, marked), expected)
    # A backward layer reads the last step first.
    expected = [share_by_hand(column[::-1].tolist(), marked[::-1].tolist()) for column in values.T]
    np.testing.assert_allclose(change_at(values, marked, "backward"), expected)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_a_step_of_several_rows_is_one_step(direction: str) -> None:
    """Windows count from the end, so the first may be cut."""
    own = np.random.default_rng(1).normal(size=(4, 3))
    rows = np.repeat(own, 3, axis=0)[-11:]
    marked = np.zeros(11, dtype=bool)
    marked[[0, 4]] = True  # in the first own step, which has two rows here, and in the second
    expected = change_at(own, np.array([True, True, False, False]), direction)
    np.testing.assert_allclose(change_at(rows, marked, direction, 3), expected)


def test_a_unit_that_keeps_stands_before_one_that_drifts() -> None:
    steps = np.arange(50)
    marked = np.isin(steps, (12, 37))
    drifts = 0.2 * (steps + 1.0)
    keeps = -0.3 * (steps >= 12) - 0.2 * (steps >= 37)
    values = np.stack([drifts, np.zeros(50), keeps, np.where(steps % 2, 0.1, math.nan)], axis=1)
    share = change_at(values, marked)
    assert share[2] == 1
    assert share[0] == pytest.approx(2 / 50)
    assert share[1] == 0
    assert in_falling_order(share)[0] == 2
    assert in_falling_order(activity(values)).tolist() == [0, 2, 3, 1]


def test_equals_stay_in_the_order_of_their_numbers() -> None:
    assert in_falling_order(np.array([0.0, 1.0, 0.0, 1.0])).tolist() == [1, 3, 0, 2]


def ratio_by_hand(values: list[float], classes: list[int]) -> float:
    mean = sum(values) / len(values)
    groups = {each: [v for v, c in zip(values, classes, strict=True) if c == each] for each in classes}
    between = sum(len(g) * (sum(g) / len(g) - mean) ** 2 for g in groups.values())
    whole = sum((v - mean) ** 2 for v in values)
    return math.sqrt(between / whole) if whole else 0.0


def test_the_correlation_ratio_is_that_of_the_definition() -> None:
    generator = np.random.default_rng(2)
    values, classes = generator.normal(size=(60, 4)), generator.integers(0, 3, 60)
    values[:, 1] += classes
    values[:, 2] = 0.7
    found = correlation_ratio(values, classes)
    expected = [ratio_by_hand(column.tolist(), classes.tolist()) for column in values.T]
    expected[2] = 0.0  # a constant
    np.testing.assert_allclose(found, expected, atol=1e-12)
    two = np.minimum(classes, 1)
    r = [abs(np.corrcoef(values[:, k], two)[0, 1]) for k in (0, 1, 3)]
    np.testing.assert_allclose(correlation_ratio(values, two)[[0, 1, 3]], r)


CASES = [
    *({"task": task, "cell": "lstm"} for task in TASKS),
    {"task": "adding", "readout": "mean", "direction": "bidirectional", "layers": "2"},
    {"task": "order", "direction": "backward", "layers": "3", "windows": "2,3", "length": "23"},
    {"task": "neighbours", "direction": "bidirectional", "cell": "scrn"},
    *({"task": "adding", "cell": cell} for cell in CELLS),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.values()))
def test_what_units_tell_is_what_their_traces_say(case: dict[str, str]) -> None:
    """The same number from the states of one sequence after the other, as the pictures show them."""
    experiment = Experiment.from_params({"length": "12", "hidden": "4", "batch": "1", **case})
    run = Run(experiment)
    task = experiment.task
    batch = task.held_out(9, torch.Generator().manual_seed(3))
    found = tells(run.network, task, batch)
    traces = [trace(run.network, task, type(batch)(*(part[k : k + 1] for part in batch))) for k in range(9)]
    for (layer, direction), scores in found.items():
        layer_traces = [next(s for s in seen.layers[layer - 1] if s.direction == direction) for seen in traces]
        sizes = {name: v.shape[1] for name, v in {**layer_traces[0].state, **layer_traces[0].gates}.items()}
        assert set(scores) == set(deciding(sizes).values())
        for name, score in scores.items():
            read, answers = [], []
            for k, layer_trace in enumerate(layer_traces):
                values = {**layer_trace.state, **layer_trace.gates}[name]
                if task.readout == "every":
                    asked = (batch.mask[k] & (batch.targets[k] >= 0)).numpy()
                    read.extend(values[asked])
                    answers.extend(batch.targets[k].numpy()[asked])
                else:
                    at = {"forward": -1, "backward": 0}[direction]
                    read.append(values.mean(axis=0) if task.readout == "mean" else values[at])
                    answers.append(float(batch.targets[k].reshape(-1)[0]))
            columns = np.array(read, dtype=float).T
            for unit, column in enumerate(columns):
                if column.std() < 1e-6 or np.std(answers) == 0:
                    continue
                if batch.targets.is_floating_point():
                    expected = abs(np.corrcoef(column, answers)[0, 1])
                else:
                    expected = ratio_by_hand(column.tolist(), [int(a) for a in answers])
                assert score[unit] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("task", TASKS)
def test_marked_steps_are_those_that_must_be_kept(task: str) -> None:
    run = Run(Experiment.from_params({"task": task}))
    seen = run.trace()
    marked = marked_steps(run.experiment.task, seen.reading)
    assert marked.shape == (len(seen.inputs),)
    assert marked.any() == marks_steps(run.experiment.task)
    expected = {
        "adding": lambda: np.flatnonzero(seen.inputs[:, 1]),
        "order": lambda: np.flatnonzero(seen.inputs[:, 6:8].any(axis=1)),  # X and Y are inputs 6 and 7
        "copy": lambda: np.arange(4),
    }.get(task, lambda: np.array([], dtype=int))()
    assert np.flatnonzero(marked).tolist() == expected.tolist()


def test_the_same_moment_gives_the_same_scores() -> None:
    run = Run(Experiment.from_params({"task": "order", "length": "10", "hidden": "4"}))
    one, two = (tells_at(run.experiment, run.checkpoint().weights)[1, "forward"]["c"] for _ in range(2))
    np.testing.assert_array_equal(one, two)
