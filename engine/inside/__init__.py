"""One step of a cell with its numbers: its equations evaluated for one unit, and what follows from a change by hand."""

from engine.inside.change import Change, changed, what_if
from engine.inside.filled import Filled, Line, filled
from engine.inside.moment import Moment, moments, moments_of
from engine.inside.walk import Walk, walks

__all__ = [
    "Change",
    "Filled",
    "Line",
    "Moment",
    "Walk",
    "changed",
    "filled",
    "moments",
    "moments_of",
    "walks",
    "what_if",
]
