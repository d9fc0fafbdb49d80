"""The page "Inside a cell": every line shown comes to what it says, and says what the engine computes."""

import re

import altair as alt
import pytest
import torch
from streamlit.testing.v1 import AppTest

from engine import CELLS, TASKS
from engine.cells import UnitaryCell
from engine.observe.notes import passages
from engine.observe.step.substituted import written
from playground.views.inside import words as say
from tests.pages.evaluated import Shown, shown
from tests.pages.opened import ENTRY, charts, session, sound
from tests.playground.vega import named_data, unknown_fields, within_schema
from tests.playground.visitors import run_of


def inside(**params: str) -> AppTest:
    """The page, opened by a link."""
    app = AppTest.from_file(str(ENTRY), default_timeout=60)
    for name, value in params.items():
        app.query_params[name] = value
    app.switch_page("../pages/inside.py")
    return sound(app.run())


def lines(app: AppTest) -> list[Shown]:
    return [line for element in app.latex for line in shown(element.value)]


def assert_comes_out(app: AppTest) -> None:
    """Every link of every chain, evaluated from its own digits, gives the digits of the result."""
    found = lines(app)
    assert found
    worked_out = 0
    for line in found:
        if not line.links:
            continue  # the equation in symbols, whose numbers follow in lines of their own
        for link in line.links:
            assert written(link) == written(complex(line.result.replace("i", "j"))), line
        worked_out += len(line.links) > 1
    assert worked_out >= 1


def results(app: AppTest) -> dict[str, list[complex]]:
    """What every left-hand side comes to."""
    found: dict[str, list[complex]] = {}
    for line in lines(app):
        if line.links:
            found.setdefault(line.left, []).append(complex(line.result.replace("i", "j")))
    return found


def key(latex: str) -> str:
    """The engine's name of what stands on the left: h_{t} is h, c_{t}^{\\mathrm{depth}} is c_depth."""
    plain = re.sub(r"\\mathrm\{(\w+)\}", r"\1", latex)
    base, _, low = plain.partition("_{t}")
    return base + (f"_{low.strip('^{}')}" if low.strip("^{}") else "")


@pytest.mark.parametrize("cell", CELLS)
def test_every_line_is_the_engines(cell: str) -> None:
    app = inside(task="hello", cell=cell, hidden="6", periods="1,2,3")
    app.button(key="step").click().run()
    app.slider(key="inside.t").set_value(3).run()
    app.number_input(key="inside.unit").set_value(4).run()
    sound(app)
    assert_comes_out(app)
    run = run_of(session(app))
    (walk,) = passages(run.network, run.probe(0).inputs)
    with torch.no_grad():
        state, gates = walk.cell.step(walk.inputs[:, 2], walk.before[2])
    seen = {**walk.cell.shown(state), **gates._asdict()}
    if isinstance(walk.cell, UnitaryCell):
        seen = {"h": torch.complex(*state.h.chunk(2, dim=-1))}
    found = {key(left): values[-1] for left, values in results(app).items()}
    for name, values in seen.items():
        unit = 0 if name in ("y", "s") else 3  # those have a number of units, and so a control, of their own
        assert found[name] == pytest.approx(values[0, unit].item(), abs=8e-5), name


@pytest.mark.parametrize("cell", CELLS)
def test_a_browser_can_draw_its_pictures(cell: str) -> None:
    for chart in charts(inside(task="hello", cell=cell, hidden="6", periods="1,2,3")):
        columns = {name: table.column_names for name, table in chart.tables.items()}
        assert named_data(chart.spec) == set(columns)
        assert unknown_fields(chart.spec, columns) == []
        alt.LayerChart.from_dict(within_schema(chart.spec), validate=True)


def test_steps_and_training_change_data_alone() -> None:
    app = inside(task="hello", cell="gru", hidden="6", lr="0.001")
    before = [chart.proto.spec for chart in charts(app)]
    app.button(key="inside.Forward").click().run()
    app.button(key="step").click().run()
    assert [chart.proto.spec for chart in charts(sound(app))] == before


FORMS = [
    {"cell": "gru", "layers": "2", "direction": "bidirectional", "task": "adding", "length": "12"},
    {"cell": "lstm", "transition_depth": "2", "task": "hello", "hidden": "5"},
    {"cell": "rnn", "layers": "2", "windows": "3", "task": "adding", "length": "10", "activation": "relu"},
    {"cell": "rnn", "hidden": "1", "task": "adding", "length": "2"},
    {"cell": "rnn", "hidden": "128", "task": "text", "length": "60", "activation": "identity"},
    {"cell": "jordan", "task": "hello", "feedback": "softmax", "activation": "sigmoid"},
    {"cell": "indrnn", "task": "forecast", "activation": "identity", "input_depth": "1"},
    {"cell": "esn", "task": "forecast"},
]


