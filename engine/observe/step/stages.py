"""The moments of a step: one, or with a deep transition one for each of its steps."""

from typing import Any

import torch
from torch import Tensor

from engine.cells import Cell, DeepTransition
from engine.observe.step.holding import Holding
from engine.observe.step.values import StepValues, constants, worked_out
from engine.observe.step.walk import Walk
from engine.observe.step.wrapped import Wrapped


def stages(walk: Walk, number: int) -> tuple[StepValues, ...]:
    """Step `number` (from 0) of a walk: one moment, or with a deep transition one for each of its steps."""
    return stages_of(taking(walk.cell, number), walk.inputs[number], walk.before[number])


def taking(cell: Cell, number: int) -> Cell:
    """What takes a step (from 0): the cell itself, if nothing stands around it."""
    return cell.taking(number) if isinstance(cell, Wrapped) else cell


def stages_of(cell: Cell, x: Tensor, state: Any) -> tuple[StepValues, ...]:
    """The same for the step of a cell that reads x (I) in this state."""
    if not isinstance(cell, DeepTransition):
        return (stage(cell, x, state),)
    found = []
    part: Cell
    for part in (cell.first, *cell.further):
        found.append(stage(part, x, state))
        with torch.no_grad():
            state, _ = part.step(x.unsqueeze(0), state)
        x = x[:0]
    return tuple(found)


@torch.no_grad()
def stage(cell: Cell, x: Tensor, state: Any) -> StepValues:
    """A step from an input (I) and a state of one sequence."""
    held = cell.held if isinstance(cell, Holding) else None
    own = cell.cell if isinstance(cell, Holding) else cell
    known = {name: value.detach() for name, value in constants(own).items()}
    return worked_out(own, known, x, state, held)
