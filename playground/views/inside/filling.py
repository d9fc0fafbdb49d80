"""Equations with numbers as LaTeX: below every number stands the symbol whose place it takes."""

import re
from collections.abc import Collection, Sequence

from engine.cells.equations import Equation
from engine.observe.step.substituted import Line, Part, SubstitutedEquation, calculated, written
from playground.drawing.typeset import GREY, expression, function, lines, name
from playground.views.inside import words as say

ROW = 27
"""Characters in a row, so that it fits on a telephone; more go on in the next."""

EXACT = 15
READABLE = re.compile(r"[^\W_]")
"""Letters of a text that can stand in a formula as they are."""


def shown(filled: SubstitutedEquation, equation: Equation, changing: Collection[str]) -> str:
    """An equation as it is written, with its numbers, and its result; of what is held by hand, its value alone."""
    if any(line.held for line in filled.lines):
        return _aligned(
            [rf"{name(line.label, changing)} &= \mathbf{{{written(line.result)}}}" for line in filled.lines]
        )
    rows = lines(equation, changing)
    for line in filled.lines:
        left = "" if len(filled.lines) == 1 else _indexed(line, changing)
        rows += [f"{left}&{row}" if k == 0 else f"&{row}" for k, row in enumerate(_chain(line, changing))]
    return _aligned(rows)


def sums(filled: SubstitutedEquation, changing: Collection[str], letters: Sequence[str]) -> str:
    """The matrix products of an equation, each worked out. letters: what the entries of x are called, if anything."""
    rows = []
    for line in filled.sums:
        first, *further = _chain(line, changing, letters)
        rows += [f"{expression(line.label, changing)} &{first}", *(f"&{row}" for row in further)]
    return rf"\small {_aligned(rows)}"


def _aligned(rows: Sequence[str]) -> str:
    return r"\begin{aligned}" + r" \\[4pt] ".join(rows) + r"\end{aligned}"


def _indexed(line: Line, changing: Collection[str]) -> str:
    own = name(line.label, changing)
    return own if line.entry is None else rf"({own})_{{{line.entry + 1}}}"


def _chain(line: Line, changing: Collection[str], letters: Sequence[str] = ()) -> list[str]:
    """= numbers, = the function of their sum if it is one, = result; every link comes to the result as it is shown."""
    if line.part.kind == "constant":
        return [f"= {_latex(line.part, 0, changing, letters)}"]
    rows = _rows(line.part, line.decimals, changing, letters)
    inner = line.part.parts[:1]
    if line.part.kind == "call" and inner[0].kind in ("+", "⊙"):
        first = Part("number", calculated(inner[0], EXACT))
        short = line._replace(part=line.part._replace(parts=(first, *line.part.parts[1:])))
        rows += _rows(short.part, short.decimals, changing, ())
    result = rf"= \mathbf{{{written(line.result)}}}"
    *before, (last, length) = rows
    found = [text for text, _ in before]
    if length + len(written(line.result)) + 3 <= ROW:
        return [*found, f"{last} {result}"]
    return [*found, last, result]


def _rows(part: Part, decimals: int, changing: Collection[str], letters: Sequence[str]) -> list[tuple[str, int]]:
    """A part after =, broken where it must be: rows, and how long each is."""
    text, length, rows = "=", 0, []
    for piece, size in _pieces(part, decimals, changing, letters, True):
        if length and length + size > ROW:
            rows.append((text, length))
            text, length = r"\quad", 0
        text, length = f"{text} {piece}", length + size
    return [*rows, (text, length)]


