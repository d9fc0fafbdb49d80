"""Similar moments: where in a text the hidden state is nearest to what it is at one position."""

from dataclasses import dataclass

import numpy as np

CONTEXT = 20
"""Characters shown before and after a moment; as many around the chosen one are not compared with it."""


@dataclass(frozen=True)
class SimilarPlace:
    """A position in the text and the cosine of its state with the chosen one; the text before, there, and after."""

    at: int
    similarity: float
    before: str
    here: str
    after: str


def cosines(states: np.ndarray, at: int) -> np.ndarray:
    """cos(h_t, h_at) = h_t·h_at / (‖h_t‖ ‖h_at‖) for all rows of states (N, units): (N,); 0 where a state is 0."""
    exact = states.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1)
    product = lengths * lengths[at]
    return np.asarray(np.divide(exact @ exact[at], product, out=np.zeros(len(exact)), where=product != 0))


def around(length: int) -> int:
    """How many positions on either side of the chosen one are too near to be news: fewer in a short text."""
    return min(CONTEXT, length // 10)


def similar(text: str, states: np.ndarray, at: int, most: int = 8) -> list[SimilarPlace]:
    """The positions whose states (N, units) point most nearly the same way as at position `at`, the nearest first.

    Cosine, since a unit's scale is arbitrary where nothing bounds it. Left out are the position itself and those around
    it, whose states are much alike only because little has been read between them. Of equals the earlier one is first.
    """
    near = cosines(states, at)
    margin = around(len(text))
    near[max(0, at - margin) : at + margin + 1] = -np.inf
    order = np.argsort(-near, kind="stable")[:most]
    return [moment(text, int(t), float(near[t])) for t in order if np.isfinite(near[t])]


def moment(text: str, at: int, similarity: float = 1.0) -> SimilarPlace:
    """A position in its context."""
    before, after = text[max(0, at - CONTEXT) : at], text[at + 1 : at + 1 + CONTEXT]
    return SimilarPlace(at, similarity, before, text[at], after)
