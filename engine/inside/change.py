"""What if one number were another: a copy of a network in which it is."""

import copy
from dataclasses import dataclass
from typing import Any

import torch

from engine.cells import Cell, DeepTransition
from engine.inside.nudged import Nudged
from engine.inside.symbols import knobs
from engine.network import Network
from engine.tasks import Batch, Task
from engine.through_time import by_loop
from engine.trace import Trace, trace


@dataclass(frozen=True)
class Change:
    """One number by hand, in the cell of one layer (from 1) and direction.

    kind "weight": `name` is the equations' name, in step `transition` (from 0) of a deep transition. "input": an entry
    of what the cell reads, "state": an entry of the part `name` of the state before, both at its step `number` (from 0,
    in the order in which the cell meets them).
    """

    layer: int
    direction: str
    kind: str
    name: str
    entry: tuple[int, ...]
    value: float
    number: int = 0
    transition: int = 0


def what_if(network: Network, task: Task, batch: Batch, change: Change) -> tuple[Trace, Trace]:
    """The first sequence of `batch` without the change and with it. The network itself is not touched."""
    # Both by the same way, so that what the change does not reach is equal to the last digit.
    return trace(network, task, batch, by_loop), trace(changed(network, change), task, batch, by_loop)


@torch.no_grad()
def changed(network: Network, change: Change) -> Network:
    """A copy of the network with the change in it."""
    other = copy.deepcopy(network)
    layer: Any = other.layers[change.layer - 1]
    place = layer.directions.index(change.direction)
    if change.kind == "weight":
        cell = single(layer.cells[place], change.transition)
        knobs(cell)[change.name].values[change.entry] = change.value
    else:
        layer.cells[place] = Nudged(
            layer.cells[place], change.kind, change.name, change.number, change.entry, change.value
        )
    return other


def single(cell: Cell, transition: int) -> Cell:
    """The cell itself, or one of the cells that a deep transition consists of."""
    if not isinstance(cell, DeepTransition):
        return cell
    cells: list[Cell] = [cell.first, *cell.further]
    return cells[transition]
