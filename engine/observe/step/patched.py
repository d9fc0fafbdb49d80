"""A cell in which one number is another than it would be."""

from typing import Any

import torch
from torch import Tensor

from engine.cells import AnyCell
from engine.cells.jordan import JordanState
from engine.observe.step.wrapped import Wrapped


class PatchedCell(Wrapped):
    """A cell that meets one changed number on its way: in what it reads ("input"), or in the "state" before a step."""

    def __init__(self, cell: AnyCell, kind: str, name: str, number: int, entry: tuple[int, ...], value: float) -> None:
        super().__init__(cell)
        self.kind, self.name, self.number, self.entry, self.value = kind, name, number, entry, value

    def entering(self, inputs: Tensor) -> Tensor:
        """What the cell reads (B, T, I)."""
        return self._with(inputs, slice(None), self.number) if self.kind == "input" else inputs

    def unroll(
        self, inputs: Tensor, state: Any = None, observe: Any = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, Any]:
        """One sequence: up to the changed number, and on from there."""
        inputs = self.entering(inputs)
        if self.kind != "state":
            return self.cell.unroll(inputs, state, observe)
        before = self.cell.initial_state(1) if state is None else state
        projected, weights = self.cell.project(inputs), self.cell.weights()
        first, state = self.cell.loop(projected[:, : self.number], before, weights, observe)
        rest, state = self.cell.loop(projected[:, self.number :], self._patched(state), weights, observe)
        return torch.cat([first, rest], dim=1), state

    def _patched(self, state: Any) -> Any:
        state = state._replace(**{self.name: self._with(getattr(state, self.name), slice(None))})
        if isinstance(state, JordanState):
            state = state._replace(fed=self.cell.feedback(state.y))  # type: ignore[operator]  # the cell of this state
        return state

    def _with(self, tensor: Tensor, *place: Any) -> Tensor:
        other = tensor.clone()
        other[(*place, *self.entry)] = self.value
        return other
