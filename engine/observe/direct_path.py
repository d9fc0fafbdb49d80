"""The direct path of a state: what of it stays from one step to the next, whatever else happens."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine import cells
from engine.cells import AnyCell, DeepTransition
from engine.observe.notes import Passage


class Direct(NamedTuple):
    """part: the part of the state that a step multiplies by `gate` and adds to. keep: that factor, from (cell, gates).

    gate is what stands in front of the old part in the cell's equation, as a person writes it.
    """

    part: str
    gate: str
    keep: Callable[[Any, Any], Any]


LSTM = Direct("c", "f", lambda cell, gates: gates["f"])
GRU = Direct("h", "z", lambda cell, gates: gates["z"])
CAROUSEL = Direct("h", "1", lambda cell, gates: 1.0)

DIRECT: dict[type[AnyCell], Direct] = {
    cells.LSTMCell: LSTM,
    cells.PeepholeLSTMCell: LSTM,
    cells.CoupledLSTMCell: LSTM,
    cells.GridLSTMCell: LSTM,
    cells.NoForgetLSTMCell: CAROUSEL._replace(part="c"),
    cells.GRUCell: GRU,
    cells.ChoGRUCell: GRU,
    cells.GORUCell: GRU,
    cells.ResidualCell: CAROUSEL,
    cells.ResidualInputCell: CAROUSEL,
    cells.ClockworkCell: Direct("h", "1−active", lambda cell, gates: 1 - gates["active"]),
    cells.SCRNCell: Direct("s", "α", lambda cell, gates: cell.alpha),
    cells.EchoStateCell: Direct("h", "1−a", lambda cell, gates: 1 - cell.leak),
}
"""The cells with such a path: next = keep ⊙ old + ….  ∂next/∂old = diag(keep) along it alone; Qiu (1.29), (1.34)."""


def direct_of(cell: AnyCell) -> Direct | None:
    """The direct path of a cell; of a deep transition, that of the steps it is made of."""
    return DIRECT.get(type(cell.first if isinstance(cell, DeepTransition) else cell))


def carry_factors(passage: Passage) -> np.ndarray | None:
    """The factor of every step and unit (T, units); None for a cell without a direct path."""
    direct = direct_of(passage.cell)
    if direct is None:
        return None
    units = getattr(passage.states[0], direct.part).shape[-1]
    rows = [_factor(passage.cell, direct, gates._asdict()) for gates in passage.gates]
    return torch.stack([torch.as_tensor(row, dtype=torch.double).expand(1, units)[0] for row in rows]).detach().numpy()


def _factor(cell: AnyCell, direct: Direct, gates: dict[str, Tensor]) -> Any:
    if not isinstance(cell, DeepTransition):
        return direct.keep(cell, gates)
    depth = len(cell.further) + 1
    each = [{name.removesuffix(end): gates[name] for name in gates if _ends(name, end)} for end in _ends_of(depth)]
    return math.prod((direct.keep(cell.first, own) for own in each[1:]), start=direct.keep(cell.first, each[0]))


def _ends_of(depth: int) -> list[str]:
    """How the names of the gates of each of `depth` steps end."""
    return ["", *map(str, range(2, depth + 1))]


def _ends(name: str, end: str) -> bool:
    return name.endswith(end) if end else not name[-1].isdigit()


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
