"""Own words, texts and tables through the page: what works trains, what does not is said, and nothing is lost."""

import json
from pathlib import Path

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
        ("x" * 500, "“x” all through"),
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
    app = uploaded(app, "text.file", "bad.txt", b"PK\x03\x04\x00\x00" + TEXT.encode())
    assert any("not text" in error.value for error in app.error)
    assert session(app).beginnings == begun


def bare(text: str) -> str:
    """Words without what keeps them from being markup."""
    return text.replace("\\", "").replace("\N{WORD JOINER}", "")


def captions(app: AppTest) -> str:
    return " ".join(bare(element.value) for element in app.caption)


@pytest.mark.parametrize(
    ("encoding", "said"), [("gb18030", "GBK"), ("big5", "Big5"), ("utf-16", "UTF-16"), ("utf-8", "UTF-8")]
)
def test_uploaded_text_in_other_encodings(encoding: str, said: str) -> None:
    text = "床前明月光，疑是地上霜。" * 3
    app = sound(uploaded(own_text(), "text.file", "own.txt", text.encode(encoding)))
    assert session(app).experiment.to_params()["text"] == text
    assert f"Read as {said}" in captions(app)


def test_how_a_text_was_read_is_shown_and_can_be_corrected() -> None:
    text = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。"
    app = sound(uploaded(own_text(), "text.file", "own.txt", text.encode("gb18030")))
    assert app.sidebar.code[0].value == text
    app = sound(app.selectbox(key="text.encoding").set_value("big5").run())
    other = text.encode("gb18030").decode("big5", "replace")
    assert session(app).experiment.to_params()["text"] == other
    assert app.sidebar.code[0].value == other
    # One that does not fit is refused; the text stays, and the control as well.
    app.selectbox(key="text.encoding").set_value("utf_8").run()
    assert "not text in UTF-8" in bare(app.error[0].value)
    assert session(app).experiment.to_params()["text"] == other
    app = sound(app.selectbox(key="text.encoding").set_value(None).run())
    assert session(app).experiment.to_params()["text"] == text
    # Another file is read from nothing.
    app.selectbox(key="text.encoding").set_value("big5").run()
    app = sound(uploaded(app, "text.file", "next.txt", (TEXT * 2).encode()))
    assert app.selectbox(key="text.encoding").value is None
    assert session(app).experiment.to_params()["text"] == TEXT * 2


def test_a_wrong_byte_is_said() -> None:
    app = sound(
        uploaded(own_text(), "text.file", "own.txt", "床前明月光，疑是地上霜。".encode() + b"\xe6" + TEXT.encode())
    )
    assert "does not belong to it, at byte 37" in captions(app)


def test_form_feed_and_decomposed_letters() -> None:
    app = sound(uploaded(own_text(), "text.file", "own.txt", b"the cafe\xcc\x81 at noon\fpage two\x1a"))
    assert session(app).experiment.to_params()["text"] == "the café at noon\fpage two\x1a"
    sound(app.button(key="step").click().run())
    app = sound(app.text_area(key="text.text").set_value("cafe\u0301 and a cafe\u0301 again").run())
    assert session(app).experiment.to_params()["text"] == "café and a café again"
    app = sound(app.text_input(key="prompt").set_value("cafe\u0301").run())
    assert "not know" not in captions(app)


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
        (table(30).replace(b",4,", b",,"), "Choose what to do with the gaps"),
        (b"a\n" + b"1\n" * 60_000, "50,000 rows"),
        (b"a\n" + b"7\n" * 60, "7 all through its first four fifths"),
        (bytes(range(256)) * 20, "not text"),
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


CASES = Path(__file__).parents[1] / "engine" / "tables" / "cases"
EXPECTED = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))


def warnings(app: AppTest) -> str:
    return " ".join(bare(element.value) for element in (*app.warning, *app.error, *app.caption))


@pytest.mark.parametrize("name", EXPECTED)
def test_cases(name: str) -> None:
    wanted = EXPECTED[name]
    app = uploaded(own_series(), "values.file", name, (CASES / name).read_bytes())
    assert all(word in warnings(app) for word in wanted.get("sentence_names", ()))
    if "values" in wanted:
        assert list(session(sound(app)).experiment.task.values) == wanted["values"]
        assert app.selectbox(key="values.column").value == wanted.get(
            "column", app.selectbox(key="values.column").value
        )
    assert "hardly changes" not in warnings(app)


def test_gaps_are_filled_or_left_out_when_asked() -> None:
    app = uploaded(own_series(), "values.file", "own.csv", (CASES / "one-missing.csv").read_bytes())
    assert "“level”: 1 cell is no number (line 19: “NA”)" in warnings(app)
    assert session(app).experiment.task.series == "sunspots"
    app = sound(app.radio(key="values.gaps").set_value("stretch").run())
    assert len(session(app).experiment.task.values) == 42
    app = sound(app.radio(key="values.gaps").set_value("fill").run())
    values = session(app).experiment.task.values
    assert len(values) == 60
    assert values[17] == pytest.approx((values[16] + values[18]) / 2)


def test_another_page_keeps_the_column_and_what_was_chosen_for_its_gaps() -> None:
    app = uploaded(own_series(), "values.file", "own.csv", (CASES / "one-missing.csv").read_bytes())
    app = sound(app.radio(key="values.gaps").set_value("stretch").run())
    chosen = session(app).experiment.task.values
    app = sound(app.switch_page("../pages/cells.py").run())
    app = sound(app.run())
    assert app.selectbox(key="values.column").value == "level"
    assert session(app).experiment.task.values == chosen


