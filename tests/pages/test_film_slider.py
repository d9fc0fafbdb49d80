"""The row of the film on the page: its slider goes back and comes back, and keeps out of the way while all moves."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground import words
from tests.pages.opened import figures, opened, session, sound, ticked


def page(updates: int) -> AppTest:
    app = sound(opened(length="8", hidden="5", batch="2"))
    for _ in range(updates):
        app.button(key="step").click().run()
    return sound(app)


def slider(app: AppTest) -> Any:
    (found,) = [each for each in app.select_slider if each.label == "Film"]
    return found


def said(app: AppTest) -> list[str]:
    return [caption.value for caption in app.main.caption]


def test_before_the_first_update_there_is_only_the_beginning() -> None:
    app = page(0)
    assert slider(app).options == ["0", "now"]
    assert slider(app).value == "now"
    assert app.button(key="film.now").disabled


def test_a_moment_is_chosen_and_left() -> None:
    app = page(6)
    assert not slider(app).proto.disabled
    assert slider(app).value == "now"
    slider(app).set_value(3).run()
    assert session(sound(app)).player.at == 3
    assert figures(app)["Updates"] == "3"
    assert words.FILM_AT.format(at=3, now=6) in said(app)
    app.button(key="film.now").click().run()
    assert session(sound(app)).player.at is None
    assert slider(app).value == "now"
    assert figures(app)["Updates"] == "6"


def test_now_on_the_slider_is_the_present() -> None:
    app = page(3)
    slider(app).set_value(1).run()
    slider(app).set_value("now").run()
    assert session(sound(app)).player.at is None
    assert figures(app)["Updates"] == "3"


def test_while_the_film_plays_its_slider_is_off() -> None:
    app = page(6)
    app.button(key="film.play").click().run()
    player = session(sound(app)).player
    assert player.playing
    assert app.button(key="film.play").label == "Stop film"
    assert words.FILM_PLAYS in said(app)
    assert slider(app).proto.disabled
    shown = [figures(app)["Updates"]]
    for _ in range(200):
        ticked(app)
        shown.append(figures(app)["Updates"])
        if not player.playing:
            break
    assert not player.playing
    # Each moment is drawn, however fast the worker is. The present stays until the first moment is there.
    assert [step for step in dict.fromkeys(shown) if step != "6"] == ["0", "1", "2", "3", "4", "5"]
    assert shown[-1] == "6"
    assert player.at is None
    assert not slider(app).proto.disabled
    assert slider(app).value == "now"
    slider(app).set_value(5).run()
    assert player.at == 5, "after its end all is open again"


def test_stopping_the_film_stays_where_it_is() -> None:
    app = page(6)
    slider(app).set_value(2).run()
    app.button(key="film.play").click().run()
    app.button(key="film.play").click().run()
    player = session(sound(app)).player
    assert not player.playing
    assert player.at is not None
    assert slider(app).value == player.at
    assert not slider(app).proto.disabled


def test_while_training_the_slider_is_off_and_comes_back_with_the_pause() -> None:
    app = page(12)
    session(app).play()
    sound(app.run())
    assert slider(app).proto.disabled
    app.button(key="play").click().run()
    assert not session(sound(app)).playing
    assert not slider(app).proto.disabled
    assert slider(app).options[-1] == "now"
    assert len(slider(app).options) > 10


@pytest.mark.parametrize("at", ["now", 3])
def test_on_every_page_the_slider_stands_where_the_film_is(at: int | str) -> None:
    """It is told to each page anew: a browser forgets where the slider of the page before stood."""
    app = page(5)
    slider(app).set_value(at).run()
    for name in ("cells", "gradients", "cells", "train", "inside", "train"):
        before = slider(app).proto.id
        sound(app.switch_page(f"../pages/{name}.py").run())
        assert slider(app).value == at
        shown = slider(app).proto
        assert shown.id != before
        assert shown.set_value
        assert list(shown.raw_value) == [str(at)]
