"""What is scored without memory: by letter frequencies, and by the frequencies of pairs of letters."""

import numpy as np

PRIORS = (0.01, 0.1, 1.0)
"""Candidates for what is added to every letter's count, as a text holds letters that its training part does not."""

WEIGHTS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)
"""Candidates for how many sightings of a letter the letter frequencies count for beside what followed it."""


def frequencies(codes: np.ndarray, symbols: int) -> np.ndarray:
    """(V,): the probability of each letter, (nₐ + α) / (N + α·V).

    codes: (N,) from 0 to V − 1. α is the candidate under which each letter is likeliest from all the others
    (leave-one-out).
    """
    counts = np.bincount(codes, minlength=symbols).astype(float)
    seen, total = counts[counts > 0], counts.sum()

    def likelihood(prior: float) -> float:
        return float((seen * np.log((seen - 1 + prior) / (total - 1 + prior * symbols))).sum())

    prior = max(PRIORS, key=likelihood)
    return np.asarray((counts + prior) / (total + prior * symbols))


def following(codes: np.ndarray, symbols: int) -> np.ndarray:
    """(V, V): in row a the probability of each letter after a, (nₐᵦ + κ·pᵦ) / (nₐ + κ), with p from frequencies().

    κ is chosen as α is there: where pairs are too few to tell, what is left are the letter frequencies.
    """
    alone = frequencies(codes, symbols)
    pairs = np.zeros((symbols, symbols))
    np.add.at(pairs, (codes[:-1], codes[1:]), 1)
    first = pairs.sum(axis=1, keepdims=True)
    seen = pairs > 0

    def likelihood(weight: float) -> float:
        left = np.log(pairs - 1 + weight * alone, where=seen, out=np.zeros_like(pairs))
        left -= np.log(first - 1 + weight, where=seen, out=np.zeros_like(pairs))
        return float((pairs * left).sum())

    weight = max(WEIGHTS, key=likelihood)
    return np.asarray((pairs + weight * alone) / (first + weight))


def cross_entropy(probability: np.ndarray) -> float:
    """In nats: the mean of −ln of what the right answers were given."""
    return float(-np.log(probability).mean())


def linear_fit(inputs: np.ndarray, targets: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of the line with the least squared error. Both (N,)."""
    slope, intercept = np.linalg.lstsq(np.stack([inputs, np.ones_like(inputs)], axis=1), targets, rcond=None)[0]
    return float(slope), float(intercept)
