"""The echo state network: a fixed reservoir that only the readout learns to read."""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from engine.cells.about import About
from engine.cells.base import Cell
from engine.cells.direct_path import DirectPath
from engine.cells.state import NoGates, OnlyH
from engine.labels import Label
from engine.messages import Message, declare
from engine.settings import Choice, Limit, Real, Spec, Whole

declare(
    {
        "echo_state.fixed": "The reservoir and what leads into it are fixed; only the readout learns.",
    }
)

SETTINGS = {
    "radius": Label(
        "Spectral radius",
        "Largest modulus of W's eigenvalues: below 1 the reservoir as a rule forgets its start.",
    ),
    "leak": Label("Leak a", "How much of the state is replaced at each step; small is slow."),
    "sparsity": Label("Sparsity", "Share of W's entries that are 0."),
    "fit": Label(
        "Readout learns by",
        "Ridge regression solves for the best readout of all sequences seen so far.",
        {"ridge": "Ridge regression", "gradient": "Gradient"},
    ),
    "ridge": Label("Ridge λ", "How strongly ridge regression keeps the readout small."),
}


class EchoStateCell(Cell[OnlyH, NoGates, Tensor]):
    """A reservoir of units with fixed random weights; nothing in it is trained, only the readout is.

    h = (1−a) h₋ + a tanh(W_in x + W h₋ + b)

    x (B, I), h (B, H) in −1..1. W_in and W are uniform in −1..1, b in ±0.1; about a share `sparsity` of W is 0, and W
    is scaled so that its largest eigenvalue has the modulus `radius`. a is the `leak`. With fit = ridge, and a task of
    numbers, the readout is that of ridge regression, in closed form, over all sequences seen so far: V = Y Rᵀ (R Rᵀ +
    λI)⁻¹ with λ = `ridge`; with fit = gradient the optimizer trains it.
    Source: Jaeger 2001; the leak as in Lukoševičius 2012. No part of torch.nn.
    """

    key = "esn"
    about = About(
        name="Echo state network",
        year=2001,
        family="reservoir",
        paper="Jaeger, The “Echo State” Approach to Analysing and Training Recurrent Neural Networks",
        problem="Training without gradients through time: a random dynamical system, and one linear regression.",
        look="Forecast Mackey–Glass: after the first update the error is already small. Raise the spectral radius "
        "over 1 and "
        "see when the reservoir no longer forgets its start.",
        best={"task": "forecast", "series": "mackey_glass", "length": "100", "hidden": "100", "radius": "1.25"},
        quantities={
            "h": (
                "Reservoir h",
                "Echoes of the input: look for units that answer at once and units that go on ringing.",
            ),
        },
        colour="lime",
        settings=SETTINGS,
    )
    direct_path = DirectPath("h", "1−a")
    blocks = 1
    seconds_a_step = 1.5e-5
    seconds_a_gate = 5.0e-9
    W_in: Tensor
    W: Tensor
    b: Tensor
    options: ClassVar[Mapping[str, Spec]] = {
        "radius": Real(0.9, 0.0, 3.0),
        "leak": Real(0.3, 0.01, 1.0),
        "sparsity": Real(0.8, 0.0, 0.99),
        "fit": Choice("ridge", ("ridge", "gradient")),
        "ridge": Real(1e-5, 1e-12, 1000.0),
    }

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        generator: torch.Generator,
        init: str = "default",
        radius: float = 0.9,
        leak: float = 0.3,
        sparsity: float = 0.8,
        fit: str = "ridge",
        ridge: float = 1e-5,
    ) -> None:
        super().__init__(input_size, hidden_size)
        self.leak = leak

        def uniform(*shape: int) -> Tensor:
            return torch.empty(shape).uniform_(-1, 1, generator=generator)

        w = uniform(hidden_size, hidden_size)
        w *= torch.rand(w.shape, generator=generator) >= sparsity
        own = float(torch.linalg.eigvals(w.double()).abs().max())
        # A reservoir so sparse that it has no cycle has no radius to scale.
        w *= radius / own if own > 1e-6 else 0.0
        self.register_buffer("W_in", uniform(hidden_size, input_size))
        self.register_buffer("W", w)
        self.register_buffer("b", 0.1 * uniform(hidden_size))

    @classmethod
    def limits(cls, options: Mapping[str, Any]) -> dict[str, Limit]:
        fixed = Message("echo_state.fixed")
        return {
            "init": Limit(Choice("default", ("default",)), fixed),
            "input_depth": Limit(Whole(0, 0, 0), fixed),
            "transition_depth": Limit(Whole(0, 0, 0), fixed),
        }

    def zeros(self, batch_size: int, size: int | None = None) -> Tensor:
        return self.W.new_zeros(batch_size, size or self.hidden_size)

    def initial_state(self, batch_size: int) -> OnlyH:
        return OnlyH(self.zeros(batch_size))

    def project(self, inputs: Tensor) -> Tensor:
        return nn.functional.linear(inputs, self.W_in, self.b)

    def symbols(self) -> dict[str, Tensor]:
        return {**super().symbols(), "a": torch.tensor(self.leak, dtype=torch.float64)}

    def weights(self) -> Tensor:
        """W, turned for a product from the left."""
        return self.W.t()

    def advance(self, projected: Tensor, state: OnlyH, weights: Tensor) -> tuple[OnlyH, NoGates]:
        return OnlyH(torch.lerp(state.h, torch.tanh(torch.addmm(projected, state.h, weights)), self.leak)), NoGates()
