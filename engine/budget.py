"""How long one update takes and how much memory a run needs, estimated before it is run, so that no experiment can
hold up a server.

The coefficients, and those of every cell, were fitted on one thread of a small server
(`python -m benchmarks.budget` fits them anew and shows how far the estimate is off).
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.cells import CELLS
from engine.history import CAPACITY
from engine.messages import Message, Setting, Value
from engine.settings import SettingError, specs
from engine.tasks import Task

if TYPE_CHECKING:
    from engine.experiment import Architecture, Experiment

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


def work(task: Task, network: "Architecture", batch: int) -> tuple[float, float, float, float]:
    """What one update does: cell steps, floating point operations, gate values, and numbers in and out.

    Forward and backward together cost three matrix products of 2 operations a weight for each sequence and step.
    """
    directions = 2 if network.direction == "bidirectional" else 1
    cell, hidden = CELLS[network.cell], network.hidden
    rows, wide = cell.values(hidden, network.options), cell.width(hidden, network.options)
    cells = directions * (1 + network.transition_depth)
    steps, width = task.steps, hidden if network.input_depth else task.input_size
    weights = network.input_depth * hidden * max(task.input_size, hidden) * steps
    cell_steps = 0
    for layer in range(1, network.layers + 1):
        weights += (directions * rows * width + cells * rows * hidden) * steps
        cell_steps += cells * steps
        width = directions * wide
        if network.connection == "highway" and layer > 1:
            weights += width * width * steps
        if layer < network.layers:
            width *= network.window(layer)
            steps = -(-steps // network.window(layer))
    answers = task.steps if task.readout == "every" else 1
    weights += (network.output_depth * hidden * max(width, hidden) + width * task.output_size) * answers
    return (
        cell_steps,
        6.0 * weights * batch,
        batch * cell_steps * rows,
        batch * task.steps * (task.input_size + task.output_size),
    )


def largest_batch(task: Task, network: "Architecture", truncate: int = 0) -> int:
    """The most sequences an update of this network can take within the limit; 0 if not even one."""
    one, two = (seconds_per_update(task, network, batch, truncate) for batch in (1, 2))
    each = two - one
    return max(0, int((MAX_SECONDS - (one - each)) / each))


def seconds_per_update(task: Task, network: "Architecture", batch: int, truncate: int = 0) -> float:
    """The estimated duration of one update in seconds, on one thread; a truncated one takes the plain loop."""
    steps, flops, gates, numbers = work(task, network, batch)
    cell = CELLS[network.cell]
    a_step = max(cell.seconds_a_step, SECONDS_A_LOOPED_STEP) if 0 < truncate < task.steps else cell.seconds_a_step
    own = a_step * steps + cell.seconds_a_gate * gates
    return own + SECONDS_A_FLOP * flops + SECONDS_AN_INPUT * numbers


def trained(task: Task, network: "Architecture") -> int:
    """About how many numbers a network trains."""
    directions = 2 if network.direction == "bidirectional" else 1
    cell, hidden = CELLS[network.cell], network.hidden
    rows, wide = cell.values(hidden, network.options), cell.width(hidden, network.options)
    width = hidden if network.input_depth else task.input_size
    count = network.input_depth * hidden * (max(task.input_size, hidden) + 1)
    for layer in range(1, network.layers + 1):
        count += directions * rows * (width + (1 + network.transition_depth) * (hidden + 4))
        width = directions * wide
        if network.connection == "highway" and layer > 1:
            count += width * (width + 1)
        if layer < network.layers:
            width *= network.window(layer)
    return count + network.output_depth * hidden * (max(width, hidden) + 1) + (width + 1) * task.output_size


def memory(task: Task, network: "Architecture") -> int:
    """The bytes that a run keeps at most, looks and history included; what an update needs in passing is not."""
    directions = 2 if network.direction == "bidirectional" else 1
    cell, hidden = CELLS[network.cell], network.hidden
    gates = cell.values(hidden, network.options) * (1 + network.transition_depth)
    shown = task.steps * network.layers * directions * (gates + 3 * cell.width(hidden, network.options))
    rows = HISTORY_COLUMNS * CAPACITY
    return 4 * WEIGHT_COPIES * trained(task, network) + LOOKS * (4 * shown + 8 * rows) + 8 * rows


def beyond(seconds: float) -> float:
    """A duration above the limit, rounded to two digits in such a way that it stays above."""
    return math.ceil(100 * seconds) / 100


def check_memory(experiment: "Experiment", megabytes: int) -> None:
    """Raises SettingError if a run of this experiment needs more."""
    check_together((experiment,), megabytes)


def check_together(experiments: "Sequence[Experiment]", megabytes: int) -> None:
    """Raises SettingError if runs of these experiments, held and trained side by side, need more memory or time.

    In time they have what one run has: an update of each is a piece of work that nothing interrupts.
    """
    needed = sum(memory(each.task, each.network) for each in experiments) / 2**20
    count = len(experiments)
    length = ["length"] if all("length" in specs(each.task) for each in experiments) else []
    if needed > megabytes:
        heavy = ("hidden", "layers", *length)
        values: dict[str, Value] = {"count": count, "needed": math.ceil(needed), "most": megabytes}
        raise SettingError(heavy, Message("budget.memory", **values, settings=tuple(map(Setting, heavy))))
    seconds = sum(
        seconds_per_update(each.task, each.network, each.training.batch, each.training.truncate) for each in experiments
    )
    if seconds > MAX_SECONDS:
        heavy = ("batch", "hidden", "layers", *length)
        values = {"count": count, "needed": beyond(seconds), "most": MAX_SECONDS}
        raise SettingError(heavy, Message("budget.together", **values, settings=tuple(map(Setting, heavy))))
