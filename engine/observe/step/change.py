"""What if one number were another: a copy of a network, or of what it reads, in which it is."""

import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.architectures.stack import Network
from engine.cells import AnyCell, DeepTransition
from engine.observe.all_steps import by_loop
from engine.observe.step.holding import held_in
from engine.observe.step.patched import PatchedCell
from engine.observe.step.values import HeldGate
from engine.observe.trace import Trace, trace
from engine.tasks import Batch, Task


@dataclass(frozen=True)
class Change:
    """One number by hand, in the cell of one layer (from 1) and direction, or in the sequence that the network reads.

    kind "sequence": entry `entry` of x at time step `number` (from 0); "symbol": instead of what is read there, symbol
    `entry` alone. Both are read by every layer and direction above, so layer and direction do not count.

    kind "weight": `name` is the equations' name, in step `transition` (from 0) of a deep transition. "input": an entry
    of what the cell reads, "state": an entry of the part `name` of the state before, both at its step `number` (from 0,
    in the order in which the cell meets them). "gate": the gate `name` of unit `entry`, or with () of all units, held
    for `steps` steps from its step `number` on, in step `transition` of a deep transition.
    """

    layer: int
    direction: str
    kind: str
    name: str
    entry: tuple[int, ...]
    value: float
    number: int = 0
    transition: int = 0
    steps: int = 1

    @property
    def numbers(self) -> range:
        """The steps at which it is in force."""
        return range(self.number, self.number + self.steps)

    @property
    def held(self) -> HeldGate:
        return HeldGate(self.name, self.entry, self.value)


def what_if(network: Network, task: Task, batch: Batch, change: Change) -> tuple[Trace, Trace]:
    """The first sequence of `batch` without the change and with it. The network itself is not touched.

    A changed sequence has the targets that the task gives it: unknown ones where the task cannot say (`targets_of`).
    """
    first = Batch(batch.inputs[:1], batch.targets[:1], batch.mask[:1])
    other = task.with_inputs(first, changed_inputs(first.inputs, change)) if of_sequence(change) else first
    # Both by the same way, so that what the change does not reach is equal to the last digit.
    return trace(network, task, first, by_loop), trace(changed(network, change), task, other, by_loop)


def of_sequence(change: Change) -> bool:
    """Whether it is a change of what the network reads."""
    return change.kind in ("sequence", "symbol")


def changed_inputs(inputs: Tensor, change: Change) -> Tensor:
    """What the network reads (B, T, I) with the change in it, if it is one of that."""
    if not of_sequence(change):
        return inputs
    other = inputs.clone()
    if change.kind == "symbol":
        other[:, change.number] = 0
    other[:, change.number, change.entry[0]] = 1.0 if change.kind == "symbol" else change.value
    return other


@torch.no_grad()
def changed(network: Network, change: Change) -> Network:
    """A copy of the network with the change in it. Raises SettingError if a gate cannot have that value."""
    other = copy.deepcopy(network)
    if of_sequence(change):
        return other
    layer: Any = other.layers[change.layer - 1]
    place = layer.directions.index(change.direction)
    cell = layer.cells[place]
    if change.kind == "weight":
        single(cell, change.transition).knobs()[change.name].values[change.entry] = change.value
    elif change.kind == "gate":
        layer.cells[place] = held_in(cell, change.held, change.transition, change.numbers)
    else:
        layer.cells[place] = PatchedCell(cell, change.kind, change.name, change.number, change.entry, change.value)
    return other


def single(cell: AnyCell, transition: int) -> AnyCell:
    """The cell itself, or one of the cells that a deep transition consists of."""
    if not isinstance(cell, DeepTransition):
        return cell
    cells: list[AnyCell] = [cell.first, *cell.further]
    return cells[transition]
