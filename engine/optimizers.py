"""Every optimiser on offer, from torch.optim, by the identifier that stands in the link."""

from collections.abc import Callable, Iterable

from torch import Tensor, optim

Make = Callable[[Iterable[Tensor], float, float], optim.Optimizer]

# Fused where torch has a fused CPU kernel: the same numbers in fewer calls. All other settings are torch's defaults.
OPTIMIZERS: dict[str, Make] = {
    "sgd": lambda p, lr, decay: optim.SGD(p, lr, weight_decay=decay, fused=True),
    "momentum": lambda p, lr, decay: optim.SGD(p, lr, momentum=0.9, weight_decay=decay, fused=True),
    "nesterov": lambda p, lr, decay: optim.SGD(p, lr, momentum=0.9, nesterov=True, weight_decay=decay, fused=True),
    "adagrad": lambda p, lr, decay: optim.Adagrad(p, lr, weight_decay=decay, fused=True),
    "adadelta": lambda p, lr, decay: optim.Adadelta(p, lr, weight_decay=decay),
    "rmsprop": lambda p, lr, decay: optim.RMSprop(p, lr, weight_decay=decay),
    "adam": lambda p, lr, decay: optim.Adam(p, lr, weight_decay=decay, fused=True),
    "adamw": lambda p, lr, decay: optim.AdamW(p, lr, weight_decay=decay, fused=True),
}
