"""Which line of a table names its columns, and what stands above and below it."""

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from engine.tables.cells import is_date, is_missing, number
from engine.tables.separators import Record

TOP = 60
SAMPLE = 200
UNIT = re.compile(
    r"[\[(].{0,15}[\])]|-|[%‰°]|°?[CFK]|[kmcµμnd]?(?:m|g|s|l|L|W|Wh|V|A|Pa|Hz|J|N|mol|bar)(?:[²³23]|\^?[23])?|ppm|ppb"
    r"|[kMG]Wh?|seconds?|minutes?|hours?|met(?:re|er)s?|degrees?|percent|volts?|watts?|min|h|hr|hrs|d|days?|years?|yr|sec|in|ft|mi|mph|kn|kt|t|ha|USD|EUR|GBP|CNY|€|\$|£|¥|deg|rad|db|dB|hPa|count|unit"
    r"|[a-zA-Zµ°%²³]{1,4}\s?[/·*]\s?[a-zA-Z²³0-9]{1,4}|m s-1|y+[-./]m+[-./]d+.*|utc|UTC|n/a|米|厘米|毫米|公里|度|℃|%RH",
)

NOTE = re.compile(
    r"(?:(?:data )?sources?|notes?|remarks?|footnotes?|copyright|licen[cs]e|last updated?|downloaded|retrieved"
    r"|quellen?|anmerkung(?:en)?|hinweis|stand|fuente|nota)\b[^,;]{0,3}[:：]"
    r"|(?:数据)?来源|资料来源|备注|注[:：]|说明|©|\(c\)|[*†‡]+ ?[^\W\d]",
    re.IGNORECASE,
)
"""How a line below a table begins that says something about it."""

SUM = re.compile(
    r"(?:(?:grand |sub-?)?(?:total|sum|average|avg|mean|median|std|stdev|minimum|maximum|min|max|count"
    r"|gesamt|summe|insgesamt|mittelwert|mittel|durchschnitt|suma|moyenne|somme|media)\b[.:]?\s*[-+\d.,%$€£ ]*"
    r"|(?:合计|总计|总和|小计|平均值?|均值)[:：]?)$",
    re.IGNORECASE,
)
"""How a line below a table begins that sums it up."""

FEWEST_ROWS = 3


class Header(NamedTuple):
    """Places among the records: of the line of names (None without one), of the first row, of the line of units.

    `doubtful`: another reading is as good.
    """

    names: int | None
    start: int
    units: int | None
    doubtful: bool


def find_header(found: list[Record], width: int, decimal: str) -> Header:
    """The header of non-blank records, most of which have `width` cells, whose numbers have this decimal mark.

    The first row is the first record with a number or a date where the column has them. What stands above is text: the
    last line of it names the columns, unless that is a line of units. Years over columns of something else are names.
    """
    kinds = [_kind(found, column, decimal) for column in range(width)]

    def fits(record: Record) -> int:
        """Cells that are what their column is, less the words that stand where their column has numbers."""
        fit = 0
        for cell, kind in zip(record.cells, kinds, strict=False):
            if kind == "text" or not cell or (is_missing(cell) and len(record.cells) > 1):
                continue
            fit += 1 if cell_kind(cell, decimal) != "text" else -1
        return fit

    if all(kind == "text" for kind in kinds):
        return Header(0, min(1, len(found)), None, False)
    start = next((k for k, record in enumerate(found[:TOP]) if fits(record) > 0), 0)
    above = [k for k in range(start) if len(found[k].cells) > 1 or width == 1]
    units = None
    if len(above) > 1 and _is_units(found[above[-1]]) and not _is_title(found[above[-2]], width):
        units = above.pop()
    names = above[-1] if above else None
    if names is not None and _is_title(found[names], width):
        names = None
    if names is None and _years_as_names(found, start, kinds, decimal):
        return Header(start, start + 1, units, True)
    return Header(names, start, units, False)


def find_footer(found: list[Record], start: int, width: int, decimal: str) -> int:
    """The place of the first of the lines below the table: sums, means, sources and notes; len(found) without any.

    start: the first row; a few rows always stay. A line that holds one text alone is a note where the first column has
    numbers or dates; where that has words, only if it says that it is one, or a sum.
    """
    kinds = [_kind(found[start:], column, decimal) for column in range(width)]
    stop = len(found)
    while stop > start + FEWEST_ROWS and _is_footer(found[stop - 1], kinds, decimal):
        stop -= 1
    return stop


def _is_footer(record: Record, kinds: list[str], decimal: str) -> bool:
    at = next((k for k, cell in enumerate(record.cells) if cell), 0)
    text = record.cells[at]
    if cell_kind(text, decimal) != "text":
        return False
    if NOTE.match(text) or SUM.match(text):
        return True
    alone = len(kinds) > 1 and not any(record.cells[at + 1 :])
    return alone and at == 0 and kinds[0] in ("number", "date") and " " in text


def cell_kind(cell: str, decimal: str) -> str:
    """ "number", "date", "missing" or "text"."""
    if number(cell, decimal) == number(cell, decimal):
        return "number"
    if is_date(cell):
        return "date"
    return "missing" if is_missing(cell) else "text"


def _kind(found: list[Record], column: int, decimal: str) -> str:
    """What most cells of a column are. The top is left out where there is enough below."""
    rows = found[: TOP + SAMPLE]
    rows = rows[min(len(rows) // 2, TOP) :]
    kinds = Counter(cell_kind(r.cells[column], decimal) for r in rows if column < len(r.cells) and r.cells[column])
    del kinds["missing"]
    return kinds.most_common(1)[0][0] if kinds else "text"


def _is_units(record: Record) -> bool:
    cells = [cell for cell in record.cells if cell]
    return bool(cells) and all(UNIT.fullmatch(cell) or is_missing(cell) for cell in cells)


def _is_title(record: Record, width: int) -> bool:
    """Whether a line is a title with separators behind it, as spreadsheets write one."""
    return width > 2 and bool(record.cells[0]) and not any(record.cells[1:])


def _years_as_names(found: list[Record], start: int, kinds: list[str], decimal: str) -> bool:
    """Whether the first row has years at equal distances over columns of other numbers."""
    at = [k for k, kind in enumerate(kinds) if kind == "number" and k < len(found[start].cells)]
    at = [k for k in at if cell_kind(found[start].cells[k], decimal) != "text"]
    cells = [found[start].cells[k] for k in at]
    if not cells or not all(re.fullmatch(r"(?:1[5-9]|2[01])\d\d", cell, re.ASCII) for cell in cells):
        return False
    if {b - a for a, b in pairwise(map(int, cells))} not in ({1}, {-1}, {5}, {10}, set()):
        return False
    below = [r.cells[k] for r in found[start + 1 : start + 200] for k in at if k < len(r.cells)]
    values = [number(cell, decimal) for cell in below]
    like = [1500 <= value < 2200 and (len(at) == 1 or value == int(value)) for value in values]
    return sum(like) * 10 < len(values) if len(at) > 1 else not any(like)
