"""The first page beside its pictures: counters that say what the frame says, and a sentence for every picture."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from engine import CELLS
from engine.tasks import Quantity
from playground import words
from playground.runs.session import Session
from playground.shell import frame
from playground.shell.probe import verdict
from tests.pages.opened import charts, figures, opened, session, sound, ticked
from tests.playground.visitors import tick_until

SMALL = {"hidden": "6", "batch": "2"}

COUNTERS = re.compile(
    r'<div class="figures">'
    r'(<span( style="box-shadow: 0 3px #[0-9a-f]{6}")?>'
    r"<small>(Updates|Updates/s|Loss|Training loss|Held-out loss|Chance|Held-out accuracy|Accuracy)</small>"
    r'<b data-figure="\3">[-+\d.,e%–]+</b></span>)+</div>'
)


def expected(shown: Session) -> dict[str, str]:
    """What the counters have to say of the frame on show while it stands still."""
    snapshot = shown.shown[0].snapshot
    task, losses, held_out = snapshot.experiment.task, snapshot.losses, snapshot.held_out
    training = words.number(losses[-1, 1]) if len(losses) else ""
    measured = words.number(held_out[-1, 1])
    scores = {"Training loss": training or "–", "Held-out loss": measured}
    return {
        "Updates": f"{snapshot.updates:,}",
        "Updates/s": "–",
        **(scores if task.varied else {"Loss": training or measured}),
        "Chance": f"{task.chance_loss:.4g}",
        "Held-out accuracy" if task.varied else "Accuracy": f"{100 * held_out[-1, 2]:.1f}%",
    }


@pytest.mark.parametrize("task", ["adding", "hello", "text", "forecast"])
def test_the_counters_say_what_the_frame_says(task: str) -> None:
    app = sound(opened(task=task, cell="gru", **SMALL))
    assert figures(app) == expected(session(app))
    for _ in range(2):
        app.button(key="step").click().run()
        assert figures(sound(app)) == expected(session(app))
    assert figures(app)["Updates"] == "2"
    next(each for each in app.select_slider if each.label == "Film").set_value(1).run()
    assert figures(sound(app)) == expected(session(app)), "looking back, those of then"
    assert figures(app)["Updates"] == "1"
    app.button(key="reset").click().run()
    assert figures(sound(app))["Updates"] == "0"


def test_while_training_the_counters_follow() -> None:
    app = sound(opened(task="adding", length="8", cell="rnn", **SMALL))
    app.button(key="play").click().run()
    run = session(app)
    assert figures(sound(app))["Updates/s"] == "–", "not before there is a rate"
    seen = []
    for updates in (5, 1200):
        tick_until(run, updates)
        ticked(app)
        seen.append(int(figures(app)["Updates"].replace(",", "")))
        assert seen[-1] >= updates
    assert "," in figures(app)["Updates"], "thousands are set apart"
    assert seen == sorted(seen)
    for _ in range(400):
        ticked(app)
        if run.rate:
            break
        tick_until(run, run.updates + 50)
    ticked(app)
    assert int(figures(app)["Updates/s"].replace(",", "")) > 0
    run.pause()
    assert figures(sound(app.run())) == expected(run)


HOSTILE = ["<b>x</b>", "<script>alert(1)</script>", '"><i data-figure="Updates">9</i>']


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("where", ["word", "text", "series"])
def test_nothing_that_was_typed_is_in_the_html(typed: str, where: str) -> None:
    params = {
        "word": {"task": "hello", "word": typed},
        "text": {"task": "text", "corpus": "own", "text": f"{typed} and more of it. " * 3, "length": "8"},
        "series": {"task": typed, "cell": typed, typed: typed},
    }[where]
    app = opened(**SMALL, **params)
    assert not app.exception
    app.button(key="step").click().run()
    if where == "text":
        app.text_input(key="prompt").set_value(typed).run()
    assert not app.exception
    assert_ours(app)


def assert_ours(app: AppTest) -> None:
    bodies = [html.proto.body for html in app.get("html")]
    request = f"<style>{frame.LOOK.read_text(encoding='utf-8')}</style>"
    assert bodies.count(request) == 1
    (counters,) = [body for body in bodies if body != request]
    assert COUNTERS.fullmatch(counters), counters


def test_numbers_that_are_none_are_a_dash() -> None:
    wild = {"cell": "rnn", "activation": "identity", "optimizer": "sgd", "lr": "10", "clip": "0", "length": "50"}
    app = opened(task="adding", **wild, **SMALL)
    for _ in range(60):
        if session(app).exploded:
            break
        app.button(key="step").click().run()
    assert session(app).exploded
    assert not app.exception
    assert_ours(app)


def subtitle(spec: dict[str, object]) -> tuple[str, str]:
    title = spec["title"]
    assert isinstance(title, dict)
    return title["text"], " ".join(title["subtitle"])


@pytest.mark.parametrize("cell", CELLS)
def test_every_picture_of_the_inside_has_its_sentence_under_its_title(cell: str) -> None:
    app = sound(opened(task="adding", length="6", cell=cell, **SMALL))
    (live,) = [each for each in app.pills if each.label == "Live pictures"]
    drawn = {subtitle(chart.spec) for chart in charts(app) if "title" in chart.spec}
    assert drawn == {words.quantity(cell, name) for name in live.value}
    others = [chart.alt for chart in charts(app) if "title" not in chart.spec]
    assert [
        alt.split(":")[0].split(",")[0] for alt in others if alt.startswith(("Heat map", "Line chart of the grad"))
    ] == []
    said = "\n".join(element.value for element in (*app.main.markdown, *app.main.caption))
    for sentence in drawn:
        assert sentence[1] not in said, "it is said twice"


def test_the_other_pictures_have_theirs_on_the_page() -> None:
    app = sound(opened(task="adding", length="6", **SMALL))
    said = "\n".join(element.value for element in (*app.main.markdown, *app.main.caption))
    for sentence in (words.CHANCE, words.NO_MEMORY, words.NETWORK_VIEWS["Unrolled"]):
        assert said.count(sentence.strip()) == 1
    assert "parameters" in said


def pictures_of_the_sequence(app: AppTest) -> list[str]:
    series = ("Line chart of 20 values of the series over time", "Line chart of 21")
    starts = ("One sequence", *series, "20 values", "50 numbers")
    return [chart.alt for chart in charts(app) if chart.alt.startswith(starts)]


@pytest.mark.parametrize(
    ("params", "pictures"),
    [
        ({"task": "adding", "length": "50"}, 1),
        ({"task": "forecast"}, 1),
        ({"task": "hello"}, 1),
        ({"task": "order", "length": "20"}, 1),
        ({"task": "copy", "length": "180"}, 2),
    ],
    ids=["numbers", "series", "word", "letters that fit", "letters that do not"],
)
def test_the_input_is_drawn_once(params: dict[str, str], pictures: int) -> None:
    """A second picture, in lines of letters, only where one time axis has no room for the letters."""
    app = sound(opened(cell="gru", **SMALL, **params))
    assert len(pictures_of_the_sequence(app)) == pictures
    answer = verdict(session(app).frame.result.trace.reading, session(app).experiment.task)
    assert [element.value for element in app.main.markdown].count(answer) == 1
    assert isinstance(session(app).frame.result.trace.reading, Quantity) == (params["task"] in ("adding", "forecast"))


def test_truncation_is_seen_in_the_gradient() -> None:
    """Solid what learning sees, which is nothing before the last window; shaded that window."""
    app = sound(opened(task="adding", length="12", hidden="6", cell="rnn", truncate="5"))
    chart = next(each for each in charts(app) if "gradient" in each.tables)
    assert chart.tables["window"].to_pylist() == [{"x": 7.5, "x2": 12.5}]
    rows = chart.tables["gradient"].to_pylist()
    learned = {row["x"]: row["log"] for row in rows if row["learned"]}
    every = {row["x"]: row["log"] for row in rows if not row["learned"]}
    assert [x for x, log in learned.items() if log is None] == list(range(1, 8))
    assert all(log is not None for log in every.values())
    assert [learned[x] for x in range(8, 13)] == pytest.approx([every[x] for x in range(8, 13)])


def test_the_gradient_relative_to_the_last_step_stands_in_the_link() -> None:
    def logs(app: AppTest) -> list[float]:
        table = next(each.tables["gradient"] for each in charts(app) if "gradient" in each.tables)
        return list(table.column("log").to_pylist())

    app = sound(opened(task="adding", length="12", hidden="6", cell="rnn"))
    plain = logs(app)
    sound(app.toggle(key=".relative").set_value(True).run())
    assert logs(app) == pytest.approx([log - plain[-1] for log in plain], abs=1e-5)
    assert app.query_params["relative"] in ("1", ["1"])
    again = sound(opened(task="adding", length="12", hidden="6", cell="rnn", relative="1"))
    assert logs(again) == logs(app)
