"""The independently recurrent network: every unit remembers itself alone."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.cells.about import HIDDEN, About
from engine.cells.base import Cell
from engine.cells.direct_path import NoDirectPath
from engine.cells.initial import INITS, Parts
from engine.cells.simple import ACTIVATION, ACTIVATIONS
from engine.cells.state import NoGates, OnlyH
from engine.settings import Choice, Spec


class IndRNNCell(Cell[OnlyH, NoGates, None]):
    """A simple RNN whose units do not see each other: one recurrent weight a unit.

    h = f(W x + u ⊙ h₋ + b)

    x (B, I), h and u (B, H) and (H); f is relu (h ≥ 0), tanh, sigmoid or identity. Units meet only in the layer above.
    The gradient of a unit is a product of its own u · f′, so |u| near 1 keeps it; u starts uniform in 0..1, with the
    identity start at 1.
    Source: Li, Li, Cook, Zhu & Gao 2018. No library ships it.
    """

    key = "indrnn"
    about = About(
        name="IndRNN",
        year=2018,
        family="simple",
        paper="Li, Li, Cook, Zhu & Gao, Independently Recurrent Neural Network (IndRNN)",
        problem="Gradients through time that can be held in range unit by unit, and networks many layers deep.",
        look="Adding with T = 50 in two layers: one alone cannot pick out the marked values and keep their sum as "
        "well. Look for units that "
        "ramp up "
        "(u near 1) and units that forget at once (u near 0).",
        best={"task": "adding", "length": "50", "layers": "2", "batch": "64"},
        quantities={"h": HIDDEN},
        colour="tan",
        settings={"activation": ACTIVATION},
    )
    direct_path = NoDirectPath("f stands around u ⊙ h₋ + W x: what is kept depends on what comes in.")
    blocks = 1
    scalable = ("u",)
    seconds_a_step = 4.0e-5
    options: ClassVar[Mapping[str, Spec]] = {"activation": Choice("relu", tuple(ACTIVATIONS))}

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        generator: torch.Generator,
        init: str = "default",
        activation: str = "relu",
    ) -> None:
        super().__init__(input_size, hidden_size)
        self.activation = ACTIVATIONS[activation]
        self.W = nn.Parameter(torch.empty(hidden_size, input_size))
        self.u = nn.Parameter(torch.empty(hidden_size))
        self.b = nn.Parameter(torch.empty(hidden_size))
        with torch.no_grad():
            INITS[init](Parts([self.W] if input_size else [], [], [self.b], hidden_size), generator)
            if init == "identity":
                nn.init.ones_(self.u)
            else:
                nn.init.uniform_(self.u, 0, 1, generator=generator)

    def initial_state(self, batch_size: int) -> OnlyH:
        return OnlyH(self.zeros(batch_size))

    def project(self, inputs: Tensor) -> Tensor:
        return nn.functional.linear(inputs, self.W, self.b)

    def advance(self, projected: Tensor, state: OnlyH, weights: None) -> tuple[OnlyH, NoGates]:
        return OnlyH(self.activation.f(torch.addcmul(projected, self.u, state.h))), NoGates()
