"""Equations as LaTeX, for KaTeX: a cell's own lines, broken where they are long, and marked where two cells differ."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from engine.cells.equations import Equation, Token, over_time, tokens
from playground import words

GREEK = {"σ": r"\sigma", "α": r"\alpha", "Π": r"\Pi", "λ": r"\lambda", "μ": r"\mu"}
FUNCTIONS = {"tanh": r"\tanh", "exp": r"\exp", "sigmoid": r"\sigma", "relu": r"\operatorname{ReLU}", "identity": ""}
"""Those that have a command, and those that the f of a cell can be."""
SIGNS = {"⊙": r"\odot", "·": r"\cdot", "−": "-", "mod": r"\bmod", ",": r",\,", ";": r";\,"}
RAISED = {"₋": "", "ᵀ": r"\top", "⁻¹": "-1"}
OPERATORS = ("+", "−", "⊙", "=", "mod")

LONG = 350
"""Pixels, about, after which an equation goes on in a second line, so that it fits on a telephone."""

LETTER, LOW, OPERATOR, OTHER, INDENT, TINY = 12, 7.5, 26, 9, 38, 90
"""Pixels, about: a letter, one that stands low, an operator with its room, any other sign; the indent of a second
line, and what is too little for one."""

NEAR, FAR = r" \\[-1pt] ", r" \\[6pt] "
"""Line breaks within an equation and between two."""

GREY, DIFFERENT = "#7d888d", "#d0650f"


_IN_PROSE = re.compile(r"\b(?P<code>[a-z]{2,}_\w+)\b|\b[^\W\d_](?:_\w+|₋)")


class Piece(NamedTuple):
    """A token as LaTeX, and whether it is to be marked."""

    token: Token
    marked: bool = False


def display(equations: Iterable[Equation], changing: Collection[str]) -> str:
    """Equations below each other, aligned at =, each under its remark."""
    given = list(equations)
    left = max(width(tokens(equation.lhs), changing) for equation in given)
    blocks = []
    for equation in given:
        lines = _lines(equation.lhs, [Piece(token) for token in tokens(equation.rhs)], changing, left)
        blocks.append(NEAR.join([_remark(equation.remark), *lines] if equation.remark else lines))
    return rf"\begin{{aligned}}{FAR.join(blocks)}\end{{aligned}}"


def cell_display(equations: Sequence[Equation]) -> str:
    """All equations of one cell."""
    return display(equations, over_time(tuple(equations)))


def marked(mark: str, equation: Equation, pieces: Sequence[Piece], changing: Collection[str]) -> str:
    """One equation in which the marked pieces of the right-hand side are coloured and underlined; `mark` before it."""
    left = width(tokens(equation.lhs), changing) + 3 * LETTER
    first, *further = _lines(equation.lhs, pieces, changing, left)
    lines = [rf"\textcolor{{{GREY}}}{{\textsf{{{mark}}}}}\quad {first}", *further]
    return rf"\begin{{aligned}}{NEAR.join(lines)}\end{{aligned}}"


def name(text: str, changing: Collection[str] = ()) -> str:
    """A name: h₋ is of the step before, what changes from step to step is of step t, the rest are weights."""
    stem = text.rstrip("₋ᵀ⁻¹")
    raised = RAISED[text[len(stem) :]] if stem != text else ""
    base, _, low = stem.partition("_")
    letters = GREEK.get(base, base if len(base) == 1 else rf"\mathrm{{{base}}}")
    upright = rf"\mathrm{{{low}}}" if len(low) > 1 else low
    if text.endswith("₋"):
        return _indexed(letters, "t-1", upright)
    if stem in changing or stem in ("x",):
        return _indexed(letters, "t", upright)
    return letters + (f"_{{{upright}}}" if low else "") + (f"^{{{raised}}}" if raised else "")


def function(sign: str) -> str:
    """The name of a function as it stands before its bracket."""
    return FUNCTIONS.get(sign, name(sign) if len(sign) == 1 else rf"\operatorname{{{sign}}}")


def expression(text: str, changing: Collection[str] = ()) -> str:
    """A part of an equation."""
    return _row([Piece(token) for token in tokens(text)], changing)


def lines(equation: Equation, changing: Collection[str]) -> list[str]:
    """One equation as aligned rows: one, or two if it is long."""
    left = width(tokens(equation.lhs), changing)
    return _lines(equation.lhs, [Piece(token) for token in tokens(equation.rhs)], changing, left)


def _indexed(letters: str, time: str, which: str) -> str:
    return f"{letters}_{{{time}}}" + (f"^{{{which}}}" if which else "")


def _remark(text: str) -> str:
    words = text.replace("\\", "").replace("_", " ").replace("{", "").replace("}", "")
    return rf"&\textcolor{{{GREY}}}{{\footnotesize\textsf{{{words}}}}}"


def width(read: Iterable[Token], changing: Collection[str]) -> float:
    """Pixels that some tokens take, about."""
    total = 0.0
    for token in read:
        if token.kind == "sign":
            total += OPERATOR if token.text in OPERATORS else OTHER
        else:
            base, _, low = token.text.rstrip("₋").partition("_")
            time = 3 if token.kind == "old" else base in changing or base == "x"
            total += LETTER * len(base) + LOW * max(len(low), time)
    return total


def _lines(lhs: str, pieces: Sequence[Piece], changing: Collection[str], left: float) -> list[str]:
    """One equation as one aligned row, or as two if it is long; `left`: what its left-hand side takes."""
    defined = r",\, ".join(name(part, changing) for part in lhs.split(", "))
    room = LONG - left - OPERATOR
    at = _break(pieces, room, changing) if width((p.token for p in pieces), changing) > room else None
    if at is None:
        return [f"{defined} &= {_row(pieces, changing)}"]
    return [f"{defined} &= {_row(pieces[:at], changing)}", rf"&\qquad {_row(pieces[at:], changing)}"]


def _break(pieces: Sequence[Piece], room: float, changing: Collection[str]) -> int | None:
    """Where a long line is broken: before a + at which both parts are short enough, the second one not tiny, as little
    deep in brackets and as far right as can be. None if there is no +.
    """
    depth, found = 0, []
    for number, piece in enumerate(pieces):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(piece.token.text, 0)
        if piece.token.text == "+" and width((p.token for p in pieces[:number]), changing) <= room:
            rest = width((p.token for p in pieces[number:]), changing) + INDENT
            found.append((rest > room, rest < INDENT + TINY, depth, -number, number))
    return min(found)[-1] if found else None


def _row(pieces: Sequence[Piece], changing: Collection[str]) -> str:
    """Marked pieces that follow each other are marked as one."""
    found: list[str] = []
    run: list[str] = []
    for piece in pieces:
        text = _latex(piece.token, changing)
        if piece.marked:
            run.append(text)
            continue
        if run:
            found.append(_mark(run))
            run = []
        found.append(text)
    return " ".join([*found, _mark(run)] if run else found)


def _mark(run: Sequence[str]) -> str:
    # An operator at either end keeps its distance: with nothing beside it, it would be taken for a sign.
    return rf"\underline{{\textcolor{{{DIFFERENT}}}{{{{}} {' '.join(run)} {{}}}}}}"


def _latex(token: Token, changing: Collection[str]) -> str:
    gap = r"\," if token.spaced else ""
    match token.kind:
        case "sign":
            return gap + SIGNS.get(token.text, token.text)
        case "function":
            return gap + function(token.text)
        case "number":
            return gap + token.text
    return gap + name(token.text, changing)


def prose(text: str, changing: Collection[str] = ()) -> str:
    """A docstring's sentences as Markdown: names with something low beside them typeset, settings by their labels."""
    found: list[str] = []
    for number, part in enumerate(text.split("`")):
        if number % 2:
            found.append(f"“{words.label(part)}”" if words.label(part) != part else f"`{part}`")
            continue
        at = 0
        for match in _IN_PROSE.finditer(part):
            found.append(words.plain(part[at : match.start()]))
            found.append(f"`{match[0]}`" if match["code"] else f"${name(match[0], changing)}$")
            at = match.end()
        found.append(words.plain(part[at:]))
    return "".join(found)
