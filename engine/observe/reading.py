"""A long passage read by a text network: what every unit was at every character."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.architectures.stack import Network
from engine.cells import DeepTransition
from engine.observe.notes import passages
from engine.tasks import Characters
from engine.tasks.sequence.characters import NextCharacter

MAX_CHARACTERS = 5_000
MAX_BYTES = 4_000_000
MAX_CELL_STEPS = 12_000
"""What one reading may take: characters, memory of its values, and steps of all cells together (about a second)."""

LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True)
class Band:
    """One state or gate of one layer: which columns of the values are its units.

    gate: 0 to 1 for a plain gate, −1 to 1 for a signed one; a state has no such ends.
    """

    layer: int
    quantity: str
    start: int
    units: int
    gate: bool
    bipolar: bool

    def column(self, unit: int) -> int:
        """The column of a unit, counted from 1."""
        return self.start + unit - 1


@dataclass(frozen=True)
class Passage:
    """A text and what a network made of it: after reading text[t], every unit stands in values[t], (N, columns).

    The first `held` characters belong to the training text, the others were never trained on. Values are float16: four
    digits are enough to look at, and a text of 5,000 characters fits into 4 MB.
    """

    text: str
    held: int
    values: np.ndarray
    bands: tuple[Band, ...]

    def band(self, layer: int, quantity: str) -> Band:
        return next(band for band in self.bands if (band.layer, band.quantity) == (layer, quantity))

    def units(self, band: Band) -> np.ndarray:
        """(N, units) in single precision."""
        return self.values[:, band.start : band.start + band.units].astype(np.float32)

    def unit(self, band: Band, unit: int) -> np.ndarray:
        """One unit, counted from 1, at every character: (N,)."""
        return self.values[:, band.column(unit)].astype(np.float32)


@torch.no_grad()
def read(network: Network, task: Characters) -> Passage:
    """Take a forward network through the end of the training text and the held-out text that follows it, in one pass.

    The network reads on from the one into the other. A task of one word has no held-out text: the word is read. Nothing
    of the network changes. Raises ValueError if the network does not read forward, step by step.
    """
    bands, columns = _bands(network)
    taken = max(1 + len(each.cell.further) if isinstance(each.cell, DeepTransition) else 1 for each in network.cells())
    cells = len(network.layers)
    steps = min(MAX_CHARACTERS, MAX_BYTES // (2 * columns), MAX_CELL_STEPS // (cells * taken))
    trained, held_out = task.parts if isinstance(task, NextCharacter) else _word(task)
    unseen = held_out[: max(steps // 2, steps - len(trained))]
    seen = trained[max(0, len(trained) - (steps - len(unseen))) :]
    codes = torch.cat([seen, unseen])
    read = passages(network, torch.nn.functional.one_hot(codes[None], task.input_size).float())
    parts = [part[0].clamp(-LARGEST, LARGEST).half().numpy() for each in read for part in each.shown().values()]
    text = "".join(task.alphabet[code] for code in codes.tolist())
    return Passage(text, len(seen), np.concatenate(parts, axis=1), bands)


def _word(task: Characters) -> tuple[Tensor, Tensor]:
    codes = torch.tensor(task.encode(task.source))
    return codes, codes[:0]


def _bands(network: Network) -> tuple[tuple[Band, ...], int]:
    """Where the states and gates of all layers stand, and how many columns they have together.

    Raises ValueError if the network does not read forward, step by step.
    """
    if not network.by_steps:
        raise ValueError("Only a network that reads forward and joins no steps can read a text on and on.")
    found: list[Band] = []
    start = 0
    for cell, layer, *_ in network.cells():
        after, gates = cell.step(torch.zeros(1, cell.input_size), cell.initial_state(1))
        for shown, gate in ((cell.shown(after), False), (gates._asdict(), True)):
            for name, part in shown.items():
                found.append(Band(layer, name, start, part.shape[1], gate, not gate or name in cell.bipolar))
                start += part.shape[1]
    return tuple(found), start
