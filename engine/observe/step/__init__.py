"""One step of a cell with its numbers: its equations evaluated for one unit, and what follows from a change by hand."""

from engine.observe.step.change import Change, changed, changed_inputs, what_if
from engine.observe.step.stages import stages, stages_of, taking
from engine.observe.step.substituted import Line, SubstitutedEquation, substituted_equations
from engine.observe.step.values import HeldGate, StepValues
from engine.observe.step.walk import Walk, walks

__all__ = [
    "Change",
    "HeldGate",
    "Line",
    "StepValues",
    "SubstitutedEquation",
    "Walk",
    "changed",
    "changed_inputs",
    "stages",
    "stages_of",
    "substituted_equations",
    "taking",
    "walks",
    "what_if",
]
