"""What the engine tells a person: codes with values. A cell's and a task's own sentences are declared beside it."""

from engine.messages import budget, experiment, run_files, settings, sweeps, tables, text
from engine.messages.message import (
    MESSAGES,
    Message,
    MessageError,
    Option,
    Plural,
    Quoted,
    Setting,
    Template,
    Value,
    Word,
    Wording,
    declare,
    placeholders,
    quoted,
)

__all__ = [
    "MESSAGES",
    "Message",
    "MessageError",
    "Option",
    "Plural",
    "Quoted",
    "Setting",
    "Template",
    "Value",
    "Word",
    "Wording",
    "declare",
    "placeholders",
    "quoted",
]

for topic in (settings, experiment, budget, text, tables, run_files, sweeps):
    declare(topic.TEMPLATES)
