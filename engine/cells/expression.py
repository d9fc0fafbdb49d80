"""The right-hand side of an equation as a tree: what is applied to what."""

from functools import cache
from typing import NamedTuple

from engine.cells.equations import Token, tokens


class Term(NamedTuple):
    """A part of a right-hand side.

    kind: name, number, call (its function in `sign`), product, ⊙, + (a sum), − (one part, taken away), stack (vectors
    put on top of each other) or test (1 if what `sign` says holds, else 0).
    """

    kind: str
    sign: str
    parts: tuple["Term", ...] = ()

    def names(self) -> tuple[str, ...]:
        """Every name in it, from left to right."""
        own = (self.sign,) if self.kind == "name" else ()
        return own + tuple(name for part in self.parts for name in part.names())

    def __str__(self) -> str:
        inner = [str(part) for part in self.parts]
        match self.kind:
            case "call":
                return f"{self.sign}({', '.join(inner)})"
            case "product" | "⊙":
                between = " " if self.kind == "product" else " ⊙ "
                loose = ("+", "⊙") if self.kind == "product" else ("+",)
                return between.join(
                    f"({text})" if p.kind in loose else text for p, text in zip(self.parts, inner, strict=True)
                )
            case "+":
                return "".join(
                    text if k == 0 or p.kind == "−" else f"+{text}"
                    for k, (p, text) in enumerate(zip(self.parts, inner, strict=True))
                )
            case "−":
                return f"−{inner[0]}"
            case "stack":
                return f"[{'; '.join(inner)}]"
        return self.sign


@cache
def parsed(text: str) -> Term:
    """The tree of a right-hand side. Raises ValueError if it is none."""
    reader = _Reader(list(tokens(text)))
    term = reader.sum()
    if reader.left:
        raise ValueError(f"“{reader.left[0].text}” cannot stand where it does in “{text}”.")
    return term


class _Reader:
    """Reads tokens from the front; products bind closest, then ⊙, then + and −."""

    def __init__(self, left: list[Token]) -> None:
        self.left = left

    def next(self, *signs: str) -> bool:
        return bool(self.left) and self.left[0].text in signs

    def take(self, *expected: str) -> str:
        if not self.left or (expected and self.left[0].text not in expected):
            found = f"“{self.left[0].text}”" if self.left else "the end"
            raise ValueError(f"Expected {' or '.join(expected) or 'a name'}, but there is {found}.")
        return self.left.pop(0).text

    def sum(self) -> Term:
        parts = [self.hadamard()]
        while self.next("+", "−"):
            sign = self.take()
            part = self.hadamard()
            parts.append(part if sign == "+" else Term("−", "", (part,)))
        return parts[0] if len(parts) == 1 else Term("+", "", tuple(parts))

    def hadamard(self) -> Term:
        parts = [self.product()]
        while self.next("⊙"):
            self.take()
            parts.append(self.product())
        return parts[0] if len(parts) == 1 else Term("⊙", "", tuple(parts))

    def product(self) -> Term:
        parts = [self.single()]
        while self.left and self.left[0].spaced:
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else Term("product", "", tuple(parts))

    def single(self) -> Term:
        if self.next("("):
            self.take("(")
            inner = self.sum()
            self.take(")")
            return inner
        if self.next("["):
            return self.bracket()
        kind = self.left[0].kind if self.left else "nothing"
        if kind == "sign":
            raise ValueError(f"“{self.left[0].text}” cannot stand here.")
        sign = self.take()
        if kind != "function":
            return Term("number" if kind == "number" else "name", sign)
        self.take("(")
        parts = [self.sum()]
        while self.next(","):
            self.take()
            parts.append(self.sum())
        self.take(")")
        return Term("call", sign, tuple(parts))

    def bracket(self) -> Term:
        """[a; b] or [t mod T = 0]."""
        self.take("[")
        parts, signs = [self.sum()], [""]
        while self.next(";", "mod", "="):
            signs.append(self.take())
            parts.append(self.sum())
        self.take("]")
        if ";" in signs:
            return Term("stack", "", tuple(parts))
        return Term("test", " ".join(f"{s} {p}" for s, p in zip(signs, parts, strict=True)).strip(), tuple(parts))
