"""The page Side by side without a browser: its choice is in the link, every cell can stand there, limits are said."""

import time

import altair as alt
import pytest
from streamlit.testing.v1 import AppTest

from engine import CELLS, Experiment
from engine.progress import Snapshot
from playground import words
from playground.links.variants import KINDS
from playground.server.settings import SETTINGS
from playground.views.side import words as say
from playground.views.side.session import Side
from tests.pages.opened import charts, opened, session, sound
from tests.playground.vega import named_data, unknown_fields, within_schema

SMALL = {"length": "8", "hidden": "5", "batch": "2"}


def page(networks: str | None = None, **params: str) -> AppTest:
    """Side by side, opened by its link: the test runner's first run is always that of the main page."""
    app = opened(**{**SMALL, **params})
    app.switch_page("../pages/side.py")
    if networks is not None:
        app.query_params["networks"] = networks
    for name, value in {**SMALL, **params}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def side(app: AppTest) -> Side:
    found: Side = app.session_state["side"]
    return found


def keys(app: AppTest) -> list[str]:
    return [member.wanted.kind for member in side(app).members]


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.caption))


def test_the_usual_three_are_in_the_link() -> None:
    app = sound(page())
    assert keys(app) == ["rnn", "gru", "lstm"]
    assert app.query_params["networks"] in ("rnn,gru,lstm", ["rnn,gru,lstm"])
    assert not app.warning


@pytest.mark.parametrize("networks", ["foo,rnn", "rnn", ",".join(CELLS), "<b>,*x*", "rnn,gru~lr~x"])
def test_a_bad_choice_takes_the_usual_one_and_says_so(networks: str) -> None:
    app = sound(page(networks))
    assert keys(app) == ["rnn", "gru", "lstm"]
    assert len(app.warning) == 1
    assert "networks must be 2 to 4" in app.warning[0].value or "must be" in app.warning[0].value
    assert session(app).experiment == Experiment.from_params(SMALL)


def test_choose_add_take_away_and_come_back() -> None:
    app = sound(page("rnn,lstm", task="copy", symbols="1"))
    app.button(key="side.add").click().run()
    assert keys(sound(app)) == ["rnn", "lstm", "gru"]
    app.selectbox(key="side.network.0").set_value("irnn").run()
    assert keys(sound(app)) == ["irnn", "lstm", "gru"]
    app.button(key="side.remove.1").click().run()
    assert keys(sound(app)) == ["irnn", "gru"]
    assert app.button(key="side.remove.0").disabled
    app.button(key="step").click().run()
    sound(app.switch_page("../pages/train.py").run())
    assert "networks" not in app.query_params
    assert session(app).updates == 0, "the run of the other pages is another"
    sound(app.switch_page("../pages/side.py").run())
    assert keys(app) == ["irnn", "gru"]
    assert side(app).session.updates == 1
    assert app.query_params["networks"] in ("irnn,gru", ["irnn,gru"])


def test_the_link_of_the_page_is_what_there_is_to_copy() -> None:
    app = sound(page("gru,irnn"))
    assert any("networks=gru%2Cirnn" in code.value for code in app.code)


FOURS = [[*KINDS][first : first + 4] for first in (*range(0, len(KINDS) - 4, 4), len(KINDS) - 4)]


@pytest.mark.parametrize("four", FOURS, ids="-".join)
def test_a_browser_can_draw_every_network(four: list[str]) -> None:
    app = sound(page(",".join(four), layers="2", direction="bidirectional", transition_depth="1"))
    assert keys(app) == four
    app.button(key="step").click().run()
    assert [frame.snapshot.updates for frame in side(sound(app)).session.frames] == [1] * 4
    found = charts(app)
    assert len(found) == 7
    for chart in found:
        columns = {name: table.column_names for name, table in chart.tables.items()}
        assert named_data(chart.spec) == set(chart.tables)
        assert unknown_fields(chart.spec, columns) == []
    if "rnn" in four:
        for chart in found:
            alt.LayerChart.from_dict(within_schema(chart.spec), validate=True)
    for member in side(app).members:
        for fixed in member.fixed:
            assert words.say(fixed.why) in texts(app)


def test_the_sidebar_is_for_all() -> None:
    app = sound(page("rnn,jordan"))
    app.slider(key="layers").set_value(2).run()
    assert [each.network.layers for each in side(sound(app)).experiments] == [2, 1]
    assert "Layers 1" in texts(app)
    app.text_input(key="lr.typed").set_value("0.5").run()
    assert {each.training.lr for each in side(sound(app)).session.experiments} == {0.5}


def test_too_heavy_is_left_out_with_a_sentence() -> None:
    app = sound(page("rnn,irnn,grid_lstm", cell="rnn", length="500", hidden="64", batch="64"))
    assert keys(app) == ["rnn", "irnn"]
    assert "Left out. One update of this network would take" in app.warning[0].value


def test_where_fewer_than_two_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    app = sound(page("rnn,gru,lstm"))
    before = side(app).experiments
    monkeypatch.setattr("playground.views.side.session.SETTINGS", type(SETTINGS)(visitor_mb=16))
    app.slider(key="adding.length").set_value(9).run()
    assert not app.exception
    assert say.TOO_FEW in app.error[0].value
    assert side(app).session.experiments == before
    cold = page("rnn,gru")
    assert "side" not in cold.session_state
    assert say.TOO_FEW in cold.error[0].value
    monkeypatch.undo()
    assert keys(sound(cold.run())) == ["rnn", "gru"]


