"""A field and a click that come in one request: the click belongs to the run that the field makes, on every page."""

from collections.abc import Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine import CELLS, Experiment
from engine.architectures import Stack
from engine.experiment import TASK
from engine.learners import Training
from engine.settings import Choice, Spec, Whole, Wholes, specs
from playground.links.presets import PRESETS
from playground.runs.session import Session
from tests.pages.opened import opened, session, sound
from tests.pages.test_controls import WIDGETS
from tests.playground.visitors import tick_until

SMALL = {"hidden": "5", "batch": "2", "cell": "gru"}
TASKS_TRIED = {
    "hello": {"task": "hello", **SMALL},
    "adding": {"task": "adding", "length": "6", "layers": "2", **SMALL},
    "text": {"task": "text", "corpus": "own", "text": "the cat sat on the mat. " * 3, "length": "6", **SMALL},
    "forecast": {"task": "forecast", "series": "sine", "length": "6", **SMALL},
}
BAR = ("play", "step", "reset", "new_seed")


def declared(experiment: Experiment) -> dict[str, tuple[str, Spec, Any]]:
    """Every setting in the sidebar by its key: its name, what may be said, and what is."""
    task, network, training = experiment.task, experiment.network, experiment.training
    found = {"task": ("task", TASK, experiment.task_name)}
    found |= {f"{experiment.task_name}.{name}": (name, spec, getattr(task, name)) for name, spec in specs(task).items()}
    found |= {name: (name, spec, getattr(network, name)) for name, spec in specs(Stack).items()}
    found |= {
        f"{network.cell}.{name}": (name, spec, network.options[name])
        for name, spec in CELLS[network.cell].options.items()
    }
    return found | {name: (name, spec, getattr(training, name)) for name, spec in specs(Training).items()}


def another(name: str, spec: Spec, value: Any) -> Any:
    """Another value of a setting, as its control holds it."""
    if isinstance(spec, Choice):
        return next(option for option in spec.options if option not in (value, "own"))
    if name in ("word", "text"):
        return f"{value} abba"
    if isinstance(spec, Wholes):
        return "2"
    one = 1 if isinstance(spec, Whole) else 0.001
    return value + one if value + one <= min(spec.high, 64) or name == "seed" else value - one  # type: ignore[attr-defined]


def control(app: AppTest, key: str) -> Any:
    """The control with that key in the sidebar, if it is there and can be used; a number's is a field for text."""
    found = [widget for kind in WIDGETS for widget in app.sidebar.get(kind) if widget.key in (key, f"{key}.typed")]
    return next((widget for widget in found if not widget.proto.disabled), None)


def clicked(app: AppTest, button: str) -> None:
    """Click a button of the bar together with what was set before, and see that it was done to the run of now."""
    run = session(app)
    before, begun, seed = run.updates, run.beginnings, run.experiment.training.seed
    app.button(key=button).click().run()
    sound(app)
    anew = run.beginnings > begun
    if button == "play":
        assert run.playing
        tick_until(run, (0 if anew else before) + 1)
        app.button(key="play").click().run()
    elif button == "step":
        assert run.updates == (1 if anew else before + 1)
    elif button == "reset":
        assert (anew, run.updates) == (True, 0)
    else:
        assert run.experiment.training.seed != seed
        assert run.updates == 0
    assert not run.playing
    assert Experiment.read({k: str(v) for k, v in app.query_params.items()})[0] == run.experiment


def tried_with(app: AppTest, key: str, button: str) -> bool:
    """Set a control to something else and click, in one request; whether there is such a control."""
    before = session(app).experiment
    name, spec, held = declared(before)[key]
    widget = control(app, key)
    if widget is None:
        return False
    value = another(name, spec, held)
    widget.set_value(repr(value) if widget.key.endswith(".typed") else value)
    clicked(app, button)
    now = declared(session(app).experiment)
    if not (name == "seed" and button == "new_seed"):
        assert now[key][1].write(now[key][2]) == (value if isinstance(spec, Wholes) else spec.write(value)), key
        assert session(app).experiment != before
    return True


@pytest.mark.parametrize("button", BAR)
def test_every_field_with_every_button(button: str) -> None:
    app = sound(opened(**TASKS_TRIED["adding"]))
    keys = [key for key in declared(session(app).experiment) if key not in ("task", "cell")]
    assert sum(tried_with(app, key, button) for key in [*keys, "cell", "task"]) > 20


@pytest.mark.parametrize("task", ["hello", "text", "forecast"])
def test_every_field_of_other_tasks(task: str) -> None:
    app = sound(opened(**TASKS_TRIED[task]))
    own = [key for key in declared(session(app).experiment) if key.startswith(f"{task}.")]
    for button in BAR:
        assert sum(tried_with(app, key, button) for key in (*own, "seed", "lr")) > 2


@pytest.mark.parametrize("button", BAR)
@pytest.mark.parametrize("name", ["hello in ten seconds", "Copy across a gap"])
def test_a_preset_and_a_click(name: str, button: str) -> None:
    app = sound(opened(**TASKS_TRIED["adding"]))
    app.selectbox(key="preset").set_value(name)
    clicked(app, button)
    params = Experiment.from_params(PRESETS[name]).to_params()
    changed = {"seed": "2"} if button == "new_seed" else {}
    assert session(app).experiment == Experiment.from_params(params | changed)


def page(name: str, params: Mapping[str, str]) -> AppTest:
    app = sound(opened(**params))
    return sound(app.switch_page(f"../pages/{name}.py").run())


