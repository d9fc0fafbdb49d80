"""The teacher's page: the numbers of the class, and a sweep from its controls to its heat map."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from engine import CELLS
from playground.server import shared
from playground.server.admission import Admission
from tests.pages.opened import charts, opened, sound


@pytest.fixture
def app() -> AppTest:
    made = opened(length="8", hidden="6", batch="4")
    return sound(made.switch_page("../pages/class.py").run())


def test_who_is_here(app: AppTest, places: Admission) -> None:
    places.admit("somebody")
    shared.POOL.pace.trains("somebody")
    app.run()
    shared.POOL.pace.rests("somebody")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Here"] == f"2 of {places.limit}"
    assert shown["Training"] == "1"


def test_a_sweep_from_start_to_heat_map(app: AppTest) -> None:
    app.text_input(key="sweep.lags").set_value("5, 8").run()
    app.number_input(key="sweep.seeds").set_value(1).run()
    app.number_input(key="sweep.updates").set_value(25).run()
    sound(app)
    assert app.button(key="sweep.start").label == "Start 6 runs"
    app.button(key="sweep.start").click().run()
    end = time.monotonic() + 60
    while app.session_state["sweep"].going:
        assert time.monotonic() < end
        sound(app.run())
    sound(app.run())
    (picture,) = charts(app)
    assert "3 cells down, 2 lags" in picture.alt
    drawn = picture.tables["sweep"].to_pylist()
    assert {row["lag"] for row in drawn} == {5, 8}
    assert len(drawn) == 6
    rows = app.dataframe[0].value
    assert len(rows) == 6
    assert set(rows["cell"]) == {CELLS[cell].about.name for cell in ("rnn", "gru", "lstm")}


@pytest.mark.parametrize(
    ("field", "value", "said"), [("seeds", 0, "1 to 20"), ("seeds", 21, "1 to 20"), ("updates", 10**8, "25 to 20,000")]
)
def test_a_number_out_of_range_cannot_be_started(app: AppTest, field: str, value: int, said: str) -> None:
    app.number_input(key=f"sweep.{field}").set_value(value).run()
    assert not app.exception
    assert said in app.error[0].value
    assert "sweep.start" not in [button.key for button in app.button]


@pytest.mark.parametrize(
    ("lags", "said"), [("9 000", "whole numbers"), ("", "one cell and one lag"), ("600", "length")]
)
def test_what_cannot_be_swept_is_said(app: AppTest, lags: str, said: str) -> None:
    app.text_input(key="sweep.lags").set_value(lags).run()
    assert not app.exception
    assert said in app.error[0].value.lower().replace("\\", "")
