"""A network that goes on by itself: what it answers comes in again as its next input."""

from collections.abc import Callable

import torch
from torch import Tensor

from engine.architectures.stack import Network


@torch.inference_mode()
def feed_back(network: Network, read: Tensor, answered: Callable[[Tensor], Tensor], count: int) -> None:
    """Read the sequence `read` (1, T, I), T ≥ 1, then take `count` answers, each of which is fed back.

    answered: given an answer of the network, its outputs (1, O), it returns the input (1, I) of the next step. The
    state is carried on, as if the sequence had not ended. Raises ValueError for a network that does not read forward,
    step by step.
    """
    outputs, standing = network.go_on(read)
    for left in reversed(range(count)):
        x = answered(outputs)
        if left:
            outputs, standing = network.go_on(x.unsqueeze(1), standing)