@pytest.mark.parametrize("params", FORMS, ids=lambda p: "-".join(p.values()))
def test_every_form_of_network(params: dict[str, str]) -> None:
    app = inside(**params)
    if "layers" in params:
        app.session_state["inside.layer"] = 2
    if "direction" in params:
        app.session_state["inside.direction"] = "backward"
    if "transition_depth" in params:
        app.session_state["inside.transition"] = 3
    before = [each.value for each in app.latex]
    sound(app.run())
    assert ([each.value for each in app.latex] != before) == bool({"layers", "transition_depth"} & params.keys())
    assert_comes_out(app)
    assert len(charts(app)) == 3


def read(app: AppTest) -> str:
    return str(next(each.value for each in app.markdown if each.value.startswith("Reads")))


def test_step_by_step_through_the_word() -> None:
    app = inside(task="hello", cell="gru", hidden="5")
    assert app.button(key="inside.Back").disabled
    said = [read(app)]
    for _ in range(3):
        app.button(key="inside.Forward").click().run()
        said.append(read(app))
    for t, letter in enumerate("hell"):
        assert f":blue-background[**{letter}**]" in said[t]
    assert app.button(key="inside.Forward").disabled
    app.button(key="inside.Back").click().run()
    assert app.session_state["inside.t"] == 3


def changed(app: AppTest, handle: str, value: float, **entries: int) -> AppTest:
    app.selectbox(key="inside.handle").select(handle).run()
    for field in app.number_input:
        if field.label in entries:
            field.set_value(entries[field.label]).run()
    field = next(each for each in app.text_input if each.label == "Value")
    return sound(field.set_value(str(value)).run())


@pytest.mark.parametrize("cell", CELLS)
def test_a_weight_by_hand_and_back(cell: str) -> None:
    app = inside(task="hello", cell=cell, hidden="6", periods="1,2,3", activation="tanh")
    before = [each.value for each in app.latex]
    weights = run_of(session(app)).checkpoint().weights
    handle = next(each for each in app.selectbox(key="inside.handle").options if each.startswith("Weight"))
    changed(app, handle, 2.5)
    assert [each.value for each in app.latex] != before
    assert_comes_out(app)
    assert any(say.CHANGED.partition(":")[0] in each.value for each in app.info)
    assert [chart for chart in charts(app) if "change of h" in chart.alt]
    assert torch.equal(run_of(session(app)).checkpoint().weights, weights)
    app.button(key="inside.back").click().run()
    assert [each.value for each in sound(app).latex] == before
    assert not app.info
    assert len(charts(app)) == 3


def test_an_input_and_a_state_by_hand() -> None:
    app = inside(task="adding", length="8", cell="lstm", hidden="6")
    app.slider(key="inside.t").set_value(3).run()
    before = results(app)
    changed(app, "Input x", -2.0, Entry=1)
    assert results(app)["h_{t}"] != before["h_{t}"]
    assert results(app)["c_{t}"] != before["c_{t}"]
    changed(app, "State before, c", 3.0, Entry=1)
    held = results(app)
    assert held["i_{t}"] == before["i_{t}"]
    assert held["c_{t}"] != before["c_{t}"]
    # A step on, the change stays where it was made, and its trace is felt.
    app.button(key="inside.Forward").click().run()
    assert "step 3" in app.info[0].value
    assert_comes_out(app)


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.caption))


def the_input(app: AppTest) -> list[dict[str, object]]:
    return next(chart.tables["values"].to_pylist() for chart in charts(app) if "carry a diamond" in chart.alt)


