"""A forecast of many steps: every value that the network says comes in as the next one."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.architectures.stack import Network
from engine.generate.feedback import feed_back
from engine.tasks import Forecast

HORIZON = 50
"""Steps that are forecast."""


@dataclass(frozen=True)
class Ahead:
    """What comes after a window of a series, and what the network says will come; entry k is that of step T + 1 + k.

    forecast: HORIZON values in the units of the series; nan from where they are no longer finite. truth: as many, or
    fewer if the series ends before.
    """

    forecast: tuple[float, ...]
    truth: tuple[float, ...]


def ahead(network: Network, task: Forecast, generator: torch.Generator) -> Ahead:
    """The forecast from the window that `task.held_out(1, generator)` draws.

    ŷ(T+1) is the answer to the window; ŷ(t+1) is the answer once ŷ(t) was read as well, from the state the network had
    then: the free run of Jaeger 2001, "The 'Echo State' Approach". A readout of the mean of all states has the steps
    that were fed back in its mean too. Raises ValueError for a network that does not read forward, step by step.
    """
    state = generator.get_state()
    window = task.held_out(1, generator).inputs
    generator.set_state(state)
    found: list[float] = []

    def answered(outputs: Tensor) -> Tensor:
        found.append(float(outputs[0, 0]))
        return outputs

    feed_back(network, window, answered, HORIZON)
    mean, deviation = task.scale
    in_units = [value * deviation + mean for value in found]
    return Ahead(
        forecast=tuple(value if math.isfinite(value) else math.nan for value in in_units),
        truth=tuple(value * deviation + mean for value in task.following(generator, HORIZON).tolist()),
    )
