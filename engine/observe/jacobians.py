"""How one state of a layer depends on an earlier one: ‖∂h_t/∂h_k‖ for every pair of steps, for any cell."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.cells.state import below_each_other, detached, each_part
from engine.observe.all_steps import derivable
from engine.observe.notes import Passage

MOST, FEWEST = 64, 12
"""Rows and columns of a triangle; which of them a layer gets, its size decides."""

ROW_WORK, CHAIN_WORK, NORM_WORK = 2e9, 1e9, 3e8
"""What a triangle may cost: multiplications in its rows, multiplications along the steps, and units³ in its norms."""

CHUNK = 4_000_000
"""Numbers in the Jacobians that are worked out at once."""


class Parts(NamedTuple):
    """The parts of a state. carried: those the next step reads. offered: those whose derivatives can be asked for."""

    carried: tuple[str, ...]
    offered: tuple[str, ...]


class Links(NamedTuple):
    """Derivatives within some consecutive steps, for one part p of the state.

    along (T, D, D): ∂s_t/∂s_{t−1} of the D numbers s that are carried. out (T, P, D): ∂p_t/∂s_{t−1}. into (T, D, P):
    ∂s_t/∂p_t, along the paths inside step t.
    """

    along: Tensor
    out: Tensor
    into: Tensor


def parts(passage: Passage) -> Parts:
    """What of a state goes on to the next step, found by asking the cell's own step."""
    before, after = _stacked_step(passage, range(1))
    total: Any = sum(part.sum() for part in _floats(after).values())
    names = list(_floats(before))
    grads = torch.autograd.grad(total, list(_floats(before).values()), allow_unused=True)
    carried = tuple(name for name, grad in zip(names, grads, strict=True) if grad is not None)
    shown = passage.cell.shown(after)
    return Parts(carried, ("h", *(name for name in carried if name != "h" and name in shown)))


def triangle(passage: Passage, part: str) -> tuple[np.ndarray, np.ndarray]:
    """The steps (n,) that were sampled, from 0, and ‖∂p_t/∂p_k‖ (n, n) at row t and column k; nan for k > t.

    The norm is the spectral one: the largest factor by which a small change of p_k can arrive at p_t. The derivative is
    total: p_k is changed, whatever else of step k follows from it changes along, the rest of the state at k is held;
    from there on all paths inside the layer count. So ∂h_t/∂h_k of an LSTM holds c_k, as the gradient that
    backpropagation assigns to h_k does, and in ∂c_t/∂c_k h_k moves with c_k.

    ∂p_t/∂p_k is out_t · along_{t−1} ⋯ along_{k+1} · into_k. Where a layer is too large for all of its steps, the last
    ones in the order of reading are taken, and of those at most 64, evenly spaced.
    """
    found = parts(passage)
    sizes = {name: value.shape[-1] for name, value in _floats(passage.states[0]).items()}
    units, carried = sizes[part], sum(sizes[name] for name in found.carried)
    sampled = sample(len(passage.states), units, carried)
    values = np.full((len(sampled), len(sampled)), np.nan)
    ways: Tensor | None = None
    gap: Tensor | None = None
    row = 0
    for step, (along, out, into) in _links(passage, found, part, int(sampled[0])):
        last = out if gap is None else out @ gap
        whole = along if gap is None else along @ gap
        if step != sampled[row]:
            gap = whole
            continue
        gap = None
        if ways is not None:
            arrived = (last @ ways).unflatten(1, (row, units)).transpose(0, 1)
            values[row, :row] = spectral_norms(arrived)
            ways = whole @ ways
        values[row, row] = 1.0
        ways = into if ways is None else torch.cat([ways, into], dim=1)
        row += 1
    return sampled, values


def sample(steps: int, units: int, carried: int) -> np.ndarray:
    """Which steps a triangle shows: all that can be afforded, the last among them."""
    length = int(max(2, min(steps, CHAIN_WORK / carried**3)))
    count = int(max(FEWEST, min(MOST, (ROW_WORK / (units * carried**2)) ** 0.5, (2 * NORM_WORK / units**3) ** 0.5)))
    return np.unique(np.linspace(max(0, steps - length), steps - 1, min(count, steps)).round().astype(int))


def spectral_norms(matrices: Tensor) -> np.ndarray:
    """The largest singular value of each (N, ·, ·); inf where a number overflowed."""
    # Their squares are what is solved for, so each is brought to about 1 first.
    scale = matrices.abs().amax((1, 2))
    usable = scale.isfinite() & (scale > 0)
    brought = matrices[usable] / scale[usable, None, None]
    norms = torch.where(scale.isfinite(), 0.0, torch.inf).to(scale.dtype)
    norms[usable] = scale[usable] * torch.linalg.eigvalsh(brought @ brought.mT)[:, -1].clamp(min=0).sqrt()
    return norms.numpy()


def _links(passage: Passage, found: Parts, part: str, first: int) -> Iterable[tuple[int, Links]]:
    """The derivatives of every step from `first` on; some steps are worked out at once."""
    steps = len(passage.states)
    sizes = {name: value.shape[-1] for name, value in _floats(passage.states[0]).items()}
    carried = sum(sizes[name] for name in found.carried)
    stride = max(1, int(CHUNK / (carried * (carried + sizes[part]))))
    for start in range(first, steps, stride):
        chunk = links(passage, found, part, range(start, min(start + stride, steps)))
        for number, rows in enumerate(zip(*chunk, strict=True), start):
            yield number, Links(*rows)


def links(passage: Passage, found: Parts, part: str, steps: range) -> Links:
    """All derivatives within the `steps`: side by side in one batch, as no step's result depends on another's."""
    before, after = _stacked_step(passage, steps)
    old, new = _floats(before), _floats(after)
    p = new[part]
    if not p.requires_grad:
        p.requires_grad_()
    sizes = [new[name].shape[-1] for name in found.carried]
    outputs = torch.cat([*(new[name] for name in found.carried), p], dim=-1)
    basis = torch.eye(outputs.shape[-1], dtype=outputs.dtype).unsqueeze(1).expand(-1, len(steps), -1)
    asked = [old[name] for name in found.carried] + [p]
    grads = torch.autograd.grad(outputs, asked, basis, is_grads_batched=True, allow_unused=True)
    carried = sum(sizes)
    columns = [
        basis.new_zeros(len(basis), len(steps), part.shape[-1]) if grad is None else grad
        for grad, part in zip(grads, asked, strict=True)
    ]
    rows = torch.cat(columns[:-1], dim=-1).transpose(0, 1)
    return Links(rows[:, :carried], rows[:, carried:], columns[-1][:carried].transpose(0, 1))


def _stacked_step(passage: Passage, steps: range) -> tuple[Any, Any]:
    """The states before and after the `steps`, every step a row of one batch; both on the graph."""
    cell = passage.cell
    with torch.enable_grad():
        rows = below_each_other([passage.before[t] for t in steps])
        before = each_part(detached(rows), lambda part: part.requires_grad_() if derivable(part) else part)
        projected = cell.project(passage.inputs.detach())[0, steps.start : steps.stop]
        after, _ = cell.advance(projected, before, cell.weights())
    return before, after


def _floats(state: Any) -> dict[str, Tensor]:
    """The parts of a state that something can be derived by."""
    return {name: part for name, part in state._asdict().items() if derivable(part)}
