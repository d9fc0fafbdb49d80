"""What is registered can be chosen in the sidebar at once, and nothing more than there is to choose is offered."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from playground import words
from tests.engine.own import registered
from tests.pages.opened import opened, sound
from tests.pages.test_controls import controls


@pytest.fixture
def own() -> Iterator[None]:
    with registered():
        yield


def sidebar_alone() -> None:
    """The sidebar without a page, which writes what it makes of its controls."""
    import streamlit as st

    from playground.shell import sidebar

    st.session_state.setdefault("page", "train")
    st.session_state["made"] = sidebar.experiment("train")


def alone(**params: str) -> AppTest:
    app = AppTest.from_function(sidebar_alone, default_timeout=60)
    for name, value in params.items():
        app.query_params[name] = value
    return sound(app.run())


@pytest.mark.usefixtures("own")
def test_controls_offer_what_is_registered() -> None:
    found = controls(sound(opened()))
    for name in ("cell", "task", "arch", "learner"):
        assert "mine" in [*found[name].options] or words.choice("mine", name) in found[name].options, name
        assert found[name].label == words.label(name)
    assert len(found["learner"].options) == 2, "the usual one and mine; the other can train nothing"


def test_no_control_where_there_is_nothing_to_choose() -> None:
    for params in ({}, {"cell": "esn", "task": "forecast"}):
        assert not {"arch", "learner"} & controls(sound(opened(**params))).keys()


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("params", "own_setting"),
    [
        ({"arch": "mine", "width": "7"}, "mine.width"),
        ({"learner": "mine", "inertia": "0.5"}, "inertia"),
        ({"cell": "mine", "zest": "0.25"}, "mine.zest"),
        ({"task": "mine", "length": "9"}, "mine.length"),
    ],
    ids=str,
)
def test_its_own_settings_have_controls_and_stay_in_the_link(params: dict[str, str], own_setting: str) -> None:
    app = alone(**params)
    assert own_setting in controls(app)
    written = app.session_state["made"].to_params()
    assert {name: written[name] for name in params} == params
    assert written.items() <= app.query_params.items()


@pytest.mark.usefixtures("own")
def test_a_task_of_another_structure_narrows_the_architectures() -> None:
    app = alone(task="tree", arch="mine")
    assert "arch.limited" in controls(app)
    assert words.plain(words.READ_BY.format(plural="trees")) in [caption.value for caption in app.sidebar.caption]
    assert app.session_state["made"].arch_name == "mine"


def test_a_reservoir_says_how_its_readout_is_found() -> None:
    numbers, symbols, by_gradient = (
        [caption.value for caption in alone(cell="esn", **more).sidebar.caption]
        for more in ({}, {"task": "echo"}, {"fit": "gradient"})
    )
    refused = "Ridge regression fits numbers, and the answers of this task are symbols. So the readout is learned by "
    assert words.LEARNER_NOTES["ridge"] in numbers
    assert words.LEARNER_NOTES["ridge"] not in symbols + by_gradient
    assert f"{refused}gradient." in symbols
    assert not any(caption.startswith(refused) for caption in numbers + by_gradient)


def test_a_deep_readout_is_offered_where_the_readout_is_learned_by_gradient() -> None:
    """What ridge regression cannot fit, it limits only where it fits."""
    deep = {"cell": "esn", "output_depth": "1"}
    assert alone(task="echo", **deep).session_state["made"].network.output_depth == 1
    assert "output_depth.limited" in controls(alone(cell="esn"))
    assert "output_depth.limited" not in controls(alone(task="echo", **deep))
    assert {"connection.limited", "windows.limited"} <= controls(alone(cell="esn")).keys()
