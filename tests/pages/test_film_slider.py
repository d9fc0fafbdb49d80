"""The slider of the film: a browser that lags behind tells where it was, which is not a choice."""

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
