"""Tasks to try things on: each at its defaults, and in a corner of its range."""

import importlib
import importlib.util
from types import ModuleType

import torch

from engine.tasks import TASKS, Batch, Classification, Task


def recomputation(key: str) -> ModuleType:
    """The recomputation of a task; recomputed/shared.py says what it has. Fails if there is none."""
    try:
        return importlib.import_module(f"tests.engine.tasks.recomputed.{key}")
    except ModuleNotFoundError:
        raise AssertionError(f"{key} is not recomputed: tests/engine/tasks/recomputed/{key}.py is missing.") from None


RECOMPUTED = [key for key in TASKS if importlib.util.find_spec(f"tests.engine.tasks.recomputed.{key}")]
"""test_declared.py names those that are missing."""

EXAMPLES: list[tuple[str, Task]] = [(key, task()) for key, task in TASKS.items()] + [
    (key, TASKS[key](**settings)) for key in RECOMPUTED for settings in getattr(recomputation(key), "CORNERS", [])
]
IDS = [f"{name}-{number}" for number, (name, _) in enumerate(EXAMPLES)]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def perfect(task: Task, batch: Batch) -> torch.Tensor:
    """The outputs of a network that knows every answer, and is sure of it."""
    if isinstance(task, Classification):
        return 1000 * torch.nn.functional.one_hot(batch.targets.clamp(min=0), task.output_size).float()
    return batch.targets.clone()
