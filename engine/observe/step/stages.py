"""The stages of a step: one, or with a deep transition one for each of its steps."""

from typing import Any

import torch
from torch import Tensor

from engine.cells import AnyCell, DeepTransition
from engine.observe.notes import Passage
from engine.observe.step.holding import Holding
from engine.observe.step.values import StepValues, constants, worked_out
from engine.observe.step.wrapped import Wrapped


def stages(passage: Passage, number: int) -> tuple[StepValues, ...]:
    """Step `number` (from 0) of a passage: one, or with a deep transition one for each of its steps."""
    return stages_of(taking(passage.cell, number), reads(passage)[number], passage.before[number])


def reads(passage: Passage) -> Tensor:
    """What the cell reads at its n steps, (n, I), of one sequence."""
    cell = passage.cell
    return (cell.entering(passage.inputs) if isinstance(cell, Wrapped) else passage.inputs)[0]


def taking(cell: AnyCell, number: int) -> AnyCell:
    """What takes a step (from 0): the cell itself, if nothing stands around it."""
    return cell.taking(number) if isinstance(cell, Wrapped) else cell


def stages_of(cell: AnyCell, x: Tensor, state: Any) -> tuple[StepValues, ...]:
    """The same for the step of a cell that reads x (I) in this state."""
    if not isinstance(cell, DeepTransition):
        return (stage(cell, x, state),)
    found = []
    part: AnyCell
    for part in (cell.first, *cell.further):
        found.append(stage(part, x, state))
        with torch.no_grad():
            state, _ = part.step(x.unsqueeze(0), state)
        x = x[:0]
    return tuple(found)


@torch.no_grad()
def stage(cell: AnyCell, x: Tensor, state: Any) -> StepValues:
    """A step from an input (I) and a state of one sequence."""
    held = cell.held if isinstance(cell, Holding) else None
    own = cell.cell if isinstance(cell, Holding) else cell
    known = {name: value.detach() for name, value in constants(own).items()}
    return worked_out(own, known, x, state, held)
