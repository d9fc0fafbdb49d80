"""Files that a visitor hands in, turned into what the engine takes, or into a sentence that says why not."""

import io
import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from engine.fields import FieldError

MAX_BYTES = {"text": 200_000, "csv": 2_000_000}
MAX_ROWS = 50_000


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
    """The number columns of a CSV file, by name. Raises FieldError saying what is wrong and what would do."""
    if len(data) > MAX_BYTES["csv"]:
        raise FieldError(
            "values",
            f"The file has {len(data):,} bytes; up to {MAX_BYTES['csv']:,} will do. Keep fewer rows or columns.",
        )
    try:
        text = data.decode("utf-8-sig")
        if "\0" in text:
            raise UnicodeError
        frame = _table(text)
    except (UnicodeError, ValueError, OverflowError):  # pandas' own errors are ValueErrors
        raise FieldError(
            "values",
            "The file could not be read as a table. Save it as CSV in UTF-8: a line of names, then a line a row, "
            "with a comma, semicolon or tab between the columns.",
        ) from None
    if len(frame) > MAX_ROWS:
        raise FieldError(
            "values", f"The table has more than {MAX_ROWS:,} rows, which is the limit. Keep the rows you need."
        )
    numbers = frame.select_dtypes("number").astype(float)
    if numbers.columns.empty:
        named = ", ".join(str(c)[:20] for c in frame.columns[:5])
        raise FieldError(
            "values",
            f"No column holds numbers only (columns: {named}). One column of plain numbers such as 12.5 is needed.",
        )
    return {str(name): tuple(float(v) for v in column) for name, column in numbers.items()}


def _table(text: str) -> pd.DataFrame:
    first = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        named = all(not math.isfinite(float(cell)) for cell in first.split(separator))
    except ValueError:
        named = True
    return pd.read_csv(
        io.StringIO(text), sep=separator, header=0 if named else None, nrows=MAX_ROWS + 1, skipinitialspace=True
    )


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
