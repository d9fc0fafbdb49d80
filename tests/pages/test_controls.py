"""The sidebar: a control for every setting, and an experiment out of what they say."""

from itertools import cycle
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine import CELLS, TASKS, Experiment
from engine.architectures import Stack
from engine.experiment import network_limits
from engine.learners import Training
from engine.learners.optimizers import USUAL_RATES
from engine.settings import specs
from playground import words
from playground.links.presets import PRESETS, SIDE_BY_SIDE, WRITERS
from playground.words.presets import STORIES
from tests.pages.opened import opened, session, sound

WIDGETS = ("selectbox", "slider", "number_input", "button_group", "text_input", "text_area")
ONLY_FOR = {"noise": {"series": "sine"}, "period": {"series": "sine"}, "text": {"corpus": "own"}}


def controls(app: AppTest) -> dict[str, Any]:
    """Every control in the sidebar by its key."""
    return {widget.key.removesuffix(".typed"): widget for kind in WIDGETS for widget in app.sidebar.get(kind)}


@pytest.mark.parametrize(
    ("task", "cell"), [*zip(cycle(TASKS), CELLS, strict=False), ("text", "rnn"), ("adding", "gru")]
)
def test_every_setting_has_a_control(task: str, cell: str) -> None:
    app = sound(opened(task=task, cell=cell))
    found = controls(app)
    expected = {f"{task}.{name}": (name, task) for name in specs(TASKS[task]) if name != "values"}
    expected |= {f"{cell}.{name}": (name, "") for name in CELLS[cell].options}
    expected |= {name: (name, "") for name in ("task", *specs(Stack), *specs(Training))}
    experiment = session(app).experiment
    limits = Stack.limits({**vars(experiment.network)}) | network_limits(
        experiment.task, Stack, vars(experiment.network)
    )
    expected |= {f"{name}.limited": expected.pop(name) for name in limits}
    for key, (name, of) in expected.items():
        if name in ONLY_FOR:
            assert key not in found
            continue
        assert found[key].label == words.label(name, of)
        assert found[key].help
    assert found.keys() - expected.keys() <= {"preset"}


@pytest.mark.parametrize(
    ("params", "keys"),
    [
        ({"task": "forecast", "series": "sine"}, {"forecast.noise", "forecast.period"}),
        ({"task": "text", "corpus": "own", "text": "ab " * 10}, {"text.text"}),
    ],
    ids=["sine", "own text"],
)
def test_controls_that_only_some_choices_have(params: dict[str, str], keys: set[str]) -> None:
    found = controls(sound(opened(**params)))
    assert keys <= found.keys()
    assert all(found[key].label and found[key].help for key in keys)


@pytest.mark.parametrize("task", TASKS)
def test_direction_is_fixed_where_the_answer_lies_ahead(task: str) -> None:
    direction = controls(sound(opened(task=task)))
    if TASKS[task].causal:
        assert direction["direction.limited"].proto.disabled
        assert len(direction["direction.limited"].options) == 1
        assert "direction" not in direction
    else:
        assert len(direction["direction"].options) == 3


def test_a_causal_task_takes_over_from_a_backward_network() -> None:
    app = sound(opened(task="order", direction="backward"))
    sound(app.selectbox(key="task").select("hello").run())
    assert session(app).experiment.network.direction == "forward"
    sound(app.selectbox(key="task").select("order").run())
    assert session(app).experiment.task_name == "order"


CHANGES: list[tuple[str, str, Any]] = [
    ("selectbox", "task", "echo"),
    ("selectbox", "cell", "gru"),
    ("slider", "hidden", 7),
    ("slider", "layers", 3),
    ("slider", "adding.length", 9),
    ("selectbox", "init", "orthogonal"),
    ("selectbox", "optimizer", "rmsprop"),
    ("text_input", "lr.typed", "0.5"),
    ("slider", "batch", 3),
    ("text_input", "clip.typed", "0.0"),
    ("text_input", "decay.typed", "0,5"),
    ("number_input", "seed", 2**31 - 1),
    ("text_input", "lstm.forget_bias.typed", "-2"),
    ("slider", "input_depth", 2),
    ("slider", "transition_depth", 1),
    ("slider", "output_depth", 3),
]


