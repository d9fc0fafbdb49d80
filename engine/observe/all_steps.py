"""One sequence through one cell, all steps side by side: states, gates, and the gradient by every state."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine.cells import AnyCell
from engine.cells.state import below_each_other, detached, each_part
from engine.observe.notes import passage


class Passed(NamedTuple):
    """What a cell made of one sequence, in the order of reading.

    outputs (1, T, ·): what the layer above reads; final: the state after the last step; both on the graph. states,
    gates: every part (T, ·), on none. asked: what to ask the gradient by to get ∂L/∂h_t along every path, the rows
    (T, ·) of it in one piece or in several.
    """

    outputs: Tensor
    final: Any
    states: Any
    gates: Any
    asked: Sequence[Tensor]


Method = Callable[[AnyCell, Tensor, Any], Passed]


def by_loop(cell: AnyCell, inputs: Tensor, state: Any = None) -> Passed:
    """The plain loop through any cell, for inputs (1, T, I), from a state or the cell's own start."""
    # With a gradient asked of the input, every state has one, also that of a reservoir without trained weights.
    noted, outputs, final = passage(cell, inputs if inputs.requires_grad else inputs.clone().requires_grad_(), state)
    asked = [each.h for each in noted.states]
    with torch.no_grad():
        return Passed(outputs, final, below_each_other(noted.states), below_each_other(noted.gates), asked)


def through(cell: AnyCell, inputs: Tensor, state: Any = None) -> Passed:
    """The same in a fraction of the time, if the cell's step falls into two parts. No gradient by weights is given."""
    if not cell.by_unit or state is not None:
        return by_loop(cell, inputs, state)
    steps = Steps(cell, inputs.detach())
    nudge = torch.zeros_like(steps.after.h).requires_grad_()
    parts: Any = iter(AllSteps.apply(inputs, nudge, steps))  # type: ignore[no-untyped-call]  # torch has no types for it
    state = each_part(steps.after, lambda part: next(parts) if derivable(part) else part)
    states, gates = detached(steps.after), detached(steps.gates)
    final = each_part(state, lambda part: part[-1:])
    return Passed(cell.output(state).unsqueeze(0), final, states, gates, [nudge])


class Steps:
    """All steps of a cell that takes one product, as functions of the states before them, and how steep these are.

    A step is a = U h₋ + … and then s = s(a, s₋), unit by unit; s stands for h and for what else there is, such as c. x
    (1, T, I), a (T, n·H), each part of s (T, H).
    slopes: ∂s/∂a and ∂s/∂s₋, for each part of s (T, n + m, H): n blocks of a, then m parts of s₋. carried: which parts
    of s those m are, the only ones that any s depends on.
    """

    def __init__(self, cell: AnyCell, inputs: Tensor) -> None:
        states, weights = cell.states(inputs), cell.weights()
        with torch.enable_grad():
            before = _before(cell, states)
            self.x = inputs.requires_grad_()
            projected = cell.project(self.x)[0]
            self.mixed = cell.mixed(projected, before, weights)
            a = self.mixed.detach().requires_grad_()
            self.after, self.gates = cell.units(projected, a, before, weights)
        self.u, self.parts = cell.recurrence(weights).detach(), _derivables(self.after)
        old = [a, *_derivables(before)]
        # Unit by unit, so that the gradient of the sum over all units holds the slope of each.
        found = [
            torch.autograd.grad(s, old, torch.ones_like(s), retain_graph=True, allow_unused=True) for s in self.parts
        ]
        self.carried = [k for k in range(len(self.parts)) if any(each[k + 1] is not None for each in found)]
        used = [0, *(k + 1 for k in self.carried)]
        self.slopes = [
            torch.cat([torch.zeros_like(old[k]) if each[k] is None else each[k] for k in used], dim=1).unflatten(
                1, (-1, cell.hidden_size)
            )
            for each in found
        ]


class AllSteps(torch.autograd.Function):
    """The states of all steps, with backpropagation through time for any cell of one product.

    With e = ∂L/∂s, everything that reaches s_t from above and from step t+1:
        δ = Σ_s e_s ⊙ ∂s/∂a,   e₋ gains Σ_s e_s ⊙ ∂s/∂s₋, and h's gains Uᵀδ.
    No slope waits for another, so all are there at once; only this sum over the steps is left to a loop. `nudge` (T, H)
    is 0 and stands for what could be added to every h: its gradient is that of h.
    Source: Werbos 1990; for the LSTM, Gers, Schmidhuber & Cummins 2000, with nothing cut off.
    """

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, nudge: Tensor, steps: Steps) -> tuple[Tensor, ...]:
        ctx.steps = steps
        ctx.set_materialize_grads(False)
        return tuple(part.detach() for part in steps.parts)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, Tensor, None]:
        steps = ctx.steps
        given = zip(steps.parts, grads, strict=True)
        e = torch.stack([torch.zeros_like(part) if grad is None else grad for part, grad in given])
        delta = _sum_back(e, steps)
        by_x: Tensor | None = None
        if ctx.needs_input_grad[0]:
            (by_x,) = torch.autograd.grad([*steps.parts, steps.mixed], steps.x, [*e, delta])
        return by_x, e[0], None


def _sum_back(e: Tensor, steps: Steps) -> Tensor:
    """Add to e (P, T, H), from the last step to the first, what reaches each state from the next; δ (T, n·H)."""
    length, blocks, hidden = steps.slopes[0].shape
    own = blocks - len(steps.carried)
    flow = e.new_empty(length, blocks, hidden)
    delta = flow.flatten(1)[:, : own * hidden]
    transposed = steps.u.t()
    first, *others = [
        list(zip(slopes.unbind(0), part.unsqueeze(1).unbind(0), strict=True))
        for slopes, part in zip(steps.slopes, e, strict=True)
    ]
    earlier = e[:, :-1].unbind(0)
    gains = [(earlier[part].unbind(0), flow[1:, own + k].unbind(0)) for k, part in enumerate(steps.carried)]
    h, flows, deltas = earlier[0].unbind(0), flow.unbind(0), delta[1:].unbind(0)
    for t in range(length - 1, -1, -1):
        torch.mul(*first[t], out=flows[t])
        for other in others:
            flows[t].addcmul_(*other[t])
        if t:
            h[t - 1].addmv_(transposed, deltas[t - 1])
            for before, gain in gains:
                before[t - 1].add_(gain[t - 1])
    return delta


def _before(cell: AnyCell, states: Any) -> Any:
    """The states before every step, below each other, each number a variable of its own."""
    firsts = iter(cell.initial_state(1))
    shifted = each_part(states, lambda part: torch.cat([next(firsts), part[:-1]]).detach())
    return each_part(shifted, lambda part: part.requires_grad_() if derivable(part) else part)


def derivable(part: Tensor) -> bool:
    return part.is_floating_point()


def _derivables(state: Any) -> list[Tensor]:
    """The parts of a state that something can be derived by, h first."""
    return [part for part in state if derivable(part)]
