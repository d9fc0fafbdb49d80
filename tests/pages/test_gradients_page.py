"""The page Gradients without a browser: it stands for every kind of cell, says its numbers, and turns its dials."""

import json
import re
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from streamlit.testing.v1 import AppTest

from engine import CELLS
from engine.observe.gradients import gradients
from playground.views.gradients import words as say
from tests.pages.opened import ENTRY, charts, opened, session, sound
from tests.playground.vega import named_data, unknown_fields, within_schema
from tests.playground.visitors import run_of, tick_while

SMALL = {"length": "12", "hidden": "6", "batch": "4"}
PAIR = {"layers": "2", "direction": "bidirectional"}
CASES: list[dict[str, str]] = [
    *({"task": "adding", "cell": cell} for cell in CELLS),
    {"task": "echo", "cell": "gru", "layers": "2", "truncate": "4", "delay": "2"},
    {"task": "neighbours", "cell": "rnn", **PAIR},
    {"task": "adding", "cell": "lstm", **PAIR, "truncate": "5"},
    {"task": "adding", "cell": "rnn", "direction": "backward", "windows": "3", "layers": "2"},
    {"task": "adding", "cell": "lstm", "transition_depth": "1", "clip": "0"},
    {"task": "hello", "cell": "rnn", "word": "ab"},
]


def page(state: dict[str, Any] | None = None, **params: str) -> AppTest:
    app = opened(state, **{**SMALL, **params})
    return sound(app.switch_page("../pages/gradients.py").run())


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.caption))


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.values()))
def test_a_browser_can_draw_it(case: dict[str, str]) -> None:
    app = page(**case)
    for _ in range(2):
        found = charts(app)
        assert len(found) >= 3
        for chart in found:
            columns = {name: table.column_names for name, table in chart.tables.items()}
            assert named_data(chart.spec) == set(chart.tables)
            assert unknown_fields(chart.spec, columns) == []
            alt.LayerChart.from_dict(within_schema(chart.spec), validate=True)
            for table in chart.tables.values():
                for column in (c for c in table.columns if pa.types.is_floating(c.type)):
                    assert not pc.any(pc.or_(pc.is_nan(column), pc.is_inf(column))).as_py()
        app = sound(app.button(key="step").click().run())
    assert f"**k = {1 if case.get('direction') != 'backward' else 12}" in texts(app) or "**k = t" in texts(app)


def test_the_sentence_says_the_number_of_the_pair() -> None:
    app = page(cell="rnn", activation="identity", hidden="1", init="identity", recurrent_scale="0.5")
    app.select_slider(key="gradients.t").set_value(9).run()
    app.select_slider(key="gradients.k").set_value(6).run()
    assert "**k = 6, t = 9.** A small change of h at step 6 can arrive at step 9, 3 steps away, at most **0.125**" in (
        texts(sound(app))
    )
    assert "as good as met" in texts(app)
    assert "spectral radius **0.5**" in texts(app)


def test_a_pair_the_wrong_way_round_is_turned() -> None:
    app = page(cell="gru")
    app.select_slider(key="gradients.k").set_value(8).run()
    app.select_slider(key="gradients.t").set_value(3).run()
    assert "**k = 3, t = 8.**" in texts(sound(app))


def test_gated_cells_have_their_direct_path_and_simple_ones_the_bound() -> None:
    lstm, rnn = page(cell="lstm"), page(cell="rnn")
    assert "the product of f alone gives" in texts(lstm)
    assert say.NO_BOUND in texts(lstm)
    assert "The textbook bound" in texts(rnn)
    assert "Direct path" not in texts(rnn)


def test_another_part_layer_and_direction() -> None:
    app = page(task="echo", delay="2", cell="lstm", layers="2")
    for part, says in (("h", "change of h"), ("c", "change of c"), ("loss", "changes the loss of step")):
        app.button_group(key="gradients.of").set_value(part).run()
        assert says in texts(sound(app))
    app.button_group(key="gradients.layer").set_value(2).run()
    sound(app)


def test_frozen_pictures_stay_while_the_run_goes_on() -> None:
    app = page(cell="gru")
    app.toggle(key="gradients.freeze").set_value(True).run()
    before = [chart.proto.SerializeToString() for chart in charts(app)]
    for _ in range(2):
        app.button(key="step").click().run()
    assert session(sound(app)).updates == 2
    assert [chart.proto.SerializeToString() for chart in charts(app)] == before
    assert say.FROZEN.format(update=0) in texts(app)
    app.toggle(key="gradients.freeze").set_value(False).run()
    assert "at update 2." in texts(sound(app))


def test_truncation_shows_its_window() -> None:
    app = page(cell="rnn", truncate="5")
    assert "Learning is truncated to windows of 5 steps." in texts(app)
    window = next(chart.tables["window"] for chart in charts(app) if "window" in chart.tables)
    assert window.to_pylist() == [{"x": 7.5, "x2": 12.5}]


@pytest.mark.parametrize(
    ("kind", "name", "value", "reads"),
    [
        ("slider", "length", 20, "20"),
        ("text_input", "recurrent_scale.typed", "1,5", "1.5"),
        ("selectbox", "activation", "relu", "relu"),
        ("text_input", "clip.typed", "0.25", "0.25"),
        ("slider", "truncate", 4, "4"),
    ],
)
def test_dials_are_the_settings(kind: str, name: str, value: Any, reads: str) -> None:
    app = page(cell="rnn")
    sound(getattr(app, kind)(key=f"dial.{name}").set_value(value).run())
    name = name.removesuffix(".typed")
    assert session(app).experiment.to_params()[name] == reads
    assert app.query_params[name] in (reads, [reads])


