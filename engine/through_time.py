"""One sequence through one cell and back, all steps side by side: states, gates, and the gradient by every state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.cells import Cell
from engine.cells.base import below_each_other, column


@dataclass
class Notes:
    """What a cell made of one sequence, in the order of reading.

    states, gates: every part (T, ·). grad_h (T, ·): ∂L/∂h_t along every path; there once the gradient has come back.
    looped: instead of it, each h_t (1, ·) as it stands on the graph, where the plain loop was taken.
    """

    cell: Cell
    states: Any = None
    gates: Any = None
    grad_h: Tensor | None = None
    looped: Sequence[Tensor] = ()


def through(cell: Cell, inputs: Tensor) -> tuple[Tensor, Notes]:
    """What the layer above reads at every step (1, T, ·), for inputs (1, T, I) on the graph; and the notes.

    By the plain loop, or where the cell's step falls into two parts, side by side: the same in a fraction of the time.
    Side by side no gradient by the weights comes back, only that by the inputs.
    """
    weights = cell.weights()
    u = cell.recurrence(weights)
    if u is None:
        return by_loop(cell, inputs)
    notes = Notes(cell)
    parts = iter(AllSteps.apply(inputs, notes, weights, u.detach()))  # type: ignore[no-untyped-call]  # torch has no types for it
    state = type(notes.states)(*(next(parts) if _derivable(part) else part for part in notes.states))
    return cell.output(state).unsqueeze(0), notes


def by_loop(cell: Cell, inputs: Tensor) -> tuple[Tensor, Notes]:
    """`through` by the plain loop, for any cell."""
    states, gates = cell.unroll(inputs)
    seen = Notes(cell, below_each_other(states), below_each_other(gates), looped=[state.h for state in states])
    return torch.stack([cell.output(state) for state in states], dim=1), seen


class AllSteps(torch.autograd.Function):
    """The states of all steps, with backpropagation through time for any cell of one product.

    A step is a = U h₋ + … and then s = s(a, s₋) unit by unit, s being h and what else is carried, such as c. With
    e = ∂L/∂s, everything that reaches s_t from above and from step t+1:
        δ = Σ_s e_s ⊙ ∂s/∂a,   e₋ gains Σ_s e_s ⊙ ∂s/∂s₋, and h's gains Uᵀδ.
    The states come first; from them all slopes ∂s/∂a and ∂s/∂s₋ follow at once, as no step waits for another, and as
    everything is unit by unit each is one number a unit. Only the sum over the steps above is left to a loop.
    Source: Werbos 1990; for the LSTM, Gers, Schmidhuber & Cummins 2000, with nothing cut off.
    """

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, notes: Notes, weights: Any, u: Tensor) -> tuple[Tensor, ...]:
        cell = notes.cell
        states = cell.states(inputs)
        with torch.enable_grad():
            x = inputs.detach().requires_grad_()
            before = _before(cell, states)
            projected = cell.project(x)[0]
            mixed = cell.mixed(projected, before, weights)
            a = mixed.detach().requires_grad_()
            after, gates = cell.units(projected, a, before, weights)
        ctx.notes, ctx.u, ctx.x, ctx.mixed, ctx.a, ctx.before, ctx.after = notes, u, x, mixed, a, before, after
        ctx.set_materialize_grads(False)
        notes.states, notes.gates = after, gates
        return tuple(part.detach() for part in _derivables(after))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, None, None, None]:
        old, new = _derivables(ctx.before), _derivables(ctx.after)
        hidden = new[0].shape[1]
        slopes, carried = _slopes(new, [ctx.a, *old], hidden)
        e = torch.stack(
            [torch.zeros_like(part) if grad is None else grad for part, grad in zip(new, grads, strict=True)]
        )
        delta = _sum_back(e, slopes, ctx.u.t(), carried)
        ctx.notes.grad_h = e[0]
        if not ctx.needs_input_grad[0]:
            return None, None, None, None
        (by_x,) = torch.autograd.grad([*new, ctx.mixed], ctx.x, [*e, delta])
        return by_x, None, None, None


def _slopes(new: list[Tensor], old: list[Tensor], hidden: int) -> tuple[list[Tensor], list[int]]:
    """∂s/∂a and ∂s/∂s₋ of each part s, (T, n + m, H): n blocks of a, and those m parts of s₋ that any s depends on."""
    # Unit by unit, so that the gradient of the sum over all units holds the slope of each.
    found = [
        torch.autograd.grad(part, old, torch.ones_like(part), retain_graph=True, allow_unused=True) for part in new
    ]
    carried = [k for k in range(len(old) - 1) if any(each[k + 1] is not None for each in found)]
    used = [0, *(k + 1 for k in carried)]
    slopes = [
        torch.cat([torch.zeros_like(old[k]) if each[k] is None else each[k] for k in used], dim=1) for each in found
    ]
    return [each.unflatten(1, (-1, hidden)) for each in slopes], carried


def _sum_back(e: Tensor, slopes: list[Tensor], transposed: Tensor, carried: list[int]) -> Tensor:
    """Add to e (P, T, H), from the last step to the first, what reaches each state from the step after it; δ (T, n·H).

    `carried` says which part of the state each of the last blocks of `slopes` belongs to.
    """
    steps, blocks, hidden = slopes[0].shape
    flow = e.new_empty(steps, blocks, hidden)
    own = blocks - len(carried)
    delta = flow.flatten(1)[:, : own * hidden]
    flows, deltas, h = flow.unbind(0), delta.unbind(0), e[0].unbind(0)
    kept = [(e[part].unbind(0), flow[:, own + place].unbind(0)) for place, part in enumerate(carried)]
    (first, e_first), *others = [
        (each.unbind(0), part.unsqueeze(1).unbind(0)) for each, part in zip(slopes, e, strict=True)
    ]
    for t in range(steps - 1, -1, -1):
        torch.mul(first[t], e_first[t], out=flows[t])
        for slope, e_part in others:
            flows[t].addcmul_(slope[t], e_part[t])
        if t:
            h[t - 1].addmv_(transposed, deltas[t])
            for e_part, back in kept:
                e_part[t - 1].add_(back[t])
    return delta


def _before(cell: Cell, states: Any) -> Any:
    """The states before every step, below each other, each number a variable of its own."""
    shifted = [
        torch.cat([column((first,)), part[:-1]]) for first, part in zip(cell.initial_state(1), states, strict=True)
    ]
    return type(states)(*(part.detach().requires_grad_() if _derivable(part) else part for part in shifted))


def _derivable(part: Any) -> bool:
    return isinstance(part, Tensor) and part.is_floating_point()


def _derivables(state: Any) -> list[Tensor]:
    """The parts of a state that something can be derived by, h first."""
    return [part for part in state if _derivable(part)]
