"""Whatever stands in a link: it gives an experiment, and every experiment goes through text unchanged."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import CELLS, TASKS, Experiment, SettingError
from engine.architectures import Stack
from engine.architectures.connections import CONNECTIONS
from engine.budget import MAX_SECONDS, seconds_per_update
from engine.experiment import known_settings, network_limits
from engine.learners import Training
from engine.settings import Choice, Limit, Numbers, Real, Spec, Text, Whole, Wholes, specs, tightest

UNICODE = st.characters(codec="utf-8", exclude_categories=["Cc"])


def values(spec: Spec) -> st.SearchStrategy[Any]:
    """What the spec allows."""
    match spec:
        case Whole():
            return st.integers(spec.low, min(spec.high, spec.low + 40)) | st.just(spec.default)
        case Real():
            return st.floats(spec.low, spec.high)
        case Choice():
            return st.sampled_from(spec.options)
        case Text():
            return st.text(UNICODE | st.sampled_from("ab\n\t"), min_size=20, max_size=min(50, spec.max_bytes // 4))
        case Numbers():
            return st.lists(st.floats(-1e6, 1e6), min_size=20, max_size=40, unique=True).map(tuple)
        case Wholes():
            each = st.integers(spec.low, min(spec.high, spec.low + 40))
            return st.lists(each, min_size=1, max_size=spec.max_count).map(tuple)


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    """Any valid experiment: the parts that do not go together are put right, or drawn again."""

    def drawn(owner: Any) -> dict[str, Any]:
        return {name: draw(values(spec)) for name, spec in specs(owner).items()}

    cell = draw(st.sampled_from(sorted(CELLS)))
    options = {name: draw(values(spec)) for name, spec in CELLS[cell].options.items()}
    network = {**drawn(Stack), "cell": cell, "options": options}
    training = drawn(Training)
    if "periods" in options:
        options["periods"] = tuple(sorted(set(options["periods"]))[: network["hidden"]])
    name = draw(st.sampled_from(sorted(TASKS)))
    try:
        task = TASKS[name](**drawn(TASKS[name]))
    except SettingError:
        task = TASKS[name]()

    def limited() -> dict[str, Limit]:
        """Those limits that are passed now; within them, all is possible."""
        limits = tightest(network_limits(task, Stack, network), Stack.limits(network))
        return {key: limit for key, limit in limits.items() if not fits(limit.spec, network[key])}

    while passed := limited():
        network |= {key: draw(values(limit.spec)) for key, limit in passed.items()}
    network["windows"] = network["windows"][: max(1, network["layers"] - 1)]
    training["decay"] = min(training["decay"], 1 / training["lr"]) * 0.999
    architecture, learning = Stack(**network), Training(**training)
    if seconds_per_update(task, architecture, learning.batch, learning.truncate) <= MAX_SECONDS:
        return Experiment(task, architecture, learning)
    small = {"hidden": max(1, len(options.get("periods", ()))), "layers": 1, "connection": "plain", "windows": (1,)}
    return Experiment(TASKS[name](), Stack(**{**network, **small}), Training())


def fits(spec: Spec, value: Any) -> bool:
    try:
        spec.check("x", value)
    except SettingError:
        return False
    return True


@given(experiments())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_round_trip(experiment: Experiment) -> None:
    params = experiment.to_params()
    assert all(isinstance(key, str) and isinstance(value, str) for key, value in params.items())
    assert Experiment.from_params(params) == experiment
    assert Experiment.from_params(params).to_params() == params
    assert Experiment.read(params) == (experiment, ())


@given(experiments(), st.data())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_any_part_of_the_text_will_do(experiment: Experiment, data: st.DataObject) -> None:
    """What is left out takes its default, so leaving out defaults changes nothing."""
    params = experiment.to_params()
    plain = Experiment.from_params({"task": params["task"], "cell": params["cell"]}).to_params()
    dropped = data.draw(st.sets(st.sampled_from(sorted(params)))) - {"task", "cell"}
    short = {k: v for k, v in params.items() if not (k in dropped and plain.get(k) == v)}
    assert Experiment.from_params(short) == experiment


NAMES = st.sampled_from(sorted(known_settings())) | st.text(max_size=10)
VALUES = (
    st.text(max_size=60)
    | st.sampled_from(["nan", "inf", "1e400", "-1", "0", "1", "2", "500", "128", "256", "9" * 400, "1_0", "４", "True"])
    | st.sampled_from([*TASKS, *CELLS, "own", "backward", "bidirectional", "", "\x00", "\ud800", "🂡" * 30])
    | st.sampled_from([*CONNECTIONS, "1,2", "2,3,1", "8,4", "1,2,4,8,16,32", ",", "softmax", "gradient"])
    | st.floats().map(repr)
    | st.integers().map(str)
    | st.lists(st.floats(), max_size=30).map(lambda numbers: ",".join(map(repr, numbers)))
)


def faults(params: dict[str, str]) -> set[str]:
    """The settings in force that are wrong taken one by one, each beside defaults that suit it."""
    unknown = {name for name in params if name not in known_settings()}
    task = params.get("task", "adding")
    cell = params.get("cell", "lstm")
    wrong = unknown | ({"task"} if task not in TASKS else set()) | ({"cell"} if cell not in CELLS else set())
    in_force = {
        **specs(TASKS.get(task, TASKS["adding"])),
        **specs(Stack),
        **specs(Training),
        **CELLS.get(cell, CELLS["lstm"]).options,
    }
    for name, spec in in_force.items():
        if name in params:
            try:
                spec.read(name, params[name])
            except SettingError:
                wrong.add(name)
    return wrong


@given(st.dictionaries(NAMES, VALUES, max_size=12))
@settings(max_examples=500)
def test_any_text_at_all_gives_an_experiment(params: dict[str, str]) -> None:
    experiment, problems = Experiment.read(params)
    assert Experiment.from_params(experiment.to_params()) == experiment
    batch, truncate = experiment.training.batch, experiment.training.truncate
    assert seconds_per_update(experiment.task, experiment.network, batch, truncate) <= MAX_SECONDS
    blamed = {name for problem in problems for name in problem.fields}
    assert faults(params) <= blamed
    for problem in problems:
        assert str(problem).endswith(".")
        assert all(c.isprintable() for c in str(problem))
        assert len(str(problem)) < 400
        assert set(problem.fields) & set(params)


@given(st.dictionaries(NAMES, VALUES, max_size=12))
def test_what_is_not_blamed_is_kept(params: dict[str, str]) -> None:
    experiment, problems = Experiment.read(params)
    blamed = {name for problem in problems for name in problem.fields}
    kept = {name: text for name, text in params.items() if name not in blamed}
    assert Experiment.from_params(kept) == experiment


@given(st.dictionaries(NAMES, VALUES, max_size=12))
def test_from_params_agrees_with_read(params: dict[str, str]) -> None:
    """Strict and lenient reading differ only in what they do about a problem."""
    experiment, problems = Experiment.read(params)
    if problems:
        with pytest.raises(SettingError) as caught:
            Experiment.from_params(params)
        assert str(caught.value) == str(problems[0])
    else:
        assert Experiment.from_params(params) == experiment


@given(experiments())
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_another_seed_is_another_experiment(experiment: Experiment) -> None:
    other = replace(experiment, training=replace(experiment.training, seed=experiment.training.seed ^ 1))
    assert other != experiment
    assert other.to_params() != experiment.to_params()
