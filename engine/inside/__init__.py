"""One step of a cell with its numbers: its equations evaluated for one unit, and what follows from a change by hand."""

from engine.inside.change import Change, changed, changed_inputs, what_if
from engine.inside.filled import Filled, Line, filled
from engine.inside.moment import Held, Moment
from engine.inside.step import moments, moments_of, taking
from engine.inside.walk import Walk, walks

__all__ = [
    "Change",
    "Filled",
    "Held",
    "Line",
    "Moment",
    "Walk",
    "changed",
    "changed_inputs",
    "filled",
    "moments",
    "moments_of",
    "taking",
    "walks",
    "what_if",
]
