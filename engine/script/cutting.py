"""One definition of the engine, cut out of its file: comments and layout stay, what only the page needs goes."""

import ast
import importlib
import inspect
import re
import symtable
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

PAGE_ONLY = {"bipolar"}
"""Attributes that a definition sets for those who look at it, and that nothing computes with."""

SUBSTITUTE, DEFINED_BY = "scan", "Cell"
"""A cell's own `scan` is a faster way to what `Cell.scan` defines; a script has the definition."""

_FOR_LINTERS = re.compile(r"  # (type: ignore|noqa).*$", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A module as text: its definitions, and where its other names come from."""

    text: str

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def defined(self) -> dict[str, ast.stmt]:
        found: dict[str, ast.stmt] = {}
        for node in ast.parse(self.text).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found[node.name] = node
            elif name := assigned(node):
                found[name] = node
        return found

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        """Name → (module, name in it, or "" for the module itself)."""
        found: dict[str, tuple[str, str]] = {}
        for node in ast.parse(self.text).body:
            if isinstance(node, ast.Import):
                found |= {alias.name: (alias.name, "") for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {alias.name: (node.module, alias.name) for alias in node.names}
        return found

    def between(self, first: int, last: int) -> str:
        """Lines `first` to `last`, counted from 1."""
        return "\n".join(self.lines[first - 1 : last])

    def of(self, node: ast.stmt) -> str:
        """A statement in whole lines, with its decorators and the comment right above it."""
        first = _first_line(node)
        while first > 1 and self.lines[first - 2].lstrip().startswith("#"):
            first -= 1
        return self.between(first, node.end_lineno or first)


@cache
def source(module: str) -> Source:
    return Source(inspect.getsource(importlib.import_module(module)))


@dataclass(frozen=True)
class Piece:
    """A definition as a script has it."""

    text: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names from around it that it uses, in the order of their use."""
        top = symtable.symtable(self.text, "piece", "exec")
        found = [s.get_name() for s in top.get_symbols() if s.is_referenced()]
        found += [s.get_name() for table in _inside(top) for s in table.get_symbols() if s.is_global()]
        return tuple(dict.fromkeys(found))

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The attributes that it reads of anything but torch."""
        reads = (node for node in ast.walk(ast.parse(self.text)) if isinstance(node, ast.Attribute))
        return frozenset(
            node.attr
            for node in reads
            if isinstance(node.ctx, ast.Load)
            and not (isinstance(node.value, ast.Name) and node.value.id in ("torch", "nn"))
        )


@cache
def piece(module: str, name: str, members: frozenset[str], entry: str) -> Piece:
    """The definition of `name`, without the members that are not among `members`.

    `entry`: of a table, the one key to keep; "" for all of them.
    """
    file = source(module)
    node = file.defined[name]
    if isinstance(node, ast.ClassDef):
        text = _class(file, node, members)
    elif isinstance(node, ast.FunctionDef):
        text = file.of(node)
    else:
        text = _constant(file, node, entry)
    return Piece(_FOR_LINTERS.sub("", text))


def members_of(module: str, name: str) -> frozenset[str]:
    """What a class defines that may be left out."""
    node = source(module).defined[name]
    if not isinstance(node, ast.ClassDef) or _is_record(node):
        return frozenset()
    return frozenset(member for each in node.body if (member := _member(each)) and not _framework(member))


def assigned(node: ast.stmt) -> str:
    """The one name that a statement gives a value, or ""."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.expr = node.targets[0]
    elif isinstance(node, ast.AnnAssign) and node.value:
        target = node.target
    else:
        return ""
    return target.id if isinstance(target, ast.Name) else ""


def _class(file: Source, node: ast.ClassDef, members: Collection[str]) -> str:
    if _is_record(node):
        return file.of(node)
    head = file.between(_first_line(node), _first_line(node.body[0]) - 1).rstrip()
    kept = [file.of(node.body[0])] if ast.get_docstring(node) else []
    for each in node.body:
        name = _member(each)
        replaced = name == SUBSTITUTE and node.name != DEFINED_BY
        if name and not replaced and name not in PAGE_ONLY and (name in members or _framework(name)):
            kept.append(_without_page_only(file, each))
    return "\n".join([head, "\n\n".join(kept)])


def _member(node: ast.stmt) -> str:
    """The name of a method or a class-level value; "" for docstrings, and for types without a value."""
    return node.name if isinstance(node, ast.FunctionDef) else assigned(node)


def _framework(name: str) -> bool:
    """Whether Python or torch call it, so that no use of it need be in sight."""
    return name == "forward" or (name.startswith("__") and name.endswith("__"))


def _is_record(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "NamedTuple" for base in node.bases)


def _without_page_only(file: Source, member: ast.stmt) -> str:
    """A method without the statements that set what only a page reads."""
    text = file.of(member)
    for node in ast.walk(member):
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Attribute) and target.attr in PAGE_ONLY for target in node.targets
        ):
            text = text.replace("\n" + file.of(node), "")
    return text


def _constant(file: Source, node: ast.stmt, entry: str) -> str:
    """A constant; of a table with text for keys, the entry asked for."""
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if entry and isinstance(value, ast.Dict):
        for key, each in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == entry:
                return f'{assigned(node)} = {{"{entry}": {ast.get_source_segment(file.text, each)}}}'
    return file.of(node)


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    return min([node.lineno, *(each.lineno for each in decorators)])


def _inside(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inside(child)
