"""What a cell's direct path lets through, step by step."""

import numpy as np
import torch
from torch import Tensor

from engine.cells import AnyCell, DeepTransition
from engine.cells.direct_path import DirectPath
from engine.cells.evaluation import evaluated
from engine.cells.expression import parsed
from engine.observe.notes import Passage


def direct_of(cell: AnyCell) -> DirectPath | None:
    """The direct path of a cell, None if it has none; of a deep transition, that of the steps it is made of."""
    path = (cell.first if isinstance(cell, DeepTransition) else cell).direct_path
    return path if isinstance(path, DirectPath) else None


def carry_factors(passage: Passage) -> np.ndarray | None:
    """The factor of every step and unit (T, units); None for a cell without a direct path."""
    direct, cell = direct_of(passage.cell), passage.cell
    if direct is None:
        return None
    size = (len(passage.states), getattr(passage.states[0], direct.part).shape[-1])
    gates = {name: torch.cat([getattr(each, name) for each in passage.gates]) for name in passage.gates[0]._fields}
    if not isinstance(cell, DeepTransition):
        return _factor(cell, direct, gates).expand(size).detach().numpy()
    product = torch.ones(size, dtype=torch.float64)
    for number, each in enumerate((cell.first, *cell.further), 1):
        product = product * _factor(each, direct, _gates_of(gates, number))
    return product.detach().numpy()


def _gates_of(gates: dict[str, Tensor], number: int) -> dict[str, Tensor]:
    """Those of one step of a deep transition: z, z2, z3, …"""
    end = str(number) if number > 1 else ""
    return {name.removesuffix(end): gate for name, gate in gates.items() if name.rstrip("0123456789") + end == name}


def _factor(cell: AnyCell, direct: DirectPath, gates: dict[str, Tensor]) -> Tensor:
    """(T, units), or one number for all."""
    known = {**cell.symbols(), **gates}
    term = parsed(direct.factor)
    return evaluated(term, {name: known[name].double() for name in term.names()}, {})


def along(carry_factors: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """max over units of Π_{i=k+1..t} keep_i, for t, k in `steps` (n, n): the spectral norm of the direct path alone.

    nan for k > t.
    """
    values = np.full((len(steps), len(steps)), np.nan)
    for row, t in enumerate(steps):
        back = np.cumprod(carry_factors[steps[0] + 1 : t + 1][::-1], axis=0)[::-1]
        products = np.concatenate([back, np.ones((1, carry_factors.shape[1]))])
        values[row, : row + 1] = products[steps[: row + 1] - steps[0]].max(axis=1)
    return values
