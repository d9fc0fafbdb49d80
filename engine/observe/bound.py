"""The bound of the texts on a simple network's gradient: ‖∂h_t/∂h_k‖ ≤ Π ‖diag f′(z_i)‖·‖U‖, Qiu (1.20), (1.21)."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.architectures import Stack
from engine.cells import CELLS, AnyCell, IndRNNCell, RNNCell
from engine.observe.jacobians import spectral_norms
from engine.observe.notes import Passage


@dataclass(frozen=True)
class Bound:
    """Spectral norms throughout. slope (T,): ‖diag f′(z_t)‖, the steepest unit. gamma (T,): γ_t = ‖diag(f′(z_t)) U‖.

    The text has γ as if it were one number, and (1.21) as an equality. γ_t differs from step to step, and a norm of a
    product is at most the product of the norms: γ_t ≤ ‖diag f′(z_t)‖·‖U‖, and ‖∂h_t/∂h_k‖ ≤ Π_{i=k+1..t} γ_i.
    """

    slope: np.ndarray
    gamma: np.ndarray
    norm: float
    radius: float
    singular: np.ndarray

    def by_gamma(self, steps: np.ndarray) -> np.ndarray:
        """Π_{i=k+1..t} γ_i for t, k in `steps`: (n, n), nan for k > t."""
        return _products(self.gamma, steps)

    def by_norms(self, steps: np.ndarray) -> np.ndarray:
        """Π_{i=k+1..t} ‖diag f′(z_i)‖·‖U‖."""
        return _products(self.slope * self.norm, steps)


def has_bound(network: Stack) -> bool:
    """Whether the cells of a network are of the simple kind."""
    return CELLS[network.cell] in (RNNCell, IndRNNCell) and not network.transition_depth


def recurrent_matrix(cell: AnyCell) -> Tensor | None:
    """U of a cell h = f(W x + U h₋ + b); None for every other kind, whose step is no single f after a single U."""
    if type(cell) is RNNCell:
        return cell.weight_hh.detach().double()
    if type(cell) is IndRNNCell:
        return torch.diag(cell.u.detach().double())
    return None


def bound(passage: Passage) -> Bound | None:
    """None for a cell that is not of the simple kind."""
    cell = passage.cell
    u = recurrent_matrix(cell)
    if u is None:
        return None
    assert isinstance(cell, RNNCell | IndRNNCell)
    h = torch.cat([state.h for state in passage.states]).detach().double()
    slopes = cell.activation.slope(h).abs()
    singular = torch.linalg.svdvals(u).numpy()
    return Bound(
        slope=slopes.amax(1).numpy(),
        gamma=spectral_norms(slopes.unsqueeze(2) * u),
        norm=float(singular[0]),
        radius=float(torch.linalg.eigvals(u).abs().max()),
        singular=singular,
    )


def _products(factors: np.ndarray, steps: np.ndarray) -> np.ndarray:
    values = np.full((len(steps), len(steps)), np.nan)
    with np.errstate(over="ignore"):
        for row, t in enumerate(steps):
            back = np.cumprod(factors[steps[0] + 1 : t + 1][::-1])[::-1]
            values[row, : row + 1] = np.append(back, 1.0)[steps[: row + 1] - steps[0]]
    return values
