"""What a visitor takes along: the numbers of a run as CSV, and a link short enough for a browser."""

import io
import json
import zipfile
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest

from engine import CELLS, Experiment, Run
from engine.slices import Frame
from playground.shell import export, link
from tests.engine.runs import shown, trained

CASES = [
    {"task": "adding", "cell": "lstm", "layers": "2", "direction": "bidirectional"},
    {"task": "echo", "cell": "gru", "direction": "backward"},
    {"task": "hello", "word": 'a,"b"\n春', "cell": "rnn"},
]


def unpacked(frame: Frame) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(export.archive(frame, b"the run"))) as files:
        assert files.testzip() is None
        return {name: files.read(name) for name in files.namelist()}


def table_of(data: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(data))


@pytest.mark.parametrize("params", CASES, ids=lambda p: p["task"])
@pytest.mark.parametrize("updates", [0, 30])
def test_archive_holds_what_the_run_holds(params: dict[str, str], updates: int) -> None:
    run = trained(updates, **params)
    snapshot, files = run.snapshot(), unpacked(shown(run))
    assert files.keys() == {
        "losses.csv",
        "held_out.csv",
        "states.csv",
        "sequence.csv",
        "experiment.json",
        "run.safetensors",
    }
    assert files["run.safetensors"] == b"the run"
    losses, held_out = table_of(files["losses.csv"]), table_of(files["held_out.csv"])
    assert list(losses) == ["update", "training_loss"]
    assert list(held_out) == ["update", "held_out_loss", "held_out_accuracy", "chance", "no_memory"]
    task = snapshot.experiment.task
    np.testing.assert_allclose(held_out.pop("chance"), task.chance_loss, rtol=1e-8)
    np.testing.assert_allclose(held_out.pop("no_memory"), task.no_memory_loss, rtol=1e-8)
    np.testing.assert_allclose(losses.to_numpy(float), snapshot.losses, rtol=1e-8)
    np.testing.assert_allclose(held_out.to_numpy(float), snapshot.held_out, rtol=1e-8)
    assert Experiment.from_params(json.loads(files["experiment.json"])) == snapshot.experiment


@pytest.mark.parametrize("params", CASES, ids=lambda p: p["task"])
def test_states_hold_what_the_trace_holds(params: dict[str, str]) -> None:
    trace = trained(3, **params).trace()
    table = export.states(trace)
    for layer in trace.layers:
        for layer_trace in layer:
            rows = table[(table["layer"] == layer_trace.layer) & (table["direction"] == layer_trace.direction)]
            assert len(rows) == layer_trace.grad_h.size
            for name, values in {**layer_trace.state, **layer_trace.gates, "dL_dh": layer_trace.grad_h}.items():
                square = rows.pivot_table(index="step", columns="unit", values=name)
                np.testing.assert_array_equal(square.to_numpy(), values)
                assert list(square.index) == list(range(1, len(values) + 1))
    assert len(table) == sum(layer_trace.grad_h.size for layer in trace.layers for layer_trace in layer)


def test_sequence_holds_what_is_shown() -> None:
    echo = shown(trained(1, task="echo", length="8", delay="3"))
    table = pd.read_csv(io.BytesIO(unpacked(echo)["sequence.csv"]), keep_default_na=False)
    assert table["step"].tolist() == list(range(1, 9))
    assert tuple(table["input"]) == echo.result.trace.reading.inputs
    assert tuple(table["target"]) == echo.result.trace.reading.targets
    adding = shown(trained(1))
    table = table_of(unpacked(adding)["sequence.csv"])
    np.testing.assert_allclose(table["input"], adding.result.trace.reading.values, rtol=1e-8)
    assert table["target"].dropna().tolist() == [pytest.approx(adding.result.trace.reading.target)]
    assert table["marked"].sum() == 2


def test_states_survive_the_trip_through_text() -> None:
    frame = shown(trained(3))
    read = table_of(unpacked(frame)["states.csv"])
    written = export.states(frame.result.trace)
    assert list(read) == list(written)
    np.testing.assert_array_equal(read["h"].to_numpy(np.float32), written["h"].to_numpy())


@pytest.mark.parametrize("params", [{"task": "text", "corpus": "own"}, {"task": "forecast", "series": "own"}])
@pytest.mark.parametrize("size", [30, 10_000])
def test_links_stay_short_enough(params: dict[str, str], size: int) -> None:
    own = {"text": "ab 春" * (size // 4)} if params["task"] == "text" else {}
    own |= {"values": ",".join(str(k % 7) for k in range(size))} if params["task"] == "forecast" else {}
    experiment = Experiment.from_params({**params, **own})
    params, left_out = link.params(experiment)
    assert left_out == (size > 1000)
    assert len(urlencode(params)) <= link.LONGEST_LINK
    if not left_out:
        assert Experiment.from_params(params) == experiment
    else:
        assert {**params, **own} == experiment.to_params()


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_has_its_states_in_a_table(cell: str) -> None:
    """Also where a quantity has other units than the hidden state: answers, slow units, modulus and phase."""
    trace = Run(Experiment.from_params({"cell": cell, "hidden": "4", "length": "6"})).trace()
    layer_trace = trace.layers[0][0]
    table = export.states(trace)
    for name, values in {**layer_trace.state, **layer_trace.gates, "dL_dh": layer_trace.grad_h}.items():
        column = table[name].to_numpy().reshape(6, -1)
        np.testing.assert_array_equal(column[:, : values.shape[1]], values)
        assert np.isnan(column[:, values.shape[1] :]).all()
