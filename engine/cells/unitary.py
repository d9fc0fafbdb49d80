"""The unitary network: a state that turns but never shrinks or grows."""

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from engine.cells.about import About
from engine.cells.base import Cell
from engine.cells.direct_path import NoDirectPath
from engine.cells.state import NoGates, OnlyH
from engine.cells.symbols import Knob
from engine.messages import Message, declare
from engine.settings import Choice, Limit, Whole

declare(
    {
        "unitary.start": "Its weights start as the paper draws them, or W would not be unitary.",
        "unitary.transition": "Its transition is a product of seven maps already.",
    }
)


def mod_relu(re: Tensor, im: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """modReLU(z) = ReLU(|z| + b) · z/|z|, and 0 at 0, for z = re + i·im. Arjovsky, Shah & Bengio 2016."""
    square = re * re + im * im
    # At 0 the root has no derivative; there the result and its gradient are 0.
    modulus = torch.where(square > 0, square, 1).sqrt()
    scale = torch.where(square > 0, torch.relu(modulus + b) / modulus, 0)
    return re * scale, im * scale


def reflect(matrix: Tensor, v: Tensor) -> Tensor:
    """R M with R = I − 2 v v*/‖v‖², for complex M (H, H) and v (H)."""
    return matrix - torch.outer(2 / v.abs().square().sum() * v, v.conj() @ matrix)


class UnitaryCell(Cell[OnlyH, NoGates, Tensor]):
    """A complex state that a unitary matrix turns at every step: that leaves its length, and the gradient's, as they
    are.

    W = D_3 R_2 F⁻¹ D_2 Π R_1 F D_1  unitary, whatever its factors
    h = modReLU(W h₋ + V x, b)

    x (B, I); h complex, kept as (B, 2·H): H real parts, then H imaginary parts. D_k = diag(exp(iω)) are phases, R_k = I
    − 2 v v*/‖v‖² reflections, F the discrete Fourier transform, Π a fixed permutation: seven unitary factors of O(H)
    numbers each. modReLU(z) = ReLU(|z| + b) · z/|z| leaves the phase alone. The start h₀ is learned. What is above
    reads real and imaginary parts.
    Source: Arjovsky, Shah & Bengio 2016 (their code divides by |z| + 1e-5 instead of |z|). No library ships it.
    """

    key = "unitary"
    about = About(
        name="Unitary RNN",
        year=2016,
        family="unitary",
        paper="Arjovsky, Shah & Bengio, Unitary Evolution Recurrent Neural Networks",
        problem="Gradients that vanish or explode: all eigenvalues of W have modulus 1, whatever is learned.",
        look="Copy across a gap and Adding with a long T. The modulus holds level between inputs while the phase "
        "turns. "
        "‖∂L/∂h‖ falls only where modReLU cuts.",
        best={"task": "adding", "length": "50", "hidden": "64", "batch": "64"},
        quantities={
            "h": ("Hidden state h", "Real parts in the upper half, imaginary parts in the lower; together they turn."),
            "modulus": (
                "Modulus |h|",
                "How strong each unit is. W mixes the units but keeps their total length: look for columns that stay "
                "as dark.",
            ),
            "phase": ("Phase of h", "The angle of each unit, from −π to π. Look for steady turning."),
        },
        colour="pink",
    )
    direct_path = NoDirectPath("W turns the old state as a whole, so that no unit keeps its own.")
    blocks = 4
    seconds_a_step = 1.9e-4
    state_range: ClassVar[Mapping[str, float]] = {"phase": math.pi}
    permutation: Tensor

    def __init__(self, input_size: int, hidden_size: int, *, generator: torch.Generator, init: str = "default") -> None:
        super().__init__(input_size, hidden_size)
        self.phases = nn.Parameter(torch.empty(3, hidden_size).uniform_(-math.pi, math.pi, generator=generator))
        self.reflections = nn.Parameter(torch.empty(2, 2, hidden_size).uniform_(-1, 1, generator=generator))
        bound = math.sqrt(6 / (input_size + hidden_size))
        self.V = nn.Parameter(torch.empty(2, hidden_size, input_size).uniform_(-bound, bound, generator=generator))
        self.b = nn.Parameter(torch.zeros(hidden_size))
        bound = math.sqrt(3 / (2 * hidden_size))
        self.h0 = nn.Parameter(torch.empty(2 * hidden_size).uniform_(-bound, bound, generator=generator))
        self.register_buffer("permutation", torch.randperm(hidden_size, generator=generator))

    @classmethod
    def limits(cls, options: Mapping[str, Any]) -> dict[str, Limit]:
        return {
            "init": Limit(Choice("default", ("default",)), Message("unitary.start")),
            "transition_depth": Limit(Whole(0, 0, 0), Message("unitary.transition")),
        }

    @classmethod
    def width(cls, hidden: int, options: Mapping[str, Any]) -> int:
        return 2 * hidden

    @property
    def output_size(self) -> int:
        return 2 * self.hidden_size

    def initial_state(self, batch_size: int) -> OnlyH:
        return OnlyH(self.h0.expand(batch_size, -1))

    def shown(self, state: OnlyH) -> dict[str, Tensor]:
        re, im = state.h.chunk(2, dim=-1)
        return {"h": state.h, "modulus": torch.hypot(re, im), "phase": torch.atan2(im, re)}

    def project(self, inputs: Tensor) -> Tensor:
        return nn.functional.linear(inputs, self.V.flatten(0, 1))

    def matrix(self) -> Tensor:
        """W (H, H), complex: its factors applied one after the other to the identity."""
        # In double precision, or what W is off by piles up to 10⁻⁴ of the norm over 500 steps.
        phases, reflections = self.phases.double(), self.reflections.double()
        first, second, third = torch.polar(torch.ones_like(phases), phases).unsqueeze(-1)
        v_1, v_2 = torch.complex(reflections[:, 0], reflections[:, 1])
        w = torch.fft.fft(torch.diag(first.squeeze(-1)), dim=0, norm="ortho")
        w = second * reflect(w, v_1)[self.permutation]
        w = torch.fft.ifft(w, dim=0, norm="ortho")
        turned: Tensor = third * reflect(w, v_2)
        return turned

    def symbols(self) -> dict[str, Tensor]:
        return {"W": self.matrix(), "V": torch.complex(self.V[0], self.V[1]), "b": self.b}

    def knobs(self) -> dict[str, Knob]:
        return {"V_re": Knob(self.V[0]), "V_im": Knob(self.V[1]), "b": Knob(self.b)}

    def weights(self) -> Tensor:
        """W as a real matrix on [real; imaginary], turned for a product from the left: (2·H, 2·H)."""
        w = self.matrix()
        real = torch.cat([torch.cat([w.real, -w.imag], dim=1), torch.cat([w.imag, w.real], dim=1)])
        return real.t().to(self.phases.dtype)

    def advance(self, projected: Tensor, state: OnlyH, weights: Tensor) -> tuple[OnlyH, NoGates]:
        re, im = torch.addmm(projected, state.h, weights).chunk(2, dim=-1)
        return OnlyH(torch.cat(mod_relu(re, im, self.b), dim=-1)), NoGates()
