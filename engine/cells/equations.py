"""A cell's equations as they stand in its docstring, read into parts: what the catalogue typesets and draws."""

import re
from functools import cache
from inspect import cleandoc
from typing import NamedTuple

_EQUATION = re.compile(r"(?P<lhs>\w+(?:, \w+)*) = (?P<rhs>\S+(?: \S+)*)(?: {2,}(?P<remark>\S.*))?")
_TOKEN = re.compile(r"(?:mod\b)|\d+|[^\W\d_₋]\w*(?:_\w+)?(?:₋|ᵀ|⁻¹)?|[^\s\w]")


class Equation(NamedTuple):
    """One line of a cell's definition, as it is written there."""

    lhs: str
    rhs: str
    remark: str

    @property
    def names(self) -> tuple[str, ...]:
        """What it defines; more than one where a vector is taken apart."""
        return tuple(self.lhs.split(", "))


class Described(NamedTuple):
    """A cell's docstring in its parts: one sentence, the equations, shapes and ranges, source and differences."""

    sentence: str
    equations: tuple[Equation, ...]
    shapes: str
    source: str


class Token(NamedTuple):
    """A sign or a name. kind: function, old (a state before the step), name, number, or sign.

    spaced: whether something that is not an operator stands before it with a space between, which means a product.
    """

    text: str
    kind: str
    spaced: bool


def described(cell: type[object]) -> Described:
    """The docstring of a cell in its parts."""
    return _described(cell.__doc__ or "")


@cache
def _described(docstring: str) -> Described:
    sentence, *paragraphs = re.split(r"\n\s*\n", cleandoc(docstring))
    found: list[Equation] = []
    prose: list[str] = []
    for paragraph in paragraphs:
        matches = [_EQUATION.fullmatch(line.strip()) for line in paragraph.splitlines()]
        if all(matches):
            found += [Equation(m["lhs"], m["rhs"], m["remark"] or "") for m in matches if m]
        else:
            prose += paragraph.splitlines()
    text = " ".join(prose)
    shapes, found_source, source = text.partition("Source: ")
    return Described(" ".join(sentence.split()), tuple(found), shapes.strip(), (found_source and source).strip())


def equations(cell: type[object]) -> tuple[Equation, ...]:
    """What defines a cell, in the order in which it is worked out."""
    return described(cell).equations


def tokens(text: str) -> tuple[Token, ...]:
    """A side of an equation in its signs and names."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        sign = match[0]
        after = text[match.end() : match.end() + 1]
        if sign.isdigit():
            kind = "number"
        elif sign == "mod" or not sign[0].isalpha():
            kind = "sign"
        elif sign.endswith("₋"):
            kind = "old"
        else:
            # `f(…)` calls f, `U (…)` multiplies by U.
            kind = "function" if after == "(" else "name"
        before = found[-1] if found else None
        ends = before is not None and (before.kind in ("number", "old", "name") or before.text in ")]")
        begins = kind != "sign" or sign in "(["
        found.append(Token(sign, kind, ends and begins and text[match.start() - 1] == " "))
    return tuple(found)


@cache
def over_time(defined: tuple[Equation, ...]) -> frozenset[str]:
    """The names among the left-hand sides that change from step to step; the others follow from the weights alone."""
    changing: set[str] = set()
    for equation in defined:
        read = tokens(equation.rhs)
        if any(token.kind == "old" or (token.kind == "name" and token.text in {"x", "t", *changing}) for token in read):
            changing |= set(equation.names)
    return frozenset(changing)
