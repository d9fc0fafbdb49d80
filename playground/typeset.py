"""Equations as LaTeX, for KaTeX: a cell's own lines, broken where they are long, and marked where two cells differ."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from engine.cells.equations import Equation, Token, over_time, tokens

GREEK = {"σ": r"\sigma", "α": r"\alpha", "Π": r"\Pi", "λ": r"\lambda", "μ": r"\mu"}
FUNCTIONS = {"tanh": r"\tanh", "exp": r"\exp"}
SIGNS = {"⊙": r"\odot", "·": r"\cdot", "−": "-", "mod": r"\bmod", ",": r",\,", ";": r";\,"}
RAISED = {"₋": "", "ᵀ": r"\top", "⁻¹": "-1"}
OPERATORS = ("+", "−", "⊙", "=", "mod")

LONG = 19
"""Names in a line after which the next + begins a new one, so that it fits beside a picture and on a telephone."""

GREY, DIFFERENT = "#7d888d", "#d0650f"


class Piece(NamedTuple):
    """A token as LaTeX, and whether it is to be marked."""

    token: Token
    marked: bool = False


def display(equations: Iterable[Equation], changing: Collection[str]) -> str:
    """Equations below each other, aligned at =, each under its remark."""
    lines = []
    for equation in equations:
        if equation.remark:
            lines.append(_remark(equation.remark))
        lines += _lines(equation.lhs, [Piece(token) for token in tokens(equation.rhs)], changing)
    return r"\begin{aligned}" + r" \\[3pt] ".join(lines) + r"\end{aligned}"


def cell_display(equations: Sequence[Equation]) -> str:
    """All equations of one cell."""
    return display(equations, over_time(tuple(equations)))


def marked(equation: Equation, pieces: Sequence[Piece], changing: Collection[str]) -> str:
    """One equation in which the marked pieces of the right-hand side are coloured and underlined."""
    lines = _lines(equation.lhs, pieces, changing)
    return r"\begin{aligned}" + r" \\[3pt] ".join(lines) + r"\end{aligned}"


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


def _indexed(letters: str, time: str, which: str) -> str:
    return f"{letters}_{{{time}}}" + (f"^{{{which}}}" if which else "")


def _remark(text: str) -> str:
    words = text.replace("\\", "").replace("_", " ").replace("{", "").replace("}", "")
    return rf"&\textcolor{{{GREY}}}{{\footnotesize\textsf{{{words}}}}}"


def _lines(lhs: str, pieces: Sequence[Piece], changing: Collection[str]) -> list[str]:
    """One equation as one aligned row, or as two if it is long."""
    defined = r",\, ".join(name(part, changing) for part in lhs.split(", "))
    break_at = _break(pieces)
    if break_at is None:
        return [f"{defined} &= {_row(pieces, changing)}"]
    first, second = pieces[:break_at], pieces[break_at:]
    return [f"{defined} &= {_row(first, changing)}", rf"&\qquad {_row(second, changing)}"]


def _break(pieces: Sequence[Piece]) -> int | None:
    """Where a long line is broken: before the + nearest to its middle that stands least deep in brackets."""
    if sum(piece.token.kind != "sign" for piece in pieces) + len(pieces) < 2 * LONG:
        return None
    depth, found = 0, []
    for number, piece in enumerate(pieces):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(piece.token.text, 0)
        if piece.token.text == "+":
            found.append((depth, abs(number - 0.6 * len(pieces)), number))
    return min(found)[2] if found else None


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
            own = FUNCTIONS.get(token.text) or (
                name(token.text) if len(token.text) == 1 else rf"\operatorname{{{token.text}}}"
            )
            return gap + own
        case "number":
            return gap + token.text
    return gap + name(token.text, changing)
