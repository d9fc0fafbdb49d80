"""What the recomputations share.

Each further file of this folder is a task, by its key, worked out again from its inputs in plain Python. It has

    SETTINGS   the settings to try it with
    check(task, batch)  asserts that the targets and the mask are what the inputs ask for, and that the inputs are
               what the task says

and, where there is something to say,

    CORNERS    settings at the ends of their ranges, for what holds for all tasks
    SMALL      settings so short that most sequences a change by hand leads to are drawn sooner or later
    losses(task)        its chance loss and its no-memory loss, by going through all sequences; of the first eight
               tasks, test_chance.py and test_no_memory.py have them
"""

from engine.tasks import Batch


def symbols(batch: Batch) -> list[list[int]]:
    """The symbol of every step, from 0."""
    found: list[list[int]] = batch.inputs.argmax(-1).tolist()
    return found
