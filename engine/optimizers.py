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


def bare_step(optimizer: optim.Optimizer) -> Callable[[], None]:
    """The optimiser's step without torch's wrappers for profiler and compiler, which take longer than the step."""
    step = inspect.unwrap(type(optimizer).step)

    @torch.no_grad()
    def bare() -> None:
        step(optimizer)

    return bare
