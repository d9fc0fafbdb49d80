"""A readout found in closed form, over all sequences seen so far."""

from typing import Any

import torch
from torch import Tensor, nn


class RidgeReadout:
    """The linear readout V r + c with the least Σ ‖V r + c − y‖² + λ (‖V‖² + ‖c‖²) over every (r, y) it was shown.

    Only sums are kept, R Rᵀ and R Yᵀ with a row of ones in R for c, in double precision, so the memory does not grow
    with the sequences. Hoerl & Kennard 1970; for reservoirs Jaeger 2001.
    """

    def __init__(self, readout: nn.Linear, strength: float) -> None:
        """`strength` is λ > 0."""
        self.readout, self.strength = readout, strength
        size = readout.in_features + 1
        self.gram = torch.zeros(size, size, dtype=torch.float64)
        self.checkpoint = torch.zeros(size, readout.out_features, dtype=torch.float64)

    @torch.no_grad()
    def learn(self, r: Tensor, y: Tensor) -> None:
        """Take in r (N, K) and y (N, O), and put the readout where the least is now."""
        rows = torch.cat([r.double(), r.new_ones(len(r), 1, dtype=torch.float64)], dim=1)
        self.gram += rows.t() @ rows
        self.checkpoint += rows.t() @ y.double()
        eye = torch.eye(len(self.gram), dtype=torch.float64)
        solution = torch.linalg.solve(self.gram + self.strength * eye, self.checkpoint).t()
        self.readout.weight.copy_(solution[:, :-1])
        self.readout.bias.copy_(solution[:, -1])

    def state(self) -> dict[str, Any]:
        """The sums, copied."""
        return {"gram": self.gram.clone(), "moment": self.checkpoint.clone()}

    def restore(self, state: dict[str, Any]) -> None:
        self.gram.copy_(state["gram"])
        self.checkpoint.copy_(state["moment"])
