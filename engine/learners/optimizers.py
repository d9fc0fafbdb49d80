"""Every optimiser on offer, from torch.optim, by the identifier that stands in the link."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import optim

# Fused where torch has a fused CPU kernel: the same numbers in fewer calls. All other settings are torch's defaults.
OPTIMIZERS: dict[str, partial[Any]] = {
    "sgd": partial(optim.SGD, fused=True),
    "momentum": partial(optim.SGD, momentum=0.9, fused=True),
    "nesterov": partial(optim.SGD, momentum=0.9, nesterov=True, fused=True),
    "adagrad": partial(optim.Adagrad, fused=True),
    "adadelta": partial(optim.Adadelta),
    "rmsprop": partial(optim.RMSprop),
    "adam": partial(optim.Adam, fused=True),
    "adamw": partial(optim.AdamW, fused=True),
}

USUAL_RATES = {
    "sgd": 0.1,
    "momentum": 0.01,
    "nesterov": 0.01,
    "adagrad": 0.01,
    "adadelta": 1.0,
    "rmsprop": 0.01,
    "adam": 0.01,
    "adamw": 0.01,
}
"""The learning rate that each optimiser is usually begun with, by the same identifiers.

AdaGrad, Adadelta, RMSprop: torch.optim's defaults. Zeiler 2012 (Adadelta, algorithm 1) has no rate at all, which is a
rate of 1. Momentum, Nesterov: 0.01, Keras's default for SGD. SGD: ten times that, as a momentum of 0.9 adds up the
gradients of 1 / (1 − 0.9) = 10 updates. Adam, AdamW: ten times the 0.001 of Kingma & Ba 2015, as the networks are small
here and the runs short.
"""


def bare_step(optimizer: optim.Optimizer) -> Callable[[], None]:
    """The optimiser's step without torch's wrappers for profiler and compiler, which take longer than the step."""
    step = inspect.unwrap(type(optimizer).step)

    @torch.no_grad()
    def bare() -> None:
        step(optimizer)

    return bare
