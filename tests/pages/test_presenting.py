"""Presentation mode and the code across the page."""

import pytest
from streamlit.testing.v1 import AppTest

from playground.shell.pictures import LARGE
from tests.pages.opened import charts, opened, session, sound

SMALL = {"task": "adding", "length": "10", "cell": "lstm", "hidden": "4"}


def test_a_link_opens_the_presentation_and_the_button_leaves_it() -> None:
    app = sound(opened(**SMALL, present="1"))
    assert not app.warning
    begin = ["Line chart of the loss", "10 numbers", "Heat map of h"]
    assert all(chart.alt.startswith(words) for chart, words in zip(charts(app), begin, strict=True))
    app = sound(app.button(key="presenting").click().run())
    assert "present" not in app.query_params
    assert len(charts(app)) > 3
    app = sound(app.button(key="presenting").click().run())
    assert app.query_params == {**session(app).experiment.to_params(), "present": "1"}
    assert len(charts(app)) == 3
    app = sound(app.slider(key="hidden").set_value(5).run())
    assert app.query_params["present"] == "1"
    assert app.query_params["hidden"] == "5"


def test_words_in_pictures_are_larger_in_the_presentation() -> None:
    def sizes(app: AppTest) -> list[float]:
        return [chart.spec["title"]["fontSize"] for chart in charts(app) if "title" in chart.spec]

    assert min(sizes(opened(**SMALL, present="1"))) == LARGE * max(sizes(opened(**SMALL)))


@pytest.mark.parametrize("given", ["yes", "2", "", "<b>"])
def test_what_is_neither_on_nor_off_is_said(given: str) -> None:
    app = opened(**SMALL, present=given)
    assert not app.exception
    assert "present must be 1" in app.warning[0].value
    assert "present" not in app.query_params


def test_the_code_is_shown_across_the_page() -> None:
    app = opened(**SMALL)
    assert not any("import torch" in code.value for code in app.code)
    app = sound(app.button(key="code").click().run())
    assert any("import torch" in code.value for code in app.main.code)
    assert not any("import torch" in code.value for code in app.sidebar.code)
    app = sound(app.button(key="close_code").click().run())
    assert not any("import torch" in code.value for code in app.code)
