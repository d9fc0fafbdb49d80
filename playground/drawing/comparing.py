"""Two cells beside each other: which equations belong together, and what in them differs."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from engine.cells.equations import Equation, tokens
from playground.drawing.typeset import Piece


class Pair(NamedTuple):
    """The equations of two cells for the same names; None where one has none. `same`: nothing in them differs."""

    lhs: str
    first: Equation | None
    second: Equation | None

    @property
    def same(self) -> bool:
        return bool(self.first and self.second and self.first.rhs == self.second.rhs)


def aligned(first: Sequence[Equation], second: Sequence[Equation]) -> list[Pair]:
    """All equations by what they define: in the first one's order, each of the second's own after its predecessor."""
    mine = {equation.lhs: equation for equation in first}
    theirs = {equation.lhs: equation for equation in second}
    order = list(mine)
    before: str | None = None
    for lhs in theirs:
        if lhs not in mine:
            order.insert(order.index(before) + 1 if before else 0, lhs)
        before = lhs
    return [Pair(lhs, mine.get(lhs), theirs.get(lhs)) for lhs in order]


def differing(equation: Equation, other: Equation | None) -> list[Piece]:
    """The right-hand side of an equation, what the other has not being marked; all of it if there is no other."""
    own = tokens(equation.rhs)
    if other is None:
        return [Piece(token, True) for token in own]
    kept: set[int] = set()
    matcher = SequenceMatcher(None, [t.text for t in own], [t.text for t in tokens(other.rhs)], autojunk=False)
    for block in matcher.get_matching_blocks():
        kept |= set(range(block.a, block.a + block.size))
    return [Piece(token, number not in kept) for number, token in enumerate(own)]
