"""All that some definitions of the engine need, in an order in which a script can have it."""

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.script.cutting import members_of, piece, source

Root = tuple[str, str]
"""A definition: its module and its name."""


def root(definition: Callable[..., Any]) -> Root:
    return definition.__module__, definition.__name__


class Gathered(NamedTuple):
    """sections: for every group of roots the texts of its definitions, each after those it uses, none twice.

    imports: (module, name), name "" for the module itself.
    """

    sections: tuple[tuple[str, ...], ...]
    imports: frozenset[tuple[str, str]]


def gather(groups: Sequence[Sequence[Root]], attributes: Iterable[str], tables: Mapping[str, str]) -> Gathered:
    """The definitions of all `groups` with all they use, of classes only the members that are used.

    attributes: what the script itself uses of them. tables: of a table by this name, the one entry that is needed.
    """
    members = frozenset(attributes)
    while True:
        gathering = _Gathering(members, tables)
        sections = tuple(tuple(gathering.texts(roots)) for roots in groups)
        # What was cut may use more of the classes, and that again more; their members are finite.
        more = members | gathering.used & gathering.offered
        if more == members:
            return Gathered(sections, frozenset(gathering.imports))
        members = more


class _Gathering:
    """One pass with the members known so far."""

    def __init__(self, members: frozenset[str], tables: Mapping[str, str]) -> None:
        self.members, self.tables = members, tables
        self.seen: set[Root] = set()
        self.imports: set[tuple[str, str]] = set()
        self.used: set[str] = set()
        self.offered: set[str] = set()

    def texts(self, roots: Iterable[Root]) -> list[str]:
        found: list[str] = []
        for module, name in roots:
            self._visit(module, name, found)
        return found

    def _visit(self, module: str, name: str, found: list[str]) -> None:
        file = source(module)
        if name not in file.defined:
            self._elsewhere(module, name, found)
        elif (module, name) not in self.seen:
            self.seen.add((module, name))
            offered = members_of(module, name)
            cut = piece(module, name, self.members & offered, self.tables.get(name, ""))
            self.offered |= offered
            self.used |= cut.attributes
            for other in cut.names:
                if other != name:
                    self._visit(module, other, found)
            found.append(cut.text)

    def _elsewhere(self, module: str, name: str, found: list[str]) -> None:
        """A name that `module` takes from somewhere else."""
        if name not in source(module).imported:
            if not hasattr(builtins, name):
                raise LookupError(f"{module} does not say what {name} is.")
            return
        origin, original = source(module).imported[name]
        if origin.partition(".")[0] == "engine":
            self._visit(origin, original, found)
        else:
            self.imports.add((origin, original))


def imported(names: Iterable[tuple[str, str]]) -> str:
    """The import statements for (module, name), the standard library's first, then torch's."""
    whole = sorted({module for module, name in names if not name})
    parts: dict[str, set[str]] = {}
    for module, name in names:
        if name:
            parts.setdefault(module, set()).add(name)
    lines = {module: [f"import {module}"] for module in whole}
    for module in sorted(parts):
        lines.setdefault(module, []).append(f"from {module} import {', '.join(sorted(parts[module]))}")

    def block(torchs: bool) -> str:
        chosen = [line for module, found in lines.items() if module.startswith("torch") == torchs for line in found]
        return "\n".join(sorted(chosen, key=lambda line: (line.startswith("from"), line)))

    return "\n\n".join(filter(None, (block(torchs=False), block(torchs=True))))
