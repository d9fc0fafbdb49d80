"""Tables as people have them: read as a person would, and what was decided is told."""

from engine.tables.columns import Cell, Column, Far, filled, longest
from engine.tables.decoding import ENCODINGS, DataFileError, Decoded, decode
from engine.tables.reading import Table, read_table
from engine.tables.separators import SEPARATORS

__all__ = [
    "ENCODINGS",
    "SEPARATORS",
    "Cell",
    "Column",
    "DataFileError",
    "Decoded",
    "Far",
    "Table",
    "decode",
    "filled",
    "longest",
    "read_table",
]
