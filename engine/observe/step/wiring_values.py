"""The wiring of a cell with the values of one unit: what every node holds, and what every wire brings."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple, TypeVar

from engine.cells import AnyCell
from engine.cells.expression import Term
from engine.cells.wiring import Builder
from engine.observe.step.values import StepValues

K = TypeVar("K")


class Terms(NamedTuple):
    """What the nodes and the wires of a cell stand for, as parts of its equations."""

    nodes: Mapping[str, Term]
    wires: Mapping[tuple[str, str], Term]


class WiringValues(NamedTuple):
    """The numbers at the nodes, and on the weighted wires by (source, target); none where there is more than one."""

    nodes: Mapping[str, complex]
    wires: Mapping[tuple[str, str], complex]


@cache
def terms(cell: type[AnyCell]) -> Terms:
    """In the order of its wiring."""
    builder = _Noting(cell)
    builder.build()
    named = {key: Term("name", key) for key in builder.nodes if key not in builder.stacked}
    return Terms({**named, **builder.made}, builder.fed)


def wiring_values(stage: StepValues, entries: Mapping[str, int]) -> WiringValues:
    """The numbers of the units in `entries`, which names one for every quantity that the step defines."""
    found = terms(stage.kind)  # type: ignore[arg-type]  # a class can be hashed

    def number(term: Term, key: str) -> complex | None:
        quantity = key.rstrip("₋→").partition(".")[0]
        values = stage.of(term)
        if values.ndim == 0:
            alone: complex = values.item()
            return alone
        if quantity not in stage.values or len(values) != len(stage.values[quantity]) or quantity not in entries:
            return None
        value: complex = values[entries[quantity]].item()
        return value

    nodes = {key: number(term, key) for key, term in found.nodes.items()}
    wires = {ends: number(term, ends[1]) for ends, term in found.wires.items()}
    return WiringValues(_known(nodes), _known(wires))


def _known(numbers: Mapping[K, complex | None]) -> dict[K, complex]:
    return {key: number for key, number in numbers.items() if number is not None}


class _Noting(Builder):
    """Takes down what it draws."""

    def __init__(self, cell: type[AnyCell]) -> None:
        super().__init__(cell)
        self.made: dict[str, Term] = {}
        self.stacked: set[str] = set()
        self.fed: dict[tuple[str, str], Term] = {}

    def make(self, key: str, kind: str, term: Term) -> None:
        if term.kind == "stack":
            self.stacked.add(key)
        elif "." in key:
            self.made[key] = term
        super().make(key, kind, term)

    def feed(self, term: Term, target: str, weight: str = "") -> None:
        before = len(self.edges)
        super().feed(term, target, weight)
        # The wire itself comes last, after those of what stands before it; the outermost call has the last word.
        if len(self.edges) > before:
            self.fed[self.edges[-1][:2]] = term
