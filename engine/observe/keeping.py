"""What the units of a layer keep: how much of their change falls on the steps that matter, how well they tell the
answer, and how much they move at all. Each gives a number a unit, by which units can be put in order."""

from collections.abc import Mapping

import numpy as np
import torch

from engine.architectures.stack import Network
from engine.observe.notes import passages
from engine.observe.unit_search import correlations
from engine.tasks import Batch, Classification, Quantity, Reading, Task
from engine.tasks.base import NO_ANSWER
from engine.tasks.sequence.adding import Adding
from engine.tasks.sequence.copy import ALPHABET, Copy
from engine.tasks.sequence.order import Order

SEQUENCES = 64
"""Held-out sequences from which it is found how well a unit tells the answer."""

KEPT: Mapping[type[Task], tuple[str, ...]] = {Order: ("X", "Y"), Copy: ALPHABET}
"""The symbols that a network has to keep, where the task marks some of its steps by their symbol."""


def marks_steps(task: Task) -> bool:
    """Whether some steps of a sequence matter more than the others, and the task says which."""
    return isinstance(task, (Adding, *KEPT))


def marked_steps(task: Task, reading: Reading) -> np.ndarray:
    """(T,) bool: the steps whose input has to be kept. None of a task that marks no steps."""
    if isinstance(reading, Quantity):
        return np.array(reading.marked, dtype=bool)
    return np.isin(np.array(reading.inputs), KEPT.get(type(task), ()))


def change_at(values: np.ndarray, marked: np.ndarray, direction: str = "forward", window: int = 1) -> np.ndarray:
    """Of the change of each unit along a sequence, the share that falls on the marked steps: (U,), from 0 to 1.

    Σ_{t marked} |v_t − v₋| / Σ_t |v_t − v₋| with v₋ the value one step earlier in the order of reading, and 0 before
    the first step, where every state but the unitary cell's begins. The sum below the line is the unit's total
    variation (Jordan 1881). A unit that takes something in at the marked steps and holds still at all others has 1,
    one that drifts evenly the share of steps that are marked. A unit that never changes has 0.

    values: (T, U); marked: (T,) bool; window: as many rows at a time are one step of the layer, counted from the end.
    What is not finite counts as 0.
    """
    own = np.where(np.isfinite(values), values, 0).astype(np.float64)[::-1][::window]
    ends = np.arange(len(values))[::-1][::window]
    at = np.array([marked[max(0, end - window + 1) : end + 1].any() for end in ends])
    if direction == "forward":  # as it was read: the first step on top
        own, at = own[::-1], at[::-1]
    change = np.abs(np.diff(own, axis=0, prepend=np.zeros((1, own.shape[1]))))
    whole = change.sum(axis=0)
    return np.asarray(np.divide(change[at].sum(axis=0), whole, out=np.zeros(len(whole)), where=whole > 0))


def activity(values: np.ndarray) -> np.ndarray:
    """The standard deviation of each unit along a sequence, values (T, U): (U,). What is not finite counts as 0."""
    return np.asarray(np.where(np.isfinite(values), values, 0).std(axis=0, dtype=np.float64))


def correlation_ratio(values: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """η of each column of values (N, U) over the classes (N,): (U,), from 0 to 1; 0 for what is constant.

    η² = Σ_k n_k (m_k − m)² / Σ_i (v_i − m)², the share of the variance that lies between the means m_k of the classes.
    With two classes it is |r|. Source: Pearson 1905, "On the general theory of skew correlation and non-linear
    regression".
    """
    exact = values.astype(np.float64)
    centred = exact - exact.mean(axis=0)
    between = np.zeros(exact.shape[1])
    for each in np.unique(classes):
        chosen = centred[classes == each]
        between += len(chosen) * chosen.mean(axis=0) ** 2
    whole = (centred**2).sum(axis=0)
    # What rounding leaves of a constant is no spread.
    real = whole > 1e-12 * len(exact)
    return np.asarray(np.sqrt(np.divide(between, whole, out=np.zeros(len(whole)), where=real).clip(0, 1)))


def in_falling_order(scores: np.ndarray) -> np.ndarray:
    """The units, from 0, with the highest score first; of equals the lower number first."""
    return np.argsort(-scores, kind="stable")


def deciding(sizes: Mapping[str, int]) -> dict[int, str]:
    """For each number of units, the quantity that stands for all with as many: c where there is one, else the first.

    So that a row is the same unit in all pictures. sizes: the number of units by name, h first.
    """
    found: dict[int, str] = {}
    for name, units in sizes.items():
        if units not in found or name == "c":
            found[units] = name
    return found


Tells = Mapping[tuple[int, str], Mapping[str, np.ndarray]]
"""By layer and direction, and by quantity: a score a unit, (U,)."""


@torch.no_grad()
def tells(network: Network, task: Task, batch: Batch) -> Tells:
    """How well each unit alone tells the right answer, over the sequences of a batch, from 0 to 1.

    It is |r|, Pearson's correlation of the unit with the target, where that is a number; where it is a class, the
    correlation ratio. The unit counts as the readout reads it: after the last step of its direction, as its mean over
    all steps, or at every step that is asked. Of each layer and direction: the quantities that decide an order.
    """
    found: dict[tuple[int, str], dict[str, np.ndarray]] = {}
    for each in passages(network, batch.inputs):
        shown, direction = each.shown(), each.placed.direction
        found[each.placed.layer, direction] = {
            name: _scores(task, batch, each.placed.on_input(shown[name].numpy(), batch.inputs.shape[1], 1), direction)
            for name in deciding({name: part.shape[2] for name, part in shown.items()}).values()
        }
    return found


def _scores(task: Task, batch: Batch, rows: np.ndarray, direction: str) -> np.ndarray:
    """rows: (B, T, U), in the order of the input."""
    targets, values = batch.targets, torch.from_numpy(rows)
    if task.readout == "every":
        asked = targets != NO_ANSWER
        asked &= batch.mask
        read, answers = values[asked], targets[asked]
    else:
        read = values.mean(dim=1) if task.readout == "mean" else values[:, 0 if direction == "backward" else -1]
        answers = targets.reshape(len(read))
    seen = np.nan_to_num(read.numpy().astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    if isinstance(task, Classification):
        return correlation_ratio(seen, answers.numpy())
    return np.asarray(np.abs(correlations(seen, answers.numpy().astype(np.float64))))
