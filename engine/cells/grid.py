"""The grid LSTM over depth and time: a memory that runs up as well as along."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn, sigmoid, tanh

from engine.cells.about import LSTM_QUANTITIES, About
from engine.cells.base import Cell
from engine.cells.direct_path import DirectPath
from engine.cells.initial import INITS, Parts
from engine.cells.symbols import stacked
from engine.messages import Message, declare
from engine.settings import Choice, Limit, Whole, Wholes

declare(
    {
        "grid.direction": "The layer above continues the depth memory of this one, which has one direction.",
        "grid.depth": "Its depth is gated already.",
        "grid.windows": "A window of steps has no single depth memory that the layer above could continue.",
    }
)


class GridState(NamedTuple):
    """h and c (B, H) go on in time; h_depth and c_depth (B, H) go up to the next layer."""

    h: Tensor
    c: Tensor
    h_depth: Tensor
    c_depth: Tensor


class GridGates(NamedTuple):
    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor
    i_depth: Tensor
    f_depth: Tensor
    g_depth: Tensor
    o_depth: Tensor


def _depth(title: str) -> str:
    return f"{title}, in depth"


class GridLSTMCell(Cell[GridState, GridGates, Tensor]):
    """Two LSTMs at every crossing of layer and step, one along time and one along depth, that read the same state.

    h_below, c_below = x                              what comes from below
    j = [h_below; h₋]                                 what all gates read
    i = σ(W_i j + b_i)                                along time: input gate
    f = σ(W_f j + b_f)                                forget gate
    g = tanh(W_g j + b_g)                             candidate
    o = σ(W_o j + b_o)                                output gate
    c = f ⊙ c₋ + i ⊙ g
    h = o ⊙ tanh(c)
    i_depth = σ(V_i j + d_i)                          along depth: input gate
    f_depth = σ(V_f j + d_f)                          forget gate
    g_depth = tanh(V_g j + d_g)                       candidate
    o_depth = σ(V_o j + d_o)                          output gate
    c_depth = f_depth ⊙ c_below + i_depth ⊙ g_depth
    h_depth = o_depth ⊙ tanh(c_depth)

    From below come h_below and c_below, together (B, 2·H); the first layer gets them from x by a linear map. h and c
    start at 0. Gates in 0..1, g and h in −1..1; each dimension stacks i, f, g, o in weight (4·H, 2·H) and bias
    (4·H). The forget biases start at 1. What is above reads h_depth and c_depth.
    Source: Kalchbrenner, Danihelka & Graves 2015, the 2-D block; the paper prints h′ = tanh(o ⊙ c′) and no biases, its
    ports the form here. No library ships it.
    """

    key = "grid_lstm"
    about = About(
        name="Grid LSTM (depth and time)",
        year=2015,
        family="gated",
        paper="Kalchbrenner, Danihelka & Graves, Grid Long Short-Term Memory",
        problem="Deep networks of LSTMs: gates and a memory upwards too, so that depth does not lose the gradient "
        "either.",
        look="Stack 3 or 4 layers on Echo or Copy and compare with an LSTM as deep. c_depth carries an input up "
        "unchanged "
        "where f_depth is dark.",
        best={"task": "echo", "layers": "3", "hidden": "24"},
        quantities={
            **LSTM_QUANTITIES,
            **{f"{name}_depth": (_depth(title), look) for name, (title, look) in LSTM_QUANTITIES.items()},
        },
        colour="lavender",
    )
    direct_path = DirectPath("c", "f")
    blocks = 16
    seconds_a_step = 2.4e-4
    by_unit = True
    bipolar = frozenset({"g", "g_depth"})
    memory = "c"

    def __init__(self, input_size: int, hidden_size: int, *, generator: torch.Generator, init: str = "default") -> None:
        super().__init__(input_size, hidden_size)
        self.weight_time = nn.Parameter(torch.empty(4 * hidden_size, 2 * hidden_size))
        self.bias_time = nn.Parameter(torch.empty(4 * hidden_size))
        self.weight_depth = nn.Parameter(torch.empty(4 * hidden_size, 2 * hidden_size))
        self.bias_depth = nn.Parameter(torch.empty(4 * hidden_size))
        with torch.no_grad():
            for weight, bias in ((self.weight_time, self.bias_time), (self.weight_depth, self.bias_depth)):
                below, before = weight.split(hidden_size, dim=1)
                INITS[init](Parts([below], [before], [bias], hidden_size), generator)
                bias[hidden_size : 2 * hidden_size] = 1

    @classmethod
    def limits(cls, options: Mapping[str, Any]) -> dict[str, Limit]:
        depth = Message("grid.depth")
        return {
            "direction": Limit(Choice("forward", ("forward", "backward")), Message("grid.direction")),
            "transition_depth": Limit(Whole(0, 0, 0), depth),
            "connection": Limit(Choice("plain", ("plain",)), depth),
            "windows": Limit(Wholes((1,), 1, 1, 1), Message("grid.windows")),
        }

    @classmethod
    def required_input_size(cls, hidden: int) -> int:
        return 2 * hidden

    @classmethod
    def width(cls, hidden: int, options: Mapping[str, Any]) -> int:
        return 2 * hidden

    @property
    def output_size(self) -> int:
        return 2 * self.hidden_size

    def initial_state(self, batch_size: int) -> GridState:
        nothing = self.zeros(batch_size)
        return GridState(nothing, nothing, nothing, nothing)

    def output(self, state: GridState) -> Tensor:
        return torch.cat([state.h_depth, state.c_depth], dim=-1)

    def project(self, inputs: Tensor) -> Tensor:
        """The columns of both weights for h_depth, and c_depth as it is: (B, 9·H)."""
        h_depth, c_depth = inputs.chunk(2, dim=-1)
        below = torch.cat([self.weight_time, self.weight_depth])[:, : self.hidden_size]
        return torch.cat(
            [nn.functional.linear(h_depth, below, torch.cat([self.bias_time, self.bias_depth])), c_depth], -1
        )

    def symbols(self) -> dict[str, Tensor]:
        gates = ("i", "f", "g", "o")
        return {
            **stacked("W_", gates, self.weight_time),
            **stacked("b_", gates, self.bias_time),
            **stacked("V_", gates, self.weight_depth),
            **stacked("d_", gates, self.bias_depth),
        }

    def weights(self) -> Tensor:
        """The columns of both weights for h_time, turned for a product from the left: (H, 8·H)."""
        return torch.cat([self.weight_time, self.weight_depth])[:, self.hidden_size :].t()

    def mixed(self, projected: Tensor, state: GridState, weights: Tensor) -> Tensor:
        return torch.addmm(projected[:, : 8 * self.hidden_size], state.h, weights)

    def recurrence(self, weights: Tensor) -> Tensor:
        return weights.t()

    def units(self, projected: Tensor, mixed: Tensor, state: GridState, weights: Tensor) -> tuple[GridState, GridGates]:
        c_depth = projected[:, 8 * self.hidden_size :]
        a = mixed.unflatten(-1, (2, 4, self.hidden_size))
        i, f, g, o = sigmoid(a[:, :, 0]), sigmoid(a[:, :, 1]), tanh(a[:, :, 2]), sigmoid(a[:, :, 3])
        # Each h from the very c that is kept, so that a derivative by that c has h move along.
        c, c_up = (f * torch.stack([state.c, c_depth], dim=1) + i * g).unbind(1)
        along = [gate[:, 0] for gate in (i, f, g, o)]
        up = [gate[:, 1] for gate in (i, f, g, o)]
        return GridState(along[3] * tanh(c), c, up[3] * tanh(c_up), c_up), GridGates(*along, *up)
