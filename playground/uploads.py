"""Files that a visitor hands in, turned into what the engine takes, or into a sentence that says why not."""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from itertools import islice

import numpy as np

from engine.fields import FieldError, number

MAX_BYTES = {"text": 200_000, "csv": 2_000_000}
MAX_ROWS = 50_000
MAX_COLUMNS = 200


def read_text(data: bytes) -> str:
    """A text file's content. Raises FieldError if it is too large or not UTF-8 text."""
    if len(data) > MAX_BYTES["text"]:
        raise FieldError(
            "text", f"The file has {len(data):,} bytes; up to {MAX_BYTES['text']:,} will do. Cut out a shorter piece."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FieldError("text", "The file is not text in UTF-8. Save it as plain text in UTF-8.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_csv(data: bytes) -> dict[str, tuple[float, ...]]:
    """The number columns of a CSV file, by name; an empty cell is NaN. Raises FieldError saying what is wrong."""
    if len(data) > MAX_BYTES["csv"]:
        raise FieldError(
            "values",
            f"The file has {len(data):,} bytes; up to {MAX_BYTES['csv']:,} will do. Keep fewer rows or columns.",
        )
    names, rows = _table(data)
    columns = {name: _numbers(row[k] for row in rows) for k, name in enumerate(names)}
    numbers = {name: column for name, column in columns.items() if column is not None}
    if not numbers:
        named = ", ".join(name[:20] for name in names[:5])
        raise FieldError(
            "values",
            f"No column holds numbers only (columns: {named}). One column of plain numbers such as 12.5 is needed.",
        )
    return numbers


def _table(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Column names and rows of a CSV file, every row as long as the names."""
    try:
        text = data.decode("utf-8-sig")
        separator = max(",;\t", key=text.lstrip().split("\n", 1)[0].count)
        lines = [*islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), MAX_ROWS + 2)]
    except (UnicodeError, csv.Error):
        lines = []
    while lines and not any(cell.strip() for cell in lines[-1]):
        lines.pop()
    if not lines or "\0" in text:
        raise FieldError(
            "values",
            "The file could not be read as a table. Save it as CSV in UTF-8: a line of names, then a line a row, "
            "with a comma, semicolon or tab between the columns.",
        )
    width = len(lines[0])
    if width > MAX_COLUMNS:
        raise FieldError(
            "values", f"The table has {width:,} columns; up to {MAX_COLUMNS} will do. Keep those you need."
        )
    lines = [line or [""] * width for line in lines]  # an empty line of a one-column table is an empty cell
    for at, line in enumerate(lines, 1):
        if len(line) != width:
            raise FieldError(
                "values",
                f"Line {at:,} of the file has {len(line)} cells and the first line {width}. "
                "Give every line as many (numbers need a decimal point, not a comma).",
            )
    if _numbers(lines[0]) is None:
        names, rows = [name.strip() or f"column {k}" for k, name in enumerate(lines[0], 1)], lines[1:]
        names = [name if name not in names[:k] else f"{name} ({k + 1})" for k, name in enumerate(names)]
    else:
        names, rows = [f"column {k}" for k in range(1, width + 1)], lines
    if len(rows) > MAX_ROWS:
        raise FieldError(
            "values", f"The table has more than {MAX_ROWS:,} rows, which is the limit. Keep the rows you need."
        )
    return names, rows


def _numbers(cells: Iterable[str]) -> tuple[float, ...] | None:
    """Cells as numbers, an empty one as NaN; None if one of them is something else, or all are empty."""
    numbers = []
    for cell in cells:
        value = number(float, cell.strip()) if cell.strip() else math.nan
        if isinstance(value, str):
            return None
        numbers.append(float(value))
    return None if all(map(math.isnan, numbers)) else tuple(numbers)


def checked_column(name: str, values: tuple[float, ...]) -> tuple[float, ...]:
    """A column without gaps. Raises FieldError naming the first row at fault."""
    for row, value in enumerate(values, 1):
        if not abs(value) <= 1e30:
            missing = sum(not abs(v) <= 1e30 for v in values)
            raise FieldError(
                "values",
                f"Column “{name[:40]}” has {missing:,} empty or infinite cells, the first in row {row:,} "
                "(the line of names not counted). Fill them in or leave those rows out.",
            )
    return values


def likeliest(columns: Mapping[str, tuple[float, ...]]) -> str:
    """The column to start from: the first that does not merely count, as a year or a row number does."""
    return next((name for name, values in columns.items() if len(set(np.diff(values))) > 1), next(iter(columns)))
