"""What the equations of a cell call its weights, and which of them can be changed by hand."""

from collections.abc import Mapping
from functools import singledispatch
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine.cells import (
    AnyCell,
    ClockworkCell,
    EchoStateCell,
    GORUCell,
    GridLSTMCell,
    PeepholeLSTMCell,
    SCRNCell,
    StackedCell,
    UnitaryCell,
)
from engine.cells.equations import equations, tokens


class Knob(NamedTuple):
    """Weights as the cell keeps them: writing into `values` changes the cell. `free`: which of them, None for all."""

    values: Tensor
    free: Tensor | None = None


@singledispatch
def symbols(cell: AnyCell) -> dict[str, Tensor]:
    """Every weight and constant by its name in the equations; views of the parameters where they are such.

    Where nothing else is said, the parameters have the equations' names.
    """
    return {**dict(cell.named_parameters()), **dict(cell.named_buffers())}


@symbols.register(StackedCell)
def _(cell: StackedCell[Any, Any, Any]) -> dict[str, Tensor]:
    gates = in_order(cell, "W_")
    if not gates:
        return {"W": cell.weight_ih, "U": cell.weight_hh, "b_ih": cell.bias_ih, "b_hh": cell.bias_hh}
    return {
        **_named("W_", gates, cell.weight_ih),
        **_named("U_", gates, cell.weight_hh),
        **_named("b_i", gates, cell.bias_ih),
        **_named("b_h", gates, cell.bias_hh),
    }


@symbols.register
def _(cell: PeepholeLSTMCell) -> dict[str, Tensor]:
    peepholes = {"p_i": cell.weight_ci, "p_f": cell.weight_cf, "p_o": cell.weight_co}
    return {**symbols.dispatch(StackedCell)(cell), **peepholes}


@symbols.register
def _(cell: ClockworkCell) -> dict[str, Tensor]:
    return {**symbols.dispatch(StackedCell)(cell), "U": cell.weights().t(), "T_i": cell.period}


@symbols.register
def _(cell: SCRNCell) -> dict[str, Tensor]:
    return {"A": cell.A, "B": cell.B, "P": cell.P, "R": cell.R, "α": torch.tensor(cell.alpha, dtype=torch.float64)}


@symbols.register
def _(cell: EchoStateCell) -> dict[str, Tensor]:
    return {"W_in": cell.W_in, "W": cell.W, "b": cell.b, "a": torch.tensor(cell.leak, dtype=torch.float64)}


@symbols.register
def _(cell: GORUCell) -> dict[str, Tensor]:
    return {
        **_named("W_", ("r", "z", "n"), cell.weight_ih),
        **_named("U_", ("r", "z"), cell.weight_hh),
        **_named("b_", ("r", "z"), cell.bias_ih),
        "b_n": cell.bias_n,
        "S": cell.skew,
        "U": cell.rotation(),
    }


@symbols.register
def _(cell: UnitaryCell) -> dict[str, Tensor]:
    return {"W": cell.matrix(), "V": torch.complex(cell.V[0], cell.V[1]), "b": cell.b}


@symbols.register
def _(cell: GridLSTMCell) -> dict[str, Tensor]:
    gates = ("i", "f", "g", "o")
    return {
        **_named("W_", gates, cell.weight_time),
        **_named("b_", gates, cell.bias_time),
        **_named("V_", gates, cell.weight_depth),
        **_named("d_", gates, cell.bias_depth),
    }


def knobs(cell: AnyCell) -> Mapping[str, Knob]:
    """The weights that can be changed by hand. What follows from others, such as a unitary W, is none."""
    if isinstance(cell, UnitaryCell):
        return {"V_re": Knob(cell.V[0]), "V_im": Knob(cell.V[1]), "b": Knob(cell.b)}
    own = {tensor.untyped_storage().data_ptr() for tensor in (*cell.parameters(), *cell.buffers())}
    found = {
        name: Knob(values)
        for name, values in symbols(cell).items()
        if values.untyped_storage().data_ptr() in own and values.is_floating_point() and values.numel()
    }
    if isinstance(cell, ClockworkCell):
        found["U"] = Knob(cell.weight_hh, cell.allowed)
    if isinstance(cell, GORUCell):
        # What stands on the diagonal drops out of S − Sᵀ.
        found["S"] = Knob(cell.skew, ~torch.eye(len(cell.skew), dtype=torch.bool))
    return found


def in_order(cell: AnyCell, prefix: str) -> tuple[str, ...]:
    """What stands after `prefix` in the names of the equations, in their order: that of the stacked gates."""
    names = [token.text for equation in equations(type(cell)) for token in tokens(equation.rhs)]
    return tuple(dict.fromkeys(name.removeprefix(prefix) for name in names if name.startswith(prefix)))


def _named(prefix: str, gates: tuple[str, ...], stacked: Tensor) -> dict[str, Tensor]:
    return {f"{prefix}{gate}": part for gate, part in zip(gates, stacked.chunk(len(gates)), strict=True)}
