"""A file of bytes read as a table."""

import csv
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from engine.messages import Message, Quoted, Value, quoted
from engine.tables.cells import DECIMAL_MARKS, bare, decimal_evidence, number
from engine.tables.columns import Cell, Column, few
from engine.tables.decoding import ENCODINGS, DataFileError, decode
from engine.tables.header import Header, cell_kind, find_footer, find_header
from engine.tables.separators import SAID, SEPARATORS, Record, find_separator, is_comment, records

MAX_BYTES = 2_000_000
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_NAME = 60
FIRST = 8
PROOFS = 20_000


@dataclass(frozen=True)
class Table:
    """A table and how it was read.

    encoding: a key of ENCODINGS. separator: one of SEPARATORS, "" for one column. decimal: "." or ",". header: the line
    of the file that names the columns, 0 if none does. columns: all of them, names made unique. lines: the line of
    the file of each row, (N,). first: the first lines that are not blank, as (line of the file, cells). notes: what
    was decided, what was left out, and where another reading is as good.
    """

    encoding: str
    separator: str
    decimal: str
    header: int
    columns: tuple[Column, ...]
    lines: np.ndarray
    first: tuple[tuple[int, tuple[str, ...]], ...]
    notes: tuple[Message, ...]

    @property
    def numbers(self) -> tuple[Column, ...]:
        """The columns of numbers."""
        return tuple(column for column in self.columns if column.kind == "number")

    @property
    def likeliest(self) -> Column | None:
        """The column to start from: the first of numbers that do not merely count; None if no column has numbers."""
        return next((column for column in self.numbers if not column.counts), next(iter(self.numbers), None))

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def read_table(
    data: bytes,
    *,
    separator: str | None = None,
    decimal: str | None = None,
    header: int | None = None,
    encoding: str | None = None,
) -> Table:
    """A table from a file. What is None is found out; `header` is a line of the file, 0 for none.

    Up to 2,000,000 bytes, 50,000 rows, 200 columns. Raises DataFileError if it is larger or no table, or does not
    have what an override says.
    """
    _check(data, separator, decimal)
    decoded = decode(data, encoding)
    text, encoding, certain = decoded.text, decoded.encoding, decoded.certain
    notes = [] if certain else [Message("table.likeliest", encoding=ENCODINGS[encoding])]
    doubtful = False
    if separator is None:
        separator, doubtful = find_separator(text)
    kept = _records(text, separator, notes)
    width = _width(kept, notes)
    if decimal is None:
        decimal, either = _decimal(kept, separator)
        if either:
            both = {"point": f"{number(either, '.'):.10g}", "comma": f"{number(either, ','):.10g}"}
            code = "table.as_comma" if decimal == "," else "table.as_point"
            notes.append(Message(code, cell=quoted(either), **both))
    if doubtful:
        notes.append(Message("table.as_two_columns" if separator else "table.as_one_column"))
    filled = [record for record in kept if not record.blank]
    place = find_header(filled, width, decimal) if header is None else _given(filled, header)
    below = filled[find_footer(filled, place.start, width, decimal) :]
    rows = _rows(_above(kept, below), filled, place, width, notes)
    if below:
        notes.append(_about("table.below", below, text=_quoted(below[0])))
    _say(filled, place, notes, header is None)
    names = _names(filled[place.names].cells if place.names is not None else (), width)
    lines = np.array([record.line for record in rows], dtype=int)
    return Table(
        encoding=encoding,
        separator=separator,
        decimal=decimal,
        header=filled[place.names].line if place.names is not None else 0,
        columns=tuple(_column(name, k, rows, lines, decimal) for k, name in enumerate(names)),
        lines=lines,
        first=tuple((record.line, record.cells) for record in filled[:FIRST]),
        notes=tuple(notes),
    )


def _check(data: bytes, separator: str | None, decimal: str | None) -> None:
    if len(data) > MAX_BYTES:
        raise DataFileError(Message("table.too_large", size=len(data), most=MAX_BYTES))
    if separator is not None and separator not in SEPARATORS:
        raise DataFileError(Message("table.no_separator", given=quoted(separator)))
    if decimal is not None and decimal not in DECIMAL_MARKS:
        raise DataFileError(Message("table.no_decimal", given=quoted(decimal)))


