"""What a right-hand side comes to: one definition, for tensors and for plain numbers."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import add, mul
from typing import Any

import torch
from torch import Tensor

from engine.cells.expression import Term

Functions = Mapping[str, Callable[..., Any]]
"""Every function by its sign in the equations."""


def evaluated(term: Term, values: Mapping[str, Tensor], functions: Functions) -> Tensor:
    """The value of a part of an equation. values: of every name in it; vectors (units), matrices, numbers."""
    match term.kind:
        case "name":
            return values[term.sign]
        case "number":
            return torch.tensor(float(term.sign), dtype=torch.float64)
    parts = [evaluated(each, values, functions) for each in term.parts]
    found: Tensor = combined(term.kind, term.sign, parts, functions)
    return found


def combined(kind: str, sign: str, parts: Sequence[Any], functions: Functions) -> Any:
    """A term of this kind and sign whose parts have these values: all tensors, or all plain numbers."""
    match kind:
        case "call":
            return functions[sign](*parts)
        case "stack":
            return torch.cat(list(parts))
        case "−":
            return -parts[0]
        case "test":
            number, period, rest = parts
            return (number % period == rest) + 0 * rest  # 1 or 0, of the type of the others
        case "+":
            return reduce(add, parts)
        case "⊙":
            return reduce(mul, parts)
    *factors, value = parts
    for factor in reversed(factors):
        value = _applied(factor, value)
    return value


def _applied(factor: Any, value: Any) -> Any:
    """factor value: a matrix times a vector, or a number times anything."""
    if not isinstance(factor, Tensor) or factor.ndim < 2:
        return factor * value
    kind = torch.promote_types(factor.dtype, value.dtype)
    return factor.to(kind) @ value.to(kind)
