"""The slider of the film: a browser that lags behind tells where it was, which is not a choice."""

import pytest

from playground import film
from tests.pages.opened import opened, session, sound


def test_what_the_slider_was_put_to_is_not_taken_for_a_choice() -> None:
    app = sound(opened(length="8", hidden="5", batch="2"))
    for _ in range(6):
        app.button(key="step").click().run()
    app.button(key="film.play").click().run()
    app.run()
    player = session(sound(app)).player
    assert player.playing
    app.select_slider(key="film.at").set_value("now").run()
    assert player.playing, "where it was when the film began"
    app.select_slider(key="film.at").set_value(5).run()
    assert not player.playing
    assert player.at == 5


@pytest.mark.parametrize(("ended", "at"), [(60.0, None), (0.0, 3)])
def test_a_place_the_film_has_shown_is_not_a_choice_just_after_its_end(
    monkeypatch: pytest.MonkeyPatch, ended: float, at: int | None
) -> None:
    monkeypatch.setattr(film, "ENDED", ended)
    app = sound(opened(length="8", hidden="5", batch="2"))
    for _ in range(6):
        app.button(key="step").click().run()
    app.button(key="film.play").click().run()
    player = session(app).player
    while player.playing:
        app.run()
    assert 3 in app.session_state["film.recent"]
    app.select_slider(key="film.at").set_value(3).run()
    assert session(sound(app)).player.at == at
    monkeypatch.setattr(film, "ENDED", 0.0)
    app.select_slider(key="film.at").set_value(3).run()
    assert player.at == 3, "later it is one in any case"


@pytest.mark.parametrize(("settling", "at"), [(60.0, None), (0.0, 5)])
def test_a_place_told_just_after_the_moments_changed_is_not_a_choice(
    monkeypatch: pytest.MonkeyPatch, settling: float, at: int | None
) -> None:
    """While it trains, "now" among the old moments can be a number among the new ones."""
    monkeypatch.setattr(film, "SETTLING", settling)
    app = sound(opened(length="8", hidden="5", batch="2"))
    for _ in range(10):
        app.button(key="step").click().run()
    app.button(key="play").click().run()
    app.select_slider(key="film.at").set_value(5).run()
    assert session(sound(app)).player.at == at
    assert session(app).playing == (at is None)
    session(app).pause()