def test_a_changed_number_changes_bars_target_and_verdict() -> None:
    """The network's answer was right to 0.5; with the marked number moved by 0.5, the target moves by as much."""
    app = inside(task="adding", length="8", cell="rnn", hidden="6")
    marked = [row for row in the_input(app) if row["marked"]]
    first = marked[0]
    app.slider(key="inside.t").set_value(first["x"]).run()
    value = 0.2
    changed(app, "Input x", value, Entry=1)
    assert next(row for row in the_input(app) if row["x"] == first["x"])["value"] == pytest.approx(value)
    target = value + float(str(marked[1]["value"]))
    with_change = next(each.value for each in app.markdown if each.value.startswith(f"**{say.WITH}"))
    assert float(re.findall(r"Target \*\*([\d.]+)", with_change)[0]) == pytest.approx(target, abs=1e-3)
    assert re.search(r"\(0\.200, 1\.000\)", read(app))
    app.button(key="inside.back").click().run()
    assert marked[0] in the_input(sound(app))
    # A mark that is neither 0 nor 1: no verdict, and why.
    changed(app, "Input x", 0.5, Entry=2)
    assert "nobody can say whether that is right" in texts(app)
    assert TASKS["adding"].about.unknown in texts(app)


def test_another_letter_is_read_and_asked_for() -> None:
    app = inside(task="hello", cell="gru", hidden="5")
    app.slider(key="inside.t").set_value(2).run()
    app.selectbox(key="inside.handle").select("Letter read").run()
    letter = next(each for each in app.selectbox if each.label == "Letter")
    sound(letter.set_value(0).run())
    assert "step 2 now reads **h**" in app.info[0].value
    assert ":blue-background[**h**]" in read(app)
    tokens = next(chart.tables["tokens"].to_pylist() for chart in charts(app) if "tokens" in chart.tables)
    assert [cell["text"] for cell in tokens if cell["row"] == 0] == ["h", "h", "l", "l"]
    assert [cell["text"] for cell in tokens if cell["row"] == 1] == ["h", "l", "l", "o"]
    sound(next(each for each in app.selectbox if each.label == "Letter").set_value(1).run())
    assert not app.info, "the letter that is read anyway is no change"


def test_a_gate_is_closed_and_held() -> None:
    app = inside(task="adding", length="8", cell="lstm", hidden="6")
    app.slider(key="inside.t").set_value(3).run()
    app.number_input(key="inside.unit").set_value(4).run()
    before = results(app)
    app.selectbox(key="inside.handle").select("Gate f").run()
    sound(app.button(key="inside.Close").click().run())
    assert "Gate f\\[4\\] at its step 3 is now 0" in app.info[0].value
    held = results(app)
    assert held["f_{t}"] == [0]
    assert held["i_{t}"] == before["i_{t}"]
    # c = f ⊙ c₋ + i ⊙ g
    assert held["c_{t}"][-1] == pytest.approx((held["i_{t}"][-1] * held["g_{t}"][-1]).real, abs=2e-4)
    assert_comes_out(app)
    assert any(say.HELD in each.value for each in app.markdown)
    app.number_input(key="inside.for_steps").set_value(4).run()
    assert "at its steps 3 to 6" in sound(app).info[0].value
    app.toggle(key="inside.all_units").set_value(True).run()
    assert "Gate f of all units at its steps 3 to 6 is now 0" in sound(app).info[0].value
    app.slider(key="inside.t").set_value(6).run()
    assert results(app)["f_{t}"] == [0]
    app.slider(key="inside.t").set_value(7).run()
    assert results(app)["f_{t}"] != [0]
    gate = next(each for each in app.text_input if each.label == "Value")
    gate.set_value("2").run()
    assert "“value” must be a number from 0 to 1" in app.error[0].value.lower()


OFFERS = [
    ({"task": "forecast", "cell": "gru"}, {"Input x", "State before, h", "Gate z", "Candidate n"}, {"Letter read"}),
    ({"task": "echo", "cell": "gru", "input_depth": "1"}, {"Letter read", "Input x of the network"}, {"Input x"}),
    ({"task": "echo", "cell": "grid_lstm"}, {"Input x of this layer", "Gate f_depth", "Candidate g_depth"}, set()),
    ({"task": "adding", "cell": "rnn"}, {"Input x", "Weight U"}, {"Gate f"}),
]


@pytest.mark.parametrize(("params", "there", "not_there"), OFFERS, ids=lambda part: "")
def test_what_can_be_changed(params: dict[str, str], there: set[str], not_there: set[str]) -> None:
    app = inside(hidden="5", **params)
    offered = set(app.selectbox(key="inside.handle").options)
    assert there <= offered
    assert not offered & not_there
    for label in there:
        app.selectbox(key="inside.handle").select(label).run()
        sound(app)


def test_another_experiment_forgets_the_change() -> None:
    app = inside(task="hello", cell="rnn", hidden="6")
    changed(app, "Weight U", 2.0)
    assert app.info
    app.selectbox(key="cell").select("gru").run()
    assert not sound(app).info
    assert_comes_out(app)
