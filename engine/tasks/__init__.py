"""Every task, by the identifier that stands in the link."""

from engine.structures import Batch
from engine.tasks.base import Classification, Quantity, Reading, Regression, Task, Tokens
from engine.tasks.sequence.adding import Adding
from engine.tasks.sequence.characters import Characters, Hello, NextCharacter
from engine.tasks.sequence.copy import Copy
from engine.tasks.sequence.echo import Echo
from engine.tasks.sequence.forecast import Forecast
from engine.tasks.sequence.neighbours import Neighbours
from engine.tasks.sequence.order import Order

TASKS: dict[str, type[Task]] = {
    "adding": Adding,
    "copy": Copy,
    "hello": Hello,
    "text": NextCharacter,
    "forecast": Forecast,
    "echo": Echo,
    "neighbours": Neighbours,
    "order": Order,
}

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