def _records(text: str, separator: str, notes: list[Message]) -> list[Record]:
    """The lines of the table without comments, blank lines at both ends, and the line that only names the separator."""
    found: list[Record] = []
    filled = 0
    try:
        for record in records(text, separator):
            filled += not (record.blank or is_comment(record.cells, separator))
            if filled > MAX_ROWS + 100:
                break
            if len(found) > 4 * MAX_ROWS:
                raise DataFileError(Message("table.many_lines", most=4 * MAX_ROWS))
            found.append(record)
    except csv.Error:
        too_long = Message("table.long_cell", line=_after(found), most=csv.field_size_limit())
        raise DataFileError(too_long) from None
    if found and SAID.fullmatch(text.split("\n", 1)[0]):
        del found[0]
    comments = [record for record in found if is_comment(record.cells, separator)]
    if comments and len(comments) * 2 < filled:
        notes.append(_about("table.comments", comments))
        gone = {record.line for record in comments}
        kept = [record for record in found if record.line not in gone]
        found = _commented_names(comments, kept, separator) + kept
    while found and found[-1].blank:
        found.pop()
    if not found:
        raise DataFileError(Message("table.empty"))
    return found


def _after(found: list[Record]) -> int:
    """The line of the file on which the next record begins."""
    return found[-1].line_of(len(found[-1].cells)) + 1 if found else 1


def _commented_names(comments: list[Record], kept: list[Record], separator: str) -> list[Record]:
    """The names of the columns where a comment right above the first row has as many of them, as NumPy writes it."""
    first = next((record for record in kept if not record.blank), None)
    above = [record for record in comments if first and record.line < first.line]
    if first is None or not above or not separator or len(first.cells) < 2:
        return []
    if all(cell_kind(cell, mark) == "text" for cell in first.cells for mark in DECIMAL_MARKS):
        return []
    cells = tuple(cell.strip() for cell in above[-1].cells)
    cells = (cells[0].lstrip("#/ "), *cells[1:])
    if not cells[0]:
        cells = cells[1:]
    return [Record(above[-1].line, cells)] if len(cells) == len(first.cells) else []


def _width(kept: list[Record], notes: list[Message]) -> int:
    """How many columns there are: as many as most lines have, less empty ones that trailing separators make."""
    filled = [record for record in kept if not record.blank]
    counts = Counter(len(record.cells) for record in filled)
    most = max(counts.values(), default=0)
    width = max((size for size, count in counts.items() if count == most), default=1)
    whole = width
    while width > 1 and not any(any(record.cells[width - 1 :]) for record in filled if len(record.cells) <= whole):
        width -= 1
    if width < whole:
        notes.append(Message("table.trailing"))
    if width > MAX_COLUMNS:
        raise DataFileError(Message("table.columns", count=width, most=MAX_COLUMNS))
    longer = [record for record in filled if any(record.cells[width:])]
    if len(longer) * 5 > len(filled):
        first = longer[0]
        raise DataFileError(Message("table.ragged", line=first.line, cells=len(first.cells), width=width))
    return width


def _decimal(kept: list[Record], separator: str) -> tuple[str, str]:
    """The decimal mark that most cells prove, and a cell that could be read with either if none proves anything."""
    proofs: Counter[str] = Counter()
    either = ""
    marked = (cell for record in kept for cell in record.cells if "," in cell or "." in cell)
    for cell in islice(marked, PROOFS):
        proof = decimal_evidence(cell)
        proofs[proof] += 1
        if not proof and not either and abs(number(cell, ",")) != abs(number(cell, ".")) >= 0:
            either = cell
    if proofs[","] or proofs["."]:
        return ("," if proofs[","] > proofs["."] else "."), ""
    if "," in bare(either):
        return ("," if separator == ";" else "."), either
    # 1.234 everywhere: three decimals, as a point is the commoner decimal mark.
    return ".", either


def _above(kept: list[Record], below: list[Record]) -> list[Record]:
    """The records above those `below` the table, and above the blank lines between."""
    rows = [record for record in kept if not below or record.line < below[0].line]
    while rows and rows[-1].blank:
        rows.pop()
    return rows


