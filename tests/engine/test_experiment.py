"""An experiment: its limits, its text, and what it says about settings that cannot be."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from engine import CELLS, TASKS, Experiment, SettingError
from engine.architectures import Stack
from engine.architectures.connections import CONNECTIONS
from engine.cells import INITS
from engine.experiment import known_settings
from engine.learners import Training
from engine.learners.optimizers import OPTIMIZERS
from engine.settings import specs

DEFAULT = Experiment.from_params({})


def test_the_names_others_build_on() -> None:
    """Identifiers stand in links: none of them is ever renamed."""
    first = "rnn lstm gru"
    later = "jordan residual_input residual lstm_1997 lstm_peephole lstm_coupled gru_cho scrn unitary goru indrnn"
    assert set(CELLS) >= {*first.split(), *later.split(), "clockwork", "esn", "grid_lstm", "mingru"}
    assert set(CONNECTIONS) == {"plain", "residual", "highway"}
    assert set(TASKS) >= {"adding", "copy", "hello", "text", "forecast", "echo", "neighbours", "order", "parity"}
    assert set(INITS) == {"default", "xavier", "orthogonal", "identity"}
    optimizers = "sgd momentum nesterov adagrad adadelta rmsprop adam adamw"
    assert set(OPTIMIZERS) == set(optimizers.split())
    common = "task length cell hidden layers direction activation forget_bias init optimizer lr batch clip decay seed"
    shape = "input_depth transition_depth output_depth connection windows recurrent_scale truncate"
    cells = "feedback alpha slow periods radius leak sparsity fit ridge"
    kinds = "arch learner"
    own = "readout symbols word corpus text series period noise values delay distance late"
    assert set(known_settings()) == {*common.split(), *shape.split(), *cells.split(), *own.split(), *kinds.split()}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("cell", CELLS)
def test_text_holds_every_setting_in_force(task: str, cell: str) -> None:
    params = Experiment.from_params({"task": task, "cell": cell}).to_params()
    declared = {**specs(TASKS[task]), **specs(Stack), **specs(Training), **CELLS[cell].options}
    left_out = {"text", "values", "period", "noise"} & set(declared)  # they mean nothing beside the default series
    assert set(params) == {"task", *declared} - left_out


def test_every_parameter_arrives() -> None:
    params = {
        "task": "copy",
        "length": "7",
        "symbols": "2",
        "cell": "rnn",
        "hidden": "9",
        "layers": "3",
        "direction": "backward",
        "activation": "relu",
        "init": "identity",
        "recurrent_scale": "1.5",
        "input_depth": "1",
        "transition_depth": "2",
        "output_depth": "3",
        "connection": "highway",
        "windows": "1",
        "optimizer": "sgd",
        "lr": "0.25",
        "batch": "11",
        "clip": "0.0",
        "truncate": "5",
        "decay": "0.125",
        "seed": "2147483647",
    }
    experiment = Experiment.from_params(params)
    assert experiment.task == TASKS["copy"](length=7, symbols=2)  # type: ignore[call-arg]
    assert experiment.network == Stack(
        "rnn", 9, 3, "backward", "identity", 1.5, 1, 2, 3, "highway", (1,), {"activation": "relu"}
    )
    assert experiment.training == Training("sgd", 0.25, 11, 0.0, 5, 0.125, 2**31 - 1)
    assert experiment.to_params() == params


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("hidden", ("1", "128"), ("0", "129", "-1", "1e2", "128.0", "True", "٣")),
        ("layers", ("1", "4"), ("0", "5")),
        ("length", ("2", "500"), ("1", "501")),
        ("batch", ("1", "256"), ("0", "257")),
        ("lr", ("1e-06", "10", "0.5"), ("0", "9e-7", "10.1", "nan", "inf", "-0.1", "1e400", "")),
        ("clip", ("0", "1000"), ("-1", "1001", "nan")),
        ("decay", ("0", "1"), ("-0.1", "1.1", "inf")),
        ("seed", ("0", "2147483647"), ("-1", "2147483648", "1" * 400)),
        ("forget_bias", ("-10", "10"), ("-10.1", "11", "nan")),
        ("cell", tuple(CELLS), ("LSTM", "", "elman")),
        ("recurrent_scale", ("0", "10"), ("-0.1", "10.1", "nan")),
        ("truncate", ("0", "500"), ("-1", "501", "2.5")),
        ("input_depth", ("0", "3"), ("4", "-1", "0.5")),
        ("transition_depth", ("0", "3"), ("4", "-1", "")),
        ("output_depth", ("0", "3"), ("4", "-1", "deep")),
        ("connection", ("plain",), ("skip", "Plain", "")),
        ("windows", ("1",), ("0", "11", "", "1,2,3,4", "1;2", "2,", ",", "1.5", "nan", "９", "1" * 400)),
        ("direction", ("forward", "backward", "bidirectional"), ("sideways",)),
        ("init", tuple(INITS), ("zeros",)),
        ("optimizer", tuple(OPTIMIZERS), ("lbfgs",)),
        ("task", ("adding", "echo"), ("subtracting", "Adding")),
    ],
)
def test_limits(name: str, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    for text in good:
        Experiment.from_params({name: text})
    for text in bad:
        with pytest.raises(SettingError) as caught:
            Experiment.from_params({name: text})
        assert caught.value.fields == (name,)
        assert str(caught.value).startswith(f"{name} must be ")
        experiment, problems = Experiment.read({name: text})
        assert experiment == DEFAULT
        assert [str(problem) for problem in problems] == [str(caught.value)]


@pytest.mark.parametrize(
    "made",
    [
        lambda: Training(batch=True),
        lambda: Training(lr=math.nan),
        lambda: Training(lr=True),
        lambda: Training(seed=10**400),
        lambda: Training(clip=math.inf),
        lambda: Stack(hidden=16.0),  # type: ignore[arg-type]
        lambda: Stack(cell=["lstm"]),  # type: ignore[arg-type]
        lambda: Stack(cell="lstm", options={"forget_bias": math.nan}),
        lambda: Stack(cell="rnn", options={"activation": "softmax"}),
        lambda: Stack(windows=[2], layers=2),  # type: ignore[arg-type]
        lambda: Stack(windows=(2, True), layers=3),
        lambda: Stack(windows=(), layers=2),
        lambda: Stack(windows=(2.0,), layers=2),  # type: ignore[arg-type]
        lambda: Stack(cell="clockwork", options={"periods": (1, "2")}),
        lambda: Stack(cell="esn", options={"leak": math.nan}),
    ],
)
def test_values_that_never_were_text_are_checked_too(made: Any) -> None:
    with pytest.raises(SettingError, match=r" must be .*; it was given “.*”\.$"):
        made()


def test_option_of_another_cell_is_no_setting_of_this_one() -> None:
    with pytest.raises(SettingError, match="forget_bias is not a setting of the cell gru"):
        Stack(cell="gru", options={"forget_bias": 1.0})


def test_options_not_given_take_the_cells_defaults() -> None:
    assert Stack(cell="lstm").options == {"forget_bias": 1.0}
    assert Stack(cell="rnn") == Stack(cell="rnn", options={"activation": "tanh"})


def test_settings_of_other_tasks_and_cells_are_passed_over() -> None:
    """A person who changes the task and comes back finds the old settings in the link."""
    params = {"task": "adding", "cell": "gru", "word": "hello", "activation": "nonsense", "symbols": "-3"}
    assert Experiment.from_params(params) == Experiment.from_params({"cell": "gru"})


@pytest.mark.parametrize("name", ["colour", "", "Task", "\x00", "options", "x" * 500], ids=ascii)
def test_unknown_name(name: str) -> None:
    with pytest.raises(SettingError, match="is not the name of a setting") as caught:
        Experiment.from_params({name: "1"})
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 80
    assert Experiment.read({name: "1", "hidden": "8"})[0] == Experiment.from_params({"hidden": "8"})


def test_decay_that_throws_the_weights_past_zero() -> None:
    """Each update takes lr · decay of every weight away: beyond 1 they grow without bound on their own."""
    assert Training(lr=10.0, decay=0.1).decay == 0.1
    with pytest.raises(SettingError, match=r"decay times lr may be 1 at most.*given 0\.2 · 10 = 2\.") as caught:
        Training(lr=10.0, decay=0.2)
    assert caught.value.fields == ("decay", "lr")


def test_read_drops_what_is_wrong_and_keeps_the_rest() -> None:
    params = {"task": "copy", "length": "0", "hidden": "seven", "layers": "2", "colour": "red", "lr": "inf"}
    experiment, problems = Experiment.read(params)
    assert experiment == Experiment.from_params({"task": "copy", "layers": "2"})
    assert sorted(problem.fields for problem in problems) == [("colour",), ("hidden",), ("length",), ("lr",)]


def test_read_finds_nothing_wrong_with_what_is_right() -> None:
    assert Experiment.read(DEFAULT.to_params()) == (DEFAULT, ())


def test_read_drops_settings_that_do_not_go_together() -> None:
    experiment, (problem,) = Experiment.read({"task": "echo", "length": "10", "delay": "10", "hidden": "8"})
    kept = {"task": "echo", "length": "10", "delay": "9", "hidden": "8"}
    assert experiment == Experiment.from_params(kept), "the nearest that fits"
    assert problem.fields == ("delay", "length")
    assert str(problem.instead) == "Taken instead: delay = “9”."


def test_read_keeps_the_task_when_the_direction_does_not_fit() -> None:
    experiment, (problem,) = Experiment.read({"task": "text", "direction": "backward", "hidden": "64"})
    assert experiment == Experiment.from_params({"task": "text", "hidden": "64"})
    assert problem.fields[0] == "direction"


def test_a_name_means_one_thing_in_a_link() -> None:
    """Tasks may share a name among themselves, as cells may; otherwise a link could not tell them apart."""
    groups = [
        {"task"},
        {name for task in TASKS.values() for name in specs(task)},
        set(specs(Stack)),
        {name for cell in CELLS.values() for name in cell.options},
        set(specs(Training)),
    ]
    assert sum(map(len, groups)) == len(set.union(*groups))


def test_settings_without_a_meaning_take_their_default() -> None:
    idle = Experiment.from_params({"task": "forecast", "series": "sunspots", "noise": "0.7", "values": "1,2,3"})
    assert idle == Experiment.from_params({"task": "forecast", "series": "sunspots"})
    assert "text" not in Experiment.from_params({"task": "text", "corpus": "tang", "text": "my secret"}).to_params()


def test_same_experiment_same_hash() -> None:
    one, other = (Experiment.from_params({"cell": "rnn", "activation": "relu"}) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != replace(one, training=replace(one.training, seed=2))


@pytest.mark.parametrize("task", TASKS)
def test_task_name(task: str) -> None:
    assert Experiment.from_params({"task": task}).task_name == task


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"length": 20, "lr": 0.01}, {"length": "20", "lr": "0.01"}),
        ({"lr": 1, "clip": 0, "hidden": np.int64(8)}, {"lr": "1", "clip": "0", "hidden": "8"}),
        ({"lr": np.float64(0.5), "batch": torch.tensor(7)}, {"lr": "0.5", "batch": "7"}),
        ({"layers": 3, "windows": [2, 3]}, {"layers": "3", "windows": "2,3"}),
        ({"layers": 2, "windows": 2}, {"layers": "2", "windows": "2"}),
        ({"layers": "2", "windows": np.array([2])}, {"layers": "2", "windows": "2"}),
        (
            {"task": "forecast", "series": "own", "values": np.arange(60.0)},
            {"task": "forecast", "series": "own", "values": ",".join(str(k) for k in range(60))},
        ),
        ({"task": "hello", "word": "abba"}, {"task": "hello", "word": "abba"}),
    ],
    ids=str,
)
def test_values_are_taken_as_well_as_text(given: dict[str, Any], text: dict[str, str]) -> None:
    experiment = Experiment.from_params(given)
    assert experiment == Experiment.from_params(text)
    assert experiment.to_params() == Experiment.from_params(text).to_params()
    assert Experiment.read(given) == (experiment, ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("length", 20.5),
        ("length", 20.0),
        ("length", True),
        ("length", None),
        ("hidden", 129),
        ("hidden", [8]),
        ("lr", math.nan),
        ("lr", False),
        pytest.param("lr", 10**400, id="lr-huge"),
        pytest.param("seed", 10**5000, id="seed-huge"),
        ("cell", 3),
        ("cell", ["lstm"]),
        ("cell", CELLS["lstm"]),
        ("task", TASKS["adding"]),
        ("windows", 2.5),
        ("windows", {"a": 1}),
        ("windows", [[1]]),
        ("direction", b"forward"),
    ],
)
def test_a_value_that_cannot_be_names_its_field(name: str, value: object) -> None:
    with pytest.raises(SettingError, match=rf"^{name} must be .*; it was given “") as caught:
        Experiment.from_params({name: value})
    assert caught.value.fields == (name,)


def test_a_value_in_a_text_or_a_series_names_its_field() -> None:
    for params in ({"task": "hello", "word": 5}, {"task": "forecast", "series": "own", "values": ["1", "2"]}):
        with pytest.raises(SettingError) as caught:
            Experiment.from_params(params)
        assert caught.value.fields == (list(params)[-1],)
    with pytest.raises(SettingError, match="“3” is not the name of a setting"):
        Experiment.from_params({3: 4})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"lr": 0.5}, True),
        ({"batch": 3, "clip": 0, "decay": 0.5}, True),
        ({"seed": 2}, False),
        ({"optimizer": "sgd"}, False),
        ({"truncate": 5}, False),
        ({"hidden": 8}, False),
        ({"forget_bias": 2}, False),
        ({"length": 20}, False),
        ({"task": "echo"}, False),
    ],
    ids=str,
)
def test_which_experiments_are_the_same_run(changes: dict[str, Any], same: bool) -> None:
    """All that may change while a run goes on, and nothing else, leaves it the same run."""
    other = Experiment.from_params(changes)
    assert (other.identity == DEFAULT.identity) == same
    assert DEFAULT.becomes(other) == other.becomes(DEFAULT) == same
    assert other != DEFAULT
