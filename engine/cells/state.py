"""What a cell carries from step to step: named tensors, and what is done with all of them alike."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar, cast

import torch
from torch import Tensor


class Named(Protocol):
    """A NamedTuple of tensors, one sequence a row: the gates of a step."""

    def _asdict(self) -> dict[str, Tensor]: ...


class State(Named, Protocol):
    """A NamedTuple of tensors whose first field is `h` (B, ·)."""

    @property
    def h(self) -> Tensor: ...


N = TypeVar("N", bound=Named)


class OnlyH(NamedTuple):
    """The state of a cell that remembers nothing but h (B, H)."""

    h: Tensor


class NoGates(NamedTuple):
    """The gates of a cell that has none."""


def with_parts(named: N, parts: Mapping[str, Tensor]) -> N:
    """A state, or gates, of the same kind with these parts."""
    return cast(Callable[..., N], type(named))(**parts)


def each_part(named: N, change: Callable[[Tensor], Tensor]) -> N:
    """The same with every part changed alike."""
    return with_parts(named, {name: change(part) for name, part in named._asdict().items()})


def detached(state: N) -> N:
    """The same numbers, through which no gradient flows."""
    return each_part(state, lambda part: part.detach())


def held(state: N, after: N, going: Tensor) -> N:
    """`after` for the sequences that are `going` (B,), and `state` as it was for those that have ended."""
    old, new = state._asdict(), after._asdict()
    return with_parts(after, {name: torch.where(going.unsqueeze(1), new[name], old[name]) for name in new})


def below_each_other(rows: Sequence[N]) -> N:
    """Several states, or gates, as one: each part (T·B, ·)."""
    parts = [row._asdict() for row in rows]
    return with_parts(rows[0], {name: torch.cat([part[name] for part in parts]) for name in parts[0]})
