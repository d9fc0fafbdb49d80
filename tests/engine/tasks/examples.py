"""Tasks to try things on: each at its defaults, and in a corner of its range."""

import torch

from engine.tasks import TASKS, Batch, Classification, Task

WORDS = "the cat sat on the mat. "

EXAMPLES: list[tuple[str, Task]] = [(name, task()) for name, task in TASKS.items()] + [
    ("adding", TASKS["adding"](length=2, readout="mean")),
    ("copy", TASKS["copy"](length=1, symbols=1)),
    ("copy", TASKS["copy"](length=400, symbols=50)),
    ("hello", TASKS["hello"](word="ab")),
    ("hello", TASKS["hello"](word="风吹水面层层浪")),
    ("text", TASKS["text"](corpus="tang")),
    ("text", TASKS["text"](corpus="own", text=WORDS, length=9)),
    ("forecast", TASKS["forecast"](series="sunspots", length=1)),
    ("forecast", TASKS["forecast"](series="own", values=tuple(k % 7 for k in range(20)), length=4, readout="mean")),
    ("echo", TASKS["echo"](length=2, delay=1, symbols=2)),
    ("neighbours", TASKS["neighbours"](length=3, distance=1)),
    ("order", TASKS["order"](length=10, readout="mean")),
]
IDS = [f"{name}-{number}" for number, (name, _) in enumerate(EXAMPLES)]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def perfect(task: Task, batch: Batch) -> torch.Tensor:
    """The outputs of a network that knows every answer, and is sure of it."""
    if isinstance(task, Classification):
        return 1000 * torch.nn.functional.one_hot(batch.targets.clamp(min=0), task.output_size).float()
    return batch.targets.clone()