def test_dials_follow_the_cell() -> None:
    keys = {widget.key for widget in page(cell="lstm").main.get("text_input")}
    assert "dial.forget_bias.typed" in keys
    assert "dial.recurrent_scale.typed" not in {each.key for each in page(cell="unitary").main.get("text_input")}


@pytest.mark.parametrize("name", say.BUTTONS)
def test_a_story_is_told_before_and_after(name: str) -> None:
    app = page(cell="gru")
    app.button(key=f"gradients.{name}").click().run()
    assert "Press **Train**" in sound(app).info[0].value
    enough = {say.EXPLODE: 4, say.VANISH: 100, say.CURE: 300}[name]
    run = session(app)
    run.play()
    tick_while(run, lambda: run.updates < enough and not run.exploded, seconds=60)
    run.pause()
    app.run()
    assert not app.exception
    told = app.info[0].value
    assert told.startswith("What you just saw")
    assert not re.search(r"nan|inf\b|None", told)


def linked(**params: str) -> AppTest:
    """The page itself, opened by a link."""
    app = AppTest.from_file(str(ENTRY), default_timeout=60)
    for name, value in {**SMALL, **params}.items():
        app.query_params[name] = value
    return app.switch_page("../pages/gradients.py").run()


def lines_of(app: AppTest) -> set[str]:
    """What is drawn along the row of the triangle."""
    table = next(chart.tables["row"] for chart in charts(app) if "row" in chart.tables)
    return set(table.column("name").to_pylist())


def norms(app: AppTest) -> list[float]:
    """log₁₀ of the norms at each step, and the title of their axis."""
    table = next(chart.tables["strengths"] for chart in charts(app) if "strengths" in chart.tables)
    return list(table.column("log").to_pylist())


def axis(app: AppTest) -> str:
    spec = next(json.dumps(chart.spec, ensure_ascii=False) for chart in charts(app) if "strengths" in chart.tables)
    return next(title for title in re.findall(r'"title": "(‖∂L/[^"]*)"', spec))


def test_bounds_are_drawn_when_asked_for_and_then_stand_in_the_link() -> None:
    app = page(cell="rnn")
    assert lines_of(app) == {say.LINES["measured"]}
    assert "bounds" not in app.query_params
    sound(app.toggle(key="gradients.bounds").set_value(True).run())
    assert lines_of(app) == set(say.LINES.values())
    assert app.query_params["bounds"] in ("1", ["1"])
    assert "gradients.bounds" not in {each.key for each in page(cell="lstm").toggle}, "nothing to draw there"


def test_a_link_says_what_is_shown() -> None:
    app = sound(linked(cell="lstm", by="memory", relative="1"))
    assert axis(app) == "‖∂L/∂c‖ / last"
    seen = gradients(run_of(session(app)).network, session(app).experiment.task, run_of(session(app)).probe(0))
    full = seen.memory[0].full
    assert norms(app) == pytest.approx(np.log10(full / full[-1]), abs=1e-5)
    sound(app.toggle(key="gradients.relative").set_value(False).run())
    assert axis(app) == "‖∂L/∂c‖"
    assert norms(app) == pytest.approx(np.log10(full), abs=1e-5)
    assert "relative" not in app.query_params
    sound(app.button_group(key="gradients.by").set_value("h").run())
    assert norms(app) == pytest.approx(np.log10(seen.strengths[0].full), abs=1e-5)
    assert say.PAST_H.format(part="c") in texts(app)


def test_a_cell_without_memory_shows_h_whatever_the_link_says() -> None:
    app = sound(linked(cell="gru", by="memory"))
    assert axis(app) == "‖∂L/∂h‖"
    assert "gradients.by" not in {each.key for each in app.button_group}


def test_a_link_that_asks_for_something_else_is_told() -> None:
    app = sound(linked(cell="lstm", by="q", relative="yes"))
    told = "\n".join(each.value for each in app.warning).replace("\\", "")
    assert "by must be one of h, memory; it was given “q”" in told
    assert "relative must be 1 (on) or 0 (off); it was given “yes”" in told
    assert axis(app) == "‖∂L/∂h‖"


def test_the_sequence_it_is_about_stands_above() -> None:
    app = page(cell="gru")
    (bars,) = [chart.tables["values"].to_pylist() for chart in charts(app) if "carry a diamond" in chart.alt]
    inputs = run_of(session(app)).probe(0).inputs[0]
    assert [row["value"] for row in bars] == pytest.approx(inputs[:, 0].tolist())
    assert [row["marked"] for row in bars] == inputs[:, 1].bool().tolist()
    words_of = page(task="echo", cell="gru", delay="2")
    assert [chart for chart in charts(words_of) if "tokens" in chart.tables]


def test_derivations_are_there_with_the_slips() -> None:
    assert "Where the texts slip" in texts(page(cell="rnn"))


def test_a_dial_ends_where_the_data_do() -> None:
    app = page(task="forecast", series="sunspots", length="20", hidden="4")
    assert sound(app).slider(key="dial.length").max == 60


def test_a_dial_that_asks_for_too_much_says_so_and_blames_no_link() -> None:
    app = page(task="echo", delay="20", length="30", hidden="4")
    before = session(app).experiment
    app.slider(key="dial.length").set_value(10).run()
    assert session(app).experiment == before
    assert not app.warning
    assert "“Delay d” must be a whole number from 1 to 9 steps" in app.error[0].value
