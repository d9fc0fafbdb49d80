"""How long one update takes and how much memory a run needs, estimated before it is run, so that no experiment can
hold up a server.

The coefficients, and those of every cell, were fitted on one thread of a small server
(`python -m benchmarks.budget` fits them anew and shows how far the estimate is off).
"""

import math
from collections.abc import Sequence

from engine.architectures import Architecture
from engine.history import CAPACITY
from engine.learners import Plan
from engine.messages import Message, Setting, Value
from engine.settings import SettingError, specs
from engine.tasks import Task

MAX_SECONDS = 0.5

SECONDS_A_FLOP = 8.0e-12
SECONDS_AN_INPUT = 1.1e-8
SECONDS_A_LOOPED_STEP = 1.6e-4
"""What a step costs at least where no fused kernel can be used."""


WEIGHT_COPIES = 9
"""Weights, their gradient, those before the last step, two moments of the optimiser, those of two looks; and two more
while it is saved."""

HISTORY_COLUMNS = 8
"""Losses 2, held-out measurements 3, norms 3."""

LOOKS = 2
"""The frame on show and the one being made."""


def largest_batch(task: Task, network: Architecture, truncate: int = 0) -> int:
    """The most sequences an update of this network can take within the limit; 0 if not even one."""
    one, two = (seconds_per_update(task, network, batch, truncate) for batch in (1, 2))
    each = two - one
    return max(0, int((MAX_SECONDS - (one - each)) / each))


def seconds_per_update(task: Task, network: Architecture, batch: int, truncate: int = 0) -> float:
    """The estimated duration of one update in seconds, on one thread; a truncated one takes the plain loop."""
    work, a_step = network.work(task, batch), network.seconds_a_step
    if 0 < truncate < task.steps:
        a_step = max(a_step, SECONDS_A_LOOPED_STEP)
    own = a_step * work.steps + network.seconds_a_gate * work.gates
    return own + SECONDS_A_FLOP * work.flops + SECONDS_AN_INPUT * work.numbers


def memory(task: Task, network: Architecture) -> int:
    """The bytes that a run keeps at most, looks and history included; what an update needs in passing is not."""
    rows = HISTORY_COLUMNS * CAPACITY
    return 4 * WEIGHT_COPIES * network.trained(task) + LOOKS * (4 * network.shown(task) + 8 * rows) + 8 * rows


def beyond(seconds: float) -> float:
    """A duration above the limit, rounded to two digits in such a way that it stays above."""
    return math.ceil(100 * seconds) / 100


def check_memory(experiment: Plan, megabytes: int) -> None:
    """Raises SettingError if a run of this experiment needs more."""
    check_together((experiment,), megabytes)


def check_together(experiments: Sequence[Plan], megabytes: int) -> None:
    """Raises SettingError if runs of these experiments, held and trained side by side, need more memory or time.

    In time they have what one run has: an update of each is a piece of work that nothing interrupts.
    """
    needed = sum(memory(each.task, each.network) for each in experiments) / 2**20
    count = len(experiments)
    length = ["length"] if all("length" in specs(each.task) for each in experiments) else []
    sizes = [*dict.fromkeys(name for each in experiments for name in each.network.heavy), *length]
    if needed > megabytes:
        values: dict[str, Value] = {"count": count, "needed": math.ceil(needed), "most": megabytes}
        raise SettingError(sizes, Message("budget.memory", **values, settings=tuple(map(Setting, sizes))))
    seconds = sum(
        seconds_per_update(each.task, each.network, each.training.batch, each.training.truncate) for each in experiments
    )
    if seconds > MAX_SECONDS:
        heavy = ["batch", *sizes]
        values = {"count": count, "needed": beyond(seconds), "most": MAX_SECONDS}
        raise SettingError(heavy, Message("budget.together", **values, settings=tuple(map(Setting, heavy))))
