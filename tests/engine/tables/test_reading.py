"""Tables as people have them: each is read as a person would read it."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.tables import DataFileError, Table, longest, read_table

CASES = Path(__file__).parent / "cases"
EXPECTED: dict[str, dict[str, Any]] = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))
LEVEL: list[float] = EXPECTED["percent.csv"]["values"]
YEARS = range(1900, 1960)


def said(table: Table) -> str:
    """All that is told of a table and of the column to start from."""
    column = table.likeliest
    told = table.notes + (column.said + column.far_said if column else ())
    return " ".join(map(str, told))


@pytest.mark.parametrize("name", EXPECTED)
def test_cases(name: str) -> None:
    wanted = EXPECTED[name]
    table = read_table((CASES / name).read_bytes())
    column = table.likeliest
    assert column is not None
    assert column.name == wanted.get("column", column.name)
    if "values" in wanted:
        assert column.values.tolist() == wanted["values"]
    assert len(table.columns) == wanted.get("columns", len(table.columns))
    assert len({each.name for each in table.columns}) == len(table.columns)
    for word in wanted.get("sentence_names", ()):
        assert word in said(table)


def rows(separator: str = ",", number: Callable[[float], str] = "{:.2f}".format, end: str = "\n") -> str:
    """Sixty lines: a year and a level."""
    return "".join(f"{year}{separator}{number(level)}{end}" for year, level in zip(YEARS, LEVEL, strict=True))


def comma(level: float) -> str:
    return f"{level:.2f}".replace(".", ",")


def only(number: Callable[[float], str] = "{:.2f}".format, end: str = "\n") -> str:
    return "".join(number(level) + end for level in LEVEL)


def first(kind: Callable[[int], str], separator: str = ",") -> str:
    return "".join(f"{kind(k)}{separator}{level:.2f}\n" for k, level in enumerate(LEVEL))


WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
HEAD = "year,level\n"
TABLES: dict[str, tuple[str, str]] = {
    "plain": (HEAD + rows(), "level"),
    "tabs": ("year\tlevel\n" + rows("\t"), "level"),
    "tabs, decimal comma": ("year\tlevel\n" + rows("\t", comma), "level"),
    "pipes": ("year|level\n" + rows("|"), "level"),
    "pipes, spaces around": ("year | level\n" + rows(" | "), "level"),
    "semicolon, decimal comma": ("year;level\n" + rows(";", comma), "level"),
    "semicolon, decimal comma, no header": (rows(";", comma), "column 2"),
    "semicolon, decimal point": ("year;level\n" + rows(";"), "level"),
    "semicolon, all quoted": ('"year";"level"\n' + rows(";", lambda v: f'"{comma(v)}"'), "level"),
    "comma, quoted decimal comma": (HEAD + rows(",", lambda v: f'"{comma(v)}"'), "level"),
    "spaces": ("year level\n" + rows(" "), "level"),
    "columns aligned by spaces": ("  year   level\n" + rows("    "), "level"),
    "spaces after commas": ("year, level\n" + rows(", "), "level"),
    "title line": ("Level of the lake\n" + HEAD + rows(), "level"),
    "title lines and a blank line": ("Level of the lake\nStation: North, gauge 3\n\n" + HEAD + rows(), "level"),
    "title lines as a spreadsheet writes them": ("Lake,\nNorth,\n,\n" + HEAD + rows(), "level"),
    "title, semicolon, decimal comma": ("Pegel, gemessen\n\nJahr;Stand\n" + rows(";", comma), "Stand"),
    "title without a header": ("Level of the lake\n" + rows(), "column 2"),
    "title above one column": ("Level of the lake\nlevel\n" + only(), "level"),
    "comments": ("# made by a logger\n# at noon\n" + HEAD + rows(), "level"),
    "comments with separators": ("# a, b, c\n# at noon\n" + HEAD + rows(), "level"),
    "comment at the end": (HEAD + rows() + "# end of data\n", "level"),
    "comment in the middle": (HEAD + rows().replace("1930,", "// moved\n1930,"), "level"),
    "names in a comment": ("# year level\n" + rows(" "), "level"),
    "blank lines": (HEAD + "\n" + rows(end="\n\n"), "level"),
    "blank lines in one column": ("level\n\n" + only(end="\n\n"), "level"),
    "blank lines before": ("\n\n" + HEAD + rows(), "level"),
    "lines of separators at the end": (HEAD + rows() + ",\n,\n", "level"),
    "trailing separators": ("year,level,\n" + rows(end=",\n"), "level"),
    "trailing separators below the header alone": (HEAD + rows(end=",\n"), "level"),
    "one column, trailing semicolon": ("level;\n" + only(comma, ";\n"), "level"),
    "byte order mark": ("\ufeff" + HEAD + rows(), "level"),
    "byte order mark before a quote": ('\ufeff"year","level"\n' + rows(), "level"),
    "quoted newlines": ("note,level\n" + first(lambda k: f'"line one\nof {k}"'), "level"),
    "apostrophes": (HEAD + rows(number=lambda v: f"1'0{v:.2f}"), "level + 1000"),
    "typographic apostrophes": ("year;level\n" + rows(";", lambda v: f"1’0{v:.2f}"), "level + 1000"),
    "spaces for thousands": ("year;level\n" + rows(";", lambda v: f"1 0{comma(v)}"), "level + 1000"),
    "no-break spaces": ("year;level\n" + rows(";", lambda v: f"1\u00a00{comma(v)}"), "level + 1000"),
    "narrow no-break spaces": ("level\n" + only(lambda v: f"1\u202f0{comma(v)}"), "level + 1000"),
    "points for thousands": ("year;level\n" + rows(";", lambda v: f"1.0{comma(v)}"), "level + 1000"),
    "commas for thousands, tabs": ("year\tlevel\n" + rows("\t", lambda v: f"1,0{v:.2f}"), "level + 1000"),
    "commas for thousands, one column": ("level\n" + only(lambda v: f"1,0{v:.2f}"), "level + 1000"),
    "dollars": (HEAD + rows(number="${:.2f}".format), "level"),
    "dollars, quoted thousands": (HEAD + rows(number=lambda v: f'"$1,0{v:.2f}"'), "level + 1000"),
    "euros behind": ("year;level\n" + rows(";", lambda v: f"{comma(v)} €"), "level"),
    "codes of currencies": (HEAD + rows(number="EUR {:.2f}".format), "level"),
    "percent with a space": ("year;share\n" + rows(";", lambda v: f"{comma(v)} %"), "share"),
    "percent alone": ("share\n" + only("{:.2f}%".format), "share"),
    "ISO dates": ("date,level\n" + first(lambda k: f"2021-{1 + k // 28:02}-{1 + k % 28:02}"), "level"),
    "ISO times": ("time,level\n" + first(lambda k: f"2021-01-01T{k % 24:02}:00:00Z"), "level"),
    "ISO times without header": (first(lambda k: f"2021-01-01T{k % 24:02}:{k:02}:00"), "column 2"),
    "times with a space, no header": (first(lambda k: f"2021-01-01 {k % 24:02}:{k:02}"), "column 2"),
    "times with zone": (first(lambda k: f"2021-01-01 {k % 24:02}:{k:02}:00+01:00"), "column 2"),
    "German dates": ("".join(f"{1 + k % 28:02}.01.2021;{comma(v)}\n" for k, v in enumerate(LEVEL)), "column 2"),
    "ages of two kinds": ("a,b\n" + "".join(f"{v:.2f},{v + 1:.2f}\n" for v in LEVEL), "a"),
    "two columns of whole numbers": ("".join(f"{k},{100 * v:.0f}\n" for k, v in enumerate(LEVEL)), "column 2 * 100"),
    "days and months": ("day;level\n" + first(lambda k: f"{1 + k % 28:02}/{1 + k // 28:02}/2021", ";"), "level"),
    "months in words": ("month,level\n" + first(lambda k: ("Jan", "Feb", "Mar")[k % 3] + f" {1990 + k}"), "level"),
    "compact dates": ("date,level\n" + first(lambda k: f"2021{1 + k // 28:02}{1 + k % 28:02}"), "level"),
    "years as names, text first": ("place,2019,2020\n" + first("p{}".format).replace("\n", ",5.5\n"), "2019"),
    "years as names, a number first": (
        "month;2019;2020\n" + "".join(f"{k % 12};{comma(v)};{comma(v)}\n" for k, v in enumerate(LEVEL)),
        "2019 or month",
    ),
    "a name that could be a sign": ("x\n" + only("-{:.2f}".format), "-x"),
    "units in the cells": (HEAD + rows(number="{:.2f} cm".format), "level"),
    "degrees in the cells": ("year;level\n" + rows(";", lambda v: f"{comma(v)} °C"), "level"),
    "units in words": ("time,level\nseconds,metres\n" + rows(), "level"),
    "steps of a tenth": ("time (s),level\n" + "".join(f"{k / 10},{v}\n" for k, v in enumerate(LEVEL)), "level"),
    "date, time and decimal comma": (
        "Datum;Wert\n" + "".join(f"{1 + k % 28:02}.01.2021 10:00;{comma(v)}\n" for k, v in enumerate(LEVEL)),
        "Wert",
    ),
    "names of rows as R writes them": (
        '"a" "b"\n' + "".join(f'"{k}" {v} {v + 1:.2f}\n' for k, v in enumerate(LEVEL)),
        "a",
    ),
    "equal names": ("level,level,level\n" + "".join(f"{v},{v + 1},{v + 2}\n" for v in LEVEL), "level"),
    "one column": ("level\n" + only(), "level"),
    "one column without header": (only(), "column 1"),
    "one column, decimal comma, header": ("level\n" + only(comma), "level"),
    "one column, one decimal": (only(lambda v: f"{v:.2f}".replace(".", ",")), "column 1"),
    "negative decimal commas": (only(lambda v: "-" + comma(v)), "-column 1"),
    "CR": ((HEAD + rows()).replace("\n", "\r"), "level"),
    "CR LF": ((HEAD + rows()).replace("\n", "\r\n"), "level"),
    "CR LF, no end": ((HEAD + rows()).replace("\n", "\r\n").rstrip(), "level"),
    "units below": ("year,level\n,m\n" + rows(), "level"),
    "units in brackets below": ("year,level\n[a],[cm]\n" + rows(), "level"),
    "units below one column": ("level\n(m)\n" + only(), "level"),
    "title, names, units": ("Lake North\nyear;level\n-;m\n" + rows(";", comma), "level"),
    "sep= of a spreadsheet": ("sep=;\nyear;level\n" + rows(";", comma), "level"),
    "form feed and Ctrl-Z": (HEAD + rows() + "\f\x1a", "level"),
    "a quote never closed": (HEAD.replace("level", '"level') + rows(), '"level'),
    "a first column of names": ("place,level\n" + first("p{}".format), "level"),
    "unnamed first column": (",level\n" + first(str), "level"),
    "many decimals": ("level\n" + only("{:.10f}".format), "level"),
    "exponents": (HEAD + rows(number="{:.3e}".format), "level"),
    "minus signs of typesetters": (HEAD + rows(number="−{:.2f}".format), "-level"),
    "names in Chinese": ("年份,水位\n" + rows(), "水位"),
    "full-width digits": (HEAD + rows(number=lambda v: f"{v:.2f}".translate(WIDE)), "level"),
}


@pytest.mark.parametrize("name", TABLES)
def test_kinds(name: str) -> None:
    text, wanted = TABLES[name]
    table = read_table(text.encode())
    column = table.likeliest
    assert column is not None
    if wanted == "2019 or month":
        assert [each.name for each in table.columns] == ["month", "2019", "2020"]
        wanted, column = "2019", table.column("2019")
    values = np.array(LEVEL)
    if wanted.endswith(" + 1000"):
        wanted, values = wanted.removesuffix(" + 1000"), values + 1000
    if wanted.endswith(" * 100"):
        wanted, values = wanted.removesuffix(" * 100"), values * 100
    if wanted.startswith("-"):
        wanted, values = wanted[1:], -values
    assert column.name == wanted, table
    assert column.values == pytest.approx(values, abs=1e-9)
    assert not column.strange
    assert not column.far


@pytest.mark.parametrize(
    "word", ["NA", "n/a", "N/A", "-", ".", "", "NaN", "null", "None", "?", "--", "#N/A", "missing"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_missing_value_is_a_gap_of_its_column(word: str, separator: str) -> None:
    lines = (HEAD.replace(",", separator) + rows(separator)).split("\n")
    lines[20] = lines[20].split(separator)[0] + separator + word
    column = read_table("\n".join(lines).encode()).likeliest
    assert column is not None
    assert column.name == "level"
    assert [math.isnan(value) for value in column.values] == [k == 19 for k in range(60)]
    assert column.strange == ((21, word),)
    assert f"line 21: {f'“{word}”' if word else 'empty'}" in str(*column.said)
    assert longest(column.values) == (20, 60)


def test_gaps_at_the_start_and_in_one_column() -> None:
    lines = ("level\n" + only()).split("\n")
    lines[1] = lines[2] = "NA"
    lines[30] = ""
    column = read_table("\n".join(lines).encode()).likeliest
    assert column is not None
    assert (column.name, column.strange) == ("level", ((2, "NA"), (3, "NA"), (31, "")))
    assert longest(column.values) == (30, 60)


def test_words_among_numbers_are_named_with_their_line() -> None:
    table = read_table((HEAD + rows().replace(",22.06\n", ",broken <b>\n").replace(",17.0", ",17.O")).encode())
    column = table.likeliest
    assert column is not None
    assert column.name == "level"
    assert str(*column.said) == "Column “level”: 2 cells are no number (line 4: “broken <b>”, line 16: “17.O0”)."


def test_the_line_of_a_cell_below_quoted_newlines() -> None:
    table = read_table(("note,level\n" + first(lambda k: f'"a\nb{k}"') + '"c\nd",what\n').encode())
    assert table.column("level").strange == ((123, "what"),)


@pytest.mark.parametrize("value", ["99999", "-9999", "1e12", "-999.0", "999999"])
def test_sentinels_are_pointed_out(value: str) -> None:
    text = (HEAD + rows()).replace("1939,", f"1939,{value}\n1939,")
    column = read_table(text.encode()).likeliest
    assert column is not None
    assert [(far.line, far.value, far.sentinel) for far in column.far] == [(41, float(value), True)]
    assert "line 41" in " ".join(map(str, column.far_said))
    assert "no value" in " ".join(map(str, column.far_said))
    assert math.isnan(column.without_far()[39])


def test_what_rises_fast_is_no_outlier() -> None:
    column = read_table(("n\n" + "".join(f"{1.2**k:.3f}\n" for k in range(100))).encode()).likeliest
    assert column is not None
    assert not column.far


def test_every_decision_can_be_overridden() -> None:
    table = read_table(b"a;b\n1,234;2\n1,240;3\n")
    assert (table.separator, table.decimal, table.header, table.encoding) == (";", ",", 1, "utf_8")
    assert table.column("a").values.tolist() == [1.234, 1.24]
    assert any("two ways" in str(note) for note in table.notes)
    data = b"a;b\n1,234;2\n1,240;3\n"
    assert read_table(data, decimal=".").column("a").values.tolist() == [1234, 1240]
    assert [each.name for each in read_table(data, header=0).columns] == ["column 1", "column 2"]
    assert read_table(data, separator="").columns[0].kind == "text"
    assert read_table("é\n1\n2\n".encode(), encoding="cp1252").columns[0].name == "Ã©"
    years = (CASES / "years-as-names.csv").read_bytes()
    assert read_table(years, header=0).column("column 1").values[:2].tolist() == [2019, 20]
    assert any("Line 1" in str(note) for note in read_table(years).notes)
    titles = b"about\nx,y\n1,2\n3,4\n"
    assert read_table(titles, header=3).columns[0].name == "1"


def test_one_comma_a_line_is_told_where_two_readings_are_possible() -> None:
    table = read_table("".join(f"{v // 1:.0f},{k % 7 + 12}\n" for k, v in enumerate(LEVEL)).encode())
    assert len(table.columns) == 2
    thousands = read_table("".join(f"1,{v * 10:.0f}\n" for v in LEVEL).encode())
    assert thousands.column("column 1").values[0] == 1200
    assert any("one column" in str(note) for note in thousands.notes)


def test_a_short_and_a_long_line_are_named() -> None:
    table = read_table((HEAD + rows().replace("1910,", "1910,5,").replace(f"1920,{LEVEL[20]:.2f}", "1920")).encode())
    assert any("12 has more cells" in str(note) for note in table.notes)
    assert any("has fewer cells" in str(note) for note in table.notes)


def test_nothing_is_left_out_silently() -> None:
    table = read_table(("# by hand\nLake\n" + HEAD + ",m\n" + rows() + "\n1960,1\n").encode())
    notes = " ".join(map(str, table.notes))
    for words in ("Line 1 was left out as a comment", "Line 2 was left out", "Line 4 was taken as units", "Line 65"):
        assert words in notes


FOOTERS = {
    "total": (HEAD + rows() + "Total,1043.2\n", 62, 1),
    "source": (HEAD + rows() + "\nSource: a lake, by hand\n", 63, 1),
    "several": (HEAD + rows() + "Mean,17\nMax,24\n\n* estimated\n(c) the lake\n", 62, 4),
    "below a single column": ("level\n" + only() + "Total: 1043.2\n", 62, 1),
    "below words": ("lake,level\n" + first(lambda k: f"lake {k}") + "Average,17.4\n", 62, 1),
    "a sentence": (HEAD + rows() + "Measured every year in May\n", 62, 1),
    "Chinese": (HEAD + rows() + "合计,1043.2\n数据来源：水文局\n", 62, 2),
}


@pytest.mark.parametrize("name", FOOTERS)
def test_what_stands_below_a_table_is_no_row(name: str) -> None:
    text, line, count = FOOTERS[name]
    table = read_table(text.encode())
    column = table.column("level")
    assert column.values.tolist() == [round(level, 2) for level in LEVEL]
    assert not column.strange
    (note,) = (note for note in table.notes if "below the table" in str(note))
    assert str(note).startswith(f"Lines {line}, " if count > 1 else f"Line {line} was left out")


@pytest.mark.parametrize("last", ["1960,broken\n", "1960,NA\n", "1960,\n", "n/a,12.5\n", "1960,*12.5\n"])
def test_a_last_row_that_is_odd_is_a_row(last: str) -> None:
    table = read_table((HEAD + rows() + last).encode())
    assert len(table.lines) == len(LEVEL) + 1
    assert not any("below" in str(note) for note in table.notes)


def test_a_last_name_without_numbers_is_a_row() -> None:
    table = read_table(("lake,level\n" + first(lambda k: f"lake {k}") + "lake Konstanz,\n").encode())
    assert len(table.lines) == len(LEVEL) + 1


def test_the_line_of_a_value_far_outside_is_its_own() -> None:
    """As that of a cell that is no number: a cell before it may run over several lines."""
    far = ("note,level\n" + first(lambda k: f'"a\nb{k}"') + '"c\nd",99999\n').encode()
    assert [each.line for each in read_table(far).column("level").far] == [123]


def test_long_names_are_seen_to_be_cut() -> None:
    assert read_table(("x" * 80 + "\n" + only()).encode()).columns[0].name == "x" * 59 + "…"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (b"", "no line of it"),
        (b"\n \n", "no line of it"),
        (b"1," * 200 + b"1\n" + b"1," * 200 + b"1\n", "201 columns"),
        (b"n\n" + b"1\n" * 50_001, "more than 50,000 rows"),
        (b"1" * 2_000_001, "2,000,001 bytes"),
        (b"PK\x03\x04\x14\x00\x00\x00", "not text"),
        (b"a,b\n1,2\n1,2,3\n1,2,3,4\n1,2\n1,2\n", "Line 3 of the file has 3 cells and most lines 2"),
        (b"n\n1\n2\n" + b"a" * 200_000 + b"\n1\n", "a cell on line 4 has more than 131,072 characters"),
        (b'n\n"a\nb"\n2\n' + b"a" * 200_000 + b"\n1\n", "a cell on line 5 has more than 131,072 characters"),
        (b"\n" * 1_000_000, "most of them blank"),
        (b"n\n" + b"# why\n1.5\n" * 50_001, "more than 50,000 rows"),
    ],
)
def test_refused(given: bytes, sentence: str) -> None:
    with pytest.raises(DataFileError, match=sentence):
        read_table(given)


@pytest.mark.parametrize("wrong", [{"separator": "x"}, {"decimal": "-"}, {"header": 99}, {"encoding": "rot13"}])
def test_wrong_overrides(wrong: dict[str, Any]) -> None:
    with pytest.raises(DataFileError):
        read_table(b"a,b\n1,2\n3,4\n", **wrong)


def test_the_largest_tables_are_read() -> None:
    assert len(read_table(b"n\n" + b"1.5\n" * 50_000).lines) == 50_000
    wide = read_table(b"\n".join([b",".join([b"1.5"] * 200)] * 2_000))
    assert len(wide.columns) == 200
