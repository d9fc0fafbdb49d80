"""What stands around a cell to change what it meets, and otherwise is that cell."""

from typing import Any

from torch import Tensor

from engine.cells import AnyCell, Cell


class Wrapped(Cell[Any, Any, Any]):
    """A cell that is another one but for what a subclass changes."""

    def __init__(self, cell: AnyCell) -> None:
        super().__init__(cell.input_size, cell.hidden_size)
        self.cell = cell
        self.bipolar = cell.bipolar  # type: ignore[misc]  # a class variable, here of the instance

    @property
    def output_size(self) -> int:
        return self.cell.output_size

    def output(self, state: Any) -> Tensor:
        return self.cell.output(state)

    def shown(self, state: Any) -> dict[str, Tensor]:
        return self.cell.shown(state)

    def initial_state(self, batch_size: int) -> Any:
        return self.cell.initial_state(batch_size)

    def entering(self, inputs: Tensor) -> Tensor:
        """What the cell reads (B, T, I)."""
        return inputs

    def taking(self, number: int) -> AnyCell:
        """The cell that takes a step (from 0)."""
        return self.cell