def test_both_sessions_share_the_room_for_films() -> None:
    app = sound(page())
    half = SETTINGS.film_mb * 10**6 / 2
    assert session(app).film_bytes == side(app).session.film_bytes == half


def test_the_message_of_an_explosion_names_the_network() -> None:
    app = page("gru,rnn", cell="rnn", activation="identity", lr="10", clip="0", length="30")
    for _ in range(40):
        if side(app).session.frames[1].snapshot.explosion:
            break
        app.button(key="step").click().run()
    assert [error.proto.title for error in app.error] == [KINDS["rnn"].name]
    assert "exploded at update" in texts(app)
    assert not app.button(key="step").disabled


def test_the_dial_is_the_setting_of_the_sidebar() -> None:
    app = sound(page("rnn,gru", task="echo", delay="2"))
    app.slider(key="dial.delay").set_value(10).run()
    assert [each.to_params()["delay"] for each in side(sound(app)).session.experiments] == ["10", "10"]
    assert app.query_params["length"] in ("16", ["16"]), "as many answers as before"
    app.slider(key="dial.delay").set_value(2).run()
    assert session(sound(app)).experiment == Experiment.from_params({**SMALL, "task": "echo", "delay": "2"})


def test_a_lag_that_cannot_be_is_not_offered_and_the_reason_is_said() -> None:
    app = sound(page("rnn,gru", task="copy", symbols="4"))
    assert app.slider(key="dial.length").max == 492
    assert "At most 492. The length of the sequence grows with it, and it may have 500 steps at most" in texts(app)
    app.slider(key="dial.length").set_value(9).run()
    assert session(sound(app)).experiment.to_params()["length"] == "9"


def test_a_task_without_a_lag_has_no_dial() -> None:
    app = sound(page("rnn,gru", task="hello"))
    assert "side.lengthen" not in {button.key for button in app.button}


def test_lengthened_until_one_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def solved(snapshot: Snapshot, budget: int) -> int | None:
        """The GRU never gets beyond 16 steps."""
        return None if snapshot.experiment.network.cell == "gru" and snapshot.experiment.task.steps > 16 else 25

    monkeypatch.setattr("playground.runs.lengthening.solved_at", solved)
    monkeypatch.setattr("playground.views.side.lag.solved_at", solved)
    app = sound(page("rnn,gru"))
    app.number_input(key="side.budget").set_value(25).run()
    app.button(key="side.lengthen").click().run()
    end = time.monotonic() + 30
    while "gave up at" not in texts(sound(app)):
        assert time.monotonic() < end
        app.run()
    assert "**GRU (PyTorch's form)** gave up at **Length T = 32**: not solved within 25 updates." in texts(app)
    assert "| 16 | ✓ after 25 updates | ✓ after 25 updates |\n| 32 | ✓ after 25 updates | ✗ gave up |" in texts(app)
    assert app.query_params["length"] in ("32", ["32"])
    assert app.slider(key="adding.length").value == 32
    assert not side(app).session.playing
    app.button(key="reset").click().run()
    assert "gave up at" in texts(sound(app)), "what was found stays"
    assert say.EARLIER not in texts(app)
    app.selectbox(key="side.network.0").set_value("esn").run()
    assert say.EARLIER in texts(sound(app))


def test_a_reset_ends_it() -> None:
    app = sound(page("rnn,gru"))
    app.button(key="side.lengthen").click().run()
    assert app.button(key="side.lengthen").label == say.STOP
    app.button(key="reset").click().run()
    assert "Stopped at Length T = 8, as the runs were begun anew" in texts(sound(app))
    assert not side(app).session.playing


def test_the_same_cell_twice_with_another_learning_rate() -> None:
    app = page("lstm,lstm")
    assert "the same run as network 1" in app.warning[0].value
    assert say.TOO_FEW in app.error[0].value
    app.selectbox(key="side.1.more.0").set_value("lr").run()
    assert [each.training.lr for each in side(sound(app)).session.experiments] == [0.01, 0.001]
    assert app.query_params["networks"] in ("lstm,lstm~lr~0.001", ["lstm,lstm~lr~0.001"])
    assert not app.warning
    app.text_input(key="dial.1.lr.typed").set_value("0.5").run()
    assert [each.training.lr for each in side(sound(app)).session.experiments] == [0.01, 0.5]
    assert "Not as the sidebar: Learning rate 0.5" in texts(app)
    assert "**LSTM · Learning rate 0.5** — " in texts(app)
    app.button(key="side.1.without.lr").click().run()
    assert "the same run as network 1" in app.warning[0].value
    assert [each.training.lr for each in side(app).session.experiments] == [0.01, 0.5], "as it was"


def test_another_seed_reads_another_sequence_and_says_so() -> None:
    app = sound(page("gru,gru~seed~2,gru~lr~0.1"))
    assert texts(app).count("and, here, another sequence") == 1
    assert len(charts(app)) == 2 + 2 + 3, "losses and gradients; two sequences; three heat maps"


def test_what_every_network_has_for_itself_is_off_in_the_sidebar() -> None:
    app = sound(page("rnn,gru"))
    assert app.selectbox(key="cell").disabled
    assert not app.text_input(key="lr.typed").disabled
    app = sound(page("gru~lr~0.1,gru~lr~0.2"))
    assert app.text_input(key="lr.typed").disabled
    assert not app.text_input(key="dial.0.lr.typed").disabled
    sound(app.switch_page("../pages/train.py").run())
    assert not app.text_input(key="lr.typed").disabled
    assert not app.selectbox(key="cell").disabled
