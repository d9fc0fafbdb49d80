"""What a network may not be: refused by the engine with the reason, and dropped from a link without taking more."""

from typing import Any

import pytest

from engine import CELLS, TASKS, Experiment, SettingError
from engine.architectures import Stack
from engine.learners import Ridge, learner_for
from engine.settings import Choice, Limit, Spec, Whole, Wholes, specs

BY_CELL = [(cell, name, limit) for cell in CELLS for name, limit in CELLS[cell].limits({}).items()]
every_limit = pytest.mark.parametrize(("cell", "name", "limit"), BY_CELL, ids=[f"{c}-{n}" for c, n, _ in BY_CELL])


def beyond(name: str, limit: Spec) -> str:
    """A value that is on offer elsewhere, as text."""
    usual = specs(Stack)[name]
    match usual:
        case Choice():
            return next(option for option in usual.options if option not in limit.options)  # type: ignore[union-attr]
        case Whole():
            return usual.write(limit.high + 1)  # type: ignore[union-attr]
        case Wholes():
            return "2"
    raise AssertionError(name)


def usable(name: str) -> dict[str, str]:
    """What else is needed for a setting to mean something."""
    return {"layers": "2"} if name in ("connection", "windows") else {}


def test_limits_are_those_intended() -> None:
    limited: dict[str, set[str]] = {}
    for cell, name, _ in BY_CELL:
        limited.setdefault(name, set()).add(cell)
    fixed = {"unitary", "esn"}
    assert limited == {
        "layers": {"jordan"},
        "direction": {"jordan", "grid_lstm"},
        "init": fixed,
        "input_depth": {"esn"},
        "transition_depth": {"jordan", "residual_input", "scrn", "clockwork", "grid_lstm", *fixed},
        "output_depth": {"jordan"},  # a reservoir's is limited by ridge regression, not by the cell
        "connection": {"grid_lstm"},
        "windows": {"grid_lstm"},
    }


@every_limit
def test_what_a_cell_cannot_be_is_refused_with_its_reason(cell: str, name: str, limit: Limit) -> None:
    params = {"cell": cell, name: beyond(name, limit.spec), **usable(name), "hidden": "8"}
    with pytest.raises(SettingError) as caught:
        Experiment.from_params(params)
    assert caught.value.fields == (name, "cell")
    assert str(caught.value).startswith(f"{name} must be ")
    assert str(caught.value).endswith(f" {limit.why}")
    experiment, problems = Experiment.read(params)
    assert [str(problem) for problem in problems] == [str(caught.value)]
    kept = {key: value for key, value in params.items() if key != name}
    assert experiment == Experiment.from_params(kept), "the cell stays, the setting goes"


@every_limit
def test_defaults_are_within_every_limit(cell: str, name: str, limit: Limit) -> None:
    limit.spec.check(name, getattr(Stack(cell=cell), name))
    limit.spec.check(name, limit.spec.default)


@pytest.mark.parametrize("cell", CELLS)
def test_every_reason_is_a_sentence(cell: str) -> None:
    for limit in CELLS[cell].limits({}).values():
        assert str(limit.why)[0].isupper()
        assert str(limit.why).endswith(".")
        assert 20 < len(str(limit.why)) < 120


def test_reservoir_whose_readout_is_trained_may_have_a_deep_one() -> None:
    deep = {"cell": "esn", "output_depth": "2", "layers": "2", "connection": "highway"}
    assert Experiment.from_params({**deep, "fit": "gradient"}).network.output_depth == 2
    for name in ("output_depth", "connection"):
        given = {key: value for key, value in deep.items() if key in ("cell", "layers", name)}
        with pytest.raises(SettingError, match=rf"^{name} must be .*with fit = gradient there may be more"):
            Experiment.from_params(given)


@pytest.mark.parametrize("name", ["connection", "windows"])
def test_what_lies_between_layers_needs_two(name: str) -> None:
    value = {"connection": "residual", "windows": "2"}[name]
    with pytest.raises(SettingError, match="It acts between layers, and this network has a single one") as caught:
        Experiment.from_params({name: value})
    assert caught.value.fields == (name, "layers")
    assert Experiment.from_params({name: value, "layers": "2"}).to_params()[name] == value


@pytest.mark.parametrize("connection", ["residual", "highway"])
def test_joined_windows_are_not_added_to(connection: str) -> None:
    with pytest.raises(SettingError, match="Joined windows are wider than what they would be added to") as caught:
        Stack(layers=2, windows=(2,), connection=connection)
    assert caught.value.fields == ("connection", "windows")


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("direction", ["backward", "bidirectional"])
def test_next_character_needs_a_forward_network(task: str, direction: str) -> None:
    params = {"task": task, "direction": direction}
    if task not in ("hello", "text"):
        assert "direction" not in Stack.asked_by(Experiment.from_params(params).task)
        return
    with pytest.raises(SettingError, match=r"direction must be forward.*would meet the next character") as caught:
        Experiment.from_params(params)
    assert caught.value.fields == ("direction", "task")


