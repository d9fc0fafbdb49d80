"""Every task, by the identifier that stands in the link."""

from engine.tasks.adding import Adding
from engine.tasks.base import Amounts, Batch, Classes, Quantity, Reading, Task, Tokens
from engine.tasks.characters import Characters, Hello, NextCharacter
from engine.tasks.copy import Copy
from engine.tasks.echo import Echo
from engine.tasks.forecast import Forecast
from engine.tasks.neighbours import Neighbours
from engine.tasks.order import Order

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
    "Amounts",
    "Batch",
    "Characters",
    "Classes",
    "Forecast",
    "Quantity",
    "Reading",
    "Task",
    "Tokens",
]
