"""Networks side by side: how one is asked for, and what experiment that makes of the one in the sidebar."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, unquote

from engine import CELLS, Experiment, SettingError, Stack, Training
from engine.budget import check_together
from engine.experiment import network_limits
from engine.messages import Message, Setting, quoted
from engine.settings import Choice, Limit, Real, Spec, Whole, Wholes, specs, tightest
from playground import words

FEWEST, MOST = 2, 4

CHOSEN = "side.networks"
"""Where the visitor's choice is kept: a setting of the page `side`, see page_settings.py."""

MARK = "~"
"""What stands in a link between a network, the names of its changes and their values; a link may hold it as it is."""

MOST_CHANGES = 6
"""Changes of one network: more no longer fit beside its name, and no longer show what made the difference."""


@dataclass(frozen=True)
class Kind:
    """A network to choose: a cell, and the settings that it has whatever the experiment says; what that makes it."""

    cell: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    what: str = ""


IRNN = Kind("rnn", "IRNN", {"activation": "relu", "init": "identity"}, "A simple RNN with ReLU, begun at the identity.")


class Kinds(Mapping[str, Kind]):
    """Every cell that is registered, and IRNN, by what stands in links."""

    def __getitem__(self, key: str) -> Kind:
        if key == "irnn":
            return IRNN
        # Without what stands in brackets, unless that tells two apart: names have little room side by side.
        shorts = [cell.about.name.partition(" (")[0] for cell in CELLS.values()]
        name = CELLS[key].about.name
        short = name.partition(" (")[0]
        return Kind(key, short if shorts.count(short) == 1 else name)

    def __iter__(self) -> Iterator[str]:
        return iter((*CELLS, "irnn"))

    def __len__(self) -> int:
        return len(CELLS) + 1


KINDS = Kinds()


def changeable(kind: str) -> dict[str, Spec]:
    """The settings in which a network of this kind may differ from the sidebar: all but the task's and the cell."""
    fixed = {"cell", *KINDS[kind].settings}
    declared = specs(Stack) | dict(CELLS[KINDS[kind].cell].options) | specs(Training)
    return {name: spec for name, spec in declared.items() if name not in fixed}


@dataclass(frozen=True)
class Wanted:
    """A network that is asked for: its key in KINDS, and by name, as text, what differs from the sidebar."""

    kind: str
    changes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, name: str, text: str) -> "Wanted":
        """From a link: a kind, then names and values in turn, such as lstm~lr~0.001. Raises SettingError."""
        kind, *rest = text.split(MARK, 2 * MOST_CHANGES + 2)
        if kind not in KINDS:
            kinds, given = tuple(KINDS), quoted(kind)
            raise SettingError(name, Message("setting.choice", setting=Setting(name), options=kinds, given=given))
        if len(rest) % 2 or len(rest) > 2 * MOST_CHANGES:
            raise SettingError(
                name,
                Message(
                    "link.changes",
                    setting=Setting(name),
                    most=MOST_CHANGES,
                    example=f"lstm{MARK}lr{MARK}0.001",
                    given=quoted(text),
                ),
            )
        wanted = cls(kind)
        for setting, value in zip(rest[::2], map(unquote, rest[1::2]), strict=True):
            known = changeable(kind)
            if setting not in known:
                network, given = KINDS[kind].name, quoted(setting)
                raise SettingError(name, Message("link.no_change", setting=Setting(name), network=network, name=given))
            wanted = wanted.changed(setting, known[setting].write(known[setting].read(setting, value)))  # type: ignore[arg-type]  # its own
        return wanted

    def write(self) -> str:
        return MARK.join([self.kind, *(part for name, value in self.changes for part in (name, _quoted(value)))])

    def changed(self, name: str, value: str) -> "Wanted":
        """With this change more, or with another value for it."""
        return Wanted(self.kind, tuple((dict(self.changes) | {name: value}).items()))

    def without(self, name: str) -> "Wanted":
        return Wanted(self.kind, tuple(change for change in self.changes if change[0] != name))

    def turned(self, kind: str) -> "Wanted":
        """Another kind, with those of the changes that it knows."""
        return Wanted(kind, tuple(change for change in self.changes if change[0] in changeable(kind)))


def _quoted(value: str) -> str:
    """A value without the signs that separate networks and changes."""
    return quote(value, safe="").replace(MARK, "%7E")


def name_of(wanted: Wanted) -> str:
    """What it is called: its kind, and in what it differs from the sidebar."""
    return " · ".join([KINDS[wanted.kind].name, *(words.told(*change) for change in wanted.changes)])


