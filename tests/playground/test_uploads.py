"""Files from outside: a table or a text, or a sentence that says what is wrong and what would do."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.fields import FieldError
from playground.uploads import MAX_BYTES, MAX_ROWS, checked_column, read_csv, read_text


def refusal(read: Callable[..., Any], *given_: object) -> str:
    with pytest.raises(FieldError) as caught:
        read(*given_)
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        ("year,value\n1,2.5\n2,3\n", {"year": (1, 2), "value": (2.5, 3)}),
        ("a;b\n1;2\n3;4\n", {"a": (1, 3), "b": (2, 4)}),
        ("a\tb\n1\t2\n3\t4\n", {"a": (1, 3), "b": (2, 4)}),
        ("value\r\n1\r\n2\r\n", {"value": (1, 2)}),
        ("value\n1\n2", {"value": (1, 2)}),
        ("1,2\n3,4\n5,6\n", {"column 1": (1, 3, 5), "column 2": (2, 4, 6)}),
        ("1\n2\n3\n", {"column 1": (1, 2, 3)}),
        ('"name, first","the ""n"""\nx,1\ny,2\n', {'the "n"': (1, 2)}),
        ('name,n\n"a, b",1\n"c\nd",2\n', {"n": (1, 2)}),
        ("\ufeffvalue\n1\n2\n", {"value": (1, 2)}),
        ("数,n\n甲,1e-3\n乙,-2E2\n", {"n": (0.001, -200)}),
        ("a, b\n1, 2\n", {"a": (1,), "b": (2,)}),
        ("date,n\n2020-01-01,1\n", {"n": (1,)}),
        ("n,n,\n1,2,3\n", {"n": (1,), "n (2)": (2,), "column 3": (3,)}),
        ("a,b\n1,inf\n2,nan\n", {"a": (1, 2)}),
        ("n\n1\n2\n\n\n", {"n": (1, 2)}),
    ],
    ids=range(16),
)
def test_tables(data: str, columns: dict[str, tuple[float, ...]]) -> None:
    assert read_csv(data.encode()) == columns


def test_gaps_are_found_where_the_column_is_chosen() -> None:
    columns = read_csv(b"a,b\n1,2\n,3\n5,\n")
    assert "“a” has 1 empty or infinite cells, the first in row 2 " in refusal(checked_column, "a", columns["a"])
    assert "row 3 " in refusal(checked_column, "b", columns["b"])
    assert "row 2 " in refusal(checked_column, "n", read_csv(b"n\n1\n\n3\n")["n"])
    assert checked_column("c", (1.0, -1e30)) == (1.0, -1e30)
    assert "“" + "n" * 40 + "”" in refusal(checked_column, "n" * 100, (math.nan,))


def test_gaps_are_found_without_a_line_of_names() -> None:
    columns = read_csv(b"1,2\n3,\n5,6\n")
    assert "row 2 " in refusal(checked_column, "column 2", columns["column 2"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "could not be read as a table"),
        (b"\n\n\n", "could not be read as a table"),
        (b"name\nann\nben\n", "No column holds numbers only (columns: name)"),
        (b"name,n\nann,1\nben,x\n", "No column holds numbers only (columns: name, n)"),
        (b"n\n1,5\n2,5,3\n", "Line 2 of the file has 2 cells and the first line 1"),
        (b"1," * 200 + b"1\n", "201 columns"),
        (b"a,b\n,\n", "No column holds numbers only (columns: a, b)"),
        ("n\n1\n2\n".encode("utf-16"), "could not be read as a table"),
        (bytes(range(256)), "could not be read as a table"),
        (b"PK\x03\x04\x14\x00\x00\x00", "could not be read as a table"),
        (b"n\n" + b"1\n" * (MAX_ROWS + 1), "more than 50,000 rows"),
        (b"n\n" + b"1" * MAX_BYTES["csv"], "2,000,002 bytes; up to 2,000,000 will do"),
        (b"n\n1\n1" + b"0" * 400 + b"\n", "No column holds numbers only"),
        (b"n\nTrue\nFalse\n", "No column holds numbers only (columns: n)"),
    ],
    ids=range(14),
)
def test_refused_tables(data: bytes, words: str) -> None:
    assert words in refusal(read_csv, data)


def test_a_line_of_names_only_has_no_numbers() -> None:
    assert "No column" in refusal(read_csv, b"a,b\n")


def test_as_many_rows_as_allowed() -> None:
    assert len(read_csv(b"n\n" + b"1.5\n" * MAX_ROWS)["n"]) == MAX_ROWS


def test_texts() -> None:
    assert read_text("\ufeffa\r\nb\rc 春\n".encode()) == "a\nb\nc 春\n"
    assert read_text(b"") == ""
    assert len(read_text(b"a" * MAX_BYTES["text"])) == MAX_BYTES["text"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a" * (MAX_BYTES["text"] + 1), "200,001 bytes; up to 200,000"),
        ("hello".encode("utf-16"), "not text in UTF-8"),
        ("é".encode("latin-1"), "not text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "not text in UTF-8"),
    ],
    ids=range(4),
)
def test_refused_texts(data: bytes, words: str) -> None:
    assert words in refusal(read_text, data)


def attempt(read: Callable[..., Any], *given_: object) -> Any:
    """What `read` gives, or None if it said why not."""
    try:
        return read(*given_)
    except FieldError:
        return None


TABLE_LIKE = st.text(alphabet="1234567890.,;\t\n\r\"' eE+-#abn∞\0\ufeff", max_size=60).map(str.encode)


@given(st.one_of(st.binary(max_size=200), TABLE_LIKE))
@example(b'a,a\n1,2\n"')
@example(b"\xef\xbb\xbf")
@example(b"1,\n")
@example(b",\n1,2\n")
@example(b"-\n9223372036854775808\n18446744073709551616\n")
def test_any_file_gives_numbers_or_a_sentence(data: bytes) -> None:
    """Whatever the bytes, nothing but FieldError is raised."""
    columns = attempt(read_csv, data)
    assert columns is None or columns
    for name, values in (columns or {}).items():
        assert isinstance(name, str)
        assert all(type(value) is float for value in values)
        column = attempt(checked_column, name, values)
        assert column is None or all(map(math.isfinite, column))
    text = attempt(read_text, data)
    assert text is None or "\r" not in text
