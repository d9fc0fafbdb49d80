"""Which units follow a property of the text: found on one part of it, scored on another."""

from dataclasses import dataclass

import numpy as np

from engine.messages import Message
from engine.observe.reading import Passage
from engine.settings import SettingError

FEWEST = 5
"""Characters with the property, and without it, that each part must have."""

MOST = 10


@dataclass(frozen=True)
class Match:
    """A unit, counted from 1, and how closely it follows the property: r where it was found, r on held-out text."""

    layer: int
    quantity: str
    unit: int
    found: float
    score: float


def correlations(values: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Pearson's r of each column of values (N, C) with the target (N,): (C,), from −1 to 1; 0 for what is constant.

    With a target of 0 and 1 it is the point-biserial correlation, r = (M₁ − M₀) / s · √(p (1 − p)) with M the column's
    mean where the target is 1 or 0, s its standard deviation, p the share of ones. Source: Tate 1954, "Correlation
    between a discrete and a continuous variable", Annals of Mathematical Statistics 25(3).
    """
    x = values - values.mean(axis=0, dtype=np.float64)
    y = target - target.mean(dtype=np.float64)
    spread = np.sqrt((x * x).sum(axis=0) * (y * y).sum())
    # What rounding leaves of a constant is no spread.
    real = spread > 1e-6 * len(target)
    return np.asarray(np.divide(x.T @ y, spread, out=np.zeros(len(spread)), where=real).clip(-1, 1))


def best_units(passage: Passage, target: np.ndarray, most: int = MOST) -> list[Match]:
    """The units of all layers, states and gates that follow `target` (N,) best, whichever the sign.

    They are chosen by |r| on the training part of the passage; the score is r on its held-out part, which had no say in
    the choice, so for units that only happen to fit it is about 0. Raises SettingError if
    there is no held-out text or the property hardly varies in one of the parts.
    """
    seen, unseen = slice(None, passage.held), slice(passage.held, None)
    if passage.held in (0, len(passage.text)):
        raise SettingError("property", Message("search.one_word"))
    for part, code in ((seen, "search.few_training"), (unseen, "search.few_held_out")):
        _check(target[part], code)
    found = np.empty(passage.values.shape[1])
    for band in passage.bands:  # band by band, as double precision takes four times the room
        found[band.start : band.start + band.units] = correlations(passage.units(band)[seen], target[seen])
    chosen = np.argsort(-np.abs(found), kind="stable")[:most]
    scores = correlations(passage.values[unseen][:, chosen].astype(np.float32), target[unseen])
    matches = []
    for column, score in zip(chosen.tolist(), scores.tolist(), strict=True):
        band = next(b for b in passage.bands if b.start <= column < b.start + b.units)
        matches.append(Match(band.layer, band.quantity, column - band.start + 1, float(found[column]), score))
    return matches


def _check(target: np.ndarray, code: str) -> None:
    """Raise SettingError with this code if a part has too few characters with the property, or without it."""
    if not set(np.unique(target).tolist()) <= {0.0, 1.0}:
        return
    positive = int(target.sum())
    if min(positive, len(target) - positive) < FEWEST:
        raise SettingError("property", Message(code, count=positive, total=len(target), fewest=FEWEST))
