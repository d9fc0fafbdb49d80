"""The gated recurrent unit, in PyTorch's form and in Cho's."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, sigmoid, tanh

from engine.cells.about import GRU_QUANTITIES, About
from engine.cells.base import StackedCell, last_step
from engine.cells.direct_path import DirectPath
from engine.cells.state import OnlyH


class GRUGates(NamedTuple):
    r: Tensor
    z: Tensor
    n: Tensor


class GRUScan(torch.autograd.Function):
    """All steps of a GRU at once, with backpropagation through time written out.

    With u = U_n h₋ + b_hn and e = ∂L/∂h (everything that reaches h_t):
        δn = e ⊙ (1−z) ⊙ (1−n²)      δz = e ⊙ (h₋−n) ⊙ z(1−z)      δr = δn ⊙ u ⊙ r(1−r)
        ∂L/∂h₋ gains e ⊙ z + Uᵀ[δr, δz, δn ⊙ r],  ∂L/∂U = Σ_t [δr, δz, δn ⊙ r] h₋ᵀ,  ∂L/∂p = [δr, δz, δn].
    `start` is the h₋ of the first step (B, H); None for 0.
    Faster on a CPU than torch.nn.GRU (`python -m benchmarks.training`).
    """

    @staticmethod
    def forward(ctx: Any, projected: Tensor, weight: Tensor, bias: Tensor, start: Tensor | None) -> Tensor:
        hidden = weight.shape[1]
        p = projected.transpose(0, 1)
        rz = p[..., : 2 * hidden].clone(memory_format=torch.contiguous_format)
        n = p[..., 2 * hidden :].clone(memory_format=torch.contiguous_format)
        u = torch.empty_like(n)
        h = torch.empty_like(n)
        previous = torch.zeros_like(n[0]) if start is None else start
        weight_rz, weight_n = weight[: 2 * hidden].t(), weight[2 * hidden :].t()
        rz.add_(bias[: 2 * hidden])
        bias_n = bias[2 * hidden :]
        r_t, z_t = rz[..., :hidden].unbind(0), rz[..., hidden:].unbind(0)
        for t, (rz_t, n_t, u_t, h_t) in enumerate(zip(*(a.unbind(0) for a in (rz, n, u, h)), strict=True)):
            rz_t.addmm_(previous, weight_rz).sigmoid_()
            torch.addmm(bias_n, previous, weight_n, out=u_t)
            n_t.addcmul_(r_t[t], u_t).tanh_()
            previous = torch.lerp(n_t, previous, z_t[t], out=h_t)
        ctx.save_for_backward(rz, n, u, h, weight, start)
        return h.transpose(0, 1)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        rz, n, u, h, weight, start = ctx.saved_tensors
        hidden = weight.shape[1]
        r, z = rz[..., :hidden], rz[..., hidden:]
        before = torch.cat([torch.zeros_like(h[:1]) if start is None else start.unsqueeze(0), h[:-1]])
        # What does not depend on e is computed for all steps at once: δ = e ⊙ k.
        k_n = (1 - z) * (1 - n * n)
        k = torch.cat([k_n * u * r * (1 - r), (before - n) * z * (1 - z), k_n * r], dim=-1)
        k = k.unflatten(-1, (3, hidden))
        delta = torch.empty_like(k)
        grad = grads[0].transpose(0, 1).contiguous()
        e = torch.empty_like(grad)
        flow = torch.zeros_like(grad[0])
        rows = zip(
            e.unbind(0),
            delta.unbind(0),
            delta.flatten(-2).unbind(0),
            grad.unbind(0),
            k.unbind(0),
            z.unbind(0),
            strict=True,
        )
        for e_t, delta_t, flat_t, grad_t, k_t, z_t in reversed(list(rows)):
            torch.add(grad_t, flow, out=e_t)
            torch.mul(k_t, e_t.unsqueeze(1), out=delta_t)
            flow = torch.addmm(e_t * z_t, flat_t, weight)
        flat = delta.flatten(-2)
        grad_weight = flat.flatten(0, 1).t() @ before.flatten(0, 1)
        grad_bias = flat.sum((0, 1))
        grad_projected = torch.cat([flat[..., : 2 * hidden], e * k_n], dim=-1)
        return grad_projected.transpose(0, 1), grad_weight, grad_bias, None if start is None else flow


class GRUCell(StackedCell[OnlyH, GRUGates, None]):
    """The gated recurrent unit: one gate decides how much of the old state stays, one how much of it is read.

    r = σ(W_r x + b_ir + U_r h₋ + b_hr)           reset gate
    z = σ(W_z x + b_iz + U_z h₋ + b_hz)           update gate
    n = tanh(W_n x + b_in + r ⊙ (U_n h₋ + b_hn))  candidate
    h = (1−z) ⊙ n + z ⊙ h₋

    x (B, I), h (B, H); r and z in 0..1, n and h in −1..1. Gates are stacked r, z, n.
    Source: Cho et al. 2014. This is PyTorch's and cuDNN's form: r multiplies U_n h₋ + b_hn after the matrix product,
    where Cho multiplies h₋ before it.
    """

    key = "gru"
    about = About(
        name="GRU (PyTorch's form)",
        year=2014,
        family="gated",
        paper="Cho et al., Learning Phrase Representations using RNN Encoder–Decoder; reset after the product as in "
        "cuDNN",
        problem="An LSTM's reach with fewer parts: one state, two gates.",
        look="Adding with T = 100: it is under 0.01 after a few hundred updates. Watch rows of z turn strong between "
        "the two "
        "marked numbers.",
        best={"task": "adding", "length": "50", "batch": "64"},
        quantities=GRU_QUANTITIES,
        colour="green",
    )
    direct_path = DirectPath("h", "z")
    blocks = 3
    seconds_a_step = 2.0e-5
    bipolar = frozenset({"n"})

    def initial_state(self, batch_size: int) -> OnlyH:
        return OnlyH(self.zeros(batch_size))

    def mixed(self, projected: Tensor, state: OnlyH, weights: None) -> Tensor:
        return self.recurrent(state.h)

    def units(self, projected: Tensor, mixed: Tensor, state: OnlyH, weights: None) -> tuple[OnlyH, GRUGates]:
        x_r, x_z, x_n = projected.chunk(3, dim=-1)
        u_r, u_z, u_n = mixed.chunk(3, dim=-1)
        r = sigmoid(x_r + u_r)
        z = sigmoid(x_z + u_z)
        n = tanh(x_n + r * u_n)
        h = (1 - z) * n + z * state.h
        return OnlyH(h), GRUGates(r, z, n)

    def states(self, inputs: Tensor) -> OnlyH:
        with torch.no_grad():
            return OnlyH(self.scan(inputs, None)[0][0])

    def scan(self, inputs: Tensor, state: OnlyH | None) -> tuple[Tensor, OnlyH]:
        start = None if state is None else state.h
        h: Tensor = GRUScan.apply(self.project(inputs), self.weight_hh, self.bias_hh, start)  # type: ignore[no-untyped-call]  # torch has no types for it
        return h, OnlyH(last_step(h))


ChoWeights = tuple[Tensor, Tensor, Tensor, Tensor]


class ChoGRUCell(StackedCell[OnlyH, GRUGates, ChoWeights]):
    """The gated recurrent unit as it was published: the reset gate meets the old state before the matrix does.

    r = σ(W_r x + b_ir + U_r h₋ + b_hr)           reset gate
    z = σ(W_z x + b_iz + U_z h₋ + b_hz)           update gate
    n = tanh(W_n x + b_in + U_n (r ⊙ h₋) + b_hn)  candidate
    h = (1−z) ⊙ n + z ⊙ h₋

    x (B, I), h (B, H); r and z in 0..1, n and h in −1..1. Gates are stacked r, z, n.
    Source: Cho et al. 2014 (which leaves out the biases). PyTorch and cuDNN multiply U_n h₋ by r instead, after the
    matrix product; ONNX calls this form linear_before_reset=0. With z = 0 and r = 1 it is the simple RNN.
    """

    key = "gru_cho"
    about = About(
        name="GRU (Cho's form)",
        year=2014,
        family="gated",
        paper="Cho et al., Learning Phrase Representations using RNN Encoder–Decoder for Statistical Machine "
        "Translation",
        problem="Reading and writing phrases in translation: a unit that learns when to drop what it has read.",
        look="Train it beside PyTorch's form on the same seed: two lines of a library's code, two courses of learning.",
        best={"task": "adding", "length": "50", "batch": "64"},
        quantities=GRU_QUANTITIES,
        colour="pine",
    )
    direct_path = DirectPath("h", "z")
    blocks = 3
    seconds_a_step = 1.3e-4
    bipolar = frozenset({"n"})
    by_unit = False  # r stands between h₋ and U_n: two products, one after the other

    def initial_state(self, batch_size: int) -> OnlyH:
        return OnlyH(self.zeros(batch_size))

    def weights(self) -> ChoWeights:
        """U and b_hh of r and z together, and of n."""
        gates = 2 * self.hidden_size
        return self.weight_hh[:gates].t(), self.bias_hh[:gates], self.weight_hh[gates:].t(), self.bias_hh[gates:]

    def advance(self, projected: Tensor, state: OnlyH, weights: ChoWeights) -> tuple[OnlyH, GRUGates]:
        u_rz, b_rz, u_n, b_n = weights
        x_rz, x_n = projected.split((2 * self.hidden_size, self.hidden_size), dim=-1)
        r, z = sigmoid(x_rz + torch.addmm(b_rz, state.h, u_rz)).chunk(2, dim=-1)
        n = tanh(x_n + torch.addmm(b_n, r * state.h, u_n))
        h = (1 - z) * n + z * state.h
        return OnlyH(h), GRUGates(r, z, n)
