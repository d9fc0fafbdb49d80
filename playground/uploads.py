"""Texts that a visitor hands in, turned into what the engine takes, or into a sentence that says why not."""

import unicodedata

from engine.fields import FieldError
from engine.tables import ENCODINGS, decode

MAX_BYTES = 200_000
"""A text's length in UTF-8."""
LARGEST_FILE = 4 * MAX_BYTES
"""A file in another encoding may be larger than its text in UTF-8, at most by as much."""


def read_text(data: bytes) -> tuple[str, str]:
    """A text file's content, letters composed, and a sentence that says how it was read.

    Raises FieldError if it is too large or no text.
    """
    if len(data) > LARGEST_FILE:
        raise _too_large(len(data))
    text, encoding, certain = decode(data, "text")
    whole = composed(text)
    size = len(whole.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        raise _too_large(size)
    said = f"Read as {ENCODINGS[encoding]}{'' if certain else ', the likeliest encoding'}."
    if whole != text:
        said += " Letters written as a letter and an accent became one letter each."
    return whole, said


def composed(text: str) -> str:
    """`text` with each letter and its accents as one letter (NFC), as far as there is one."""
    return unicodedata.normalize("NFC", text)


def _too_large(size: int) -> FieldError:
    return FieldError("text", f"The file has {size:,} bytes; up to {MAX_BYTES:,} will do. Cut out a shorter piece.")
