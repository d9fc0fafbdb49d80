"""Long short-term memory."""

from typing import NamedTuple

import torch
from torch import Tensor, sigmoid, tanh

from engine.cells.about import LSTM_QUANTITIES, About
from engine.cells.memory import ForgettingCell, MemoryState


class LSTMGates(NamedTuple):
    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor


class LSTMCell(ForgettingCell):
    """Long short-term memory: a cell state c that gates write to, keep and read.

    i = σ(W_i x + b_ii + U_i h₋ + b_hi)      input gate
    f = σ(W_f x + b_if + U_f h₋ + b_hf)      forget gate
    g = tanh(W_g x + b_ig + U_g h₋ + b_hg)   candidate
    o = σ(W_o x + b_io + U_o h₋ + b_ho)      output gate
    c = f ⊙ c₋ + i ⊙ g
    h = o ⊙ tanh(c)

    x (B, I), h and c (B, H); i, f, o in 0..1, g and h in −1..1. Gates are stacked i, f, g, o.
    `forget_bias` is what b_if + b_hf start at.
    Source: Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000; its bias of 1: Jozefowicz
    et al. 2015. Same as torch.nn.LSTM, whose forget bias starts around 0.
    """

    about = About(
        name="LSTM",
        year=2000,
        family="gated",
        paper="Hochreiter & Schmidhuber 1997, Long Short-Term Memory; Gers, Schmidhuber & Cummins 2000, Learning to "
        "Forget",
        problem="Gradients that vanish over long lags: a memory that is added to, behind gates that learn when to "
        "write, keep and read.",
        look="Adding with T = 50. Watch c jump at the two marked numbers, and f stay dark between them. Then set the "
        "forget bias to −2 and see the gradient fade.",
        best={"task": "adding", "length": "50", "batch": "64"},
        quantities=LSTM_QUANTITIES,
    )
    blocks = 4
    seconds_a_step = 2.0e-5

    def advance(self, projected: Tensor, state: MemoryState, weights: None) -> tuple[MemoryState, LSTMGates]:
        i, f, g, o = (projected + self.recurrent(state.h)).chunk(4, dim=-1)
        i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
        c = f * state.c + i * g
        h = o * tanh(c)
        return MemoryState(h, c), LSTMGates(i, f, g, o)

    def outputs(self, inputs: Tensor) -> Tensor:
        start = self.weight_hh.new_zeros(1, inputs.shape[0], self.hidden_size)
        weights: list[Tensor] = [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh]
        # torch.nn.LSTM's own kernel: has_biases, num_layers, dropout, train, bidirectional, batch_first
        h, _, _ = torch.lstm(inputs, (start, start), weights, True, 1, 0.0, True, False, True)
        return h