def _pieces(
    part: Part, decimals: int, changing: Collection[str], letters: Sequence[str], first: bool, whole: bool = False
) -> list[tuple[str, int]]:
    """A part in pieces between which a row may end, and how long each is; all of it at once if `whole` and short."""
    size = _length(part, decimals)
    if not part.parts or part.kind in ("test", "−") or (whole and size <= ROW):
        return [(_latex(part, decimals, changing, letters, first), size)]
    if part.entry is not None:
        weight, value = (each._replace(label="") for each in part.parts)
        right = _under(_latex(value, decimals, changing, letters, False), _entry(part, letters))
        ends = (_latex(weight, decimals, changing, letters, first), rf"\cdot {right}")
        return [(end, size // 2) for end in ends]
    joint = {"+": "+ ", "⊙": r"\cdot "}.get(part.kind, r",\, ")
    found: list[tuple[str, int]] = []
    for number, each in enumerate(part.parts):
        opening = first and number == 0 if part.kind != "call" else True
        inner = _pieces(each, decimals, changing, letters, opening, whole=part.kind != "call")
        if part.kind == "⊙" and each.kind == "+":
            inner = _bracketed("(", inner, ")")
        found += inner if number == 0 or each.kind == "−" else _bracketed(joint, inner, "")
    return _bracketed(f"{function(part.sign)}(", found, ")") if part.kind == "call" else found


def _bracketed(before: str, pieces: list[tuple[str, int]], after: str) -> list[tuple[str, int]]:
    (first, size), *others = pieces
    *inner, (last, length) = [(before + first, size + 2), *others]
    return [*inner, (last + after, length)]


def _length(part: Part, decimals: int) -> int:
    """Characters that a part takes beside each other, about."""
    match part.kind:
        case "constant":
            return 1
        case "number":
            return len(written(part.value, decimals)) + (1 if part.value.real < 0 else 0)
        case "test":
            return 10
    return 2 * len(part.parts) + (4 if part.kind == "call" else 0) + sum(_length(p, decimals) for p in part.parts)


def _latex(part: Part, decimals: int, changing: Collection[str], letters: Sequence[str], first: bool = True) -> str:
    """first: nothing stands before it, so that a negative number needs no brackets."""

    def inner(each: Part, first: bool = True) -> str:
        return _latex(each, decimals, changing, letters, first)

    match part.kind:
        case "number":
            text = written(part.value, decimals)
            text = f"({text})" if part.value.imag or (text.startswith("-") and not first) else text
            return _under(text, _symbol(part, changing))
        case "constant":
            return f"{part.value.real:g}"
        case "−":
            return f"- {inner(part.parts[0], False)}"
        case "call":
            return f"{function(part.sign)}({', '.join(inner(each) for each in part.parts)})"
        case "test":
            number, period, rest = part.parts
            return rf"[{_whole(number, changing)} \bmod {_whole(period, changing)} = {inner(rest)}]"
        case "+":
            terms = [inner(each, k == 0) for k, each in enumerate(part.parts)]
            joints = ["" if k == 0 or p.kind == "−" else "+ " for k, p in enumerate(part.parts)]
            return " ".join(f"{joint}{term}" for joint, term in zip(joints, terms, strict=True))
    if part.entry is not None:
        weight, value = (each._replace(label="") for each in part.parts)
        text = rf"{inner(weight, first)} \cdot {inner(value, False)}"
        return _under(text, _entry(part, letters))
    factors = [
        f"({inner(each)})" if each.kind == "+" else inner(each, first and k == 0) for k, each in enumerate(part.parts)
    ]
    return r" \cdot ".join(factors)


def _whole(part: Part, changing: Collection[str]) -> str:
    return _under(f"{part.value.real:.0f}", _symbol(part, changing))


def _under(text: str, label: str) -> str:
    return rf"\underset{{\textcolor{{{GREY}}}{{{label}}}}}{{{text}}}" if label else text


def _symbol(part: Part, changing: Collection[str]) -> str:
    if part.sign == "rest":
        return rf"\textsf{{{say.FURTHER_TERMS.format(count=part.entry)}}}"
    if not part.label:
        return ""
    own = expression(part.label, changing)
    return own if part.entry is None else rf"({own})_{{{part.entry + 1}}}"


def _entry(part: Part, letters: Sequence[str]) -> str:
    """Which entry of a vector a term belongs to: its letter, or its number."""
    assert part.entry is not None
    letter = letters[part.entry] if part.label == "x" and letters else ""
    return rf"\textsf{{{letter}}}" if READABLE.fullmatch(letter) else str(part.entry + 1)
