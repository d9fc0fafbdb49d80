"""Reading a formula as it is shown, and working it out with nothing but what stands there."""

import math
import re
from typing import NamedTuple

FUNCTIONS = {
    r"\sigma": lambda v: 1 / (1 + math.exp(-v.real)),
    r"\tanh": lambda v: math.tanh(v.real),
    "ReLU": lambda v: max(0.0, v.real),
    "modReLU": lambda v, b: max(0.0, abs(v) + b.real) * v / abs(v) if v else 0.0,
}
TOKEN = re.compile(r"\\operatorname\{(\w+)\}|\d+\.?\d*(?:e[+-]?\d+)?i?|\\[a-zA-Z]+|[-+()\[\],=]")


class Shown(NamedTuple):
    """What stands on the left, and every link of the chain after it that is all numbers; the last is the result."""

    left: str
    links: tuple[complex, ...]
    result: str


def shown(latex: str) -> list[Shown]:
    """Every chain of equalities in an aligned formula."""
    body = re.fullmatch(r"\s*\$*\s*(?:\\small )?\\begin\{aligned\}(.*)\\end\{aligned\}\s*\$*\s*", latex, re.DOTALL)
    assert body, latex
    chains: list[list[str]] = []
    for row in re.split(r"\\\\\[\d+pt\]", body[1]):
        left, found, right = row.partition("&")
        assert found, row
        if left.strip():
            chains.append([left.strip(), right])
        else:
            chains[-1][1] += f" {right}"
    return [_chain(left, right) for left, right in chains]


def _chain(left: str, right: str) -> Shown:
    links = [link.strip() for link in _split(_bare(right))]
    numeric = [link for link in links if link and not _symbols(link)]
    return Shown(left, tuple(_Reader(link).all() for link in numeric), numeric[-1] if numeric else "")


def _bare(text: str) -> str:
    """Without what stands below the numbers."""
    while (at := text.find(r"\underset{")) >= 0:
        end = _closing(text, at + len(r"\underset"))
        last = _closing(text, end)
        text = f"{text[:at]}{text[end + 1 : last - 1]}{text[last:]}"
    return re.sub(r"\\mathbf\{([^}]*)\}", r"\1", text)


def _closing(text: str, at: int) -> int:
    """The place after the bracket that closes the one at `at`."""
    assert text[at] == "{"
    depth = 0
    for place in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return place + 1
    raise AssertionError(text)


def _split(text: str) -> list[str]:
    """At every = outside of brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "=" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _symbols(link: str) -> bool:
    """Whether names are left in it."""
    known = r"\\operatorname\{\w+\}|\\(?:sigma|tanh|cdot|bmod|quad|,)|e[+-]\d+|(?<=\d)i"
    return bool(re.search(r"[a-zA-Z\\]", re.sub(known, "", link)))


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = [m[1] or m[0] for m in TOKEN.finditer(text.replace(r"\,", "")) if m[0] != r"\quad"]
        self.text = text

    def all(self) -> complex:
        value = self.sum()
        assert not self.tokens, self.text
        return value

    def take(self, *expected: str) -> str:
        assert not expected or self.tokens[0] in expected, (self.text, expected)
        return self.tokens.pop(0)

    def next(self, *signs: str) -> bool:
        return bool(self.tokens) and self.tokens[0] in signs

    def sum(self) -> complex:
        sign = -1 if self.next("-") and self.take() else 1
        value = sign * self.product()
        while self.next("+", "-"):
            sign = 1 if self.take() == "+" else -1
            value += sign * self.product()
        return value

    def product(self) -> complex:
        value = self.single()
        while self.next(r"\cdot"):
            self.take()
            value *= self.single()
        return value

    def single(self) -> complex:
        sign = self.take()
        if sign in FUNCTIONS:
            self.take("(")
            inner = [self.sum()]
            while self.next(","):
                self.take()
                inner.append(self.sum())
            self.take(")")
            return complex(FUNCTIONS[sign](*map(complex, inner)))
        if sign == "(":
            value = self.sum()
            self.take(")")
            return value
        if sign == "[":
            number = self.sum()
            self.take(r"\bmod")
            period = self.sum()
            self.take("=")
            rest = self.sum()
            self.take("]")
            return float(number.real % period.real == rest.real)
        return complex(sign.replace("i", "j"))
