"""Which sign stands between the columns of a table, and its lines cut there."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Literal, NamedTuple

from clevercsv.detect import Detector
from clevercsv.exceptions import Error

from engine.tables.cells import DECIMAL_MARKS, is_date, is_missing, number

SEPARATORS = (",", ";", "\t", "|", " ", "")
"""What may stand between columns; "" if there is one column only."""

SAMPLE = 100_000
SAMPLE_RECORDS = 200
SAMPLE_CELLS = 5_000
LONG_WORD = re.compile(r"[^,;\t| \n]{300}")
"""CleverCSV takes a time that grows with the square of a word's length: minutes for 100,000 letters without a space."""
CLEARLY_BETTER = 0.8
COMMENTS = ("#", "//")
SAID = re.compile(r"sep=(.)\s*", re.IGNORECASE)


class Record(NamedTuple):
    """A line of a table, or the lines that a quoted cell runs over: the first one's number, and the cells."""

    line: int
    cells: tuple[str, ...]

    @property
    def blank(self) -> bool:
        return not any(self.cells)

    def line_of(self, column: int) -> int:
        """The line of the file on which a cell begins."""
        return self.line + sum(cell.count("\n") for cell in self.cells[:column])


def records(text: str, separator: str) -> Iterator[Record]:
    """The lines of a table, cells stripped; a blank line is one empty cell. Line breaks are "\\n".

    A quotation mark that is never closed is a plain sign. May raise csv.Error for a cell beyond csv's own limit.
    """
    # csv takes over 100,000 lines into one cell where a quote stays open; such a text is read without quotes.
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if _closed(text, separator) else csv.QUOTE_NONE
    lines = iter(io.StringIO(text, newline="\n"))
    if separator == " ":
        lines = (re.sub(" +", " ", line.strip(" \n")) + "\n" for line in lines)
    reader = csv.reader(lines, delimiter=separator or "\x1f", quoting=quoting)
    line = 1
    for cells in reader:
        yield Record(line, tuple(cell.strip(" \t\v\f\x1a\r\n\u00a0\ufeff") for cell in cells) or ("",))
        line = reader.line_num + 1


def _closed(text: str, separator: str) -> bool:
    if '"' not in text:
        return True
    try:
        for _ in csv.reader(io.StringIO(text, newline="\n"), delimiter=separator or "\x1f", strict=True):
            pass
    except csv.Error as problem:
        return "unexpected end" not in str(problem) and "limit" not in str(problem)
    return True


def is_comment(cells: tuple[str, ...], separator: str) -> bool:
    """Whether a line is a comment: it begins with # or //, and not as the name of a column, "#", does."""
    return cells[0].startswith(COMMENTS) and (separator == " " or cells[0] not in COMMENTS)


def find_separator(text: str) -> tuple[str, bool]:
    """The separator of a table's text, one of SEPARATORS, and whether another reading is as good.

    CleverCSV looks at the first 100,000 characters. Its choice stands unless another separator gives clearly more
    cells that are numbers or dates, in lines of one length. Whether 20,5 alone on a line is one number or two has a
    rule of its own.
    """
    said = SAID.match(text)
    if said and said[1] in SEPARATORS:
        return said[1], False
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    lines = [line for line in sample.split("\n") if line.strip()]
    kept = [line for line in lines if not line.lstrip().startswith(COMMENTS)]
    lines = kept if len(kept) * 2 > len(lines) else lines
    one, certain = _one_column([line.strip() for line in lines[:2000]])
    if one is not None:
        return ("" if one else ","), not certain
    sample = "\n".join(lines)
    fits = {separator: _fit(sample, separator) for separator in SEPARATORS}
    best = max(fits, key=lambda separator: fits[separator])
    pick = _clever(sample)
    if pick is not None and fits[pick] >= CLEARLY_BETTER * fits[best] and fits[pick] > 0:
        return pick, False
    if fits[best] > 0:
        return best, False
    return pick or "", False


