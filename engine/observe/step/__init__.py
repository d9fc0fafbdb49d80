"""One step of a cell with its numbers: its equations evaluated for one unit, and what follows from a change by hand."""

from engine.observe.step.change import Change, changed, changed_inputs, what_if
from engine.observe.step.stages import reads, stages, stages_of, taking
from engine.observe.step.substituted import Line, SubstitutedEquation, substituted_equations
from engine.observe.step.values import HeldGate, StepValues

__all__ = [
    "Change",
    "HeldGate",
    "Line",
    "StepValues",
    "SubstitutedEquation",
    "changed",
    "changed_inputs",
    "reads",
    "stages",
    "stages_of",
    "substituted_equations",
    "taking",
    "what_if",
]
