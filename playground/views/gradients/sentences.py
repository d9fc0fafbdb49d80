"""The numbers of the page Gradients put into sentences."""

import math
from collections.abc import Iterator

import numpy as np

from engine.observe.bound import Bound
from engine.observe.gradients import LOSS, Gradients
from playground.views.gradients import words as say
from playground.words import number

AS_GOOD_AS, MET = 0.05, 0.99
"""How near two numbers count as the same, and from which share on a bound counts as met."""


def about_pair(seen: Gradients, t: int, k: int, value: float) -> str:
    """What the number at row t and column k says."""
    if seen.pairs.of == LOSS:
        sentence = say.LOSS_PAIR if math.isfinite(value) else say.LOSS_NONE
        return sentence.format(t=t, k=k, value=say.factor(value))
    distance = abs(t - k) // seen.window
    if not distance:
        return say.SELF.format(t=t)
    if math.isinf(value):
        return say.TOO_LARGE.format(t=t, k=k)
    if not value > 0:
        return say.NOTHING.format(t=t, k=k, p=seen.pairs.of)
    each = say.EACH.format(each=number(value ** (1 / distance), 3)) if distance > 1 else ""
    later = (say.STEPS_LATER if seen.window == 1 else say.OWN_STEPS_LATER)[distance == 1].format(n=distance)
    return say.PAIR.format(t=t, k=k, p=seen.pairs.of, distance=later, value=number(value, 3), each=each)


def beside(seen: Gradients, row: int, column: int, value: float) -> Iterator[str]:
    """How the number compares with the bound, or with the direct path."""
    if row == column or not math.isfinite(value):
        return
    if seen.by_gamma is not None and seen.by_norms is not None:
        gamma, norms = float(seen.by_gamma[row, column]), float(seen.by_norms[row, column])
        share = value / gamma if gamma > 0 and math.isfinite(gamma) else 0.0
        sentence = say.TIGHT if share > MET else say.BOUND
        yield sentence.format(gamma=say.factor(gamma), norms=say.factor(norms), share=number(share, 3))
    if seen.direct is not None:
        direct = float(seen.direct[row, column])
        near = abs(value - direct) <= AS_GOOD_AS * max(value, direct)
        kind = "same" if near else "above" if value > direct else "below"
        yield say.DIRECT[kind].format(gate=seen.gate, direct=say.factor(direct))


def matrix(bound: Bound) -> str:
    """The recurrent matrix and γ in figures."""
    gamma = bound.gamma
    with np.errstate(divide="ignore"):
        mean = float(np.exp(np.log(gamma).mean()))
    return say.MATRIX.format(
        radius=number(bound.radius, 3),
        norm=number(bound.norm, 3),
        least=number(float(bound.singular[-1]), 3),
        low=number(float(gamma.min()), 3),
        high=number(float(gamma.max()), 3),
        mean=number(mean, 3),
    )
