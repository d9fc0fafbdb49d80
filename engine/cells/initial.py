"""How the weights of a cell are drawn before training.

Each takes the matrices that read the input, those that read the state (gates stacked in blocks of `hidden` rows) and
the biases, and fills them in place.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

Fill = Callable[[Sequence[Tensor], Sequence[Tensor], Sequence[Tensor], int, torch.Generator], None]


def pytorch_default(
    inputs: Sequence[Tensor],
    recurrent: Sequence[Tensor],
    biases: Sequence[Tensor],
    hidden: int,
    generator: torch.Generator,
) -> None:
    """Everything uniform in ±1/√H, as torch.nn's recurrent modules do."""
    bound = 1 / math.sqrt(hidden)
    for parameter in (*inputs, *recurrent, *biases):
        nn.init.uniform_(parameter, -bound, bound, generator=generator)


def xavier(
    inputs: Sequence[Tensor],
    recurrent: Sequence[Tensor],
    biases: Sequence[Tensor],
    hidden: int,
    generator: torch.Generator,
) -> None:
    """Each gate's matrices uniform in ±√(6/(fan_in+fan_out)), biases 0. Glorot & Bengio, 2010."""
    for weight in (*inputs, *recurrent):
        for block in weight.split(hidden):
            nn.init.xavier_uniform_(block, generator=generator)
    for bias in biases:
        nn.init.zeros_(bias)


def orthogonal(
    inputs: Sequence[Tensor],
    recurrent: Sequence[Tensor],
    biases: Sequence[Tensor],
    hidden: int,
    generator: torch.Generator,
) -> None:
    """Each gate's recurrent matrix orthogonal, the rest as PyTorch's default. Saxe et al., 2014."""
    pytorch_default(inputs, recurrent, biases, hidden, generator)
    for weight in recurrent:
        for block in weight.split(hidden):
            nn.init.orthogonal_(block, generator=generator)


def identity(
    inputs: Sequence[Tensor],
    recurrent: Sequence[Tensor],
    biases: Sequence[Tensor],
    hidden: int,
    generator: torch.Generator,
) -> None:
    """Each gate's recurrent matrix the identity, biases 0, inputs as PyTorch's default. Le et al., 2015."""
    pytorch_default(inputs, recurrent, biases, hidden, generator)
    for weight in recurrent:
        for block in weight.split(hidden):
            nn.init.eye_(block)
    for bias in biases:
        nn.init.zeros_(bias)


INITS: dict[str, Fill] = {
    "default": pytorch_default,
    "xavier": xavier,
    "orthogonal": orthogonal,
    "identity": identity,
}
