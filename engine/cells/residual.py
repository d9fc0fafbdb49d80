"""States that are added to instead of replaced: the texts' first answers to vanishing gradients."""

import torch
from torch import Tensor, nn, tanh

from engine.cells.about import HIDDEN, About
from engine.cells.base import Cell, StackedCell, last_step
from engine.cells.direct_path import CAROUSEL
from engine.cells.initial import INITS, Parts
from engine.cells.state import NoGates, OnlyH
from engine.messages import Message, declare
from engine.settings import Limit, Whole

declare({"residual.transition": "Nothing but an input ever changes its state, and a further transition has no input."})

ADDED = (HIDDEN[0], "Every step adds to it and nothing takes away by itself: look for colours that deepen with time.")


class ResidualInputCell(Cell[OnlyH, NoGates, None]):
    """A state to which every input adds its share, and that nothing else changes.

    h = h₋ + tanh(W x + b)

    x (B, I), h (B, H), without bound: |h| ≤ t. ∂h/∂h₋ is the identity, so the gradient neither grows nor fades; but
    what a step adds cannot depend on what is remembered, so the order of the inputs is lost.
    Source: Qiu, Neural Networks and Deep Learning, (1.22), with tanh for its g. No library ships it.
    """

    key = "residual_input"
    about = About(
        name="Residual on the input (1.22)",
        year=1991,
        family="residual",
        paper="Qiu, Neural Networks and Deep Learning, (1.22); the identity path of Hochreiter's thesis of 1991",
        problem="Gradients that vanish or explode: with U = 1 and f′ = 1 they can do neither.",
        look="Adding, with one layer before it that joins a value to its mark: a sum of what each step says is just "
        "what it can do. Temporal order: it cannot know which letter came first. ‖∂L/∂h‖ is a level line.",
        best={"task": "adding", "length": "50", "batch": "64", "input_depth": "1"},
        quantities={"h": ADDED},
        colour="olive",
    )
    direct_path = CAROUSEL
    blocks = 1
    seconds_a_step = 5.0e-6

    def __init__(self, input_size: int, hidden_size: int, *, generator: torch.Generator, init: str = "default") -> None:
        super().__init__(input_size, hidden_size)
        self.W = nn.Parameter(torch.empty(hidden_size, input_size))
        self.b = nn.Parameter(torch.empty(hidden_size))
        with torch.no_grad():
            INITS[init](Parts([self.W], [], [self.b], hidden_size), generator)

    @classmethod
    def limits(cls, options: object) -> dict[str, Limit]:
        return {"transition_depth": Limit(Whole(0, 0, 0), Message("residual.transition"))}

    def initial_state(self, batch_size: int) -> OnlyH:
        return OnlyH(self.zeros(batch_size))

    def project(self, inputs: Tensor) -> Tensor:
        return tanh(nn.functional.linear(inputs, self.W, self.b))

    def advance(self, projected: Tensor, state: OnlyH, weights: None) -> tuple[OnlyH, NoGates]:
        return OnlyH(state.h + projected), NoGates()

    def scan(self, inputs: Tensor, state: OnlyH | None) -> tuple[Tensor, OnlyH]:
        h = self.project(inputs).cumsum(1)
        h = h if state is None else h + state.h.unsqueeze(1)
        return h, OnlyH(last_step(h))


class ResidualCell(StackedCell[OnlyH, NoGates, None]):
    """A state to which a simple RNN adds at every step.

    h = h₋ + tanh(W x + b_ih + U h₋ + b_hh)

    x (B, I), h (B, H), without bound: |h| ≤ t. ∂h/∂h₋ = I + diag(tanh′) U: the I gives the gradient a path that does
    not fade.
    Source: Qiu, Neural Networks and Deep Learning, (1.23), with tanh for its g. No library ships it.
    """

    key = "residual"
    about = About(
        name="Residual (1.23)",
        year=1997,
        family="residual",
        paper="Qiu, Neural Networks and Deep Learning, (1.23); the carousel of Hochreiter & Schmidhuber 1997 without "
        "gates",
        problem="Gradients that vanish, while what is added may still depend on what is remembered.",
        look="Temporal order with T = 20: the gradient at the first step does not fade. Then T = 60: watch h fill up, "
        "and the network fall back to guessing. What it cannot do is forget.",
        best={"task": "order", "length": "20"},
        quantities={"h": ADDED},
        colour="moss",
    )
    direct_path = CAROUSEL
    blocks = 1
    seconds_a_step = 5.0e-5
    by_unit = False

    def initial_state(self, batch_size: int) -> OnlyH:
        return OnlyH(self.zeros(batch_size))

    def advance(self, projected: Tensor, state: OnlyH, weights: None) -> tuple[OnlyH, NoGates]:
        return OnlyH(state.h + tanh(projected + self.recurrent(state.h))), NoGates()
