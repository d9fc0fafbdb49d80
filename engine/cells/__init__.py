"""Every recurrent cell, by the identifier that stands in the link."""

from engine.cells.about import FAMILIES, About
from engine.cells.base import AnyCell, Cell, StackedCell
from engine.cells.gru import GRUCell
from engine.cells.indrnn import IndRNNCell
from engine.cells.initial import INITS
from engine.cells.jordan import JordanCell
from engine.cells.simple import RNNCell
from engine.cells.state import NoGates, OnlyH, State
from engine.cells.transition import DeepTransition
from engine.cells.unitary import UnitaryCell
from engine.discovery import keyed

FIRST = ("rnn", "gru", "lstm")
"""Those of torch.nn, which most people look for first."""


def _place(cell: type[AnyCell]) -> tuple[bool, int, int, str]:
    """Those of torch.nn first, the others by the year of their paper."""
    first = cell.key in FIRST
    return not first, FIRST.index(cell.key) if first else 0, cell.about.year, cell.about.name


CELLS: dict[str, type[AnyCell]] = {
    cell.key: cell for cell in sorted(keyed(__path__, __name__, Cell).values(), key=_place)
}
"""A class with a `key` in any file of this folder is here."""

__all__ = [
    "CELLS",
    "FAMILIES",
    "INITS",
    "About",
    "AnyCell",
    "Cell",
    "DeepTransition",
    "GRUCell",
    "IndRNNCell",
    "JordanCell",
    "NoGates",
    "OnlyH",
    "RNNCell",
    "StackedCell",
    "State",
    "UnitaryCell",
]
