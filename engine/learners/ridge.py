"""A readout found in closed form, over all sequences seen so far."""

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from engine.architectures.base import Architecture, Model
from engine.architectures.stack import Network
from engine.learners.base import Learner, Loop, Plan, Update
from engine.messages import Message, Option, Setting
from engine.settings import Choice, Limit, Whole
from engine.structures import Batch
from engine.tasks.base import Regression, Task


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
        self.products = torch.zeros(size, readout.out_features, dtype=torch.float64)

    @torch.no_grad()
    def learn(self, r: Tensor, y: Tensor) -> None:
        """Take in r (N, K) and y (N, O), and put the readout where the least is now."""
        rows = torch.cat([r.double(), r.new_ones(len(r), 1, dtype=torch.float64)], dim=1)
        self.gram += rows.t() @ rows
        self.products += rows.t() @ y.double()
        eye = torch.eye(len(self.gram), dtype=torch.float64)
        solution = torch.linalg.solve(self.gram + self.strength * eye, self.products).t()
        self.readout.weight.copy_(solution[:, :-1])
        self.readout.bias.copy_(solution[:, -1])

    def state(self) -> dict[str, Tensor]:
        """The sums, copied."""
        return {"gram": self.gram.clone(), "moment": self.products.clone()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        self.gram.copy_(state["gram"])
        self.products.copy_(state["moment"])


LOOP = """network = Network(generator({seed}, INIT, 0))
ridge = RidgeReadout(network.readout, {strength!r})
settings = dict({draw_settings})

for update in range(1, 101):
    inputs, targets, _ = {draw}({batch}, **settings, generator=generator({seed}, TRAIN, update))
    with torch.no_grad():
        states = network.read(inputs)
        loss = nn.functional.mse_loss(network.readout(states), targets)
    ridge.learn(states, targets)
    print(update, f"{{loss.item():.9g}}")"""


class Ridge(Learner):
    """Solves for the readout anew at every update, from all sequences seen so far; nothing else is trained.

    For a stack whose cells are fixed, and whose own setting `ridge` is λ.
    """

    label = "Ridge regression"
    tunable: ClassVar[tuple[str, ...]] = ("lr", "batch", "clip", "decay")
    filed: ClassVar[str] = "ridge"

    def __init__(self, plan: Plan, model: Model) -> None:
        super().__init__(plan, model)
        assert isinstance(model, Network)
        self.network = model
        readout = model.readout[-1]
        assert isinstance(readout, nn.Linear)
        self.readout = RidgeReadout(readout, _strength(plan))

    @classmethod
    def cannot(cls, task: Task, architecture: type[Architecture], values: Mapping[str, Any]) -> Message | None:
        if "ridge" not in values.get("options", {}):
            return Message("learner.readout_alone")
        if not isinstance(task, Regression):
            return Message("learner.numbers")
        return None

    @classmethod
    def limits(cls, task: Task, architecture: type[Architecture], values: Mapping[str, Any]) -> dict[str, Limit]:
        ridge, gradient = Option("fit", "ridge"), Option("fit", "gradient")
        linear = Message("learner.linear", fit=Setting("fit"), ridge=ridge, gradient=gradient)
        return {
            "output_depth": Limit(Whole(0, 0, 0), linear, ("fit",)),
            "connection": Limit(Choice("plain", ("plain", "residual")), linear, ("fit",)),
        }

    @torch.no_grad()
    def update(self, batch: Batch, keep: Callable[[], None]) -> Update:
        read = self.network.run(batch.inputs).read
        value = float(self.plan.task.loss(self.network.readout(read), batch))
        if not math.isfinite(value):
            return Update(value, stepped=False)
        keep()
        self.readout.learn(read, batch.targets)
        return Update(value)

    def state(self) -> dict[str, Tensor]:
        return self.readout.state()

    def restore(self, state: Mapping[str, Tensor]) -> None:
        self.readout.restore(state)

    @classmethod
    def loop(cls, plan: Plan, drawing: Mapping[str, Any]) -> Loop:
        return Loop(LOOP.format(**drawing, strength=_strength(plan)), uses=(RidgeReadout,), reads=True)


def _strength(plan: Plan) -> float:
    """λ, a setting of the cell."""
    strength: float = vars(plan.network)["options"]["ridge"]
    return strength
