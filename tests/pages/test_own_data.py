"""Own words, texts and tables through the page: what works trains, what does not is said, and nothing is lost."""

import pytest
from streamlit.testing.v1 import AppTest

from engine import Experiment
from playground import words
from tests.pages.opened import opened, session, sound

TEXT = "the cat sat on the mat. "


def uploaded(app: AppTest, key: str, name: str, data: bytes) -> AppTest:
    app.file_uploader(key=key).set_value((name, data, "text/plain")).run()
    assert not app.exception
    return app


def own_text(text: str = "") -> AppTest:
    """A page that trains on a shipped text, with "My own" just chosen and `text` typed."""
    app = sound(opened(task="text", corpus="tang", length="10", batch="2"))
    app.button(key="step").click().run()
    app.selectbox(key="text.corpus").select("own").run()
    assert not app.exception
    return app.text_area(key="text.text").set_value(text).run()


def assert_refused(app: AppTest, sentence: str) -> None:
    """A sentence, and the run of before is still there and goes on."""
    assert not app.exception
    said = [element.value.replace("\\", "") for element in (*app.error, *app.info)]
    assert any(sentence in one for one in said), said
    begun = session(app).beginnings
    assert session(app).updates == 1
    app.button(key="step").click().run()
    assert not app.exception
    assert session(app).beginnings == begun
    assert session(app).frame.snapshot.updates == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", words.NOTHING_YET),
        ("x", "at least 20 characters"),
        ("x" * 500, "two of them different"),
        ("春" * 70_000, "200,000 bytes"),
        ("plain text with a bell \a in it", "control characters"),
    ],
    ids=["empty", "one", "one letter", "huge", "control"],
)
def test_refused_texts(text: str, sentence: str) -> None:
    assert_refused(own_text(text), sentence)


def test_own_text_trains_and_stands_in_the_link() -> None:
    app = sound(own_text(TEXT * 3))
    experiment = session(app).experiment
    assert experiment == Experiment.from_params({**experiment.to_params(), "corpus": "own", "text": TEXT * 3})
    sound(app.button(key="step").click().run())
    assert session(app).updates == 1
    assert app.query_params["text"] == TEXT * 3
    assert session(sound(opened(**app.query_params))).experiment == experiment


def test_a_text_too_long_for_a_link_is_kept_in_the_session() -> None:
    long = TEXT * 500
    app = sound(own_text(long))
    assert "text" not in app.query_params
    sound(app.button(key="step").click().run())
    assert session(app).experiment.to_params()["text"] == long
    sound(app.slider(key="hidden").set_value(5).run())
    assert session(app).experiment.to_params()["text"] == long


def test_uploaded_text() -> None:
    app = sound(uploaded(own_text(), "text.file", "own.txt", ("\ufeff" + TEXT * 2).encode()))
    assert session(app).experiment.to_params()["text"] == TEXT * 2
    app.button(key="step").click().run()
    begun = session(app).beginnings
    app = uploaded(app, "text.file", "bad.txt", TEXT.encode("utf-16"))
    assert any("not text in UTF" in error.value for error in app.error)
    assert session(app).beginnings == begun


def own_series() -> AppTest:
    app = sound(opened(task="forecast", series="sunspots", length="5", batch="2"))
    app.button(key="step").click().run()
    app.selectbox(key="forecast.series").select("own").run()
    assert not app.exception
    return app


def table(rows: int) -> bytes:
    return ("name,a,b\n" + "".join(f"r{k},{k * k % 17},{k % 5}.5\n" for k in range(rows))).encode()


def test_uploaded_table() -> None:
    app = sound(uploaded(own_series(), "values.file", "own.csv", table(60)))
    column = app.selectbox(key="values.column")
    assert column.options == ["a", "b"]
    params = session(app).experiment.to_params()
    assert params["values"] == ",".join(str(k * k % 17) for k in range(60))
    sound(app.selectbox(key="values.column").select("b").run())
    assert session(app).experiment.to_params()["values"].startswith("0.5,1.5,")
    sound(app.button(key="step").click().run())
    assert session(app).updates == 1
    assert session(sound(opened(**app.query_params))).experiment == session(app).experiment


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "could not be read"),
        (b"a,b\nx,y\n", "No column holds numbers"),
        (table(1), "at least 20 numbers"),
        (table(30).replace(b",4,", b",,"), "empty or infinite"),
        (b"a\n" + b"1\n" * 60_000, "50,000 rows"),
        (b"a\n" + b"7\n" * 60, "hardly changes"),
        (bytes(range(256)) * 20, "could not be read"),
        (b"a\n" + b"1\n" * 1_000_000, "2,000,000"),
    ],
    ids=["empty", "words", "one row", "gap", "long", "constant", "binary", "huge"],
)
def test_refused_tables(data: bytes, sentence: str) -> None:
    assert_refused(uploaded(own_series(), "values.file", "own.csv", data), sentence)


def test_a_bad_table_after_a_good_one_keeps_the_run() -> None:
    app = sound(uploaded(own_series(), "values.file", "own.csv", table(60)))
    app.button(key="step").click().run()
    begun = session(app).beginnings
    app = uploaded(app, "values.file", "bad.csv", b"nothing")
    assert app.error
    assert session(app).beginnings == begun
    assert session(app).updates == 1


@pytest.mark.parametrize("word", ["春风", "a b", '"; import os', "<b>x</b>", "\\n{x}", "e\u0301😀"])
def test_own_words(word: str) -> None:
    app = sound(opened(task="hello"))
    app.text_input(key="hello.word").set_value(word).run()
    sound(app.button(key="step").click().run())
    assert session(app).experiment.to_params()["word"] == word == app.query_params["word"]
    assert session(app).updates == 1


@pytest.mark.parametrize("word", ["", "a", "aaaa", "ab" * 26, "a\x00b"])
def test_refused_words(word: str) -> None:
    app = sound(opened(task="hello"))
    app.button(key="step").click().run()
    assert_refused(app.text_input(key="hello.word").set_value(word).run(), "")
