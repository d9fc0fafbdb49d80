"""A cell of which a gate is held at a value: "close f here"."""

import copy
from typing import Any

import torch
from torch import Tensor

from engine.cells import AnyCell, DeepTransition
from engine.cells.equations import equations
from engine.cells.expression import parsed
from engine.observe.step.values import HeldGate, constants, worked_out
from engine.observe.step.wrapped import Wrapped
from engine.settings import Real

FURTHEST = 1e6
"""How far from 0 a number may be set that has no ends of its own."""


def span(cell: type[AnyCell], gate: str) -> Real:
    """What a gate can be: 0 to 1, or −1 to 1 if it is the tanh of something; modReLU has no ends."""
    if gate not in cell.bipolar:
        return Real(0.0, 0.0, 1.0)
    rhs = next(equation.rhs for equation in equations(cell) if gate in equation.names)
    end = 1.0 if parsed(rhs).sign == "tanh" else FURTHEST
    return Real(0.0, -end, end)


def held_in(cell: AnyCell, held: HeldGate, transition: int, numbers: range) -> "HeldFor":
    """The cell with a gate held at its steps `numbers`; in step `transition` (from 0) of a deep transition.

    Raises SettingError if the gate cannot have that value.
    """
    other = copy.deepcopy(cell)
    if not isinstance(other, DeepTransition):
        return HeldFor(cell, _holding(other, held), numbers)
    if transition:
        other.further[transition - 1] = _holding(other.further[transition - 1], held)
    else:
        other.first = _holding(other.first, held)
    return HeldFor(cell, other, numbers)


def _holding(cell: Any, held: HeldGate) -> "Holding":
    span(type(cell), held.name).check(held.name, held.value)
    return Holding(cell, held)


class HeldFor(Wrapped):
    """A cell that takes its steps `numbers` (from 0, in the order of reading) as `holding` does."""

    def __init__(self, cell: AnyCell, holding: AnyCell, numbers: range) -> None:
        super().__init__(cell)
        self.holding, self.numbers = holding, numbers

    def taking(self, number: int) -> AnyCell:
        return self.holding if number in self.numbers else self.cell

    def unroll(
        self, inputs: Tensor, state: Any = None, observe: Any = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, Any]:
        """One sequence: before, while, and after the gate is held."""
        start, end = self.numbers.start, self.numbers.stop
        plain, held = ((cell, cell.project(inputs), cell.weights()) for cell in (self.cell, self.holding))
        state, parts = self.initial_state(1) if state is None else state, []
        ways = (plain, slice(start)), (held, slice(start, end)), (plain, slice(end, None))
        for (cell, projected, weights), steps in ways:
            outputs, state = cell.loop(projected[:, steps], state, weights, observe)
            parts.append(outputs)
        return torch.cat(parts, dim=1), state


class Holding(Wrapped):
    """A cell of which a gate is held at every step: `held` takes the place of what its equation says.

    What follows is worked out from the equations. What the held gate does not reach is to the last digit what the cell
    itself makes of it.
    """

    def __init__(self, cell: AnyCell, held: HeldGate) -> None:
        super().__init__(cell)
        self.held = held

    def weights(self) -> Any:
        return self.cell.weights(), constants(self.cell)

    def project(self, inputs: Tensor) -> Tensor:
        """What the cell makes of x, and beside it x itself, for the equations."""
        return torch.cat([self.cell.project(inputs), inputs], dim=-1)

    def advance(self, projected: Tensor, state: Any, weights: Any) -> tuple[Any, Any]:
        """Of one sequence."""
        own, known = weights
        first = projected.shape[-1] - self.input_size
        x = projected[0, first:]
        free, held = (worked_out(self.cell, known, x, state, each).values for each in (None, self.held))

        def part(name: str, plain: Any) -> Any:
            if not isinstance(plain, Tensor):
                return plain
            new = held[name].to(plain.dtype).unsqueeze(0)
            values = torch.where(held[name] == free[name], plain, new).detach()
            return values + (new - new.detach())  # its gradient is that of the equations with the held gate

        state, gates = self.cell.advance(projected[:, :first], state, own)
        return tuple(type(each)(**{k: part(k, v) for k, v in each._asdict().items()}) for each in (state, gates))
