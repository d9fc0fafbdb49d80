"""Bytes to text: which of a few encodings a file is written in."""

import re
from typing import NamedTuple

from charset_normalizer import from_bytes

from engine.messages import Message, MessageError, quoted

ENCODINGS = {
    "utf_8": "UTF-8",
    "utf_16": "UTF-16",
    "gb18030": "GBK (GB18030)",
    "big5": "Big5",
    "cp932": "Shift-JIS",
    "cp1252": "Windows-1252",
}
"""The encodings that are told apart, by Python's name; what people call them."""

SAMPLE = 100_000
BINARY = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
"""Control characters that no text holds. Tab, line breaks, vertical tab, form feed and Ctrl-Z (the end of a text in
old systems) are not among them."""
LOST = "\N{REPLACEMENT CHARACTER}"
HAN = re.compile(r"[\u4e00-\u9fff]")
BETWEEN_HAN = re.compile(r"[\t\n\r -~\u2010-\u2026\u3000-\u30ff\uff00-\uffef]")
"""What stands between Han characters: punctuation, kana, ASCII."""
KANA = re.compile(r"[\u3041-\u30ff]")
"""Japanese text has them; Chinese text read as Japanese has none."""
HIGH = re.compile(rb"[\x80-\xff]+")
MARKS = (
    (b"\xef\xbb\xbf", "utf_8", "utf_8"),
    (b"\xff\xfe", "utf_16", "utf_16_le"),
    (b"\xfe\xff", "utf_16", "utf_16_be"),
)


class DataFileError(MessageError):
    """A file with a text or a table that cannot be read."""


class Decoded(NamedTuple):
    """A text, the key of ENCODINGS it was read in, and whether the file leaves no doubt about it.

    wrong: how many bytes or groups of bytes do not belong to that encoding, each now �; first_wrong: where the first of
    them is, from 1.
    """

    text: str
    encoding: str
    certain: bool
    wrong: int = 0
    first_wrong: int = 0

    @property
    def said(self) -> tuple[Message, ...]:
        """How it was read."""
        code = "decoding.read" if self.certain else "decoding.likeliest"
        said = Message(code, encoding=ENCODINGS[self.encoding])
        if not self.wrong:
            return (said,)
        return said, Message("decoding.wrong", count=self.wrong, first=self.first_wrong)


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """The text in `data`, read in `encoding` (a key of ENCODINGS), or in the one that fits it best.

    A byte order mark is left out. Line breaks of all three kinds become "\\n". A few wrong bytes in a text of another
    alphabet than ASCII become �. Raises DataFileError if it is no text, or no text in `encoding`.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise DataFileError(Message("decoding.encoding", encodings=tuple(ENCODINGS), given=quoted(encoding)))
    for mark, name, codec in MARKS:
        if data.startswith(mark) and encoding in (None, name):
            return _checked(data, name, codec, certain=True, start=len(mark))
    wide = _utf_16(data)
    if encoding is not None:
        codec = (wide or _chinese_utf_16(data) or "utf_16_le") if encoding == "utf_16" else encoding
        return _checked(data, encoding, codec, certain=True)
    if wide:
        return _checked(data, "utf_16", wide, certain=True)
    found = BINARY.search(data)
    if not found:
        try:
            return _checked(data, "utf_8", "utf_8", certain=True)
        except DataFileError:
            pass
    wide = _chinese_utf_16(data)
    if wide:
        return _checked(data, "utf_16", wide, certain=False)
    if found:
        place = found.start()
        raise DataFileError(Message("decoding.binary", place=place + 1, sign=data[place]))
    guess = _likeliest(data)
    try:
        return _checked(data, guess, guess, certain=False)
    except DataFileError:
        raise DataFileError(Message("decoding.none_fits", encodings=tuple(ENCODINGS.values()))) from None


def _checked(data: bytes, encoding: str, codec: str, certain: bool, start: int = 0) -> Decoded:
    """What stands from byte `start` on, counted from 0."""
    wrong = first_wrong = 0
    try:
        text = data[start:].decode(codec)
    except UnicodeDecodeError as problem:
        text, first_wrong = data[start:].decode(codec, "replace"), start + problem.start + 1
        own = LOST.encode(codec, "ignore")
        wrong = text.count(LOST) - (data.count(own) if own else 0)
        if wrong * 3 > sum(c > "\x7f" for c in text) - text.count(LOST):
            other = Message("decoding.other", encoding=ENCODINGS[encoding], place=first_wrong)
            raise DataFileError(other) from None
    if BINARY.search(text.encode("utf-8", "replace")):
        raise DataFileError(Message("decoding.control", encoding=ENCODINGS[encoding]))
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(whole, encoding, certain and not wrong, wrong, first_wrong)


def _utf_16(data: bytes) -> str | None:
    """The byte order of UTF-16 without a mark: every second byte of most of its characters is 0."""
    even, odd = data[0:SAMPLE:2].count(0), data[1:SAMPLE:2].count(0)
    half = len(data[:SAMPLE]) // 2
    if len(data) % 2 or max(even, odd) * 10 < half or not half or min(even, odd) * 20 > max(even, odd):
        return None
    return "utf_16_le" if odd > even else "utf_16_be"


def _chinese_utf_16(data: bytes) -> str | None:
    """The byte order of UTF-16 without a mark in Chinese or Japanese: nearly all its characters are from there.

    Two bytes of other encodings often make a Han character, but hardly ever the punctuation or kana between them.
    """
    sample = data[: SAMPLE - SAMPLE % 2]
    for codec in ("utf_16_le", "utf_16_be"):
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        between = len(BETWEEN_HAN.findall(text))
        if between * 50 >= len(text) > 0 and (between + len(HAN.findall(text))) * 10 >= len(text) * 9:
            return codec
    return None


def _likeliest(data: bytes) -> str:
    """The encoding of a text that is not Unicode."""
    sample = data[:SAMPLE]
    if len(data) > SAMPLE:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    japanese = data.decode("cp932", "ignore")
    if len(KANA.findall(japanese)) * 5 > sum(c > "\x7f" for c in japanese):
        return "cp932"
    # What tells them apart are letters beyond ASCII. In Western text they stand alone, in Chinese text side by side.
    if all(len(letters) == 1 for letters in HIGH.findall(data)):
        return "cp1252"
    best = from_bytes(sample, cp_isolation=["utf_8", "utf_16", "gb18030", "big5", "cp1252"]).best()
    if best is None:
        # Long tables hide a few letters among many digits: those lines alone.
        lines = b"\n".join(line for line in sample.splitlines() if HIGH.search(line))
        best = from_bytes(lines, cp_isolation=["gb18030", "big5", "cp1252"]).best()
    if best is not None and best.encoding in ENCODINGS:
        return best.encoding
    return "gb18030" if all(len(letters) % 2 == 0 for letters in HIGH.findall(sample)) else "cp1252"
