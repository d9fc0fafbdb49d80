"""What the equations of a cell call its weights, and which of them can be changed by hand."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from torch import Tensor

from engine.cells.equations import Equation, tokens


class Knob(NamedTuple):
    """Weights as the cell keeps them: writing into `values` changes the cell. `free`: which of them, None for all."""

    values: Tensor
    free: Tensor | None = None


def stacked(prefix: str, gates: tuple[str, ...], tensor: Tensor) -> dict[str, Tensor]:
    """The blocks of a stacked tensor (n·H, …), named by their gates, in order: W_i, W_f, …"""
    return {f"{prefix}{gate}": part for gate, part in zip(gates, tensor.chunk(len(gates)), strict=True)}


def in_order(equations: Iterable[Equation], prefix: str) -> tuple[str, ...]:
    """What stands after `prefix` in the names of the equations, in their order: that of the stacked gates."""
    names = [token.text for equation in equations for token in tokens(equation.rhs)]
    return tuple(dict.fromkeys(name.removeprefix(prefix) for name in names if name.startswith(prefix)))


def views(symbols: Mapping[str, Tensor], own: Iterable[Tensor]) -> dict[str, Knob]:
    """Those of the symbols that share their memory with one of a cell's `own` tensors.

    What follows from others, such as a unitary W, does not.
    """
    kept = {tensor.untyped_storage().data_ptr() for tensor in own}
    return {
        name: Knob(values)
        for name, values in symbols.items()
        if values.untyped_storage().data_ptr() in kept and values.is_floating_point() and values.numel()
    }
