"""The structurally constrained recurrent network: a slow state beside the fast one."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn, sigmoid

from engine.cells.about import HIDDEN, About
from engine.cells.base import Cell
from engine.cells.direct_path import DirectPath
from engine.cells.initial import INITS, Parts
from engine.cells.state import NoGates
from engine.labels import Label
from engine.messages import Message, declare
from engine.settings import Limit, Real, Spec, Whole

declare({"scrn.transition": "Its slow state is to fade by α once a time step, not more often."})

SLOWNESS = Label("Slowness α", "How much of the slow state stays at each step; 0.95 remembers for about 20 steps.")
SLOW = Label("Slow units S", "How many slow units stand beside the hidden ones.")


class SCRNState(NamedTuple):
    """h (B, H) fast, s (B, S) slow."""

    h: Tensor
    s: Tensor


class SCRNCell(Cell[SCRNState, NoGates, Tensor]):
    """A simple RNN with slow units beside it: a running mean of the inputs, of which a share α stays at each step.

    s = (1−α) B x + α s₋
    h = σ(P s + A x + R h₋)

    x (B, I), h (B, H) in 0..1, s (B, S) with S = `slow` units. α near 1 remembers for about 1/(1−α) steps. What is
    above reads h and s. There are no biases.
    Source: Mikolov et al. 2014, Learning Longer Memory in Recurrent Neural Networks, which fixes α at 0.95. No library
    ships it.
    """

    key = "scrn"
    about = About(
        name="SCRN",
        year=2014,
        family="timescales",
        paper="Mikolov, Joulin, Chopra, Mathieu & Ranzato, Learning Longer Memory in Recurrent Neural Networks",
        problem="Longer memory without gates: a part of the network is made to change slowly.",
        look="Write like a text: s drifts with the topic while h jumps with the letters. Turn α to 0.5 and the memory "
        "is gone.",
        best={"task": "text", "hidden": "64", "lr": "0.003", "corpus": "alice"},
        quantities={
            "h": HIDDEN,
            "s": (
                "Slow state s",
                "A mean of what was read, of which a share α stays at each step: look for bands many steps long.",
            ),
        },
        colour="brown",
        settings={"alpha": SLOWNESS, "slow": SLOW},
    )
    direct_path = DirectPath("s", "α")
    blocks = 1
    scalable = ("R",)
    memory = "s"
    seconds_a_step = 8.0e-5
    options: ClassVar[Mapping[str, Spec]] = {"alpha": Real(0.95, 0.0, 1.0), "slow": Whole(16, 1, 128, "units")}

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        generator: torch.Generator,
        init: str = "default",
        alpha: float = 0.95,
        slow: int = 16,
    ) -> None:
        super().__init__(input_size, hidden_size)
        self.alpha, self.slow = alpha, slow
        self.A = nn.Parameter(torch.empty(hidden_size, input_size))
        self.B = nn.Parameter(torch.empty(slow, input_size))
        self.P = nn.Parameter(torch.empty(hidden_size, slow))
        self.R = nn.Parameter(torch.empty(hidden_size, hidden_size))
        with torch.no_grad():
            INITS[init](Parts([self.A, self.P], [self.R], [], hidden_size), generator)
            INITS[init](Parts([self.B], [], [], slow), generator)

    @classmethod
    def limits(cls, options: Mapping[str, Any]) -> dict[str, Limit]:
        return {"transition_depth": Limit(Whole(0, 0, 0), Message("scrn.transition"))}

    @classmethod
    def width(cls, hidden: int, options: Mapping[str, Any]) -> int:
        return hidden + int(options["slow"])

    @classmethod
    def values(cls, hidden: int, options: Mapping[str, Any]) -> int:
        return hidden + int(options["slow"])

    @property
    def output_size(self) -> int:
        return self.hidden_size + self.slow

    def initial_state(self, batch_size: int) -> SCRNState:
        return SCRNState(self.zeros(batch_size), self.zeros(batch_size, self.slow))

    def output(self, state: SCRNState) -> Tensor:
        return torch.cat([state.h, state.s], dim=-1)

    def project(self, inputs: Tensor) -> Tensor:
        """[A x; (1−α) B x]."""
        return nn.functional.linear(inputs, torch.cat([self.A, (1 - self.alpha) * self.B]))

    def symbols(self) -> dict[str, Tensor]:
        return {**super().symbols(), "α": torch.tensor(self.alpha, dtype=torch.float64)}

    def weights(self) -> Tensor:
        """[R P] for [h; s], turned for a product from the left."""
        return torch.cat([self.R, self.P], dim=1).t()

    def advance(self, projected: Tensor, state: SCRNState, weights: Tensor) -> tuple[SCRNState, NoGates]:
        x_h, x_s = projected.split((self.hidden_size, self.slow), dim=-1)
        s = torch.add(x_s, state.s, alpha=self.alpha)
        h = sigmoid(torch.addmm(x_h, torch.cat([state.h, s], dim=-1), weights))
        return SCRNState(h, s), NoGates()
