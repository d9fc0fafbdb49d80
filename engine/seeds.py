"""Randomness as a function of (seed, stream, index): nothing is carried along, so nothing needs saving.

Update k of a run draws its batch from `generator(seed, TRAIN, k)`. Looking draws from other streams, so looking
never changes what is learned, and a resumed run sees exactly the batches it would have seen.
"""

import torch

INIT, TRAIN, HELD_OUT, PROBE, SAMPLE = range(5)

_MASK = (1 << 64) - 1


def mix(value: int) -> int:
    """splitmix64's output function: a 64-bit bijection whose outputs look independent. Steele et al., 2014."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def generator(seed: int, stream: int, index: int) -> torch.Generator:
    """A fresh generator for draw `index` of `stream` in the run with this `seed` (all ≥ 0)."""
    return torch.Generator().manual_seed(mix(mix(mix(seed) ^ stream) ^ index))
