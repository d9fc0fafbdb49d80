"""A run as a file: going on from it is never having stopped, and whatever else is in a file is a sentence."""

import json
import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load as arrays_in
from safetensors.torch import save as file_of

from engine import CELLS
from engine.film import MOST
from engine.history import CAPACITY
from engine.learners.optimizers import OPTIMIZERS
from engine.saving import FORMAT, MAX_BYTES, RunFileError, contents, load, save
from engine.tasks import TASKS
from tests.engine.runs import assert_same_place, same, trained

VARIED = [
    *({"optimizer": name, "decay": "0.01"} for name in OPTIMIZERS),
    *({"cell": name} for name in CELLS),
    *(
        {"cell": name, "layers": "2", "direction": "bidirectional"}
        for name in ("rnn", "gru", "lstm", "unitary", "goru")
    ),
    {"cell": "esn", "task": "forecast", "length": "12", "layers": "2"},
    {"layers": "3", "windows": "2", "transition_depth": "1", "output_depth": "1", "truncate": "3"},
    *({"task": name, "length": "12", "cell": "rnn"} for name in TASKS),
    {"task": "forecast", "series": "own", "values": ",".join(repr(math.sin(k) / 3) for k in range(60))},
    {"task": "hello", "word": "春眠 “<b>”"},
]
FILE = save(trained(17))


