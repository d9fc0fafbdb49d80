"""What clipping did to the gradients of a run, from the record of their norms."""

import numpy as np


def after_clipping(norms: np.ndarray) -> np.ndarray:
    """‖gradient‖ that was stepped along, (N,), from rows (update, norm before clipping, threshold or 0 for none)."""
    before, threshold = norms[:, 1], norms[:, 2]
    return np.where(threshold > 0, np.minimum(before, threshold), before)


def share_clipped(norms: np.ndarray) -> float:
    """The share of the recorded updates whose gradient was longer than the threshold, 0..1."""
    return float(np.mean((norms[:, 2] > 0) & (norms[:, 1] > norms[:, 2]))) if len(norms) else 0.0
