"""What one example of a task is, and the batch in which such examples come."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from torch import Tensor


class Examples(Protocol):
    """A batch of examples of any structure, a NamedTuple.

    inputs: what a model reads, of the type that its structure says. targets: what is right. mask: bool, shaped like the
    answers, True where an answer counts for accuracy.
    """

    @property
    def inputs(self) -> Any: ...
    @property
    def targets(self) -> Tensor: ...
    @property
    def mask(self) -> Tensor: ...


class Batch(NamedTuple):
    """B sequences of T steps.

    inputs: (B, T, I) float. targets: (B, O) float for a quantity; (B,) long for one class; (B, T) long for a class a
    step, −100 where none is asked. mask: bool, shaped like the answers, True where the answer counts for accuracy.
    Where nobody can say what is right after an input was changed, the target is nan, or −100 under a mask that is True.
    """

    inputs: Tensor
    targets: Tensor
    mask: Tensor


@dataclass(frozen=True)
class Structure:
    """A kind of example. plural: what a sentence calls several of them. batch: the type in which they come."""

    key: str
    plural: str
    batch: type[Examples]


SEQUENCE = Structure("sequence", "sequences", Batch)
"""Steps in a row, as many in every example."""


def size_of(batch: object) -> int:
    """Bytes of the arrays in a batch, or in a part of one."""
    if isinstance(batch, Tensor):
        return batch.nbytes
    return sum(map(size_of, batch)) if isinstance(batch, tuple | list) else 0