def _clever(sample: str) -> str | None:
    if LONG_WORD.search(sample):
        return None
    try:
        dialect = Detector().detect(sample, delimiters=[s for s in SEPARATORS if s])
    except (Error, ValueError, IndexError, KeyError, ZeroDivisionError):  # what it finds no way to read
        return None
    return dialect.delimiter if dialect is not None and dialect.delimiter in SEPARATORS else None


def _fit(sample: str, separator: str) -> float:
    """0 to 1: how many records have the usual number of cells, times how many of their cells are numbers or dates."""
    found: list[Record] = []
    try:
        for record in records(sample, separator):
            if not record.blank:
                found.append(record)
            if len(found) == SAMPLE_RECORDS:
                break
    except csv.Error:
        return 0.0
    if not found:
        return 0.0
    width, count = Counter(len(record.cells) for record in found[len(found) > 1 :]).most_common(1)[0]
    if separator and width == 1:
        return 0.0
    body = (record.cells for record in found[len(found) > 1 :] if len(record.cells) == width)
    cells = list(islice((cell for row in body for cell in row if cell), SAMPLE_CELLS))
    typed = sum(_typed(cell) for cell in cells) / len(cells) if cells else 0.0
    # Spaces also stand inside dates, names and thousands, so that they have to be much better.
    return count / len(found) * typed * (0.75 if separator == " " else 1.0)


def _typed(cell: str) -> bool:
    return is_missing(cell) or is_date(cell) or any(number(cell, mark) == number(cell, mark) for mark in DECIMAL_MARKS)


def _one_column(lines: list[str]) -> tuple[bool | None, bool]:
    """Whether lines such as 20,5 or 1 234 are one column of numbers; None if they are something else. And if surely."""
    start = next((k for k, line in enumerate(lines[:20]) if _whole(line)), len(lines))
    head, body = lines[:start], [line for line in lines[start:] if not is_missing(line)]
    if len(body) < 2 or sum(map(_whole, body)) < 0.95 * len(body):
        return None, True
    body = [line for line in body if _whole(line)]
    if not any(mark in line for line in body for mark in ", '\u00a0\u202f"):
        return True, True
    if all(" " in line for line in body) and _counts([line.split(" ")[0] for line in body]):
        return None, True
    commas = {line.count(",") for line in body}
    if commas == {0}:
        return True, True
    if head and "," in head[-1]:
        return None, True
    if head or commas != {1}:
        return (True, True) if commas != {2} or head else (None, True)
    return _one_of_two([line.split(",") for line in body])


def _one_of_two(pairs: list[list[str]]) -> tuple[bool, bool]:
    """Lines without a name above, with one comma each: whether each is one number, and if surely."""
    first, second = [p.strip() for p, _ in pairs], [q.strip() for _, q in pairs]
    if any(re.search(r"[\s'’$€£¥]", p) or p.startswith(("-0", "+0")) for p in first):
        return True, True
    if any(q[:1] in ("-", "+", " ") for q in second) or _counts(first):
        return False, True
    if any(len(q) > 1 and q.startswith("0") and q[1].isdigit() for q in second):
        return True, True  # nobody writes a whole number as 08
    lengths = {len(re.match(r"\d*", q)[0]) for q in second}  # type: ignore[index]  # \d* always matches
    if lengths == {3} and all(1 <= len(p.lstrip("-+")) <= 3 for p in first):
        return len(set(first)) <= max(3, len(first) // 10), False
    if lengths == {1} and len(set(second)) >= 6:
        return True, False
    return False, lengths != {2}


def _counts(cells: list[str]) -> bool:
    """Whether cells count up or down by one and the same step."""
    try:
        values = [int(cell) for cell in cells]
    except ValueError:
        return False
    steps = {b - a for a, b in pairwise(values)}
    return len(steps) == 1 and steps != {0}


def _whole(line: str) -> bool:
    """Whether a whole line is one number, with either decimal mark."""
    line = line.strip('"')
    return any(number(line, mark) == number(line, mark) for mark in DECIMAL_MARKS)
