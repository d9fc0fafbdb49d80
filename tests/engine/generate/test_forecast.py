"""Many steps ahead: held to a loop that reads the whole sequence anew for every value."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from engine import CELLS, Experiment
from engine.architectures.stack import Network
from engine.generate.forecast import HORIZON, Ahead, ahead
from engine.run import probe, probe_generator
from engine.slices import ProbeRequest, ahead_of
from engine.tasks import Forecast
from tests.engine.runs import started

FORMS: list[dict[str, str]] = [
    *({"cell": cell} for cell in CELLS),
    {"cell": "gru", "readout": "mean"},
    {"cell": "rnn", "layers": "3", "connection": "residual", "input_depth": "1", "output_depth": "1"},
    {"cell": "lstm", "layers": "2", "transition_depth": "2", "readout": "mean"},
    {"cell": "gru", "series": "sine", "noise": "0", "length": "1"},
    {"cell": "rnn", "series": "sunspots", "length": "60"},
]


def prepared(**params: str) -> tuple[Experiment, Network, Forecast]:
    run = started(task="forecast", hidden="6", **params)
    assert isinstance(run.experiment.task, Forecast)
    return run.experiment, run.network, run.experiment.task


def forecast(experiment: Experiment, network: Network, sequence: int = 0) -> Ahead:
    found = ahead_of(experiment, network, ProbeRequest(probe=sequence))
    assert found is not None
    return found


@torch.no_grad()
def by_reading_all_again(network: Network, window: torch.Tensor, count: int) -> list[float]:
    """The network's answer to the window, to the window and that answer, and so on: each from the first step on."""
    read, found = window, []
    for _ in range(count):
        answer = network(read)
        found.append(float(answer[0, 0]))
        read = torch.cat([read, answer.reshape(1, 1, 1)], dim=1)
    return found


@pytest.mark.parametrize("params", FORMS, ids=lambda params: "-".join(params.values()))
def test_every_answer_comes_in_as_the_next_value(params: dict[str, str]) -> None:
    experiment, network, task = prepared(**params)
    mean, deviation = task.scale
    expected = by_reading_all_again(network, probe(experiment, 3).inputs, HORIZON)
    found = (np.array(forecast(experiment, network, 3).forecast) - mean) / deviation
    np.testing.assert_allclose(found, expected, atol=2e-4)
    assert np.ptp(found) > 1e-4, "what is fed back makes a difference"


def test_it_begins_with_the_answer_to_the_window() -> None:
    run = started(task="forecast")
    found = forecast(run.experiment, run.network)
    reading: Any = run.trace(0).reading
    assert found.forecast[0] == pytest.approx(reading.answer, rel=1e-5)
    assert found.truth[0] == pytest.approx(reading.target, rel=1e-6)


@pytest.mark.parametrize("sequence", range(6))
@pytest.mark.parametrize("length", ["20", "300"])
def test_the_truth_is_the_series_after_the_window(sequence: int, length: str) -> None:
    """Found by looking for the window in the held-out fifth of the series; no two places of it are the same."""
    experiment, network, task = prepared(length=length)
    mean, deviation = task.scale
    window = probe(experiment, sequence).inputs[0, :, 0].numpy() * deviation + mean
    held = task.source[-len(task.source) // 5 :]
    places = np.lib.stride_tricks.sliding_window_view(held, len(window))
    (at,) = np.flatnonzero(np.abs(places - window).max(axis=1) < 1e-5)
    rest = held[at + len(window) :][:HORIZON]
    truth = forecast(experiment, network, sequence).truth
    assert len(truth) == len(rest)
    np.testing.assert_allclose(truth, rest, atol=1e-5)


@pytest.mark.parametrize(
    "params",
    [{"direction": "backward"}, {"direction": "bidirectional"}, {"layers": "2", "windows": "2"}],
    ids=lambda params: "-".join(params.values()),
)
def test_who_cannot_read_on_has_no_forecast(params: dict[str, str]) -> None:
    experiment, network, task = prepared(cell="gru", **params)
    assert not experiment.network.by_steps
    assert ahead_of(experiment, network, ProbeRequest()) is None
    with pytest.raises(ValueError, match="reads forward and joins no steps"):
        ahead(network, task, probe_generator(experiment, 0))


def test_other_tasks_have_no_forecast() -> None:
    run = started(task="adding", length="5")
    assert ahead_of(run.experiment, run.network, ProbeRequest()) is None


def test_a_forecast_that_runs_away_ends_in_gaps() -> None:
    """Ten times what was read, again and again: no number in single precision after 38 steps or so."""
    experiment, network, _ = prepared(cell="rnn", activation="identity", init="identity")
    with torch.no_grad():
        cell = network.layers[0].cells[0]  # type: ignore[index, union-attr]  # a ModuleList of Layers
        for parameter in network.parameters():
            parameter.zero_()
        cell.weight_ih[0] = network.readout[-1].weight[0, 0] = 10.0
    found = forecast(experiment, network).forecast
    assert math.isfinite(found[0])
    assert math.isnan(found[-1])
    gone = [math.isnan(value) for value in found]
    assert gone == sorted(gone)
