"""Texts that a visitor hands in, turned into what the engine takes, or into a sentence that says why not."""

import unicodedata
from typing import NamedTuple

from engine.messages import Message
from engine.tables import DataFileError, decode

MAX_BYTES = 200_000
"""A text's length in UTF-8."""
LARGEST_FILE = 4 * MAX_BYTES
"""A file in another encoding may be larger than its text in UTF-8, at most by as much."""
INVISIBLE = "\ufeff\u200b\u2060"
"""Byte order marks inside a text, spaces and joiners without width: a reader does not see them, a network would."""


class Read(NamedTuple):
    """A text file's content as the engine takes it, the encoding it was read in, and what is to be said of that."""

    text: str
    encoding: str
    said: tuple[Message, ...]


def read_text(data: bytes, encoding: str | None = None) -> Read:
    """The text in a file, read in `encoding` (a key of ENCODINGS) or in the likeliest; cleaned as in cleaned().

    Raises DataFileError if it is too large or no text.
    """
    if len(data) > LARGEST_FILE:
        raise _too_large(len(data))
    found = decode(data, encoding)
    whole, said = cleaned(found.text)
    size = len(whole.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        raise _too_large(size)
    return Read(whole, found.encoding, found.said + said)


def cleaned(text: str) -> tuple[str, tuple[Message, ...]]:
    """`text` with each letter and its accents as one letter (NFC), as far as there is one, and without INVISIBLE.

    And what was changed.
    """
    seen = text.translate(dict.fromkeys(map(ord, INVISIBLE)))
    gone = len(text) - len(seen)
    said: tuple[Message, ...] = (Message("upload.invisible", count=gone),) if gone else ()
    whole = unicodedata.normalize("NFC", seen)
    if whole != seen:
        said += (Message("upload.composed"),)
    return whole, said


def _too_large(size: int) -> DataFileError:
    return DataFileError(Message("upload.too_large", size=size, most=MAX_BYTES))