@pytest.mark.parametrize(
    ("name", "task"), [("text", "text"), ("inside", "hello"), ("gradients", "adding"), ("class", "adding")]
)
def test_the_same_on_other_pages(name: str, task: str) -> None:
    app = page(name, TASKS_TRIED[task])
    for button in BAR:
        for key in ("seed", "hidden", "lr", *[each for each in ("hello.word", "text.text") if control(app, each)]):
            assert tried_with(app, key, button)


def runs_of(app: AppTest) -> Session:
    found: Session = app.session_state["side"].session
    return found


@pytest.mark.parametrize("button", BAR)
def test_side_by_side(button: str) -> None:
    """A field of the sidebar, or another network on a card, with a button of the bar."""
    app = page("side", TASKS_TRIED["adding"])
    for number, (where, key, value) in enumerate(
        [("slider", "hidden", 7), ("number_input", "seed", 40), ("selectbox", "side.network.0", "irnn")]
    ):
        begun = runs_of(app).beginnings
        getattr(app, where)(key=key).set_value(value)
        app.button(key=button).click().run()
        sound(app)
        assert runs_of(app).beginnings > begun
        if button == "play":
            assert runs_of(app).playing, key
            tick_until(runs_of(app), 1)
            app.button(key="play").click().run()
        assert (runs_of(app).updates > 0) == (button in ("play", "step"))
        assert app.session_state["side"].members[0].wanted.kind == ("irnn" if number == 2 else "rnn")
    assert {each.network.hidden for each in runs_of(app).experiments} == {7}
    assert {each.training.seed for each in runs_of(app).experiments} == {42 if button == "new_seed" else 40}


def test_two_choices_of_networks_at_once() -> None:
    app = page("side", TASKS_TRIED["adding"])

    def keys() -> list[str]:
        return [member.wanted.kind for member in app.session_state["side"].members]

    app.selectbox(key="side.network.0").set_value("irnn")
    app.selectbox(key="side.network.1").set_value("esn")
    sound(app.run())
    assert keys() == ["irnn", "esn", "lstm"]
    app.selectbox(key="side.network.0").set_value("gru_cho")
    app.button(key="side.add").click()
    sound(app.run())
    assert keys()[:3] == ["gru_cho", "esn", "lstm"]
    assert len(keys()) == 4
    app.selectbox(key="side.network.1").set_value("scrn")
    app.button(key="side.remove.1").click()
    sound(app.run())
    assert keys() == ["gru_cho", "lstm", keys()[2]]
    app.button(key="side.remove.0").click()
    app.button(key="side.remove.2").click()
    sound(app.run())
    assert len(keys()) == 2, "never fewer than two"


def test_a_dial_and_a_field() -> None:
    """A dial is a second control of one setting: all others stay as they are set."""
    app = page("gradients", TASKS_TRIED["adding"])
    app.slider(key="dial.length").set_value(9)
    app.number_input(key="seed").set_value(8)
    clicked(app, "step")
    params = session(app).experiment.to_params()
    assert (params["length"], params["seed"]) == ("9", "8")
    app = page("side", {**TASKS_TRIED["adding"], "task": "echo", "delay": "2"})
    app.slider(key="dial.delay").set_value(5)
    app.number_input(key="seed").set_value(8)
    app.button(key="step").click().run()
    for each in runs_of(sound(app)).experiments:
        assert (each.to_params()["delay"], each.training.seed) == ("5", 8)
    assert runs_of(app).updates == 1


def test_lengthen_with_a_field() -> None:
    app = page("side", TASKS_TRIED["adding"])
    app.number_input(key="seed").set_value(8)
    app.number_input(key="side.budget").set_value(500)
    app.button(key="side.lengthen").click().run()
    under_way = app.session_state["side.lengthening"]
    assert (under_way.base.training.seed, under_way.budget) == (8, 500)
    assert runs_of(sound(app)).playing
    assert under_way.going
    app.button(key="side.lengthen").click().run()
    assert not under_way.going


def test_a_sweep_with_fields() -> None:
    app = page("class", TASKS_TRIED["adding"])
    app.text_input(key="sweep.lags").set_value("4, 7")
    app.number_input(key="sweep.seeds").set_value(2)
    app.number_input(key="sweep.updates").set_value(25)
    app.text_input(key="lr.typed").set_value("0.25")
    app.button(key="sweep.start").click().run()
    sound(app)
    asked = app.session_state["sweep"].sweep
    assert (asked.lags, asked.seeds, asked.updates, asked.base.training.lr) == ((4, 7), 2, 25, 0.25)
    app.session_state["sweep"].cancel()


def test_the_film_of_another_run_is_not_gone_back_in() -> None:
    app = sound(opened(**TASKS_TRIED["hello"]))
    for _ in range(5):
        app.button(key="step").click().run()
    next(each for each in app.select_slider if each.label == "Film").set_value(3)
    app.text_input(key="hello.word").set_value("abba")
    sound(app.run())
    assert session(app).player.at is None
    assert session(app).updates == 0


def test_a_click_on_settings_that_cannot_be_is_for_the_run_that_goes_on() -> None:
    app = sound(opened(**TASKS_TRIED["hello"]))
    app.text_input(key="hello.word").set_value("aaa")
    app.button(key="step").click().run()
    assert len(app.error) == 1
    assert session(app).updates == 1
    assert session(app).experiment.to_params()["word"] == "hello"
