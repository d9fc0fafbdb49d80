"""Learning by gradient: backpropagation through time, whole or truncated, and an optimizer's step."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.architectures.base import Architecture, Model
from engine.architectures.stack import Network, fast
from engine.learners.base import Learner, Loop, Plan, Update
from engine.learners.optimizers import OPTIMIZERS, bare_step
from engine.learners.truncation import truncated
from engine.messages import Message
from engine.settings import Limit, Whole
from engine.structures import Batch
from engine.tasks.base import Classification, Task

OVERFLOW = 1e18
"""A gradient norm beyond this cannot be stepped along in float32: its square, which Adam and others keep, overflows."""


LOOP = """network = Network(generator({seed}, INIT, 0))
optimizer = torch.optim.{optimizer}
settings = dict({draw_settings})

for update in range(1, 101):
    inputs, targets, _ = {draw}({batch}, **settings, generator=generator({seed}, TRAIN, update))
    optimizer.zero_grad()
    loss = {loss}(network(inputs){answers})
    loss.backward()
{clip}    optimizer.step()
    print(update, f"{{loss.item():.9g}}")"""


class Gradient(Learner):
    """Every update is one optimizer step along the gradient of one batch's loss, clipped if a threshold is set."""

    label = "Gradient"
    tunable: ClassVar[tuple[str, ...]] = ("lr", "batch", "clip", "decay")
    has_gradient: ClassVar[bool] = True
    filed: ClassVar[str] = "optimizer"
    keeper: ClassVar[str] = "optimiser"

    def __init__(self, plan: Plan, model: Model) -> None:
        super().__init__(plan, model)
        self.optimizer = _optimizer(plan, self.weights)
        self._step = bare_step(self.optimizer)
        self.forward: Callable[[Any], Tensor] = model
        window = plan.training.truncate
        if isinstance(model, Network):
            # Bound once: whether a sequence is cut is the same for every update.
            way = truncated(window) if 0 < window < plan.task.steps else fast
            self.forward = partial(model, way=way)

    @classmethod
    def limits(cls, task: Task, architecture: type[Architecture], values: Mapping[str, Any]) -> dict[str, Limit]:
        if architecture.truncatable:
            return {}
        return {"truncate": Limit(Whole(0, 0, 0), Message("learner.not_cut"), ("arch",))}

    def update(self, batch: Batch, keep: Callable[[], None]) -> Update:
        self.gradient.zero_()
        loss = self.plan.task.loss(self.forward(batch.inputs), batch)
        loss.backward()
        clip = self.plan.training.clip
        norm = self._clipped(clip)
        value = float(loss.detach())
        if not math.isfinite(value):
            return Update(value, norm, clip, stepped=False)
        if not norm < (math.inf if clip else OVERFLOW):
            return Update(value, norm, clip, stepped=False)
        keep()
        self._step()
        return Update(value, norm, clip)

    def state(self) -> dict[str, Tensor]:
        return _remembered(self.optimizer, self.weights)

    def state_after(self) -> dict[str, Tensor]:
        dummy = torch.nn.Parameter(torch.zeros_like(self.weights))
        dummy.grad = torch.zeros_like(dummy)
        optimizer = _optimizer(self.plan, dummy)
        optimizer.step()
        return _remembered(optimizer, dummy)

    def restore(self, state: Mapping[str, Tensor]) -> None:
        copies = {name: value.clone() for name, value in state.items()}
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": {0: copies} if copies else {}, "param_groups": groups})

    def tune(self, plan: Plan) -> None:
        super().tune(plan)
        for group in self.optimizer.param_groups:
            group["lr"], group["weight_decay"] = plan.training.lr, plan.training.decay

    @classmethod
    def loop(cls, plan: Plan, drawing: Mapping[str, Any]) -> Loop:
        training = plan.training
        made = OPTIMIZERS[training.optimizer]
        settings = {"lr": training.lr, "weight_decay": training.decay, **made.keywords}
        written = ", ".join(["network.parameters()", *(f"{name}={value!r}" for name, value in settings.items())])
        classes = isinstance(plan.task, Classification)
        text = LOOP.format(
            **drawing,
            optimizer=f"{made.func.__name__}({written})",
            loss="nn.functional.cross_entropy" if classes else "nn.functional.mse_loss",
            answers=".flatten(0, -2), targets.flatten()" if classes else ", targets",
            clip=f"    nn.utils.clip_grad_norm_(network.parameters(), {training.clip!r})\n" if training.clip else "",
        )
        return Loop(text)

    def _clipped(self, threshold: float) -> float:
        """‖gradient‖ over all parameters; if a threshold is set, the gradient is scaled down to it. Pascanu 2013."""
        norm = float(torch.linalg.vector_norm(self.gradient))
        factor = threshold / (norm + 1e-6)  # as torch.nn.utils.clip_grad_norm_ has it
        if threshold and not factor >= 1:
            self.gradient.mul_(factor)
        return norm


def _optimizer(plan: Plan, weights: Tensor) -> torch.optim.Optimizer:
    training = plan.training
    made: torch.optim.Optimizer = OPTIMIZERS[training.optimizer]([weights], lr=training.lr, weight_decay=training.decay)
    return made


def _remembered(optimizer: torch.optim.Optimizer, weights: Tensor) -> dict[str, Tensor]:
    """What an optimizer remembers of all weights, such as their moments: copies."""
    held = optimizer.state.get(weights, {})
    return {name: value.clone() for name, value in held.items() if value is not None}
