"""One step of a cell: every name of its equations with its value, worked out from the equations themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine.cells import AnyCell, UnitaryCell
from engine.cells.equations import Equation, equations, over_time
from engine.cells.evaluation import evaluated
from engine.cells.expression import Term, parsed
from engine.cells.jordan import JordanState
from engine.cells.simple import ACTIVATIONS

Function = Callable[..., Tensor]


class HeldGate(NamedTuple):
    """A quantity of the equations that has a value by hand: at one `entry` (from 0), or with () at all of them."""

    name: str
    entry: tuple[int, ...]
    value: float

    def over(self, values: Tensor) -> Tensor:
        """The same values (units), with the held one in its place."""
        other = values.clone()
        other[self.entry or ...] = self.value
        return other

    def holds(self, name: str, entry: int) -> bool:
        return name == self.name and self.entry in ((), (entry,))


@dataclass(frozen=True)
class StepValues:
    """values: by name; vectors (units), matrices, numbers, in double precision. f: what the equations' f is, if any.

    held: what is not as its equation says, but as a person set it.
    """

    kind: type[AnyCell]
    values: Mapping[str, Tensor]
    functions: Mapping[str, Function]
    f: str | None
    held: HeldGate | None = None

    @property
    def defined(self) -> tuple[Equation, ...]:
        """The equations of the step, in the order in which they are worked out."""
        every = equations(self.kind)
        changing = over_time(every)
        return tuple(equation for equation in every if set(equation.names) <= changing)

    def of(self, term: Term) -> Tensor:
        """The value of a part of an equation."""
        return evaluated(term, self.values, self.functions)


def constants(cell: AnyCell) -> dict[str, Tensor]:
    """All that does not change from step to step, by its name in the equations; in double precision, on the graph."""
    return {name: _double(tensor) for name, tensor in cell.symbols().items()}


def worked_out(
    cell: AnyCell, known: Mapping[str, Tensor], x: Tensor, state: Any, held: HeldGate | None = None
) -> StepValues:
    """A step from an input (I) and a state of one sequence, `held` being as it is set; what follows follows from that.

    known: the constants of the cell.
    """
    values = {**known, "x": _double(x), **before(cell, state)}
    if hasattr(state, "t"):
        values["t"] = state.t[0, 0].double() + 1
    functions, f = _functions(cell, state)
    made = StepValues(type(cell), values, functions, f, held)
    for equation in made.defined:
        result = made.of(parsed(equation.rhs))
        values |= zip(equation.names, result.chunk(len(equation.names)), strict=True)
        if held and held.name in equation.names:
            values[held.name] = held.over(values[held.name])
    return made


def before(cell: AnyCell, state: Any) -> dict[str, Tensor]:
    """The state before the step by the equations' names: h₋ and its like."""
    if isinstance(cell, UnitaryCell):
        return {"h₋": _double(torch.complex(*state.h[0].chunk(2)))}
    return {f"{name}₋": _double(part[0]) for name, part in cell.shown(state).items()}


def _double(tensor: Tensor) -> Tensor:
    return tensor.to(torch.complex128 if tensor.is_complex() else torch.float64)


def _functions(cell: AnyCell, state: Any) -> tuple[dict[str, Function], str | None]:
    """Every function by its sign in the equations, and the name of f."""
    found: dict[str, Function] = {"σ": torch.sigmoid, "tanh": torch.tanh, "modReLU": mod_relu}
    f = None
    activation = getattr(cell, "activation", None)
    if activation is not None:
        f = next(name for name, each in ACTIVATIONS.items() if each == activation)
        found["f"] = activation.f
    if isinstance(state, JordanState):
        # Before the first step nothing was answered, so nothing is fed back, whatever g (0) would be.
        found["g"] = lambda _: _double(state.fed[0])
    return found, f


def mod_relu(z: Tensor, b: Tensor) -> Tensor:
    """ReLU(|z| + b) · z/|z|, and 0 at 0, for real or complex z."""
    modulus = z.abs()
    scale = torch.where(modulus > 0, torch.relu(modulus + b) / torch.where(modulus > 0, modulus, 1), 0)
    return scale * z
