"""The equations of a step with the numbers of one unit in the place of the symbols."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from torch import Tensor

from engine.cells.evaluation import combined
from engine.cells.expression import Term, parsed
from engine.observe.step.values import StepValues

DECIMALS = 4
"""Of every result shown."""

LARGEST = 3
"""Terms of a matrix product that are shown; the others stand there as one number."""

FINEST = 10


class Part(NamedTuple):
    """A piece of a right-hand side with numbers.

    kind: number (a value, of what stands in `label`), constant (written so in the equation), or that of a Term: call
    (of the function in `sign`), ⊙ (a product), + (a sum), − or test. A term of a matrix product is a ⊙ with a label and
    the entry (from 0) of the vector in it; what is left of such a sum is a number with the sign "rest", and as many
    terms as `entry` says.
    """

    kind: str
    value: complex = 0.0
    label: str = ""
    sign: str = ""
    parts: tuple["Part", ...] = ()
    entry: int | None = None


class Line(NamedTuple):
    """`label` = `part` = `result`. entry: which of its numbers, where that is not the unit itself.

    held: whether `result` is set by hand, so that `part`, which is what the equation says, is not in force.
    """

    label: str
    part: Part
    result: complex
    entry: int | None = None
    held: bool = False

    @property
    def decimals(self) -> int:
        """How many decimals its numbers need for the line to give the result as it is shown."""
        for decimals in range(DECIMALS, FINEST):
            if written(calculated(self.part, decimals)) == written(self.result):
                return decimals
        return DECIMALS if self.held else FINEST


class SubstitutedEquation(NamedTuple):
    """An equation for one unit: the sums in it, worked out, and then the line itself, for each name it defines."""

    lhs: str
    sums: tuple[Line, ...]
    lines: tuple[Line, ...]


def written(value: complex, decimals: int = DECIMALS) -> str:
    """A number with so many decimals; in powers of ten where it is very large. Never −0."""
    if value.imag:
        return f"{written(value.real, decimals)}{'' if written(value.imag, decimals)[0] == '-' else '+'}" + (
            f"{written(value.imag, decimals)}i"
        )
    text = f"{value.real:.{decimals}f}" if abs(value.real) < 1e6 else f"{value.real:.{decimals + 2}e}"
    return text.removeprefix("-") if not text.strip("-0.") else text


def calculated(part: Part, decimals: int) -> complex:
    """What a part comes to when its numbers are as they are shown."""
    if part.kind == "number":
        return _rounded(part.value, decimals)
    if part.kind == "constant":
        return part.value
    inner = [calculated(each, decimals) for each in part.parts]
    value: complex = combined(part.kind, part.sign, inner, FUNCTIONS)
    return value


def _rounded(value: complex, decimals: int) -> complex:
    real, imaginary = (float(written(each, decimals)) for each in (value.real, value.imag))
    return complex(real, imaginary) if isinstance(value, complex) else real


def _sigmoid(value: complex) -> float:
    return 1 / (1 + math.exp(-value.real)) if value.real > -700 else 0.0


def _mod_relu(value: complex, b: complex) -> complex:
    modulus = abs(value)
    return max(0.0, modulus + b.real) / modulus * value if modulus else 0.0


FUNCTIONS: Mapping[str, Callable[..., complex]] = {
    "σ": _sigmoid,
    "sigmoid": _sigmoid,
    "tanh": lambda value: math.tanh(value.real),
    "relu": lambda value: max(0.0, value.real),
    "identity": lambda value: value,
    "modReLU": _mod_relu,
}
"""Of single numbers, by their sign in an equation or by the name of the activation that f is."""


def substituted_equations(stage: StepValues, entries: Mapping[str, int]) -> tuple[SubstitutedEquation, ...]:
    """Every equation of the step. entries: which unit is looked at, of each quantity defined, from 0."""
    found = []
    for equation in stage.defined:
        term = parsed(equation.rhs)
        sums: list[Line] = []
        entry = entries[equation.names[0]]
        if len(equation.names) > 1:
            size = stage.values[equation.names[0]].numel()
            lines = [
                _line(stage, name, _number(stage, term, number * size + entry), entry)
                for number, name in enumerate(equation.names)
            ]
        elif term.kind == "stack":
            lines, offset = [], 0
            for part in term.parts:
                lines.append(_line(stage, equation.lhs, _number(stage, part, entry), offset + entry, named=True))
                offset += stage.of(part).numel()
        else:
            held = bool(stage.held and stage.held.holds(equation.lhs, entry))
            lines = [_line(stage, equation.lhs, _fill(stage, term, entry, sums), entry)._replace(held=held)]
        found.append(SubstitutedEquation(equation.lhs, tuple(sums), tuple(lines)))
    return tuple(found)


def _line(stage: StepValues, name: str, part: Part, entry: int, named: bool = False) -> Line:
    return Line(name, part, _entry(stage.values[name], entry), entry if named else None)


def _entry(values: Tensor, entry: int) -> complex:
    value: complex = (values if values.ndim == 0 else values[entry]).item()
    return value


def _number(stage: StepValues, term: Term, entry: int) -> Part:
    return Part("number", _entry(stage.of(term), entry), str(term), entry=entry)


def _fill(stage: StepValues, term: Term, entry: int, sums: list[Line]) -> Part:
    """A part of an equation for one entry; matrix products become one number each, and a line in `sums`."""
    match term.kind:
        case "name":
            return Part("number", _entry(stage.of(term), entry), term.sign)
        case "number":
            return Part("constant", float(term.sign))
        case "product":
            return _product(stage, term, entry, sums)
    parts = tuple(_fill(stage, part, entry, sums) for part in term.parts)
    if term.kind == "call":
        return Part("call", sign=stage.f or "identity" if term.sign == "f" else term.sign, parts=parts)
    return Part(term.kind, sign=term.sign, parts=parts)


def _product(stage: StepValues, term: Term, entry: int, sums: list[Line]) -> Part:
    first = next((k for k, part in enumerate(term.parts) if stage.of(part).ndim == 2), len(term.parts))
    before = tuple(_fill(stage, part, entry, sums) for part in term.parts[:first])
    if first == len(term.parts):
        return Part("⊙", parts=before)
    matrix, *rest = term.parts[first:]
    right = rest[0] if len(rest) == 1 else Term("product", "", tuple(rest))
    label = str(Term("product", "", (matrix, right)))
    total = _entry(stage.of(Term("product", "", (matrix, right))), entry)
    sums.append(Line(label, _terms(stage, matrix, right, entry), total))
    number = Part("number", total, label)
    return Part("⊙", parts=(*before, number)) if before else number


def _terms(stage: StepValues, matrix: Term, right: Term, entry: int) -> Part:
    """Weight times value, the largest few, and the sum of the others."""
    weights, values = stage.of(matrix)[entry], stage.of(right)
    products = weights * values
    order = [k for k in products.abs().argsort(descending=True, stable=True).tolist() if products[k] != 0]
    if not order:
        return Part("constant", 0.0)
    shown = order if len(order) <= LARGEST + 1 else order[:LARGEST]
    parts = [
        Part(
            "⊙",
            label=str(right),
            entry=k,
            parts=(Part("number", weights[k].item(), str(matrix)), Part("number", values[k].item(), str(right))),
        )
        for k in shown
    ]
    if others := order[len(shown) :]:
        parts.append(Part("number", products[others].sum().item(), sign="rest", entry=len(others)))
    return Part("+", parts=tuple(parts))
