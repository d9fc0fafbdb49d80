"""Jordan's network: what it remembers is what it last answered."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from engine.cells.about import HIDDEN, About
from engine.cells.base import Cell
from engine.cells.direct_path import NoDirectPath
from engine.cells.initial import INITS, Parts
from engine.cells.simple import ACTIVATION, ACTIVATIONS
from engine.cells.state import NoGates
from engine.labels import Label
from engine.messages import Message, declare
from engine.settings import Choice, Limit, Spec, Whole

declare(
    {
        "jordan.single": "It feeds its answer back, and only one layer of one direction gives the answer.",
        "jordan.own_answer": "It gives the answer itself, so that it can be fed back.",
        "jordan.transition": "What it carries from step to step is its answer, and a further transition has none.",
    }
)

FED_BACK: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda y: y,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softmax": partial(torch.softmax, dim=-1),
}


FEEDBACK = Label(
    "Fed back g",
    "What of the answer reaches the next step; Softmax feeds back the classes' probabilities.",
    {"identity": "Identity (linear)", "tanh": "tanh", "sigmoid": "Sigmoid", "softmax": "Softmax (probabilities)"},
)


class JordanState(NamedTuple):
    """h (B, H); y (B, O) what was answered; fed (B, O) what of it is fed back, nothing before the first step."""

    h: Tensor
    y: Tensor
    fed: Tensor


class JordanCell(Cell[JordanState, NoGates, None]):
    """Jordan's network: the answer, not the state, is fed back into the next step.

    h = f(W x + U g(y₋) + b)
    y = V h + c

    x (B, I), h (B, H), y (B, O): y is the network's answer, for classes before the softmax, and no readout stands
    above. g (y₋) is 0 at the first step. f squashes the state (tanh, relu, sigmoid, identity); g what is fed back
    (identity for numbers; softmax feeds back the probabilities of classes).
    Source: Jordan 1986, Serial Order, with context units that do not decay (μ = 0). torch.nn has none.
    """

    key = "jordan"
    about = About(
        name="Jordan network",
        year=1986,
        family="simple",
        paper="Jordan, Serial Order: A Parallel Distributed Processing Approach",
        problem="Producing actions in order: each answer becomes part of the plan for the next.",
        look="Spell hello: two l follow each other, and only the last answer tells which. Then Adding: all it can "
        "remember "
        "of 50 steps is one number, its own last answer.",
        best={"task": "hello", "hidden": "16", "batch": "1", "feedback": "softmax"},
        quantities={
            "h": HIDDEN,
            "y": ("Answer y", "What the network says at every step, and all that reaches the next step."),
        },
        colour="red",
        settings={"activation": ACTIVATION, "feedback": FEEDBACK},
    )
    direct_path = NoDirectPath("Nothing of the state reaches the next step but the answer, by way of g, U and f.")
    blocks = 1
    scalable = ("U",)
    seconds_a_step = 6.5e-5
    answers = True
    options: ClassVar[Mapping[str, Spec]] = {
        "activation": Choice("tanh", tuple(ACTIVATIONS)),
        "feedback": Choice("identity", tuple(FED_BACK)),
    }

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        generator: torch.Generator,
        init: str = "default",
        answer_size: int = 1,
        activation: str = "tanh",
        feedback: str = "identity",
    ) -> None:
        super().__init__(input_size, hidden_size)
        self.activation, self.feedback = ACTIVATIONS[activation], FED_BACK[feedback]
        self.W = nn.Parameter(torch.empty(hidden_size, input_size))
        self.U = nn.Parameter(torch.empty(hidden_size, answer_size))
        self.b = nn.Parameter(torch.empty(hidden_size))
        self.V = nn.Parameter(torch.empty(answer_size, hidden_size))
        self.c = nn.Parameter(torch.empty(answer_size))
        with torch.no_grad():
            INITS[init](Parts([self.W], [self.U], [self.b], hidden_size), generator)
            for parameter in (self.V, self.c):
                nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5, generator=generator)

    @classmethod
    def limits(cls, options: Mapping[str, Any]) -> dict[str, Limit]:
        one = Message("jordan.single")
        return {
            "layers": Limit(Whole(1, 1, 1, "layers"), one),
            "direction": Limit(Choice("forward", ("forward", "backward")), one),
            "transition_depth": Limit(Whole(0, 0, 0), Message("jordan.transition")),
            "output_depth": Limit(Whole(0, 0, 0), Message("jordan.own_answer")),
        }

    @property
    def output_size(self) -> int:
        return self.V.shape[0]

    def initial_state(self, batch_size: int) -> JordanState:
        nothing = self.zeros(batch_size, self.output_size)
        return JordanState(self.zeros(batch_size), nothing, nothing)

    def output(self, state: JordanState) -> Tensor:
        return state.y

    def shown(self, state: JordanState) -> dict[str, Tensor]:
        return {"h": state.h, "y": state.y}

    def project(self, inputs: Tensor) -> Tensor:
        return nn.functional.linear(inputs, self.W, self.b)

    def advance(self, projected: Tensor, state: JordanState, weights: None) -> tuple[JordanState, NoGates]:
        h = self.activation.f(projected + state.fed @ self.U.t())
        y = nn.functional.linear(h, self.V, self.c)
        return JordanState(h, y, self.feedback(y)), NoGates()