@pytest.mark.parametrize(("kind", "key", "value"), CHANGES, ids=[key for _, key, _ in CHANGES])
def test_a_control_reaches_the_run_and_the_link(kind: str, key: str, value: Any) -> None:
    app = sound(opened())
    getattr(app, kind)(key=key).set_value(value).run()
    experiment = session(sound(app)).experiment
    name = key.removesuffix(".typed").rpartition(".")[2]
    if kind == "text_input":
        assert float(experiment.to_params()[name]) == float(value.replace(",", "."))
    else:
        assert experiment.to_params()[name] == str(value)
    assert app.query_params == experiment.to_params()
    assert Experiment.from_params(app.query_params) == experiment


@pytest.mark.parametrize("name", PRESETS)
def test_presets(name: str) -> None:
    app = sound(opened(task="order", cell="gru", layers="2", lr="0.5"))
    sound(app.selectbox(key="preset").select(name).run())
    experiment = session(app).experiment
    assert experiment == Experiment.from_params(PRESETS[name])
    side = {"networks": ",".join(SIDE_BY_SIDE[name])} if name in SIDE_BY_SIDE else {}
    given = {key: value if isinstance(value, str) else value[0] for key, value in app.query_params.items()}
    assert given == experiment.to_params() | side
    assert app.selectbox(key="preset").value == name
    told = " ".join(caption.value for caption in app.sidebar.caption)
    assert all(sentence in told for sentence in STORIES[name])
    assert "Changed since" not in told
    again = sound(opened(**given))
    assert session(again).experiment == experiment
    assert again.selectbox(key="preset").value == name
    again.number_input(key="seed").set_value(9).run()
    assert again.selectbox(key="preset").value == name, "with a change it is still what one started from"
    assert "Changed since: Seed." in [caption.value for caption in sound(again).sidebar.caption]
    again.selectbox(key="task").set_value("echo" if PRESETS[name]["task"] != "echo" else "copy").run()
    assert STORIES[name].do not in " ".join(caption.value for caption in sound(again).sidebar.caption)


def test_a_preset_that_compares_opens_side_by_side_with_both() -> None:
    (name,) = SIDE_BY_SIDE
    app = sound(opened(task="order", cell="gru"))
    app.selectbox(key="preset").select(name)
    app.button(key="play").click()
    sound(app.run())
    side = app.session_state["side"]
    assert [member.wanted.kind for member in side.members] == ["rnn", "lstm"]
    assert side.session.playing, "a click that came along is for what is on show"
    side.session.pause()


def test_what_was_set_for_a_task_is_kept_while_another_is_looked_at() -> None:
    app = sound(opened(task="echo", delay="5", cell="lstm", forget_bias="2.0"))
    sound(app.selectbox(key="task").select("order").run())
    sound(app.selectbox(key="cell").select("gru").run())
    sound(app.selectbox(key="task").select("echo").run())
    sound(app.selectbox(key="cell").select("lstm").run())
    params = session(app).experiment.to_params()
    assert params["delay"] == "5"
    assert params["forget_bias"] == "2.0"


def test_a_bad_combination_keeps_the_run() -> None:
    """An empty word is refused in a sentence; the old run is still there and can go on."""
    app = sound(opened(task="hello"))
    app.button(key="step").click().run()
    begun = session(app).beginnings
    app.text_input(key="hello.word").set_value("aaa").run()
    assert not app.exception
    assert any("at least two of them different" in error.value for error in app.error)
    assert session(app).beginnings == begun
    assert app.query_params["word"] == "hello"
    app.button(key="step").click().run()
    assert session(app).updates == 2
    app.text_input(key="hello.word").set_value("abba").run()
    assert session(sound(app)).experiment.to_params()["word"] == "abba"


def test_no_slider_leads_past_the_work_of_one_update() -> None:
    app = opened(task="copy", length="498", symbols="1", hidden="128", layers="1", cell="gru", batch="8")
    assert not app.exception
    app.slider(key="layers").set_value(4).run()
    assert not app.exception
    experiment = session(app).experiment
    assert app.query_params == experiment.to_params()


def test_a_control_without_a_meaning_is_off_and_says_why() -> None:
    app = sound(opened(cell="jordan"))
    found = controls(app)
    limits = session(app).experiment.network.limits(vars(session(app).experiment.network))
    said = {caption.value for caption in app.sidebar.caption}
    for name in ("layers", "transition_depth", "output_depth", "connection", "windows"):
        assert found[f"{name}.limited"].proto.disabled
        assert words.say(limits[name].why) in said
    assert found["direction.limited"].options == ["Forward", "Backward"]
    assert not found["direction.limited"].proto.disabled


