"""Reading a passage: what the trace shows, on more text, within its limits."""

import numpy as np
import pytest
import torch

from engine.observe.reading import MAX_BYTES, MAX_CELL_STEPS, MAX_CHARACTERS, read
from engine.observe.trace import trace
from engine.run import Run
from engine.tasks import Batch, Characters
from engine.tasks.sequence.characters import NextCharacter
from tests.engine.runs import place, same, started

OWN = {"task": "text", "corpus": "own", "text": "The cat sat on the mat, and the dog did not. " * 20}


def task_of(run: Run) -> Characters:
    assert isinstance(run.experiment.task, Characters)
    return run.experiment.task


@pytest.mark.parametrize(
    "params",
    [
        {"cell": "lstm", "hidden": "5"},
        {"cell": "gru", "hidden": "4", "layers": "2", "connection": "residual"},
        {"cell": "rnn", "hidden": "4", "transition_depth": "2", "input_depth": "1"},
        {"cell": "unitary", "hidden": "4"},
        {"cell": "jordan", "hidden": "4"},
        {"cell": "grid_lstm", "hidden": "3"},
    ],
    ids=lambda params: params["cell"],
)
def test_as_the_trace_shows_it(params: dict[str, str]) -> None:
    run = started(**OWN, **params)
    task, passage = task_of(run), read(run.network, task_of(run))
    codes = torch.tensor([task.encode(passage.text)])
    inputs = torch.nn.functional.one_hot(codes, task.input_size).float()
    seen = trace(run.network, task, Batch(inputs, codes, torch.ones(1, codes.shape[1], dtype=torch.bool)))
    shown = [(s.layer, name, rows) for (s,) in seen.layers for name, rows in {**s.state, **s.gates}.items()]
    assert [(b.layer, b.quantity) for b in passage.bands] == [(layer, name) for layer, name, _ in shown]
    for band, (layer, name, rows) in zip(passage.bands, shown, strict=True):
        np.testing.assert_allclose(passage.units(band), rows, rtol=1e-3, atol=1e-3)
        assert band is passage.band(layer, name)
        assert band.units == rows.shape[1]
        np.testing.assert_array_equal(passage.unit(band, band.units), passage.units(band)[:, -1])
        layer_trace = seen.layers[layer - 1][0]
        assert band.gate == (name in layer_trace.gates)
        assert band.bipolar == (name not in layer_trace.gates or name in layer_trace.bipolar)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"hidden": "64", "cell": "lstm"},
        {"hidden": "128", "cell": "grid_lstm", "layers": "4"},
        {"cell": "gru", "layers": "4", "transition_depth": "3", "hidden": "2"},
    ],
    ids=["small", "lstm", "wide", "deep"],
)
def test_within_its_limits(params: dict[str, str]) -> None:
    run = started(task="text", corpus="alice", **params)
    task, passage = task_of(run), read(run.network, task_of(run))
    steps = run.experiment.network.layers * (1 + run.experiment.network.transition_depth)
    assert passage.values.nbytes <= MAX_BYTES
    assert len(passage.text) <= MAX_CHARACTERS
    assert len(passage.text) * steps <= MAX_CELL_STEPS
    assert passage.values.shape == (len(passage.text), sum(band.units for band in passage.bands))
    assert isinstance(task, NextCharacter)
    trained, held_out = ("".join(task.alphabet[code] for code in part.tolist()) for part in task.parts)
    assert trained.endswith(passage.text[: passage.held])
    assert held_out.startswith(passage.text[passage.held :])
    assert min(passage.held, len(passage.text) - passage.held) >= min(len(passage.text) // 2, len(held_out))


def test_a_word_and_a_short_text() -> None:
    word = read(started(task="hello").network, task_of(started(task="hello")))
    assert (word.text, word.held) == ("hello", 5)
    run = started(**{**OWN, "text": "abcdefghijklmnopqrst"})
    short = read(run.network, task_of(run))
    assert (short.text, short.held) == ("abcdefghijklmnopqrst", 10)


def test_reading_changes_nothing() -> None:
    run = started(task="hello")
    before = place(run)
    read(run.network, task_of(run))
    assert same(place(run), before)


def test_values_too_large_for_half_precision_stay_finite() -> None:
    run = started(task="hello", cell="rnn", activation="relu")
    with torch.no_grad():
        for parameter in run.network.parameters():
            parameter.fill_(100.0)
    passage = read(run.network, task_of(run))
    assert np.isfinite(passage.values).all()
    assert passage.values.max() == np.finfo(np.float16).max


def test_network_that_reads_backwards() -> None:
    backward = started(task="echo", symbols="4", length="5", direction="backward").network
    with pytest.raises(ValueError, match="reads forward"):
        read(backward, task_of(started(task="hello")))
