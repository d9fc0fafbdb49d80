"""A cell in which one number is another than it would be."""

from typing import Any

from torch import Tensor

from engine.cells import Cell
from engine.cells.jordan import JordanState
from engine.observe.step.wrapped import Wrapped


class PatchedCell(Wrapped):
    """A cell that meets one changed number on its way: in what it reads ("input"), or in the "state" before a step."""

    def __init__(self, cell: Cell, kind: str, name: str, number: int, entry: tuple[int, ...], value: float) -> None:
        super().__init__(cell)
        self.kind, self.name, self.number, self.entry, self.value = kind, name, number, entry, value

    def entering(self, inputs: Tensor) -> Tensor:
        """What the cell reads (B, T, I)."""
        return self._with(inputs, slice(None), self.number) if self.kind == "input" else inputs

    def before(self, state: Any, number: int) -> Any:
        """The state before a step (from 0)."""
        if self.kind != "state" or number != self.number:
            return state
        state = state._replace(**{self.name: self._with(getattr(state, self.name), slice(None))})
        if isinstance(state, JordanState):
            state = state._replace(fed=self.cell.feedback(state.y))  # type: ignore[operator]  # the cell of this state
        return state

    def unroll(self, inputs: Tensor) -> tuple[list[Any], list[Any]]:
        state, weights = self.initial_state(inputs.shape[0]), self.cell.weights()
        states, gates = [], []
        for number, projected in enumerate(self.cell.project(self.entering(inputs)).unbind(1)):
            state, gate = self.cell.advance(projected, self.before(state, number), weights)
            states.append(state)
            gates.append(gate)
        return states, gates

    def _with(self, tensor: Tensor, *place: Any) -> Tensor:
        other = tensor.clone()
        other[(*place, *self.entry)] = self.value
        return other
