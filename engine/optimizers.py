"""Every optimiser on offer, from torch.optim, by the identifier that stands in the link."""

from functools import partial
from typing import Any

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