@dataclass(frozen=True)
class Fixed:
    """A setting that a network cannot take over: what it has instead, as text, and why."""

    name: str
    value: str
    why: Message | str


@dataclass(frozen=True)
class Member:
    """One of the networks side by side: the place it was asked for at (from 0), its experiment, what had to differ."""

    place: int
    wanted: Wanted
    experiment: Experiment
    fixed: tuple[Fixed, ...] = ()

    @property
    def name(self) -> str:
        return name_of(self.wanted)


def fitted(base: Experiment, wanted: Wanted, place: int = 0) -> Member:
    """The experiment with the network that is wanted: all settings that it knows are as in `base`, but its changes.

    The settings of the cell itself are those of `base` if that has this cell, else the usual ones. Raises SettingError.
    """
    kind = KINDS[wanted.kind]
    known = changeable(wanted.kind)
    changes = {name: known[name].read(name, value) for name, value in wanted.changes} | dict(kind.settings)
    options = {name: spec.default for name, spec in CELLS[kind.cell].options.items()}
    if base.stack.cell == kind.cell:
        options |= base.stack.options
    options |= {name: value for name, value in changes.items() if name in options}
    values: dict[str, Any] = {name: getattr(base.network, name) for name in specs(Stack)}
    values |= {name: value for name, value in changes.items() if name in values and name not in options}
    values |= {"cell": kind.cell, "options": options}
    training = replace(base.training, **{name: value for name, value in changes.items() if name in specs(Training)})
    fixed: list[Fixed] = []
    # One limit may bring along another: a single layer has nothing between its layers.
    while found := _broken(base, values):
        name, limit = found
        if name in dict(wanted.changes):
            limit.check(name, values[name])
        values[name] = limit.spec.default
        fixed.append(Fixed(name, limit.spec.write(limit.spec.default), limit.why))  # type: ignore[arg-type]  # its own
    return Member(place, wanted, replace(base, network=Stack(**values), training=training), tuple(fixed))


def _broken(base: Experiment, values: Mapping[str, Any]) -> tuple[str, Limit] | None:
    """A setting that the network may not have as it is."""
    asked = network_limits(base.task, Stack, values, base.learner)
    for name, limit in tightest(asked, Stack.limits(values)).items():
        try:
            limit.check(name, values[name])
        except SettingError:
            return name, limit
    return None


def together(
    base: Experiment, wanted: Sequence[Wanted], megabytes: int
) -> tuple[tuple[Member, ...], dict[int, SettingError]]:
    """The networks that can be built and, in this order, find room; and for the others, by their place, why not."""
    members: list[Member] = []
    problems: dict[int, SettingError] = {}
    for place, each in enumerate(wanted):
        try:
            member = fitted(base, each, place)
            for other in members:
                if other.experiment == member.experiment:
                    raise SettingError("networks", Message("side.same_run", number=other.place + 1))
            check_together([*(each.experiment for each in members), member.experiment], megabytes)
        except SettingError as problem:
            problems[place] = problem
        else:
            members.append(member)
    return tuple(members), problems


def overruled(cell: str, wanted: Sequence[Wanted]) -> set[str]:
    """The sidebar's settings, with this cell there, that none of the networks takes over; the cell is always one."""
    own = CELLS[cell].options

    def ignores(each: Wanted, name: str) -> bool:
        kind = KINDS[each.kind]
        return name in kind.settings or name in dict(each.changes) or (name in own and kind.cell != cell)

    names = {*specs(Stack), *specs(Training), *own}
    return {"cell"} | {name for name in names if all(ignores(each, name) for each in wanted)}


def another(spec: Spec, value: Any) -> Any:
    """A first value for a setting that is to differ from `value`, within the spec: one that is likely to be of use."""
    match spec:
        case Choice():
            return next(option for option in spec.options if option != value) if len(spec.options) > 1 else value
        case Whole():
            twice = min(spec.high, 2 * value) if value else spec.low + max(1, (spec.high - spec.low) // 10)
            return (value + 1) if spec.high > 10**6 else twice if twice != value else max(spec.low, value // 2)
        case Real():
            less = value / 10 if value else spec.default or (spec.low + spec.high) / 2
            return less if spec.low <= less != value else min(spec.high, 2 * value)
        case Wholes():
            return spec.default if value != spec.default else (min(spec.high, spec.default[0] + 1),)
    return value
