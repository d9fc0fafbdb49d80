"""The minimal GRU: gates that read the input alone, so that all steps can be taken at once."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn, sigmoid

from engine.cells.about import HIDDEN, About
from engine.cells.base import Cell, last_step
from engine.cells.direct_path import DirectPath
from engine.cells.initial import INITS, Parts
from engine.cells.state import OnlyH
from engine.messages import Message, declare
from engine.settings import Limit, Whole

declare({"mingru.transition": "Its gate and its candidate come from an input, and a further transition has none."})

FEW = 256
"""Up to so many numbers B·H a step, log₂ T operations on whole sequences are faster than T operations on a step each
(`python -m benchmarks.scan`)."""


class MinGRUGates(NamedTuple):
    z: Tensor
    n: Tensor


def parallel(a: Tensor, b: Tensor) -> Tensor:
    """h_t = a_t ⊙ h_{t−1} + b_t with h_0 = 0, for all t by doubling: (T, B, H) each. Hillis & Steele 1986.

    After the round with distance d, step t holds what the last 2·d steps up to it make of nothing (b) and multiply by
    (a). All factors are multiplied as they are, so nothing has to be positive, and no logarithm is needed.
    """
    distance = 1
    while distance < len(b):
        b = torch.cat([b[:distance], torch.addcmul(b[distance:], a[distance:], b[:-distance])])
        a = torch.cat([a[:distance], a[distance:] * a[:-distance]])
        distance *= 2
    return b


def step_by_step(a: Tensor, b: Tensor) -> Tensor:
    """The same, one step after the other, in place of a copy."""
    h = b.clone(memory_format=torch.contiguous_format)
    rows = h.unbind(0)
    for before, now, factor in zip(rows, rows[1:], a[1:].unbind(0), strict=False):
        now.addcmul_(before, factor)
    return h


def linear_scan(a: Tensor, b: Tensor) -> Tensor:
    """h_t = a_t ⊙ h_{t−1} + b_t in the faster of the two ways."""
    return parallel(a, b) if b[0].numel() <= FEW else step_by_step(a, b)


class LinearScan(torch.autograd.Function):
    """h_t = a_t ⊙ h_{t−1} + b_t for all t, with the gradient written out: it is such a scan from the end.

    e_t = ∂L/∂h_t + a_{t+1} ⊙ e_{t+1},  ∂L/∂b_t = e_t,  ∂L/∂a_t = e_t ⊙ h_{t−1}.
    """

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        h = linear_scan(a, b)
        ctx.save_for_backward(a, h)
        return h

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor]:
        a, h = ctx.saved_tensors
        nothing = torch.zeros_like(h[:1])
        e = linear_scan(torch.cat([nothing, a[1:].flip(0)]), grads[0].flip(0)).flip(0)
        return e * torch.cat([nothing, h[:-1]]), e


class MinGRUCell(Cell[OnlyH, MinGRUGates, None]):
    """A GRU whose gate and candidate read the input alone: each state is a weighted mean of the old one and a new one.

    z = σ(W_z x + b_z)        update gate
    n = W_n x + b_n           candidate
    h = (1−z) ⊙ h₋ + z ⊙ n

    x (B, I), h and n (B, H), without bound; z in 0..1. There is no U: units meet only in the layer above, and as z and
    n are known before the first step, all states follow from one scan over the steps.
    Source: Feng et al. 2024, whose h̃ is called n here; z = 1 takes the candidate, as there, and not the old state as in
    PyTorch's GRU. The paper's own scan works with logarithms, for which it makes n positive; the scan here needs
    neither. No library ships it.
    """

    key = "mingru"
    about = About(
        name="minGRU",
        year=2024,
        family="gated",
        paper="Feng, Tung, Ahmed, Bengio & Hajimirsadeghi, Were RNNs All We Needed?",
        problem="Training on long sequences: a gated unit whose steps need not wait for each other.",
        look="Temporal order with T = 20: it is told after a few hundred updates. Then Parity in one layer: 1−z is "
        "never below 0, so no unit can turn its state round at every 1. A GRU can.",
        best={"task": "order", "length": "20"},
        quantities={
            "h": HIDDEN,
            "z": (
                "Update gate z",
                "Strong (1): the unit takes the candidate. Faint (0): it keeps its old state. In PyTorch's GRU it is "
                "the other way round.",
            ),
            "n": ("Candidate n", "What the unit would take on, from the present input alone, if the gate lets it in."),
        },
        colour="forest",
    )
    direct_path = DirectPath("h", "1−z")
    blocks = 2
    seconds_a_step = 7.0e-6
    bipolar = frozenset({"n"})

    def __init__(self, input_size: int, hidden_size: int, *, generator: torch.Generator, init: str = "default") -> None:
        super().__init__(input_size, hidden_size)
        self.W_z = nn.Parameter(torch.empty(hidden_size, input_size))
        self.W_n = nn.Parameter(torch.empty(hidden_size, input_size))
        self.b_z = nn.Parameter(torch.empty(hidden_size))
        self.b_n = nn.Parameter(torch.empty(hidden_size))
        with torch.no_grad():
            INITS[init](Parts([self.W_z, self.W_n], [], [self.b_z, self.b_n], hidden_size), generator)

    @classmethod
    def limits(cls, options: Mapping[str, Any]) -> dict[str, Limit]:
        return {"transition_depth": Limit(Whole(0, 0, 0), Message("mingru.transition"))}

    def initial_state(self, batch_size: int) -> OnlyH:
        return OnlyH(self.zeros(batch_size))

    def project(self, inputs: Tensor) -> Tensor:
        weight, bias = torch.cat([self.W_z, self.W_n]), torch.cat([self.b_z, self.b_n])
        return nn.functional.linear(inputs, weight, bias)

    def advance(self, projected: Tensor, state: OnlyH, weights: None) -> tuple[OnlyH, MinGRUGates]:
        a_z, n = projected.chunk(2, dim=-1)
        z = sigmoid(a_z)
        return OnlyH((1 - z) * state.h + z * n), MinGRUGates(z, n)

    def states(self, inputs: Tensor) -> OnlyH:
        with torch.no_grad():
            return OnlyH(self.scan(inputs, None)[0][0])

    def scan(self, inputs: Tensor, state: OnlyH | None) -> tuple[Tensor, OnlyH]:
        a_z, n = self.project(inputs).transpose(0, 1).chunk(2, dim=-1)
        z = sigmoid(a_z)
        kept, added = 1 - z, z * n
        if state is not None:
            added = torch.cat([torch.addcmul(added[:1], kept[:1], state.h), added[1:]])
        h: Tensor = LinearScan.apply(kept, added).transpose(0, 1)  # type: ignore[no-untyped-call]  # torch has no types for it
        return h, OnlyH(last_step(h))
