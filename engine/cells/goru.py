"""The gated orthogonal recurrent unit: a GRU around a rotation."""

import torch
from torch import Tensor, nn, sigmoid

from engine.cells.about import GRU_QUANTITIES, About
from engine.cells.base import Cell
from engine.cells.direct_path import DirectPath
from engine.cells.gru import GRUGates
from engine.cells.initial import INITS, Parts
from engine.cells.state import OnlyH
from engine.cells.symbols import Knob, stacked


class GORUCell(Cell[OnlyH, GRUGates, Tensor]):
    """A GRU whose candidate turns the old state by an orthogonal matrix: it keeps what it keeps, and can still let go.

    U = exp(S − Sᵀ)                       orthogonal, whatever S
    r = σ(W_r x + U_r h₋ + b_r)           reset gate
    z = σ(W_z x + U_z h₋ + b_z)           update gate
    n = modReLU(W_n x + r ⊙ (U h₋), b_n)  candidate
    h = (1−z) ⊙ n + z ⊙ h₋

    x (B, I), h (B, H), without bound; r and z in 0..1. modReLU(a, b) = sign(a) ReLU(|a| + b). S starts so that U is a
    random rotation; b_n starts at 0 and b_z at 1, so that at first the state is kept.
    Source: Jing et al. 2017, which builds U from plane rotations; the exponential reaches every rotation. No library
    ships it.
    """

    key = "goru"
    about = About(
        name="GORU",
        year=2017,
        family="unitary",
        paper="Jing, Gulcehre, Peurifoy, Shen, Tegmark, Soljačić & Bengio, Gated Orthogonal Recurrent Units: On "
        "Learning "
        "to Forget",
        problem="A unitary network remembers everything, also what it should not: gates let it forget.",
        look="Copy across a gap, where it must keep letters and ignore blanks. Compare with the unitary RNN and the "
        "GRU.",
        best={"task": "copy", "length": "10", "symbols": "3", "hidden": "64", "lr": "0.005"},
        quantities=GRU_QUANTITIES,
        colour="plum",
    )
    direct_path = DirectPath("h", "z")
    blocks = 3
    seconds_a_step = 1.9e-4
    by_unit = True
    bipolar = frozenset({"n"})

    def __init__(self, input_size: int, hidden_size: int, *, generator: torch.Generator, init: str = "default") -> None:
        super().__init__(input_size, hidden_size)
        self.weight_ih = nn.Parameter(torch.empty(3 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(2 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(2 * hidden_size))
        self.skew = nn.Parameter(torch.empty(hidden_size, hidden_size))
        self.bias_n = nn.Parameter(torch.zeros(hidden_size))
        with torch.no_grad():
            inputs = [self.weight_ih] if input_size else []
            INITS[init](Parts(inputs, [self.weight_hh], [self.bias_ih], hidden_size), generator)
            self.bias_ih[hidden_size:] = 1
            nn.init.normal_(self.skew, 0, hidden_size**-0.5, generator=generator)

    def initial_state(self, batch_size: int) -> OnlyH:
        return OnlyH(self.zeros(batch_size))

    def project(self, inputs: Tensor) -> Tensor:
        return nn.functional.linear(inputs, self.weight_ih)

    def rotation(self) -> Tensor:
        """U (H, H)."""
        u: Tensor = torch.linalg.matrix_exp(self.skew - self.skew.t())
        return u

    def symbols(self) -> dict[str, Tensor]:
        return {
            **stacked("W_", ("r", "z", "n"), self.weight_ih),
            **stacked("U_", ("r", "z"), self.weight_hh),
            **stacked("b_", ("r", "z"), self.bias_ih),
            "b_n": self.bias_n,
            "S": self.skew,
            "U": self.rotation(),
        }

    def knobs(self) -> dict[str, Knob]:
        # What stands on the diagonal drops out of S − Sᵀ.
        return {**super().knobs(), "S": Knob(self.skew, ~torch.eye(len(self.skew), dtype=torch.bool))}

    def weights(self) -> Tensor:
        """U_r, U_z and U side by side, turned for a product from the left: (H, 3·H)."""
        return torch.cat([self.weight_hh, self.rotation()]).t()

    def mixed(self, projected: Tensor, state: OnlyH, weights: Tensor) -> Tensor:
        return state.h @ weights

    def recurrence(self, weights: Tensor) -> Tensor:
        return weights.t()

    def units(self, projected: Tensor, mixed: Tensor, state: OnlyH, weights: Tensor) -> tuple[OnlyH, GRUGates]:
        gates = (2 * self.hidden_size, self.hidden_size)
        x_rz, x_n = projected.split(gates, dim=-1)
        u_rz, u_n = mixed.split(gates, dim=-1)
        r, z = sigmoid(x_rz + u_rz + self.bias_ih).chunk(2, dim=-1)
        a = x_n + r * u_n
        n = a.sign() * torch.relu(a.abs() + self.bias_n)
        h = z * state.h + (1 - z) * n
        return OnlyH(h), GRUGates(r, z, n)
