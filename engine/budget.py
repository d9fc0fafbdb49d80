"""How long one update takes and how much memory a run needs, estimated before it is run, so that no experiment can
hold up a server.

The coefficients were fitted over the three cells on one thread of a small server
(`python -m benchmarks.budget` fits them anew and shows how far the estimate is off).
"""

from typing import TYPE_CHECKING

from engine.cells import CELLS
from engine.fields import FieldError
from engine.history import CAPACITY
from engine.tasks import Task

if TYPE_CHECKING:
    from engine.config import Architecture, Experiment

MAX_SECONDS = 0.5

SECONDS_A_CELL_STEP = 2.0e-5
SECONDS_A_FLOP = 8.0e-12
SECONDS_A_GATE = 1.3e-8
SECONDS_AN_INPUT = 1.1e-8


WEIGHT_COPIES = 7
"""Weights, their gradient, those before the last step, two moments of the optimiser; and two more while it is saved."""

LOOKS = 2
"""The frame on show and the one being made."""


def work(task: Task, network: "Architecture", batch: int) -> tuple[float, float, float, float]:
    """What one update does: cell steps, floating point operations, gate values, and numbers in and out.

    Forward and backward together cost three matrix products of 2 operations a weight for each sequence and step.
    """
    directions = 2 if network.direction == "bidirectional" else 1
    rows = CELLS[network.cell].blocks * network.hidden
    width, weights = task.input_size, 0
    for _ in range(network.layers):
        weights += directions * rows * (width + network.hidden)
        width = directions * network.hidden
    weights += width * task.output_size
    sequence_steps = batch * task.steps
    cells = network.layers * directions
    return (
        task.steps * cells,
        6.0 * weights * sequence_steps,
        sequence_steps * cells * rows,
        sequence_steps * (task.input_size + task.output_size),
    )


def largest_batch(task: Task, network: "Architecture") -> int:
    """The most sequences an update of this network can take within the limit; 0 if not even one."""
    one, two = (seconds_per_update(task, network, batch) for batch in (1, 2))
    each = two - one
    return max(0, int((MAX_SECONDS - (one - each)) / each))


def seconds_per_update(task: Task, network: "Architecture", batch: int) -> float:
    """The estimated duration of one update in seconds, on one thread."""
    steps, flops, gates, numbers = work(task, network, batch)
    return SECONDS_A_CELL_STEP * steps + SECONDS_A_FLOP * flops + SECONDS_A_GATE * gates + SECONDS_AN_INPUT * numbers


def memory(task: Task, network: "Architecture") -> int:
    """The bytes that a run keeps at most, looks and history included; what an update needs in passing is not."""
    directions = 2 if network.direction == "bidirectional" else 1
    blocks = CELLS[network.cell].blocks
    width, weights = task.input_size, 0
    for _ in range(network.layers):
        weights += directions * blocks * network.hidden * (width + network.hidden + 2)
        width = directions * network.hidden
    weights += (width + 1) * task.output_size
    shown = task.steps * network.hidden * network.layers * directions * (blocks + 3)
    rows = 5 * CAPACITY
    return 4 * WEIGHT_COPIES * weights + LOOKS * (4 * shown + 8 * rows) + 8 * rows


def check_memory(experiment: "Experiment", megabytes: int) -> None:
    """Raises FieldError if a run of this experiment needs more."""
    needed = memory(experiment.task, experiment.network) / 2**20
    if needed > megabytes:
        raise FieldError(
            ("hidden", "layers", "length"),
            f"This network would need about {needed:.0f} MB, and this server gives each visitor {megabytes} MB. "
            "Lower one of: hidden, layers, length.",
        )
