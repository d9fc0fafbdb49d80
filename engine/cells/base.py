"""What every cell has in common: one step forward in time, and the plain loop that defines the rest."""

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from engine.fields import Spec

Fill = Callable[[Tensor, Tensor, Tensor, Tensor, torch.Generator], None]


class State(Protocol):
    """A NamedTuple of (B, H) tensors whose first field is `h`, what the layer above reads."""

    @property
    def h(self) -> Tensor: ...
    def _asdict(self) -> dict[str, Tensor]: ...


class NoGates(NamedTuple):
    """The gates of a cell that has none."""


def pytorch_default(
    weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor, generator: torch.Generator
) -> None:
    """Everything uniform in ±1/√H, as torch.nn's recurrent modules do."""
    bound = 1 / math.sqrt(weight_hh.shape[1])
    for parameter in (weight_ih, weight_hh, bias_ih, bias_hh):
        nn.init.uniform_(parameter, -bound, bound, generator=generator)


def xavier(weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor, generator: torch.Generator) -> None:
    """Each gate's matrices uniform in ±√(6/(fan_in+fan_out)), biases 0. Glorot & Bengio, 2010."""
    for weight in (weight_ih, weight_hh):
        for block in weight.split(weight_hh.shape[1]):
            nn.init.xavier_uniform_(block, generator=generator)
    nn.init.zeros_(bias_ih)
    nn.init.zeros_(bias_hh)


def orthogonal(
    weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor, generator: torch.Generator
) -> None:
    """Each gate's recurrent matrix orthogonal, the rest as PyTorch's default. Saxe et al., 2014."""
    pytorch_default(weight_ih, weight_hh, bias_ih, bias_hh, generator)
    for block in weight_hh.split(weight_hh.shape[1]):
        nn.init.orthogonal_(block, generator=generator)


def identity(
    weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor, generator: torch.Generator
) -> None:
    """Each gate's recurrent matrix the identity, biases 0, inputs as PyTorch's default. Le et al., 2015."""
    pytorch_default(weight_ih, weight_hh, bias_ih, bias_hh, generator)
    for block in weight_hh.split(weight_hh.shape[1]):
        nn.init.eye_(block)
    nn.init.zeros_(bias_ih)
    nn.init.zeros_(bias_hh)


INITS: dict[str, Fill] = {
    "default": pytorch_default,
    "xavier": xavier,
    "orthogonal": orthogonal,
    "identity": identity,
}


class Cell(nn.Module):
    """One recurrent cell with torch.nn's parameters, `blocks` gates stacked in each.

    weight_ih (blocks·H, I), weight_hh (blocks·H, H), bias_ih and bias_hh (blocks·H).

    A subclass gives `advance`; the plain loop over it, `unroll`, is the definition of the cell. A subclass may
    override `states` with something faster, which a test then holds to the loop: values and gradients.
    """

    blocks: ClassVar[int]
    options: ClassVar[Mapping[str, Spec]] = {}
    signed: ClassVar[frozenset[str]] = frozenset()
    """The fields among the gates that run from −1 to 1 (candidates) and not from 0 to 1."""

    def __init__(self, input_size: int, hidden_size: int, *, generator: torch.Generator, init: str = "default") -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        rows = self.blocks * hidden_size
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(rows))
        self.bias_hh = nn.Parameter(torch.empty(rows))
        with torch.no_grad():
            INITS[init](self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh, generator)

    def project(self, inputs: Tensor) -> Tensor:
        """The part of a step that needs no state, for one step (B, I) or all at once (B, T, I)."""
        return nn.functional.linear(inputs, self.weight_ih, self.bias_ih)

    def advance(self, projected: Tensor, state: Any) -> tuple[Any, Any]:
        """One time step from a projected input (B, blocks·H): (new state, gates)."""
        raise NotImplementedError

    def step(self, x: Tensor, state: Any) -> tuple[Any, Any]:
        """One time step from an input (B, I): (new state, gates)."""
        return self.advance(self.project(x), state)

    def initial_state(self, batch_size: int) -> Any:
        """The state before the first step: zeros (B, H)."""
        raise NotImplementedError

    def zeros(self, batch_size: int) -> Tensor:
        return self.weight_hh.new_zeros(batch_size, self.hidden_size)

    def unroll(self, inputs: Tensor) -> tuple[list[Any], list[Any]]:
        """The plain loop: the states and the gates of every step of inputs (B, T, I)."""
        state = self.initial_state(inputs.shape[0])
        states, gates = [], []
        for projected in self.project(inputs).unbind(1):
            state, gate = self.advance(projected, state)
            states.append(state)
            gates.append(gate)
        return states, gates

    def states(self, inputs: Tensor) -> Tensor:
        """h of every step (B, T, H) for inputs (B, T, I)."""
        return torch.stack([state.h for state in self.unroll(inputs)[0]], dim=1)
