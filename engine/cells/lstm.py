"""Long short-term memory."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, sigmoid, tanh

from engine.cells.about import LSTM_QUANTITIES, About
from engine.cells.direct_path import DirectPath
from engine.cells.memory import FORGET_BIAS, ForgettingCell, MemoryState

LSTM_MODE = 2
"""Which of torch's recurrent kernels; 0 and 1 are the simple RNN, 3 is the GRU."""


class LSTMGates(NamedTuple):
    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor


class LSTMCell(ForgettingCell[LSTMGates, None]):
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

    key = "lstm"
    about = About(
        name="LSTM",
        year=2000,
        family="gated",
        paper="Hochreiter & Schmidhuber 1997, Long Short-Term Memory; Gers, Schmidhuber & Cummins 2000, Learning to "
        "Forget",
        problem="Gradients that vanish over long lags: a memory that is added to, behind gates that learn when to "
        "write, keep and read.",
        look="Adding with T = 50. Watch c jump at the two marked numbers, and f stay strong between them. Then set the "
        "forget bias to −2 and see the gradient fade.",
        best={"task": "adding", "length": "50", "batch": "64"},
        quantities=LSTM_QUANTITIES,
        colour="blue",
        settings={"forget_bias": FORGET_BIAS},
    )
    direct_path = DirectPath("c", "f")
    blocks = 4
    seconds_a_step = 2.0e-5

    def units(
        self, projected: Tensor, mixed: Tensor, state: MemoryState, weights: None
    ) -> tuple[MemoryState, LSTMGates]:
        i, f, g, o = mixed.chunk(4, dim=-1)
        i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
        c = f * state.c + i * g
        h = o * tanh(c)
        return MemoryState(h, c), LSTMGates(i, f, g, o)

    @torch.no_grad()
    def states(self, inputs: Tensor) -> MemoryState:
        """h comes from the kernel, which keeps c to itself; the gates follow from h, and c from the gates."""
        h = self.scan(inputs, None)[0][0]
        before = torch.cat([torch.zeros_like(h[:1]), h[:-1]])
        i, f, g, _ = self.mixed(self.project(inputs)[0], MemoryState(before, before), None).chunk(4, dim=-1)
        c = sigmoid(i).mul_(tanh(g))
        rows = c.unbind(0)
        for old, new, kept in zip(rows, rows[1:], sigmoid(f[1:]).unbind(0), strict=False):
            new.addcmul_(old, kept)
        return MemoryState(h, c)

    def scan(self, inputs: Tensor, state: MemoryState | None) -> tuple[Tensor, MemoryState]:
        """From torch's kernel, which hands out the last state by itself.

        Who needs that alone spares the way back a gradient for every step that is zero but for one.
        """
        x, weights = inputs.transpose(0, 1), (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        h, c = self.initial_state(inputs.shape[0]) if state is None else state
        if torch.backends.mkldnn.is_available() and inputs.dtype == torch.float32:
            # The kernel that torch.lstm comes to with such inputs: the same numbers without the way there.
            # reverse, batch_sizes, mode, H, num_layers, has_biases, bidirectional, batch_first, train
            settings: Any = (False, [], LSTM_MODE, self.hidden_size, 1, True, False, False, True)
            every, h, c, _ = torch.mkldnn_rnn_layer(x.contiguous(), *weights, h, c, *settings)
            return every.transpose(0, 1), MemoryState(h, c)
        # has_biases, num_layers, dropout, train, bidirectional, batch_first
        every, h, c = torch.lstm(x, (h[None], c[None]), weights, True, 1, 0.0, True, False, False)
        return every.transpose(0, 1), MemoryState(h[0], c[0])