def two(year: str) -> bytes:
    return ("year,level\n" + "".join(f"{1900 + k},{k * k % 17 if k != 7 else year}.5\n" for k in range(40))).encode()


def shown_is_used(app: AppTest, file: str) -> None:
    """The column that is shown is the one whose numbers are trained on, and it is said which file they are of."""
    column = app.selectbox(key="values.column").value
    values = session(sound(app)).experiment.task.values
    assert column == ("year" if values[0] == 1900 else "level")
    assert f"In use: {len(values)} values of “{column}” in {file}" in captions(app)


@pytest.mark.parametrize("chosen", ["year", "level"])
def test_the_mended_file_is_read_anew(chosen: str) -> None:
    """A table with a bad cell, a choice made in it, then the mended table: nothing of the first is left."""
    app = uploaded(own_series(), "values.file", "bad.csv", two("n/a"))
    app.selectbox(key="values.column").set_value(chosen).run()
    if chosen == "level":
        app = app.radio(key="values.gaps").set_value("stretch").run()
    shown_is_used(app, "bad.csv")
    app = uploaded(app, "values.file", "mended.csv", two("7"))
    shown_is_used(app, "mended.csv")
    assert len(session(app).experiment.task.values) == 40
    other = "year" if app.selectbox(key="values.column").value == "level" else "level"
    shown_is_used(app.selectbox(key="values.column").set_value(other).run(), "mended.csv")


def test_on_another_page_the_file_is_named_read_again_and_can_be_removed() -> None:
    app = uploaded(own_series(), "values.file", "own.csv", two("7"))
    app = sound(app.switch_page("../pages/cells.py").run())
    shown_is_used(app, "own.csv")
    app = app.selectbox(key="values.header").set_value(0).run()
    assert app.selectbox(key="values.column").value == "column 2", "it is still there to be read otherwise"
    begun = session(app).beginnings
    if "values.remove" in {button.key for button in app.button}:
        app = app.button(key="values.remove").click().run()
    else:
        app = app.file_uploader(key="values.file").set_value(None).run()
    assert not app.exception
    assert words.NOTHING_YET in [info.value for info in app.info]
    assert "In use" not in captions(app)
    assert session(app).beginnings == begun, "the run goes on"


def test_a_refused_file_leaves_what_is_in_use_and_says_so() -> None:
    app = uploaded(own_series(), "values.file", "own.csv", two("7"))
    app = uploaded(app, "values.file", "bad.csv", b"name\nann\nben\n")
    assert app.error
    assert "in own.csv" in captions(app)


def test_a_sentence_about_a_refused_text_goes_with_the_next_text() -> None:
    app = uploaded(own_text(), "text.file", "bad.txt", b"PK\x03\x04\x00\x00" + TEXT.encode())
    assert app.error
    app = sound(app.text_area(key="text.text").set_value(TEXT * 2).run())
    assert session(app).experiment.to_params()["text"] == TEXT * 2


def test_an_outlier_can_be_counted_as_a_gap() -> None:
    app = uploaded(own_series(), "values.file", "own.csv", (CASES / "late-outlier.csv").read_bytes())
    assert "line 57" in warnings(app)
    assert "far outside the rest" in warnings(app)
    app = app.checkbox(key="values.far").check().run()
    app = sound(app.radio(key="values.gaps").set_value("stretch").run())
    assert len(session(app).experiment.task.values) == 55


def test_each_decision_has_a_control() -> None:
    data = "level\n" + "".join(f"{1 + k * k % 17},{1 + k % 9}25\n" for k in range(60))
    app = sound(uploaded(own_series(), "values.file", "own.csv", data.encode()))
    assert "two ways" in captions(app)
    first = session(app).experiment.task.values
    app = sound(app.selectbox(key="values.decimal").set_value("," if first[1] > 100 else ".").run())
    assert session(app).experiment.task.values != first
    app = app.selectbox(key="values.header").set_value(0).run()
    assert app.selectbox(key="values.column").value == "column 1"
    app = app.selectbox(key="values.encoding").set_value("utf_16").run()
    assert app.error
    app = app.selectbox(key="values.encoding").set_value(None).run()
    app = app.selectbox(key="values.header").set_value(None).run()
    app = sound(app.selectbox(key="values.separator").set_value(",").run())
    assert app.selectbox(key="values.column").options == ["column 1", "column 2"]


def test_names_of_columns_are_words_and_no_markup() -> None:
    app = sound(uploaded(own_series(), "values.file", "own.csv", table(60).replace(b"a,b", b"<b>*[x](y),b")))
    assert "<b>" not in "".join(element.value for element in app.markdown)


def test_a_paste_over_the_limit_is_refused_in_words() -> None:
    assert not own_text().text_area(key="text.text").proto.max_chars
    app = own_text("ab" * 200_000)
    assert any("200,000 bytes" in element.value.replace("\\", "") for element in app.error)
    app = sound(opened(task="hello"))
    app = app.text_input(key="prompt").set_value("h" * 500).run()
    assert any("400 bytes" in element.value.replace("\\", "") for element in app.error)


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
