"""A visitor for whom there is no place, and a network for which there is no memory."""

import dataclasses

import pytest

from playground import words
from playground.runs.pool import Pool
from playground.server.admission import Admission
from playground.shell import frame
from tests.pages.opened import charts, opened, session, sound


def shown(app: object) -> str:
    return " ".join(element.value for kind in ("info", "caption") for element in getattr(app, kind))


def test_over_the_limit_a_page_says_so_and_opens_when_there_is_a_place(places: Admission) -> None:
    places.limit = 2
    places.admit("first")
    places.admit("second")
    places.admit("third")
    app = sound(opened(task="copy", cell="gru"))
    assert "lets in 2 at once" in shown(app)
    assert "1 waiting before you" in shown(app)
    assert not charts(app)
    assert "session" not in app.session_state
    assert app.query_params["task"] == "copy", "the link is lost"
    places.gone("third", may_return=False)
    assert "You are next" in shown(app.run())
    places.gone("first", may_return=False)
    sound(app.run())
    assert charts(app)
    assert session(app).experiment.task_name == "copy"
    assert places.taken == 2


def test_a_network_too_large_for_this_server_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "SETTINGS", dataclasses.replace(frame.SETTINGS, visitor_mb=16))
    app = opened(hidden="128", layers="4", batch="1")
    assert not app.exception
    (error,) = app.error
    assert "gives each visitor 16 MB" in error.value.replace("\\", "")
    assert session(app).experiment.network.hidden == 32
    app.slider(key="layers").set_value(1).run()
    sound(app)
    assert session(app).experiment.network.hidden == 128
    app.slider(key="layers").set_value(4).run()
    assert words.AS_IT_WAS.strip() in app.error[0].value
    assert session(app).experiment.network.layers == 1


def test_a_cluster_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not sound(opened()).info
    monkeypatch.setattr(Pool, "away", True)
    assert words.CLUSTER_AWAY in shown(sound(opened()))
