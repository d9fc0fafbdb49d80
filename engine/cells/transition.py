"""Deep transition: several steps of a cell between one input and the next."""

from collections import namedtuple
from collections.abc import Callable
from functools import cache
from typing import Any

from torch import Tensor, nn

from engine.cells.base import AnyCell, Cell


@cache
def gate_type(names: tuple[str, ...]) -> Any:
    """A NamedTuple with these fields."""
    return namedtuple("Gates", names)  # the fields follow from the cell


class DeepTransition(Cell[Any, Any, Any]):
    """A cell that takes further steps without input before the next input comes, each with weights of its own.

    The first step is the cell's own, from x and the old state; every further one is the same kind of cell, reading the
    state alone. For the simple RNN that is h = f(U_d … f(U_2 f(W x + U_1 h₋ + b_1) + b_2) … + b_d): the deep transition
    of Pascanu et al. 2014. For gated cells, every further step has gates of its own: Miceli Barone et al. 2017.

    States are those after the last step; gates those of all of them, numbered from the second on: z, z2, z3, …
    """

    def __init__(self, depth: int, make: Callable[[int | None], AnyCell]) -> None:
        """`depth` further steps; make(None) builds the first cell, make(0) one that reads no input."""
        first = make(None)
        super().__init__(first.input_size, first.hidden_size)
        self.first = first
        self.memory = first.memory  # type: ignore[misc]  # a class variable, here of the instance
        self.further = nn.ModuleList(make(0) for _ in range(depth))
        self.bipolar = frozenset(f"{name}{k}" for name in first.bipolar for k in ["", *range(2, depth + 2)])  # type: ignore[misc]  # a class variable, here of the instance

    @property
    def output_size(self) -> int:
        return self.first.output_size

    def initial_state(self, batch_size: int) -> Any:
        return self.first.initial_state(batch_size)

    def output(self, state: Any) -> Tensor:
        return self.first.output(state)

    def shown(self, state: Any) -> dict[str, Tensor]:
        return self.first.shown(state)

    def project(self, inputs: Tensor) -> Tensor:
        return self.first.project(inputs)

    def weights(self) -> Any:
        return [cell.weights() for cell in (self.first, *self.further)]

    def advance(self, projected: Tensor, state: Any, weights: Any) -> tuple[Any, Any]:
        state, gates = self.first.advance(projected, state, weights[0])
        nothing = projected.new_empty(projected.shape[0], 0)
        seen = dict(gates._asdict())
        cell: AnyCell
        for number, (cell, own) in enumerate(zip(self.further, weights[1:], strict=True), 2):  # type: ignore[assignment]  # a ModuleList of Cells
            state, gates = cell.advance(cell.project(nothing), state, own)
            seen |= {f"{name}{number}": gate for name, gate in gates._asdict().items()}
        return state, gate_type(tuple(seen))(**seen)
