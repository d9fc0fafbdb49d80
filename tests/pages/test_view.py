"""The order of the units and the scale of the colours: chosen with one click, in the link, the same on every page."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine.observe.keeping import change_at, in_falling_order, marked_steps
from engine.observe.trace import LayerTrace
from engine.requests import tells_at
from playground.charts.heatmap import TIME_STEP
from playground.shell import heatmap_options
from tests.pages.opened import Sent, charts, opened, session, sound
from tests.pages.test_charts_sent import frame_of, sent_by
from tests.playground.visitors import tick_until

SMALL = {"task": "adding", "cell": "lstm", "hidden": "9", "length": "12", "batch": "2"}


def maps(found: list[Sent]) -> dict[str, Sent]:
    """Heat maps by the quantity."""
    return {
        chart.alt.split(":")[0].removeprefix("Heat map of "): chart for chart in found if chart.alt.startswith("Heat")
    }


def rows(chart: Sent) -> list[int]:
    """The units from the top down, as they are called on the axis."""
    (names,) = chart.tables["image"]["rows"].to_pylist()
    return [int(name) for name in names.split(",")]


def layer_trace(app: AppTest) -> LayerTrace:
    return session(app).shown[0].result.trace.layers[0][0]


def turn(app: AppTest, name: str, option: str) -> AppTest:
    return sound(app.segmented_control(key=f"view.{name}.shown").set_value(option).run())


def page(path: str, **params: str) -> AppTest:
    app = opened(**params)
    app.switch_page(f"../pages/{path}.py")
    for name, value in params.items():
        app.query_params[name] = value
    return sound(app.run())


def by_change(app: AppTest) -> list[int]:
    seen = session(app).shown[0].result.trace
    marked = marked_steps(session(app).experiment.task, seen.reading)
    return (in_falling_order(change_at(layer_trace(app).state["c"], marked)) + 1).tolist()


def by_answer(app: AppTest) -> list[int]:
    frame = session(app).shown[0]
    scores = tells_at(frame.snapshot.experiment, frame.result.checkpoint.weights)
    return (in_falling_order(scores[1, "forward"]["c"]) + 1).tolist()


@pytest.mark.parametrize(("order", "expected"), [("change", by_change), ("answer", by_answer)])
def test_one_click_orders_the_units_of_all_pictures_by_what_c_keeps(order: str, expected: Any) -> None:
    app = sound(opened(**SMALL))
    before = dict(app.query_params)
    assert {"order", "colours"}.isdisjoint(before), "links of what everybody sees stay as they were"
    app = turn(app, "order", order)
    assert app.query_params["order"] in (order, [order])
    found = maps(charts(app))
    assert set(found) == {"h", "c", "i", "f", "g", "o"}
    for name, chart in found.items():
        assert rows(chart) == expected(app)
        values = {**layer_trace(app).state, **layer_trace(app).gates}[name]
        first = next(iter(chart.tables.values()))
        assert first.column_names == ["unit", TIME_STEP, name]
        for row in first.to_pylist():
            assert row[name] == values[row[TIME_STEP] - 1, row["unit"] - 1]
    app = turn(app, "order", "number")
    assert "order" not in app.query_params
    assert all("rows" not in chart.tables["image"].column_names for chart in maps(charts(app)).values())


def test_a_link_opens_as_it_was_and_another_page_keeps_it() -> None:
    app = sound(opened(order="change", colours="own", **SMALL))
    expected = by_change(app)
    assert rows(maps(charts(app))["c"]) == expected
    app.switch_page("../pages/inside.py")
    app = sound(app.run())
    assert rows(maps(charts(app))["h"]) == expected
    assert app.query_params["order"] in ("change", ["change"])
    assert app.query_params["colours"] in ("own", ["own"])


def test_a_task_without_marks_offers_no_order_by_them_and_the_choice_comes_back() -> None:
    app = sound(opened(order="change", **SMALL))
    app.selectbox(key="task").set_value("hello").run()
    assert "rows" not in maps(charts(sound(app)))["c"].tables["image"].column_names
    offered = app.segmented_control(key="view.order.shown")
    assert offered.value == "number"
    assert len(offered.options) == 2
    app.selectbox(key="task").set_value("adding").run()
    assert rows(maps(charts(sound(app)))["c"]) == by_change(app)


@pytest.mark.parametrize(("name", "value"), [("order", "size"), ("colours", "red")])
def test_nonsense_takes_the_usual_view_and_says_so(name: str, value: str) -> None:
    app = opened(**{name: value}, **SMALL)
    assert not app.exception
    assert f"{name} must be one of" in app.warning[0].value.replace("\\", "")
    assert name not in app.query_params


def test_a_scale_of_its_own_is_for_states_and_not_for_gates() -> None:
    found = maps(charts(sound(opened(colours="own", **SMALL))))

    def key(name: str) -> str:
        return str(
            [
                layer["encoding"]["color"]["legend"]
                for layer in found[name].spec["layer"]
                if "color" in layer.get("encoding", {}) and isinstance(layer["encoding"]["color"], dict)
            ]
        )

    assert all("max" in key(name) for name in ("h", "c", "g"))
    assert not any("max" in key(name) for name in ("i", "f", "o"))


def test_side_by_side_each_network_has_its_own_order() -> None:
    app = page("side", networks="gru,rnn", order="change", **SMALL)
    side = app.session_state["side"]
    found = list(maps(charts(app)).values())
    assert len(found) == 2
    for chart, frame in zip(found, side.session.shown, strict=True):
        seen = frame.result.trace
        marked = marked_steps(frame.snapshot.experiment.task, seen.reading)
        expected = in_falling_order(change_at(seen.layers[0][0].state["h"], marked)) + 1
        assert rows(chart) == expected.tolist()
    assert app.query_params["networks"] in ("gru,rnn", ["gru,rnn"])
    assert app.query_params["order"] in ("change", ["change"])
    app = turn(app, "order", "answer")
    for chart, frame in zip(maps(charts(app)).values(), side.session.shown, strict=True):
        scores = tells_at(frame.snapshot.experiment, frame.result.checkpoint.weights)[1, "forward"]["h"]
        assert rows(chart) == (in_falling_order(scores) + 1).tolist()


@pytest.mark.parametrize("order", ["change", "answer", "number"])
def test_while_it_trains_neither_order_nor_scale_jumps_with_every_frame(order: str) -> None:
    """A new order at most each time the updates have doubled, which is also how often it is looked for."""
    app = sound(opened(order=order, cell="lstm", hidden="9", length="12", batch="1", lr="0.01"))
    app.button(key="play").click().run()
    orders, boxes, scales, ages = [], [], [], set()
    for _ in range(12):
        tick_until(session(app), session(app).updates + 1)
        found = sent_by(frame_of(app))
        frame = maps(found)
        ages.add(max(6, math.floor(math.log2(session(app).shown[0].result.checkpoint.updates + 1))))
        scales.append(frame["c"].proto.spec)
        if order != "number":
            orders.append(tuple(rows(frame["c"])))
            assert all(rows(chart) == rows(frame["c"]) for chart in frame.values())
        (network,) = [chart for chart in found if chart.alt.startswith("The network")]
        boxes.append(tuple(row["text"] for row in network.tables["texts"].to_pylist() if row["x"] < 0))
    session(app).pause()
    for drawn in (orders, boxes):
        assert sum(a != b for a, b in pairwise(drawn)) <= len(ages)
    assert sum(a != b for a, b in pairwise(scales)) <= 3


def test_a_scale_changes_only_where_it_no_longer_fits() -> None:
    def ends(amounts: list[float]) -> list[float]:
        st.session_state.pop("end", None)
        return [heatmap_options._held("end", np.full((2, 3), amount), True).high for amount in amounts]

    assert ends([0.5, 1.9, 2.1, 1.9, 2.1, 1.4]) == [1, 2, 5, 5, 5, 5]
    assert ends([4, 1.3, 1.2, 1.4, 0.6]) == [5, 2, 2, 2, 1]


SHOWS = " What it shows at update "


def test_what_a_picture_shows_is_told_where_it_comes_to_rest() -> None:
    """A browser builds a picture anew when its words change, so they stay for a single update."""
    app = sound(opened(**SMALL))
    still = [chart.alt for chart in charts(app)]
    assert all(f"{SHOWS}0: " in words for words in still)
    h = layer_trace(app).state["h"]
    step, unit = np.unravel_index(int(h.argmax()), h.shape)
    (told,) = [words for words in still if words.startswith("Heat map of h:")]
    assert f"The largest value is {h.max():.3g}, of unit {unit + 1} at step {step + 1};" in told
    app.button(key="step").click().run()
    assert [chart.alt for chart in charts(sound(app))] == still
    app.run()
    assert all(f"{SHOWS}1: " in chart.alt for chart in charts(sound(app)))
    app.button(key="play").click().run()
    moving = [chart.alt for chart in sent_by(frame_of(app))]
    assert moving
    assert not any(SHOWS in words for words in moving)
    app.run()
    app.button(key="play").click().run()
    at = session(app).shown[0].result.checkpoint.updates
    assert at > 1
    assert all(f"{SHOWS}{at:,}: " in chart.alt for chart in charts(sound(app)))


def test_another_layer_is_told_anew() -> None:
    """No words of one layer stay on the picture of another, neither at rest nor while it trains."""
    app = sound(opened(**{**SMALL, "layers": "2"}))
    app.button(key="step").click().run()
    app.segmented_control(key="inside_layer").set_value(2).run()
    h = session(app).shown[0].result.trace.layers[1][0].state["h"]
    assert f"{h.max():.3g}, of unit" in maps(charts(sound(app)))["h"].alt
    app.button(key="play").click().run()
    app.segmented_control(key="inside_layer").set_value(1).run()
    words = maps(charts(app))["h"].alt
    session(app).pause()
    assert SHOWS not in words
