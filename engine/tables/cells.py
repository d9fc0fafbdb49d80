"""One cell of a table: a number as people write it, a date, a word for a missing value, or text."""

import math
import re

MAX_CELL = 40
LARGEST = 1e30
DECIMAL_MARKS = (".", ",")

MISSING = frozenset(
    {"", "-", "--", "–", "—", ".", "..", "...", "…", "?", "na", "n/a", "n.a.", "nan", "nil", "null", "none"}
    | {"#n/a", "#na", "<na>", "\\n", "missing", "unknown", "#value!", "#div/0!", "#ref!", "k.a.", "keine", "空", "无"}
)
"""How people write that there is no value, in small letters."""

SPACES = " \u00a0\u2007\u2009\u202f"
FULL_WIDTH = {ord(wide): chr(ord(wide) - 0xFEE0) for wide in "０１２３４５６７８９．，＋－％"} | {ord("−"): "-"}
MONEY = (
    r"(?:[$€£¥￥₹₽₩฿₺₫₴₪₱¢元円]|US\$|R\$|USD|EUR|GBP|CHF|JPY|CNY|RMB|INR|AUD|CAD|SEK|NOK|DKK|PLN|CZK|Rs\.?|kr\.?|zł)"
)
MEASURE = r"°\s?[CF]|℃|[kcmµμ]?m[²³23]?|[kmµ]?g|[mc]?l|m/s|km/h|mph|kn|h?Pa|mbar|bar|[kM]?Wh?|m?V|m?A|[kM]?Hz|ppm|ppb|K"
"""Units that stand behind a number, in the letters that physics gives them."""
MONEY_BEFORE = re.compile(rf"^([+-]?)\s*{MONEY}\s*(?=[-+.\d])", re.IGNORECASE)
MONEY_OR_PERCENT_AFTER = re.compile(rf"(?<=[\d.])\s*(?:{MONEY}|%)$", re.IGNORECASE)

MEASURE_AFTER = re.compile(rf"(?<=[\d.])\s?(?:{MEASURE})$")


def _shape(decimal: str) -> re.Pattern[str]:
    """A number with this decimal mark: plain digits, or groups of three with one and the same sign between them."""
    mark = re.escape(decimal)
    other = re.escape("," if decimal == "." else ".")
    grouped = rf"\d{{1,3}}(?:(?P<sign>{other}|['’{SPACES}])\d{{3}})(?:(?P=sign)\d{{3}})*"
    indian = r"|\d{1,2}(?:,\d{2})+,\d{3}" if decimal == "." else ""
    whole = rf"(?:{grouped}{indian}|\d+)"
    return re.compile(rf"[+-]?(?:{whole}(?:{mark}\d*)?|{mark}\d+)(?:[eE][+-]?\d+)?", re.ASCII)


SHAPES = {mark: _shape(mark) for mark in DECIMAL_MARKS}
PLAIN = {mark: re.compile(rf"-?\d{{1,20}}(?:{re.escape(mark)}\d{{1,20}})?", re.ASCII) for mark in DECIMAL_MARKS}
GROUPING = {".": re.compile(rf"[,'’{SPACES}]"), ",": re.compile(rf"[.'’{SPACES}]")}

MONTH = r"(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez)[a-z]{0,6}\.?"
CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[ap]m)?(?:\s?(?:z|utc|[+-]\d{2}:?\d{2}))?"
DAY = (
    r"\d{4}([-/.])\d{1,2}(?:\1\d{1,2})?|\d{1,2}([-/.])\d{1,2}\2\d{2,4}|\d{1,2}([-/])\d{4}"
    r"|\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月\d{1,2}日"
    rf"|\d{{1,2}}[-. ]{{1,2}}{MONTH}[-., ]{{0,2}}\d{{2,4}}"
    rf"|{MONTH}[-., ]{{1,2}}(?:\d{{1,2}}(?:st|nd|rd|th)?,?[ ])?\d{{2,4}}"
    r"|\d{4}[- ]?[qw]\d{1,2}|q\d[- ]?\d{4}|\d{8}[t_]\d{4,6}z?"
)
DATE = re.compile(rf"(?:{DAY})(?:(?:[t, ]|, ){CLOCK})?|{CLOCK}", re.IGNORECASE | re.ASCII)
YEAR_LIKE_DOT = re.compile(r"\d{4}\.\d{1,2}")


def is_missing(cell: str) -> bool:
    """Whether a cell, stripped, says that there is no value."""
    return cell.lower() in MISSING


def is_date(cell: str) -> bool:
    """Whether a cell, stripped, is a day, a month, a quarter or a time of day."""
    return 4 <= len(cell) <= MAX_CELL and DATE.fullmatch(cell) is not None and not YEAR_LIKE_DOT.fullmatch(cell)


def bare(cell: str) -> str:
    """A cell without what people put around a number: spaces, a currency, percent, a unit, brackets of accountants."""
    cell = cell.strip().translate(FULL_WIDTH)
    if len(cell) > MAX_CELL:
        return cell
    without = MONEY_BEFORE.sub(r"\1", MONEY_OR_PERCENT_AFTER.sub("", MEASURE_AFTER.sub("", cell)))
    if without == cell and cell[:1] == "(" and cell[-1:] == ")":
        inner = bare(cell[1:-1])
        return f"-{inner}" if inner != cell[1:-1] and inner[:1].isdigit() else cell
    if without[:1] in "–" and without[1:2].isdigit():
        without = "-" + without[1:]
    return without


def number(cell: str, decimal: str) -> float:
    """The number that a cell spells with this decimal mark, at most 1e30 in size; NaN if it spells none.

    Thousands may be set apart by a comma or point, an apostrophe, or a space; 12 % is 12; a currency is left out.
    """
    if PLAIN[decimal].fullmatch(cell):
        return float(cell.replace(",", "."))
    cell = bare(cell)
    if not cell or len(cell) > MAX_CELL or not SHAPES[decimal].fullmatch(cell):
        return math.nan
    plain = GROUPING[decimal].sub("", cell)
    value = float(plain.replace(",", "."))
    return value if abs(value) <= LARGEST else math.nan


def decimal_evidence(cell: str) -> str:
    """The decimal mark that a cell proves, or "" if it could be read with either.

    1.234,5 proves a comma, 1,234,567 a point, 20,5 a comma; 1,234 alone proves nothing.
    """
    cell = bare(cell)
    comma, point = cell.count(","), cell.count(".")
    if not comma and not point:
        return ""
    fits = [mark for mark in DECIMAL_MARKS if len(cell) <= MAX_CELL and SHAPES[mark].fullmatch(cell)]
    if len(fits) == 1:
        return fits[0]
    # 0,125 is no thousand: a group of thousands does not begin with 0.
    if len(fits) == 2 and cell.lstrip("+-").startswith("0"):
        return "," if comma else "."
    return ""