def _given(filled: list[Record], line: int) -> Header:
    """The header that was asked for. Raises DataFileError if no line of the table begins there."""
    if line == 0:
        return Header(None, 0, None, False)
    at = next((k for k, record in enumerate(filled) if record.line == line), None)
    if at is None:
        raise DataFileError(Message("table.no_header", line=line))
    return Header(at, at + 1, None, False)


def _rows(kept: list[Record], filled: list[Record], place: Header, width: int, notes: list[Message]) -> list[Record]:
    """The rows below the header. A blank line is a gap in a table of one column, and left out of a wider one."""
    start = filled[place.start].line if place.start < len(filled) else math.inf
    rows = [record for record in kept if record.line >= start]
    blank = [record for record in rows if record.blank and (width == 1 or len(record.cells) == 1)]
    if blank and (width > 1 or len(blank) * 3 >= len(rows)):
        notes.append(_about("table.blank", blank))
        gone = {record.line for record in blank}
        rows = [record for record in rows if record.line not in gone]
    if len(rows) > MAX_ROWS:
        raise DataFileError(Message("table.rows", most=MAX_ROWS))
    short = [record for record in rows if len(record.cells) < width and not record.blank]
    if short:
        notes.append(_about("table.short", short, width=width, cells=len(short[0].cells), line=short[0].line))
    longer = [record for record in rows if any(record.cells[width:])]
    if longer:
        rest = quoted(" ".join(longer[0].cells[width:]))
        notes.append(_about("table.long", longer, width=width, line=longer[0].line, text=rest))
    return rows


def _say(filled: list[Record], place: Header, notes: list[Message], found: bool) -> None:
    """Note what stands above the rows and is not used, and a header that could be a row."""
    above = [record for k, record in enumerate(filled[: place.start]) if k not in (place.names, place.units)]
    if above:
        notes.append(_about("table.above", above, text=_quoted(above[0])))
    if place.units is not None:
        notes.append(Message("table.units", line=filled[place.units].line))
    if place.doubtful and found and place.names is not None:
        notes.append(Message("table.names", line=filled[place.names].line))


def _names(cells: Iterable[str], width: int) -> list[str]:
    """Names for all columns, none twice: "level", "level (2)"."""
    given = [_short(" ".join(cell.split())) for cell in cells]
    if len(given) == width - 1 and width > 2:
        given = ["", *given]  # rows have names of their own, as R writes them
    given = [given[k] if k < len(given) else "" for k in range(width)]
    taken = {name for name in given if name}
    names: list[str] = []
    for k, name in enumerate(given, 1):
        unique = base = name or f"column {k}"
        again = 2
        while unique in names or (unique != name and unique in taken):
            unique = f"{base} ({again})"
            again += 1
        names.append(unique)
    return names


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"


def _column(name: str, k: int, rows: list[Record], lines: np.ndarray, decimal: str) -> Column:
    cells = [record.cells[k] if k < len(record.cells) else "" for record in rows]
    values = np.array([number(cell, decimal) if cell else math.nan for cell in cells], dtype=float)
    gaps = np.flatnonzero(np.isnan(values))
    kinds = Counter(cell_kind(cells[at], decimal) for at in gaps if cells[at])
    kinds["number"] = len(values) - len(gaps)
    del kinds["missing"]
    kind = max(kinds, key=lambda each: kinds[each]) if kinds.total() else "empty"
    if any("\n" in cell for record in rows for cell in record.cells[:k]):
        lines = np.array([record.line_of(k) for record in rows], dtype=int)
    strange = [Cell(rows[at].line_of(k), cells[at]) for at in gaps] if kind == "number" else []
    return Column(name, kind, values, lines, tuple(strange), tuple(cells[:FIRST]))


def _about(code: str, found: list[Record], **values: Value) -> Message:
    """A note about these lines of the file."""
    return Message(code, count=len(found), lines=few([record.line for record in found]), **values)


def _quoted(record: Record) -> Quoted:
    """The cells of a line that are not empty."""
    return quoted(" ".join(filter(None, record.cells)))
