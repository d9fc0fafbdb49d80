"""The simple recurrent network."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from engine.cells.about import HIDDEN, About
from engine.cells.base import StackedCell, last_step
from engine.cells.direct_path import NoDirectPath
from engine.cells.state import NoGates, OnlyH
from engine.labels import Label
from engine.settings import Choice, Spec


class Activation(NamedTuple):
    """f, f in place, and f′ written in terms of f's value."""

    f: Callable[[Tensor], Tensor]
    in_place: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(torch.tanh, torch.tanh_, lambda h: 1 - h * h),
    "relu": Activation(torch.relu, torch.relu_, lambda h: (h > 0).to(h.dtype)),
    "sigmoid": Activation(torch.sigmoid, torch.sigmoid_, lambda h: h * (1 - h)),
    "identity": Activation(lambda a: a, lambda a: a, torch.ones_like),
}


ACTIVATION = Label(
    "Activation f",
    "The function applied to the sum that becomes the new state.",
    {"tanh": "tanh", "relu": "ReLU", "sigmoid": "Sigmoid", "identity": "Identity (linear)"},
)


class ElmanScan(torch.autograd.Function):
    """h_t = f(p_t + U h_{t−1}) for all t at once, with backpropagation through time written out.

    δ_t = (∂L/∂h_t + Uᵀδ_{t+1}) ⊙ f′,  ∂L/∂p_t = δ_t,  ∂L/∂U = Σ_t δ_t h_{t−1}ᵀ,  ∂L/∂h_0 = Uᵀδ_1.  Werbos 1990.
    `start` is h_0 (B, H); None for 0.
    Two in-place operations a step make it faster on a CPU than torch.nn.RNN (`python -m benchmarks.training`).
    """

    @staticmethod
    def forward(ctx: Any, projected: Tensor, weight: Tensor, start: Tensor | None, activation: Activation) -> Tensor:
        h = projected.transpose(0, 1).contiguous()
        if h.data_ptr() == projected.data_ptr():
            h = h.clone()
        previous = torch.zeros_like(h[0]) if start is None else start
        transposed = weight.t()
        for now in h.unbind(0):
            activation.in_place(now.addmm_(previous, transposed))
            previous = now
        ctx.save_for_backward(h, weight, start)
        ctx.activation = activation
        return h.transpose(0, 1)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor | None, None]:
        h, weight, start = ctx.saved_tensors
        slope = ctx.activation.slope(h).unbind(0)
        delta = grads[0].transpose(0, 1).clone(memory_format=torch.contiguous_format)
        rows = delta.unbind(0)
        rows[-1].mul_(slope[-1])
        for t in range(len(rows) - 2, -1, -1):
            rows[t].addmm_(rows[t + 1], weight).mul_(slope[t])
        grad_weight = delta[1:].flatten(0, 1).t() @ h[:-1].flatten(0, 1)
        if start is None:
            return delta.transpose(0, 1), grad_weight, None, None
        return delta.transpose(0, 1), grad_weight + delta[0].t() @ start, delta[0] @ weight, None


class RNNCell(StackedCell[OnlyH, NoGates, None]):
    """The simple recurrent network: the new state is a squashed sum of the input and the old state.

    h = f(W x + b_ih + U h₋ + b_hh)

    x (B, I), h (B, H); f is tanh (h in −1..1), relu (h ≥ 0), sigmoid (h in 0..1) or identity.
    Source: Elman 1990, Finding Structure in Time. Same as torch.nn.RNN, which offers tanh and relu only.
    """

    key = "rnn"
    about = About(
        name="Simple RNN (Elman)",
        year=1990,
        family="simple",
        paper="Elman, Finding Structure in Time",
        problem="Finding structure in time: a network whose answer depends on what came before, not on a fixed window.",
        look="Spell hello: it learns in seconds. Then Adding with T = 50: its gradient fades before it reaches the "
        "first "
        "marked number. With ReLU and an identity start (IRNN) it reaches further.",
        best={"task": "hello", "hidden": "12", "batch": "1"},
        quantities={"h": HIDDEN},
        colour="vermilion",
        settings={"activation": ACTIVATION},
    )
    direct_path = NoDirectPath("U mixes all of the old state, and f squashes it, at every step.")
    blocks = 1
    seconds_a_step = 2.0e-5
    options: ClassVar[Mapping[str, Spec]] = {"activation": Choice("tanh", tuple(ACTIVATIONS))}

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        generator: torch.Generator,
        init: str = "default",
        activation: str = "tanh",
    ) -> None:
        super().__init__(input_size, hidden_size, generator=generator, init=init)
        self.activation = ACTIVATIONS[activation]

    def initial_state(self, batch_size: int) -> OnlyH:
        return OnlyH(self.zeros(batch_size))

    def units(self, projected: Tensor, mixed: Tensor, state: OnlyH, weights: None) -> tuple[OnlyH, NoGates]:
        return OnlyH(self.activation.f(mixed)), NoGates()

    def states(self, inputs: Tensor) -> OnlyH:
        with torch.no_grad():
            return OnlyH(self.scan(inputs, None)[0][0])

    def scan(self, inputs: Tensor, state: OnlyH | None) -> tuple[Tensor, OnlyH]:
        start = None if state is None else state.h
        projected = self.project(inputs) + self.bias_hh
        h: Tensor = ElmanScan.apply(projected, self.weight_hh, start, self.activation)  # type: ignore[no-untyped-call]  # torch has no types for it
        return h, OnlyH(last_step(h))
