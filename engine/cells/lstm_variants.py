"""The LSTM's relatives: without a forget gate, with peepholes, with coupled gates."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn, sigmoid, tanh

from engine.cells.about import LSTM_QUANTITIES, MEMORY, About
from engine.cells.direct_path import DirectPath
from engine.cells.lstm import LSTMGates
from engine.cells.memory import FORGET_BIAS, ForgettingCell, MemoryCell, MemoryState


class NoForgetGates(NamedTuple):
    i: Tensor
    g: Tensor
    o: Tensor


class NoForgetLSTMCell(MemoryCell[NoForgetGates, None]):
    """The LSTM of 1997: the memory only ever adds up, as nothing lets go of it.

    i = σ(W_i x + b_ii + U_i h₋ + b_hi)      input gate
    g = tanh(W_g x + b_ig + U_g h₋ + b_hg)   candidate
    o = σ(W_o x + b_io + U_o h₋ + b_ho)      output gate
    c = c₋ + i ⊙ g
    h = o ⊙ tanh(c)

    x (B, I), h and c (B, H); i and o in 0..1, g and h in −1..1, c without bound. Gates are stacked i, g, o.
    Source: Hochreiter & Schmidhuber 1997, with tanh where the paper squashes by scaled logistic functions, and the full
    gradient where it cuts it short. No library ships it; a torch.nn.LSTM with f held at 1 computes the same.
    """

    key = "lstm_1997"
    about = About(
        name="LSTM without forget gate (1997)",
        year=1997,
        family="gated",
        paper="Hochreiter & Schmidhuber, Long Short-Term Memory",
        problem="Gradients that vanish: along c₋ → c the derivative is exactly 1, the constant error carousel.",
        look="Adding suits it: two things to remember, nothing to forget. On a long text its c grows and grows, and "
        "tanh(c) "
        "saturates; that is why the forget gate was invented.",
        best={"task": "adding", "length": "50", "batch": "64"},
        quantities={
            **{name: words for name, words in LSTM_QUANTITIES.items() if name != "f"},
            "c": (MEMORY[0], "It only adds up: look for steps that never go back, and for colours beyond ±1."),
        },
        colour="indigo",
    )
    direct_path = DirectPath("c", "1")
    blocks = 3
    seconds_a_step = 1.1e-4

    def units(
        self, projected: Tensor, mixed: Tensor, state: MemoryState, weights: None
    ) -> tuple[MemoryState, NoForgetGates]:
        i, g, o = mixed.chunk(3, dim=-1)
        i, g, o = sigmoid(i), tanh(g), sigmoid(o)
        c = state.c + i * g
        h = o * tanh(c)
        return MemoryState(h, c), NoForgetGates(i, g, o)


class PeepholeLSTMCell(ForgettingCell[LSTMGates, Tensor]):
    """An LSTM whose gates see the memory itself, not only what the output gate shows of it.

    i = σ(W_i x + b_ii + U_i h₋ + b_hi + p_i ⊙ c₋)  input gate
    f = σ(W_f x + b_if + U_f h₋ + b_hf + p_f ⊙ c₋)  forget gate
    g = tanh(W_g x + b_ig + U_g h₋ + b_hg)          candidate
    c = f ⊙ c₋ + i ⊙ g
    o = σ(W_o x + b_io + U_o h₋ + b_ho + p_o ⊙ c)   output gate, which sees the new c
    h = o ⊙ tanh(c)

    x (B, I), h and c (B, H); i, f, o in 0..1, g and h in −1..1; p_i, p_f, p_o (H) are the peepholes weight_ci,
    weight_cf and weight_co, which start at 0. Gates are stacked i, f, g, o. `forget_bias` is what b_if + b_hf start at.
    Source: Gers, Schraudolph & Schmidhuber 2002, which leaves out the last tanh; this is the form of Greff et al. 2017
    and of ONNX (its input P). torch.nn has none.
    """

    key = "lstm_peephole"
    about = About(
        name="Peephole LSTM",
        year=2002,
        family="gated",
        paper="Gers, Schraudolph & Schmidhuber, Learning Precise Timing with LSTM Recurrent Networks",
        problem="Precise timing: with the output gate shut, an LSTM's gates cannot see how full their own memory is.",
        look="Echo and Copy ask for the right moment. Compare with the plain LSTM on the same seed: the peepholes "
        "start at "
        "0, so both begin as the same network.",
        best={"task": "echo", "hidden": "48"},
        quantities=LSTM_QUANTITIES,
        colour="cyan",
        settings={"forget_bias": FORGET_BIAS},
    )
    direct_path = DirectPath("c", "f")
    blocks = 4
    seconds_a_step = 2.0e-4

    def __init__(self, input_size: int, hidden_size: int, **settings: Any) -> None:
        super().__init__(input_size, hidden_size, **settings)
        self.weight_ci, self.weight_cf, self.weight_co = (nn.Parameter(torch.zeros(hidden_size)) for _ in "ifo")

    def symbols(self) -> dict[str, Tensor]:
        return {**super().symbols(), "p_i": self.weight_ci, "p_f": self.weight_cf, "p_o": self.weight_co}

    def weights(self) -> Tensor:
        """The peepholes that look at c₋, side by side: (2·H)."""
        return torch.cat([self.weight_ci, self.weight_cf])

    def units(
        self, projected: Tensor, mixed: Tensor, state: MemoryState, weights: Tensor
    ) -> tuple[MemoryState, LSTMGates]:
        hidden = self.hidden_size
        a_if, a_g, a_o = mixed.split((2 * hidden, hidden, hidden), dim=-1)
        i, f = sigmoid(torch.addcmul(a_if, weights, state.c.repeat(1, 2))).chunk(2, dim=-1)
        g = tanh(a_g)
        c = f * state.c + i * g
        o = sigmoid(torch.addcmul(a_o, self.weight_co, c))
        h = o * tanh(c)
        return MemoryState(h, c), LSTMGates(i, f, g, o)


class CoupledLSTMCell(ForgettingCell[LSTMGates, None]):
    """An LSTM that forgets exactly as much as it writes: one gate does both.

    i = σ(W_i x + b_ii + U_i h₋ + b_hi)      input gate
    f = 1 − i                                forget gate
    g = tanh(W_g x + b_ig + U_g h₋ + b_hg)   candidate
    o = σ(W_o x + b_io + U_o h₋ + b_ho)      output gate
    c = f ⊙ c₋ + i ⊙ g
    h = o ⊙ tanh(c)

    x (B, I), h and c (B, H); i, f, o in 0..1; g, c and h in −1..1. Gates are stacked i, g, o. `forget_bias` is what
    −(b_ii + b_hi) starts at, so that 1 makes f = σ(1) at first, as in the LSTM.
    Source: the CIFG of Greff et al. 2017, without its peepholes; ONNX has it as input_forget=1, torch.nn has none.
    """

    key = "lstm_coupled"
    about = About(
        name="LSTM with coupled gates (CIFG)",
        year=2017,
        family="gated",
        paper="Greff, Srivastava, Koutník, Steunebrink & Schmidhuber, LSTM: A Search Space Odyssey",
        problem="Which parts of an LSTM are needed: here the forget gate is given for free, a quarter of the weights "
        "less.",
        look="Adding with T = 50, beside the LSTM: as good with fewer weights. c can no longer leave −1..1.",
        best={"task": "adding", "length": "50", "batch": "64"},
        quantities=LSTM_QUANTITIES,
        colour="slate",
        settings={"forget_bias": FORGET_BIAS},
    )
    direct_path = DirectPath("c", "f")
    blocks = 3
    seconds_a_step = 1.2e-4
    forgets = (0, -1)

    def units(
        self, projected: Tensor, mixed: Tensor, state: MemoryState, weights: None
    ) -> tuple[MemoryState, LSTMGates]:
        i, g, o = mixed.chunk(3, dim=-1)
        i, g, o = sigmoid(i), tanh(g), sigmoid(o)
        f = 1 - i
        c = f * state.c + i * g
        h = o * tanh(c)
        return MemoryState(h, c), LSTMGates(i, f, g, o)