def parts(data: bytes = FILE) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Arrays and the rest, without a checksum, as files had none once."""
    size = int.from_bytes(data[:8], "little")
    metadata = json.loads(data[8 : 8 + size])["__metadata__"]
    del metadata["checksum"]
    return arrays_in(data), metadata


def with_arrays(**changed: Any) -> bytes:
    """The file with some arrays replaced, or left out (None)."""
    arrays, metadata = parts()
    arrays |= {name.replace("__", "."): value for name, value in changed.items()}
    return file_of({name: value for name, value in arrays.items() if value is not None}, metadata)


def with_state(**changed: Any) -> bytes:
    arrays, metadata = parts()
    metadata["run"] = json.dumps({**json.loads(metadata["run"]), **changed})
    return file_of(arrays, metadata)


@pytest.mark.parametrize("params", VARIED, ids=lambda p: "-".join(v[:13] for v in p.values()))
def test_going_on_from_a_file_is_never_having_stopped(params: dict[str, str]) -> None:
    """40 updates = 17 + file + 23, to the last bit."""
    whole, begun = trained(40, **params), trained(17, **params)
    resumed = load(save(begun))
    assert resumed.experiment == begun.experiment
    assert_same_place(resumed, begun)
    assert resumed.seconds == begun.seconds
    for _ in range(23):
        resumed.update()
    assert_same_place(resumed, whole)


@pytest.mark.parametrize("updates", [0, 1, 25])
def test_the_first_update_and_the_one_that_measures(updates: int) -> None:
    resumed = load(save(trained(updates)))
    for _ in range(30 - updates):
        resumed.update()
    assert_same_place(resumed, trained(30))


def test_an_exploded_run_stays_exploded() -> None:
    run = trained(60, cell="rnn", activation="identity", optimizer="sgd", lr="10", clip="0", length="50")
    assert run.explosion
    resumed = load(save(run))
    assert_same_place(resumed, run)
    resumed.update()
    assert_same_place(resumed, run)


def test_a_long_history_keeps_its_stride() -> None:
    run = trained(1)
    for number in range(2, CAPACITY + 500):
        run.losses.append(number, 0.1)
    run.updates = CAPACITY + 499
    resumed = load(save(run))
    assert same(resumed.losses.state(), run.losses.state())


def test_saving_changes_nothing() -> None:
    run = trained(9)
    assert_same_place(load(save(run)), load(save(run)))
    assert_same_place(run, trained(9))


def test_the_largest_run_fits() -> None:
    wide = {"cell": "lstm", "hidden": "128", "layers": "4", "direction": "bidirectional"}
    data = save(trained(1, **wide, batch="1", length="10"))
    history = 8 * 5 * CAPACITY
    assert len(data) + history < MAX_BYTES
    load(data)


REFUSED = {
    "empty": (b"", "not a saved run"),
    "text": (b"hello, this is some text", "not a saved run"),
    "pickle": (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00.", "not a saved run"),
    "cut short": (FILE[:-5], "arrays are damaged"),
    "longer": (FILE + b"123", "arrays are damaged"),
    "no header": ((10**6).to_bytes(8, "little") + b"{" + bytes(10**6), "header is damaged"),
    "deep": ((10**6).to_bytes(8, "little") + b'{"a":' + b"[" * 10**6, "header is damaged"),
    "long header": ((5 * 10**6).to_bytes(8, "little") + b"{" + b" " * 5 * 10**6, "header is too long"),
    "too large": (bytes(MAX_BYTES + 1), "48,000,000 at most"),
    "other arrays": (file_of({"a": torch.zeros(2)}), "not those of a run"),
    "other version": (file_of({}, {"format": FORMAT, "version": "7"}), "version"),
    "no settings": (file_of({}, {"format": FORMAT, "version": "1"}), "settings are damaged"),
    "settings no table": (file_of({}, {"format": FORMAT, "version": "1", "run": "[1]"}), "settings are damaged"),
    "bad setting": (with_state(experiment={"hidden": "4096"}), "hidden must be a whole number from 1 to 128"),
    "number for text": (with_state(experiment={"hidden": 32}), "settings are damaged"),
    "other network": (with_state(experiment={"layers": "2"}), "does not have the arrays"),
    "array missing": (with_arrays(before=None), "“before” is missing"),
    "array too many": (with_arrays(extra=torch.zeros(3)), "“extra” is none of them"),
    "other shape": (with_arrays(before=torch.zeros(3)), r"has shape \(3,\), and its network needs \(\d+,\)"),
    "double precision": (
        with_arrays(before=parts()[0]["before"].double()),
        "“before” holds float64 numbers, and its network needs float32 ones",
    ),
    "cut in the header": (FILE[:500], r"header alone should have [\d,]+ bytes, and it ends after 500"),
    "length of no data": (
        with_state(experiment={"task": "echo", "length": "9", "delay": "9"}),
        "delay must be .* So the saved run cannot be continued",
    ),
    "history missing": (with_arrays(losses=None), "its losses are missing"),
    "history single": (with_arrays(losses=torch.zeros(17, 2)), "losses are float32 numbers, and should be float64"),
    "history not finite": (
        with_arrays(norms=torch.full((17, 3), math.inf, dtype=torch.float64)),
        "norms hold values that are no numbers",
    ),
    "history too long": (with_arrays(losses=torch.zeros(CAPACITY, 2, dtype=torch.float64)), "a run keeps fewer than"),
    "optimizer double": (
        with_arrays(optimizer__exp_avg=parts()[0]["optimizer.exp_avg"].double()),
        "“exp_avg” holds float64 numbers, and its optimiser needs float32 ones",
    ),
    "film double": (with_arrays(film__weights=parts()[0]["film.weights"].double()), "film has float64 weights"),
    "film times": (with_arrays(film__updates=torch.zeros(17)), "no list of int64 numbers"),
    "not finite": (with_arrays(network__readout__0__bias=torch.tensor([math.nan])), "no numbers"),
    "huge weights": (
        with_arrays(network__readout__0__bias=torch.tensor([3e38]), network__readout__0__weight=None),
        "missing",
    ),
    "optimizer": (with_arrays(optimizer__exp_avg=None), "arrays of its own optimiser: “exp_avg” is missing"),
    "updates": (with_state(updates=-1), "updates must be a whole number"),
    "updates text": (with_state(updates="many"), "updates must be a whole number"),
    "seconds": (with_state(seconds=math.inf), "seconds must be a number"),
    "explosion": (with_state(explosion=[3, "boredom"]), "how it ended"),
    "history": (with_arrays(losses=torch.zeros(17, 3, dtype=torch.float64)), "table of 2 columns"),
    "history order": (with_arrays(losses=torch.zeros(17, 2, dtype=torch.float64)), "not in order"),
    "history counters": (with_state(losses={"stride": 3, "seen": 17}), "do not fit"),
    "history without": (with_state(losses=None), "no counters"),
    "film of other weights": (
        with_arrays(film__weights=torch.zeros(17, 3)),
        r"weights of shape \(17, 3\), and its network needs \(17, \d+\)",
    ),
    "film not finite": (with_arrays(film__weights=torch.full_like(parts()[0]["film.weights"], math.nan)), "no numbers"),
    "film without weights": (with_arrays(film__weights=None), "of its film, the weights are missing"),
    "film without times": (with_arrays(film__updates=None), "of its film, the times are missing"),
    "film not in order": (with_arrays(film__updates=torch.zeros(17, dtype=torch.int64)), "film are not in order"),
    "film of the future": (with_arrays(film__updates=torch.arange(17) + 9), "film are not in order"),
    "film too long": (with_arrays(film__updates=torch.arange(MOST + 1)), "161 checkpoints, and 160 are the most"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_with_a_file_is_said(name: str) -> None:
    data, sentence = REFUSED[name]
    with pytest.raises(RunFileError, match=sentence) as problem:
        load(data)
    said(problem.value)


def test_every_flipped_bit_of_the_arrays_is_noticed() -> None:
    """Without its checksum such a file is another network; with it, a sentence."""
    first = 8 + int.from_bytes(FILE[:8], "little")
    generator = np.random.default_rng(0)
    for place in generator.integers(first, len(FILE), 100):
        data = bytearray(FILE)
        data[place] ^= 1 << int(generator.integers(8))
        with pytest.raises(RunFileError, match="not as it was saved, as its checksum shows"):
            load(bytes(data))


def test_a_changed_setting_is_noticed() -> None:
    assert FILE.count(rb"\"lr\": \"0.01\"") == 1
    with pytest.raises(RunFileError, match="checksum"):
        load(FILE.replace(rb"\"lr\": \"0.01\"", rb"\"lr\": \"0.03\""))


def test_a_file_from_before_there_were_checksums_still_opens() -> None:
    assert_same_place(load(with_state()), load(FILE))


def test_a_file_whose_windows_were_once_made_shorter_still_opens() -> None:
    """Its length is the one that was asked for, its network saw the windows of 60 that there could be."""
    run = trained(3, task="forecast", series="sunspots", length="60")
    arrays, metadata = parts(save(run))
    state = json.loads(metadata["run"])
    state["experiment"]["length"] = "100"
    again = load(file_of(arrays, metadata | {"run": json.dumps(state)}))
    assert again.experiment == run.experiment
    assert_same_place(again, run)


def test_a_file_from_before_there_were_films_still_opens() -> None:
    assert load(with_arrays(film__weights=None, film__updates=None)).updates == 17


def test_weights_that_overflow_are_refused() -> None:
    arrays, metadata = parts()
    huge = {name: torch.full_like(value, 3e38) for name, value in arrays.items() if name.startswith("network.readout")}
    with pytest.raises(RunFileError, match="so large"):
        contents(file_of(arrays | huge, metadata))


def test_a_run_that_is_about_to_explode_can_be_made_again() -> None:
    """A worker may be lost just then; only what somebody brings is refused."""
    run = trained(1, cell="rnn", activation="identity", optimizer="sgd", lr="10", clip="0", length="50")
    with torch.no_grad():
        run.network.readout[-1].weight.fill_(3e38)
    again = load(save(run))
    again.update()
    run.update()
    assert again.explosion == run.explosion is not None


def test_contents_are_the_experiment_and_how_far_it_came() -> None:
    run = trained(3, cell="gru")
    assert contents(save(run)) == (run.experiment, 3)


def said(problem: RunFileError) -> None:
    """It is a sentence, and not a long one."""
    assert str(problem).endswith(".")
    assert len(str(problem)) < 400


@settings(max_examples=500)
@given(place=st.integers(0, len(FILE) - 1), value=st.integers(0, 255))
def test_one_byte_changed_is_another_run_or_a_sentence(place: int, value: int) -> None:
    data = bytearray(FILE)
    data[place] = value
    try:
        run = load(bytes(data))
    except RunFileError as problem:
        said(problem)
    else:
        run.update()
        run.update()  # finds out if the one before went beyond what is a number
        assert np.isfinite(run.trace().outputs).all() or run.explosion


@settings(max_examples=500)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_sentence(data: bytes) -> None:
    with pytest.raises(RunFileError):
        load(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=500)
@given(
    st.dictionaries(
        st.sampled_from(
            ["experiment", "updates", "seconds", "losses", "held_out", "gradient_norm", "explosion", "anything"]
        ),
        JSON,
    )
)
def test_any_settings_are_a_run_or_a_sentence(changed: dict[str, Any]) -> None:
    try:
        load(with_state(**changed)).update()
    except RunFileError as problem:
        said(problem)
