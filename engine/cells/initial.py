"""How the weights of a cell are drawn before training, in place."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Parts(NamedTuple):
    """The matrices that read the input, those that read the state, the biases; gates stacked in blocks of H rows."""

    inputs: Sequence[Tensor]
    recurrent: Sequence[Tensor]
    biases: Sequence[Tensor]
    hidden: int


Fill = Callable[[Parts, torch.Generator], None]


def pytorch_default(parts: Parts, generator: torch.Generator) -> None:
    """Everything uniform in ±1/√H, as torch.nn's recurrent modules do."""
    bound = 1 / math.sqrt(parts.hidden)
    for parameter in (*parts.inputs, *parts.recurrent, *parts.biases):
        nn.init.uniform_(parameter, -bound, bound, generator=generator)


def xavier(parts: Parts, generator: torch.Generator) -> None:
    """Each gate's matrices uniform in ±√(6/(fan_in+fan_out)), biases 0. Glorot & Bengio, 2010."""
    for weight in (*parts.inputs, *parts.recurrent):
        for block in weight.split(parts.hidden):
            nn.init.xavier_uniform_(block, generator=generator)
    for bias in parts.biases:
        nn.init.zeros_(bias)


def orthogonal(parts: Parts, generator: torch.Generator) -> None:
    """Each gate's recurrent matrix orthogonal, the rest as PyTorch's default. Saxe et al., 2014."""
    pytorch_default(parts, generator)
    for weight in parts.recurrent:
        for block in weight.split(parts.hidden):
            nn.init.orthogonal_(block, generator=generator)


def identity(parts: Parts, generator: torch.Generator) -> None:
    """Each gate's recurrent matrix the identity, biases 0, inputs as PyTorch's default. Le et al., 2015."""
    pytorch_default(parts, generator)
    for weight in parts.recurrent:
        for block in weight.split(parts.hidden):
            nn.init.eye_(block)
    for bias in parts.biases:
        nn.init.zeros_(bias)


INITS: dict[str, Fill] = {
    "default": pytorch_default,
    "xavier": xavier,
    "orthogonal": orthogonal,
    "identity": identity,
}
