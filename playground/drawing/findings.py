"""What there is to see in a picture, in words with numbers, for those who do not see it: arrays in, sentences out.

They are worked out where all comes to rest: a text that changed ten times a second could not be listened to.
"""

from collections.abc import Sequence

import numpy as np

from engine.tasks import Quantity, Reading, Tokens
from playground.words import listed, number

ALIKE = 0.05
"""Two amounts that differ by less than this share of the larger count as alike."""

FEW = 4
"""Of many units or steps, so many are named."""


def heat(values: np.ndarray, high: float, order: np.ndarray | None = None) -> str:
    """Of a state or gate (T, U): where it is largest and smallest, how it goes, where it jumps, what lies beyond ±high.

    order: the units, from 0, as they stand from the top down; None: by their numbers.
    """
    finite = np.isfinite(values)
    if not finite.any():
        return "No value is a number."
    found = []
    top, bottom = (
        np.unravel_index(int(pick(np.where(finite, values, fill))), values.shape)
        for pick, fill in ((np.argmax, -np.inf), (np.argmin, np.inf))
    )
    largest, smallest = (
        f"{number(float(values[at]), 3)}, of unit {at[1] + 1} at step {at[0] + 1}" for at in (top, bottom)
    )
    if values[top] == values[bottom]:
        found.append(f"Every value is {number(float(values[top]), 3)}.")
    else:
        found.append(f"The largest value is {largest}; the smallest is {smallest}.")
    amounts = np.where(finite, np.abs(values), 0)
    if len(values) > 1:
        found.append(_course("The mean amount of the units", amounts.mean(axis=1, dtype=np.float64)))
        jumps = np.abs(np.diff(np.where(finite, values, 0), axis=0)).mean(axis=1, dtype=np.float64)
        if jumps.max() > 0:
            found.append(f"The units change most from step {jumps.argmax() + 1} to step {jumps.argmax() + 2}.")
    beyond = np.flatnonzero((amounts > high * (1 + 1e-6)).any(axis=0)) + 1
    if len(beyond):
        found.append(f"{_units(beyond)} {'goes' if len(beyond) == 1 else 'go'} beyond ±{number(high)}.")
    if order is not None:
        found.append(f"From the top: {_units(order + 1).lower()}.")
    return " ".join(found)


def curve(name: str, norms: np.ndarray) -> str:
    """Of a line over the steps, (T,), none below 0: where it is largest and smallest, and how it goes."""
    finite = np.isfinite(norms)
    if not finite.any():
        return f"No value of {name} is a number."
    top, bottom = int(np.argmax(np.where(finite, norms, -np.inf))), int(np.argmin(np.where(finite, norms, np.inf)))
    if norms[top] == norms[bottom]:
        return f"{name[:1].upper()}{name[1:]} is {number(float(norms[top]), 3)} at every step."
    zeros = np.flatnonzero(norms == 0)
    found = [
        f"{name[:1].upper()}{name[1:]} is largest at step {top + 1}, {number(float(norms[top]), 3)}, and smallest at "
        f"step {bottom + 1}, {number(float(norms[bottom]), 3)}.",
        _course("It", norms),
    ]
    if len(zeros):
        found.append(f"It is 0 at {len(zeros)} of {len(norms)} steps, first at step {zeros[0] + 1}.")
    return " ".join(found)


def curves(named: Sequence[tuple[str, np.ndarray]]) -> str:
    """The same of several lines, by their names."""
    return " ".join(curve(name, norms) for name, norms in named)


def pairs(values: np.ndarray, steps: np.ndarray, t: int, k: int) -> str:
    """Of a number for each later step (down) and earlier step (right), (n, n): the ends, and the chosen one."""
    usable = np.isfinite(values) & (values > 0)
    if not usable.any():
        return "No number is above 0."
    top, bottom = (
        np.unravel_index(int(pick(np.where(usable, values, fill))), values.shape)
        for pick, fill in ((np.argmax, -np.inf), (np.argmin, np.inf))
    )
    found = [
        f"The {word} number above 0 is {number(float(values[at]), 3)}, at t = {steps[at[0]]} and k = {steps[at[1]]}."
        for word, at in (("largest", top), ("smallest", bottom))
    ]
    row, column = (int(np.flatnonzero(steps == step)[0]) for step in (t, k))
    if np.isfinite(values[row, column]):
        found.append(f"Chosen: t = {t} and k = {k}, {number(float(values[row, column]), 3)}.")
    return " ".join(found)


def losses(training: np.ndarray, held_out: np.ndarray, chance: float, name: str = "") -> str:
    """Of a run, losses (N, 2) and held-out measurements (M, 3): where they stand, and the best so far."""
    whose = f" of {name}" if name else ""
    found = []
    if len(training):
        found.append(f"The training loss{whose} at update {training[-1, 0]:,.0f} is {number(training[-1, 1], 3)}.")
    if len(held_out):
        best = held_out[held_out[:, 1].argmin()]
        found.append(f"The held-out loss{whose} at update {held_out[-1, 0]:,.0f} is {number(held_out[-1, 1], 3)}.")
        if len(held_out) > 1:
            found.append(f"It was lowest at update {best[0]:,.0f}, {number(best[1], 3)}.")
    if not name:
        found.append(f"Chance is {number(chance)}.")
    return " ".join(found)


def sequence(reading: Reading) -> str:
    """Of the sequence on show: what is marked, and the answer."""
    if isinstance(reading, Tokens):
        counted = [right for right in reading.right if right is not None]
        if not counted:
            return "Nobody can say which answers are right."
        wrong = [step for step, right in enumerate(reading.right, 1) if right is False]
        said = f"{sum(counted)} of {len(counted)} answers are right."
        return f"{said} The first wrong one is at step {wrong[0]}." if wrong else said
    values = np.array(reading.values)
    found = [
        f"The largest value is {number(float(values.max()), 3)}, at step {values.argmax() + 1}; the smallest is "
        f"{number(float(values.min()), 3)}, at step {values.argmin() + 1}."
    ]
    marked = [step for step, mark in enumerate(reading.marked, 1) if mark]
    if marked:
        told = [f"step {step} with {number(reading.values[step - 1], 3)}" for step in marked]
        found.append(f"Marked: {listed(told)}.")
    return " ".join(found)


def answered(reading: Reading) -> str:
    """Of a sequence of numbers: what was asked and what was said."""
    if isinstance(reading, Quantity):
        if reading.right is None:
            return f"The answer is {number(reading.answer)}; nobody can say whether that is right."
        said = "right" if reading.right else "wrong"
        return f"The target is {number(reading.target)}, the answer {number(reading.answer)}: {said}."
    return sequence(reading)


def _course(what: str, line: np.ndarray) -> str:
    """Whether a line (T,) rises or falls from its first step to its last."""
    first, last, steps = float(line[0]), float(line[-1]), len(line)
    if not np.isfinite((first, last)).all():
        return f"{what} is no number at one of its ends."
    way = "hardly differs" if abs(last - first) <= ALIKE * max(first, last) else "rises" if last > first else "falls"
    ends = f"{number(first, 3)} at step 1 to {number(last, 3)} at step {steps}"
    return f"{what} {way} from {ends}." if way != "hardly differs" else f"{what} {way} between its ends: {ends}."


def _units(numbers: np.ndarray) -> str:
    """Their numbers in a sentence; of many, the first ones and how many more."""
    named = [str(each) for each in numbers[:FEW]]
    if more := len(numbers) - len(named):
        named.append(f"{more} more")
    return f"{'Units' if len(numbers) > 1 else 'Unit'} {listed(named)}"