@pytest.mark.parametrize("task", TASKS)
def test_an_answer_a_step_needs_every_step(task: str) -> None:
    params = {"task": task, "layers": "2", "windows": "2"}
    if TASKS[task]().readout != "every":
        assert Experiment.from_params(params).network.windows == (2,)
        return
    with pytest.raises(SettingError, match="asks for an answer at every step") as caught:
        Experiment.from_params(params)
    assert caught.value.fields == ("windows", "task")


@pytest.mark.parametrize(
    ("periods", "hidden", "says", "fields"),
    [
        ("4,2", "8", "periods must rise from each to the next", ("periods",)),
        ("1,1", "8", "periods must rise from each to the next", ("periods",)),
        ("1,2,4", "2", "periods may be at most as many as there are units, 2", ("periods", "hidden")),
        ("0,2", "8", "periods must be 1 to 16 whole numbers from 1 to 500", ("periods",)),
        ("", "8", "periods must be 1 to 16 whole numbers from 1 to 500", ("periods",)),
        (",".join(map(str, range(1, 18))), "32", "periods must be 1 to 16 whole numbers", ("periods",)),
    ],
)
def test_periods(periods: str, hidden: str, says: str, fields: tuple[str, ...]) -> None:
    params = {"cell": "clockwork", "periods": periods, "hidden": hidden}
    with pytest.raises(SettingError) as caught:
        Experiment.from_params(params)
    assert str(caught.value).startswith(says)
    assert caught.value.fields == fields


@pytest.mark.parametrize(("windows", "used"), [((3,), [3, 3, 3]), ((2, 5), [2, 5, 5]), ((2, 1, 4), [2, 1, 4])])
def test_last_window_holds_for_all_layers_above(windows: tuple[int, ...], used: list[int]) -> None:
    architecture = Stack(layers=4, windows=windows)
    assert [architecture.window(layer) for layer in (1, 2, 3)] == used


@pytest.mark.parametrize(("layers", "windows"), [("2", "2,3"), ("2", "1,1"), ("3", "2,3,4")])
def test_more_windows_than_there_is_room_for_are_not_passed_over(layers: str, windows: str) -> None:
    params = {"layers": layers, "windows": windows, "hidden": "8"}
    room = int(layers) - 1
    with pytest.raises(
        SettingError, match=rf"^windows may hold a number for each layer but the last, {room} here"
    ) as e:
        Experiment.from_params(params)
    assert e.value.fields == ("windows", "layers")
    experiment, problems = Experiment.read(params)
    assert len(problems) == 1
    assert experiment == Experiment.from_params({"layers": layers, "hidden": "8"})
    Experiment.from_params({**params, "layers": str(int(layers) + 1)})


@pytest.mark.parametrize("periods", ["x", "2,1", "1,2,3"])
def test_bad_periods_leave_the_units_as_they_are(periods: str) -> None:
    """With fewer units than the usual periods, as many of those as there are units stand in."""
    params = {"cell": "clockwork", "hidden": "2", "periods": periods}
    experiment, problems = Experiment.read(params)
    assert [problem.fields[0] for problem in problems] == ["periods"]
    assert experiment.network.hidden == 2
    assert experiment.network.options == {"periods": (1, 2)}
    assert Experiment.read({"cell": "clockwork", "hidden": "2"}) == (experiment, ())


@pytest.mark.parametrize("cell", CELLS)
def test_default_options_fit_any_size(cell: str) -> None:
    for hidden in (1, 2, 3, 128):
        assert Stack(cell=cell, hidden=hidden).options == CELLS[cell].defaults(hidden)
    usual = {name: spec.default for name, spec in CELLS[cell].options.items()}
    assert CELLS[cell].defaults(Stack().hidden) == usual


@pytest.mark.parametrize("cell", CELLS)
def test_the_experiment_that_shows_a_cell_best_is_one(cell: str) -> None:
    experiment = Experiment.from_params({"cell": cell, **CELLS[cell].about.best})
    assert Experiment.from_params(experiment.to_params()) == experiment


def test_fit_is_in_closed_form_for_amounts_alone() -> None:
    def closed(**params: Any) -> bool:
        return learner_for(Experiment.from_params({"cell": "esn", **params})) is Ridge

    assert closed(task="adding")
    assert closed(task="forecast")
    assert not closed(task="adding", fit="gradient")
    assert not closed(task="echo")
    assert not closed(task="adding", cell="gru")
