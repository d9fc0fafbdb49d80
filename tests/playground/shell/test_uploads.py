"""Files from outside: a table or a text, or a sentence that says what is wrong and what would do."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.messages import Message
from engine.tables import DataFileError, filled, longest, read_table
from playground.charts.column import column_data, column_picture
from playground.shell.uploads import MAX_BYTES, Read, cleaned, read_text
from tests.playground.vega import unknown_fields


def refusal(read: Callable[..., Any], *given_: object) -> str:
    with pytest.raises(DataFileError) as caught:
        read(*given_)
    assert str(caught.value).endswith(".")
    return str(caught.value)


READ_AS_UTF_8 = (Message("decoding.read", encoding="UTF-8"),)


def told(found: Read) -> str:
    return " ".join(map(str, found.said))


def test_texts() -> None:
    assert read_text("\ufeffa\r\nb\rc 春\n".encode()) == ("a\nb\nc 春\n", "utf_8", READ_AS_UTF_8)
    assert read_text(b"") == ("", "utf_8", READ_AS_UTF_8)
    assert len(read_text(b"a" * MAX_BYTES)[0]) == MAX_BYTES


def test_a_form_feed_and_the_end_of_a_text_in_old_systems_are_no_binary_file() -> None:
    assert read_text(b"page\fpage\x1a")[0] == "page\fpage\x1a"


def test_composed_and_decomposed_letters_are_the_same() -> None:
    found = read_text("cafe\u0301".encode())
    assert found.text == "café" == cleaned("cafe\u0301")[0]
    assert "one letter" in told(found)
    assert "one letter" not in told(read_text("café".encode()))


def test_invisible_characters_are_left_out_and_said() -> None:
    found = read_text("one\u200b two\r\ufeffthree\u2060".encode())
    assert found.text == "one two\nthree"
    assert "3 invisible characters were left out." in told(found)
    assert cleaned("a family: 👩\u200d👧") == ("a family: 👩\u200d👧", ())


def test_an_encoding_can_be_chosen() -> None:
    data = "床前明月光".encode("big5")
    assert read_text(data, "big5").text == "床前明月光"
    assert read_text(b"plain", "cp1252").encoding == "cp1252"


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("gb18030", "GBK"), ("big5", "Big5"), ("utf-16", "UTF-16")],
)
def test_encodings_are_said(encoding: str, named: str) -> None:
    text = "床前明月光，疑是地上霜。" * 3
    assert read_text(text.encode(encoding))[0] == text
    assert named in told(read_text(text.encode(encoding)))


def test_windows_is_said() -> None:
    found = read_text("déjà vu".encode("cp1252"))
    assert (found.text, found.encoding) == ("déjà vu", "cp1252")
    assert told(found) == "Read as Windows-1252, the likeliest encoding."


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a" * (MAX_BYTES + 1), "200,001 bytes; up to 200,000"),
        (("春" * 70_000).encode("gb18030"), "210,000 bytes; up to 200,000"),
        (b"a" * 1_000_000, "1,000,000 bytes; up to 200,000"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not text"),
    ],
    ids=range(4),
)
def test_refused_texts(data: bytes, words: str) -> None:
    assert words in refusal(read_text, data)


def attempt(read: Callable[..., Any], *given_: object) -> Any:
    """What `read` gives, or None if it said why not."""
    try:
        return read(*given_)
    except DataFileError:
        return None


TABLE_LIKE = st.text(alphabet="1234567890.,;\t\n\r\"' eE+-#abn∞\0\ufeff|%$/", max_size=60).map(str.encode)


@given(st.one_of(st.binary(max_size=200), TABLE_LIKE))
@example(b'a,a\n1,2\n"')
@example(b"\xef\xbb\xbf")
@example(b"1,\n")
@example(b",\n1,2\n")
@example(b"-\n9223372036854775808\n18446744073709551616\n")
def test_any_file_gives_numbers_or_a_sentence(data: bytes) -> None:
    """Whatever the bytes, nothing but DataFileError is raised."""
    table = attempt(read_table, data)
    for column in table.columns if table else ():
        assert len(column.values) == len(column.lines) == len(table.lines)
        start, stop = longest(column.values)
        assert all(map(math.isfinite, column.values[start:stop]))
        assert len(column.strange) in (0, int(np.isnan(column.values).sum()))
        if stop:
            assert np.isfinite(filled(column.values)).all()
    if table:
        assert len({column.name for column in table.columns}) == len(table.columns)
    text = attempt(read_text, data)
    assert text is None or "\r" not in text[0]


def test_the_picture_of_a_column_keeps_its_extremes_and_gaps() -> None:
    values = np.arange(10_000.0) % 7
    values[5_000], values[7_000] = 99.0, np.nan
    drawn = column_data(values)["column"]
    assert drawn.num_rows <= 600
    assert max(drawn["value"].to_pylist()) == 99.0
    assert column_data(np.array([1.0, np.nan, 3.0]))["column"]["value"].to_pylist() == [1.0, None, 3.0]
    for dark in (False, True):
        picture = column_picture(dark)
        assert not unknown_fields(picture.spec, {"column": drawn.column_names})