def test_a_choice_that_is_left_is_really_one() -> None:
    """Of three directions the Jordan network has two, and both can be had."""
    app = sound(opened(cell="jordan"))
    sound(controls(app)["direction.limited"].set_value("backward").run())
    assert session(app).experiment.network.direction == "backward"


def test_what_a_cell_cannot_have_comes_back_with_the_next() -> None:
    app = sound(opened(cell="gru", layers="3", direction="bidirectional", connection="highway", windows="1"))
    sound(app.selectbox(key="cell").select("jordan").run())
    network = session(app).experiment.network
    assert (network.layers, network.direction, network.connection) == (1, "forward", "plain")
    sound(app.selectbox(key="cell").select("lstm").run())
    network = session(app).experiment.network
    assert (network.layers, network.direction, network.connection) == (3, "bidirectional", "highway")


def test_lists_of_numbers() -> None:
    app = sound(opened(cell="clockwork", layers="2"))
    sound(app.text_input(key="clockwork.periods").set_value("1, 3,9").run())
    assert session(app).experiment.network.options["periods"] == (1, 3, 9)
    sound(app.text_input(key="windows").set_value("2").run())
    assert session(app).experiment.network.windows == (2,)
    begun = session(app).beginnings
    for bad in ("", "1,x", "4,2", "0", "1," * 40, "９"):
        app.text_input(key="clockwork.periods").set_value(bad).run()
        assert not app.exception
        assert len(app.error) == 1, bad
        assert session(app).beginnings == begun
    sound(app.text_input(key="clockwork.periods").set_value("2,4").run())
    assert session(app).experiment.network.options["periods"] == (2, 4)


def test_a_link_with_lists_and_limits() -> None:
    params = {"cell": "clockwork", "periods": "1,5", "layers": "3", "windows": "2,3", "task": "adding"}
    experiment = session(sound(opened(**params))).experiment
    assert (experiment.network.options["periods"], experiment.network.windows) == ((1, 5), (2, 3))
    app = opened(cell="jordan", layers="2")
    assert not app.exception
    assert "layers must be 1" in words.plain(app.warning[0].value).replace("\\", "")
    assert session(app).experiment.network.layers == 1


def captions(app: AppTest) -> str:
    """As they are read: without signs that escape or colour them."""
    said = " ".join(caption.value for caption in app.caption)
    return said.replace("\\", "").replace(":orange[", "").replace("]", "")


def test_a_window_ends_where_the_series_does_and_says_so() -> None:
    """What was asked for is named, and comes back with a series that has room for it."""
    app = sound(opened(task="forecast", length="200", hidden="4", batch="4"))
    assert app.slider(key="forecast.length").max == 399
    app = sound(app.selectbox(key="forecast.series").select("sunspots").run())
    assert (app.slider(key="forecast.length").value, app.slider(key="forecast.length").max) == (60, 60)
    assert "60 and not 200." in captions(app)
    assert "The series has 309 values, of which the last 61 are held out" in captions(app)
    experiment = session(app).experiment
    assert experiment.task.steps == 60 == int(experiment.to_params()["length"]) == int(app.query_params["length"])
    app = sound(app.run())
    assert "60 and not 200." in captions(app)
    app = sound(app.selectbox(key="forecast.series").select("sine").run())
    assert app.slider(key="forecast.length").value == 200
    assert "60 and not 200" not in captions(app)


def test_what_is_chosen_within_a_limit_is_what_was_asked_for() -> None:
    app = opened(task="forecast", length="200", hidden="4", batch="4")
    app.selectbox(key="forecast.series").select("sunspots").run()
    app = sound(app.slider(key="forecast.length").set_value(40).run())
    assert "not 200" not in captions(app)
    assert "At most 60." in captions(app)
    app = sound(app.selectbox(key="forecast.series").select("sine").run())
    assert app.slider(key="forecast.length").value == 40


def test_a_delay_that_no_longer_fits_is_said() -> None:
    app = opened(task="echo", length="30", delay="20", hidden="4", batch="4")
    app = sound(app.slider(key="echo.length").set_value(10).run())
    assert session(app).experiment.to_params()["delay"] == "9"
    assert "9 and not 20. It must be shorter than “Length T” (10 steps), or nothing is asked." in captions(app)


def test_a_batch_that_no_longer_fits_is_said() -> None:
    app = opened(task="order", length="200", hidden="64", batch="256")
    app = sound(app.slider(key="layers").set_value(4).run())
    most = session(app).experiment.training.batch
    assert most < 256
    assert f"{most} and not 256. A larger batch would take more than 0.5 seconds an update." in captions(app)


