"""What a layer hands up: its own output, or that and what came from below."""

import torch
from torch import Tensor, nn


class Plain(nn.Module):
    """h as it is."""

    def __init__(self, size: int, *, generator: torch.Generator) -> None:
        super().__init__()

    def forward(self, h: Tensor, below: Tensor) -> Tensor:
        """h and what the layer read, both (…, size), to what is handed up."""
        return h


class Residual(Plain):
    """h + x: what came from below stays, and the layer adds to it. He et al. 2016."""

    def forward(self, h: Tensor, below: Tensor) -> Tensor:
        return h + below


class Highway(Plain):
    """T ⊙ h + (1−T) ⊙ x with T = σ(W x + b); b starts at −1, so that at first most is carried. Srivastava et al.
    2015."""

    def __init__(self, size: int, *, generator: torch.Generator) -> None:
        super().__init__(size, generator=generator)
        self.transform = nn.Linear(size, size)
        nn.init.uniform_(self.transform.weight, -(size**-0.5), size**-0.5, generator=generator)
        nn.init.constant_(self.transform.bias, -1.0)

    def forward(self, h: Tensor, below: Tensor) -> Tensor:
        return torch.lerp(below, h, torch.sigmoid(self.transform(below)))


CONNECTIONS: dict[str, type[Plain]] = {"plain": Plain, "residual": Residual, "highway": Highway}
