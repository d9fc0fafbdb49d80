"""Networks side by side: which there are to choose from, and each of them fitted to one and the same experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine import CELLS, Experiment, FieldError
from engine.budget import check_together
from engine.config import Architecture, network_limits
from engine.fields import Limit, specs

FEWEST, MOST = 2, 4


@dataclass(frozen=True)
class Kind:
    """A network to choose: a cell, and the settings that it has whatever the experiment says; what that makes it."""

    cell: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    what: str = ""


IRNN = Kind("rnn", "IRNN", {"activation": "relu", "init": "identity"}, "A simple RNN with ReLU, begun at the identity.")

# Without what stands in brackets, unless that tells two apart: names have little room side by side.
_NAMES = [cell.about.name.partition(" (")[0] for cell in CELLS.values()]
KINDS = {
    key: Kind(key, short if _NAMES.count(short) == 1 else cell.about.name)
    for (key, cell), short in zip(CELLS.items(), _NAMES, strict=True)
} | {"irnn": IRNN}


@dataclass(frozen=True)
class Fixed:
    """A setting that a network cannot take over: what it has instead, as text, and why."""

    name: str
    value: str
    why: str


@dataclass(frozen=True)
class Member:
    """One of the networks side by side: its key in KINDS, its experiment, and what had to differ in that."""

    key: str
    experiment: Experiment
    fixed: tuple[Fixed, ...] = ()

    @property
    def name(self) -> str:
        return KINDS[self.key].name


def fitted(base: Experiment, key: str) -> Member:
    """The experiment with another network: all settings that it knows are as in `base`. Raises FieldError.

    The settings of the cell itself are those of `base` if that has this cell, else the usual ones.
    """
    kind = KINDS[key]
    options = {name: spec.default for name, spec in CELLS[kind.cell].options.items()}
    if base.network.cell == kind.cell:
        options |= base.network.options
    values = {name: getattr(base.network, name) for name in specs(Architecture)}
    values |= {name: value for name, value in kind.settings.items() if name not in options}
    values |= {"cell": kind.cell, "options": options | {n: v for n, v in kind.settings.items() if n in options}}
    fixed: list[Fixed] = []
    # One limit may bring along another: a single layer has nothing between its layers.
    while found := _broken(base, values):
        name, limit = found
        values[name] = limit.spec.default
        fixed.append(Fixed(name, limit.spec.write(limit.spec.default), limit.why))  # type: ignore[arg-type]  # its own
    return Member(key, Experiment(base.task, Architecture(**values), base.training), tuple(fixed))


def _broken(base: Experiment, values: Mapping[str, Any]) -> tuple[str, Limit] | None:
    """A setting that the network may not have as it is."""
    for name, limit in (Architecture.limits(values) | network_limits(base.task)).items():
        try:
            limit.check(name, values[name])
        except FieldError:
            return name, limit
    return None


def together(base: Experiment, keys: Sequence[str], megabytes: int) -> tuple[tuple[Member, ...], dict[str, FieldError]]:
    """The networks that can be built and, in this order, find room; and for the others, by their key, why not."""
    members: list[Member] = []
    problems: dict[str, FieldError] = {}
    for key in keys:
        try:
            member = fitted(base, key)
            check_together([*(each.experiment for each in members), member.experiment], megabytes)
        except FieldError as problem:
            problems[key] = problem
        else:
            members.append(member)
    return tuple(members), problems
