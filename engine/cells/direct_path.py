"""The direct path of a state: the part of a step that hands on the old state, whatever else happens."""

from typing import NamedTuple


class DirectPath(NamedTuple):
    """The step adds to `factor` ⊙ `part`₋: next = factor ⊙ old + ….

    part: a part of the state. factor: what stands before the old part in the cell's equation, as it is written there: a
    gate, a constant, 1, or a formula of these. Along this path alone ∂next/∂old = diag(factor); Qiu (1.29), (1.34).
    """

    part: str
    factor: str


class NoDirectPath(NamedTuple):
    """reason: why no part of the old state is added to, as a sentence for a person."""

    reason: str


CAROUSEL = DirectPath("h", "1")
"""Hochreiter's constant error carousel: what was there stays."""
