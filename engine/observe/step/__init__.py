"""One step of a cell with its numbers: its equations evaluated for one unit, and what follows from a change by hand."""

from engine.observe.step.change import Change, changed, changed_inputs, what_if
from engine.observe.step.stages import moments, moments_of, taking
from engine.observe.step.substituted import Filled, Line, filled
from engine.observe.step.values import Held, Moment
from engine.observe.step.walk import Walk, walks

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
