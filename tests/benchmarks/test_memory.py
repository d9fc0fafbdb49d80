"""What the benchmark of memory measures, against closed forms."""

import math
import statistics

import numpy as np
import pytest

from benchmarks import measure, memory
from benchmarks.memory import Course
from tests.engine.runs import started, trained


@pytest.mark.parametrize(("length", "scale"), [("2", "1"), ("12", "1"), ("60", "2"), ("200", "0.2")])
def test_a_linear_network(length: str, scale: str) -> None:
    """h_t = W x_t + U h_{t−1} and y = v h_T: the ratio is ‖(Uᵀ)^{T−1} v‖ / ‖v‖ on every sequence."""
    run = started(cell="rnn", activation="identity", length=length, recurrent_scale=scale)
    u = run.network.layers[0].cells[0].weight_hh.detach().double().numpy()  # type: ignore[index, union-attr]
    v = run.network.readout[-1].weight[0].detach().double().numpy()
    expected, power = 1.0, v / np.linalg.norm(v)
    for _ in range(int(length) - 1):
        # One step at a time, as the square of what is left at the end may be 0.
        power = u.T @ power
        expected *= float(np.linalg.norm(power))
        power /= np.linalg.norm(power)
    if length == "200":
        assert 0 < expected < 1e-160
    assert memory.reach(run) == pytest.approx(expected, rel=1e-9)


def test_the_middle_of_the_probes() -> None:
    run = trained(3, cell="lstm")
    ratios = []
    for index in range(memory.PROBES):
        norms = run.trace(index).layers[0][0].grad_norm
        ratios.append(float(norms[0] / norms[-1]))
    assert memory.reach(run) == pytest.approx(statistics.median(ratios), rel=1e-4)


def test_a_course_is_the_run_of_its_settings() -> None:
    course = memory.course("IRNN", 10, 1, 50)
    same = trained(50, **{**memory.SETTINGS, **memory.NETWORKS["IRNN"]}, length="10", seed="1")
    assert course.after == memory.reach(same)
    assert course.loss == pytest.approx(6 * same.held_out.table()[1:, 1].mean())  # without the untrained network's
    assert course.solved == math.inf
    assert course.exploded is None


def test_medians_over_the_seeds() -> None:
    never, soon, late = (Course(solved, 1.0, 1e-9, 0.5, None) for solved in (math.inf, 100.0, 300.0))
    most = memory.row("GRU", 50, [never, soon, late])
    assert (most["solved"], most["updates"]) == ("2 of 3", 300)
    few = memory.row("RNN", 50, [never, soon, never])
    assert (few["solved"], few["updates"]) == ("1 of 3", None)
    assert "–" in measure.table([few])
    assert [each["solved"] for each in memory.seeds("RNN", 50, (1, 2), [never, soon])] == [None, 100.0]
