"""The page "Text": a unit along a passage, the search, similar moments and samples, for every kind of text."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.tasks.sequence.characters import corpus
from playground.views.text import words as say
from tests.pages.opened import ENTRY, Sent, charts, session, sound

ALICE = {"task": "text", "corpus": "alice", "cell": "lstm", "hidden": "12", "length": "10", "batch": "2"}
HOSTILE = (
    "<img src=x onerror=alert(1)> **bold** [link](https://example.com) $x^2$ :red[no] `code` "
    "\u202eright to left\u202c e\u0301 😀 שלום\n# heading\n<script>alert(2)</script>\n"
)


def text_page(**params: str) -> AppTest:
    """The page "Text", opened by a link."""
    app = AppTest.from_file(str(ENTRY), default_timeout=60)
    for name, value in params.items():
        app.query_params[name] = value
    app.switch_page("../pages/text.py")
    return sound(app.run())


def passage(app: AppTest) -> list[dict[str, Any]]:
    """The characters on show, with their values."""
    return drawn(app, "A text")[0].tables["letters"].to_pylist()


def sample(app: AppTest) -> list[dict[str, Any]]:
    return drawn(app, "A text")[1].tables["letters"].to_pylist()


def drawn(app: AppTest, begins: str) -> list[Sent]:
    return [chart for chart in charts(app) if chart.alt.startswith(begins)]


def said(app: AppTest) -> str:
    kinds = ("markdown", "caption", "info")
    return "\n".join(element.value for kind in kinds for element in app.main.get(kind))


def tables(app: AppTest) -> list[list[dict[str, Any]]]:
    return [element.value.to_dict("records") for element in app.dataframe]


@pytest.mark.parametrize(
    ("params", "begins", "wide"),
    [
        ({"task": "hello"}, "hello", 36),
        (ALICE, "I'll␣look␣first", 12),
        ({**ALICE, "corpus": "tang", "cell": "gru"}, None, 20),
        ({**ALICE, "cell": "rnn", "layers": "2"}, None, 12),
    ],
    ids=["hello", "alice", "tang", "two layers"],
)
def test_everything_is_there(params: dict[str, str], begins: str | None, wide: int) -> None:
    app = text_page(**params)
    shown = passage(app)
    assert begins is None or "".join(row["text"] for row in shown).startswith(begins)
    assert len(shown) == 5 or 100 < len(shown) <= 400
    assert sum(row["chosen"] for row in shown) == 1
    assert all(-1 <= row["value"] <= 1 for row in shown)
    assert f"/ {wide}" in str(drawn(app, "A text")[0].spec)
    assert len(drawn(app, "Bar chart")) == 1
    assert "after update 0" in said(app)
    search_and_alike = tables(app)
    assert len(search_and_alike) == (1 if params["task"] == "hello" else 2)
    assert 0 < len(search_and_alike[-1]) <= 8


def test_hello_says_why_there_is_no_search_and_writes_as_much_as_its_word() -> None:
    app = text_page(task="hello")
    assert "single word is too short" in said(app)
    rows = sample(app)
    assert len(rows) == 5
    assert rows[0]["value"] is None, "the prompt was not drawn"
    assert all(0 < row["value"] <= 1 for row in rows[1:])


def test_a_step_is_followed() -> None:
    app = text_page(**ALICE)
    before = passage(app)
    sound(app.button(key="step").click().run())
    assert "after update 1" in said(app)
    assert passage(app) != before
    assert [row["text"] for row in passage(app)] == [row["text"] for row in before]
    sound(app.button(key="reset").click().run())
    assert passage(app) == before


def test_looking_leaves_the_course_as_it_is() -> None:
    app, bare = text_page(**ALICE), text_page(**{**ALICE, "task": "text"})
    for _ in range(3):
        app.button(key="text.write.again").click().run()
        sound(app.button(key="step").click().run())
        bare.button(key="step").click().run()
    assert session(app).frame.snapshot.losses.tolist() == session(bare).frame.snapshot.losses.tolist()


def test_unit_layer_and_gate_are_chosen() -> None:
    app = text_page(**{**ALICE, "layers": "2"})
    first = passage(app)
    sound(app.number_input(key="text.show.unit").set_value(12).run())
    assert passage(app) != first
    sound(app.segmented_control(key="text.show.quantity").set_value("f").run())
    assert all(0 <= row["value"] <= 1 for row in passage(app))
    assert "Forget gate" in said(app)
    sound(app.segmented_control(key="text.show.layer").set_value(2).run())
    assert "layer 2" in said(app)
    sound(app.slider(key="hidden").set_value(5).run())
    assert "unit 5 of 5" in said(app)
    sound(app.selectbox(key="cell").select("rnn").run())
    assert "unit 5 of 5" in said(app)


def test_windows_through_the_text() -> None:
    app = text_page(**ALICE)
    assert "held-out text" in said(app)
    first = passage(app)
    sound(app.button(key="text.back").click().run())
    assert "training text" in said(app)
    assert passage(app)[-1]["position"] == first[0]["position"] - 1
    for _ in range(5):
        if not app.button(key="text.forward").disabled:
            sound(app.button(key="text.forward").click().run())
    assert app.button(key="text.forward").disabled
    assert passage(app)[-1]["position"] == 5000
    sound(app.number_input(key="text.show.at").set_value(1).run())
    assert passage(app)[0]["position"] == 1
    assert app.button(key="text.back").disabled


@pytest.mark.parametrize("name", sorted(say.PROPERTIES.keys() - {"upper_case", "digit", "character"}))
def test_search_for_a_property(name: str) -> None:
    app = text_page(**ALICE)
    sound(app.selectbox(key="text.property").select(name).run())
    found = tables(app)[0]
    assert len(found) == 10
    assert [abs(row["found"]) for row in found] == sorted((abs(row["found"]) for row in found), reverse=True)
    assert all(-1 <= row["r"] <= 1 for row in found)
    underlined = sum(row["marked"] for row in passage(app))
    assert (underlined == 0) == name.endswith("_position")


def test_search_for_a_character_and_for_what_never_comes() -> None:
    app = text_page(**ALICE)
    sound(app.selectbox(key="text.property").select("character").run())
    sound(app.selectbox(key="text.character").select("e").run())
    assert len(tables(app)[0]) == 10
    assert {row["text"] for row in passage(app) if row["marked"]} == {"e"}
    for rare in ("upper_case", "digit"):
        sound(app.selectbox(key="text.property").select(rare).run())
        assert "a search needs at least 5" in said(app)
        assert len(tables(app)) == 1


def test_sampling() -> None:
    app = text_page(**ALICE)
    first = sample(app)
    assert len(first) == 201
    sound(app.button(key="text.write.again").click().run())
    assert [row["text"] for row in sample(app)] != [row["text"] for row in first]
    sound(app.number_input(key="text.write.top_k").set_value(1).run())
    assert all(row["value"] == 1 for row in sample(app)[1:])
    assert "from the 1 likeliest" in said(app)
    bars = drawn(app, "Bar chart")[0].tables["shares"].to_pylist()
    assert [(row["share"], row["drawn"]) for row in bars] == [(1, True)]
    sound(app.text_input(key="text.write.prompt").set_value("Alice ☃").run())
    assert "".join(row["text"] for row in sample(app)).startswith("Alice␣")
    assert "☃" in said(app)
    sound(app.number_input(key="text.write.top_k").set_value(0).run())
    sound(app.number_input(key="text.write.place").set_value(200).run())
    shares = drawn(app, "Bar chart")[0].tables["shares"].to_pylist()
    assert len(shares) == 8
    assert sum(row["drawn"] for row in shares) == 1
    assert sum(row["share"] for row in shares) <= 1


def test_own_hostile_text_stays_text() -> None:
    app = text_page(**{**ALICE, "corpus": "own", "text": HOSTILE * 10})
    sound(app.button(key="step").click().run())
    sound(app.text_input(key="text.write.prompt").set_value("<b>*[☃](x)").run())
    for element in (*app.main.markdown, *app.main.caption, *app.main.info):
        assert not element.proto.allow_html if hasattr(element.proto, "allow_html") else True
        assert "<img" not in element.value
        assert "<b>" not in element.value
    turning = {"\u202e", "\u202c", "\u202d", "\u2067"}
    for rows in (passage(app), sample(app)):
        assert not turning & {row["text"] for row in rows}
    for rows in tables(app):
        assert not turning & set("".join(str(value) for row in rows for value in row.values()))
    assert len(passage(app)) > 50


def test_another_text_of_another_length() -> None:
    """What was chosen in a longer text is brought into the shorter one."""
    app = text_page(**ALICE)
    sound(app.number_input(key="text.show.at").set_value(5000).run())
    sound(app.number_input(key="text.write.place").set_value(200).run())
    sound(app.selectbox(key="text.corpus").select("tang").run())
    assert passage(app)[-1]["position"] == len(corpus("tang").rstrip("\0"))
    sound(app.selectbox(key="task").select("hello").run())
    assert len(passage(app)) == 5
    assert len(sample(app)) == 5


def test_other_tasks_say_what_is_needed_and_offer_it() -> None:
    app = text_page(task="adding")
    assert say.NEEDS_TEXT in said(app)
    assert not charts(app)
    app.button(key="text.open").click().run()
    sound(app)
    assert session(app).experiment.task_name == "text"
    assert len(passage(app)) == 400
    sound(app.selectbox(key="task").select("copy").run())
    assert say.NEEDS_TEXT in said(app)
