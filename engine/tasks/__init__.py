"""Every task, by the identifier that stands in the link."""

from engine.discovery import keyed
from engine.structures import Batch
from engine.tasks import sequence
from engine.tasks.base import Classification, Quantity, Reading, Regression, Task, Tokens
from engine.tasks.sequence.characters import Characters
from engine.tasks.sequence.forecast import Forecast

_FOUND = keyed(sequence.__path__, sequence.__name__, Task)  # type: ignore[type-abstract]  # those with a key are whole
TASKS: dict[str, type[Task]] = {task.key: task for task in sorted(_FOUND.values(), key=lambda task: task.about.name)}
"""A class with a `key` in any file of the folder `sequence` is here."""

__all__ = [
    "TASKS",
    "Batch",
    "Characters",
    "Classification",
    "Forecast",
    "Quantity",
    "Reading",
    "Regression",
    "Task",
    "Tokens",
]