def test_a_window_of_truncation_that_cuts_nothing_is_said() -> None:
    app = sound(opened(task="adding", length="10", truncate="50", hidden="4"))
    assert "Nothing is truncated: the sequence has 10 steps, and 50 are the window." in captions(app)
    assert "Nothing is truncated" not in captions(sound(opened(task="adding", length="10", truncate="5", hidden="4")))


def test_characters_that_count_as_one_are_counted() -> None:
    text = "".join(chr(0x4E00 + k) for k in range(600)) * 2
    app = sound(opened(task="text", corpus="own", text=text, hidden="2", batch="1", length="10"))
    assert "This text has 600 different characters. The 101 rarest count as one, □." in captions(app)


def test_a_lost_worker_is_told_while_its_run_is_made_again() -> None:
    app = sound(opened(hidden="4"))
    session(app)._handle.lost = True
    app = sound(app.run())
    assert words.MADE_AGAIN in [info.value for info in app.info]
    session(app)._handle.lost = False
    assert words.MADE_AGAIN not in [info.value for info in sound(app.run()).info]


def rate(app: AppTest) -> tuple[float, str]:
    """The learning rate of the run, and what its field shows."""
    return session(app).experiment.training.lr, app.text_input(key="lr.typed").value


def test_a_press_steps_the_learning_rate_through_1_2_5() -> None:
    app = opened(lr="0.003")
    seen = [rate(sound(app.button(key=key).click().run())) for key in ["lr.up"] * 3 + ["lr.down"] * 4]
    assert [value for value, _ in seen] == [0.005, 0.01, 0.02, 0.01, 0.005, 0.002, 0.001]
    assert [text for _, text in seen] == ["0.005", "0.01", "0.02", "0.01", "0.005", "0.002", "0.001"]
    assert app.query_params["lr"] == "0.001"
    app = opened(lr="10")
    assert app.button(key="lr.up").disabled
    assert rate(app.button(key="lr.down").click().run()) == (5.0, "5")


def test_a_decimal_comma_is_one() -> None:
    app = sound(opened().text_input(key="lr.typed").set_value("0,001").run())
    assert rate(app) == (0.001, "0.001")


def test_what_is_no_number_is_said_and_changes_nothing() -> None:
    app = opened(lr="0.02")
    begun = session(app).beginnings
    for text, said in (
        ("1,000", "which may mean 1 or 1000"),
        ("20", "0\\.000001 to 10"),
        ("fast", "“fast”"),
        ("", "“”"),
    ):
        app.text_input(key="lr.typed").set_value(text).run()
        assert len(app.error) == 1
        assert said in app.error[0].value
        assert rate(app) == (0.02, text)
    assert session(app).beginnings == begun
    assert rate(sound(app.button(key="lr.up").click().run())) == (0.05, "0.05")


def test_text_and_press_in_one_request_both_count() -> None:
    app = opened()
    app.text_input(key="lr.typed").set_value("0,3")
    assert rate(sound(app.button(key="lr.up").click().run())) == (0.5, "0.5")


def test_an_optimizer_brings_its_usual_rate_until_one_is_set() -> None:
    app = opened()
    for name, usual in USUAL_RATES.items():
        sound(app.selectbox(key="optimizer").select(name).run())
        assert rate(app)[0] == usual
        assert app.query_params["lr"] == repr(usual)
    sound(app.text_input(key="lr.typed").set_value("0.03").run())
    sound(app.selectbox(key="optimizer").select("adadelta").run())
    assert rate(app)[0] == 0.03
    assert "Usual with Adadelta: 1." in [each.value for each in app.sidebar.caption]
    # Set to what is usual, it follows again.
    sound(app.text_input(key="lr.typed").set_value("1").run())
    sound(app.selectbox(key="optimizer").select("sgd").run())
    assert rate(app)[0] == USUAL_RATES["sgd"]
    # The rate of a link is one that was set, even if it is usual with the next optimizer.
    app = opened(optimizer="adam", lr="1")
    for name in ("adadelta", "sgd"):
        sound(app.selectbox(key="optimizer").select(name).run())
        assert rate(app)[0] == 1.0


def test_a_text_brings_settings_that_learn_it_on_request() -> None:
    app = sound(opened(task="text", corpus="sanzijing", seed="3"))
    sound(app.button(key="suits").click().run())
    assert session(app).experiment == Experiment.from_params(PRESETS[WRITERS["sanzijing"]] | {"seed": "3"})
    assert "suits" not in {each.key for each in app.button}
