"""Equations as KaTeX reads them, and the comparison of two cells."""

import re

import pytest

from engine.cells import CELLS
from engine.cells.equations import Equation, equations, over_time, tokens
from playground import words
from playground.drawing.comparing import aligned, differing
from playground.drawing.typeset import DIFFERENT, LONG, Piece, cell_display, display, marked, name, prose, width

every_cell = pytest.mark.parametrize("key", CELLS)

COMMANDS = {
    *("begin", "end", "textcolor", "footnotesize", "textsf", "mathrm", "operatorname", "underline", "quad", "qquad"),
    *("sigma", "alpha", "Pi", "tanh", "exp", "odot", "cdot", "bmod", "top", "lambda", "mu"),
}


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("W_i", "W_{i}"),
        ("b_hn", r"b_{\mathrm{hn}}"),
        ("h₋", "h_{t-1}"),
        ("h", "h_{t}"),
        ("i_depth", r"i_{t}^{\mathrm{depth}}"),
        ("c_depth₋", r"c_{t-1}^{\mathrm{depth}}"),
        ("x", "x_{t}"),
        ("Sᵀ", r"S^{\top}"),
        ("F⁻¹", "F^{-1}"),
        ("Π", r"\Pi"),
        ("active", r"\mathrm{active}_{t}"),
        ("D_3", "D_{3}"),
    ],
)
def test_names(text: str, latex: str) -> None:
    assert name(text, {"h", "i_depth", "active"}) == latex


def test_a_line() -> None:
    line = display([Equation("h", "(1−a) h₋ + a tanh(W_in x + b)", "")], {"h"})
    assert line == (
        r"\begin{aligned}h_{t} &= ( 1 - a ) \,h_{t-1} + a \,\tanh ( W_{\mathrm{in}} \,x_{t} + b )\end{aligned}"
    )


def test_remarks_stand_above() -> None:
    text = display([Equation("f", "1 − i", "forget gate")], {"f", "i"})
    assert r"\textsf{forget gate}" in text
    assert text.index("forget gate") < text.index("f_{t} &= 1 - i_{t}")


@every_cell
def test_katex_can_read_it(key: str) -> None:
    text = cell_display(equations(CELLS[key]))
    assert text.isascii(), [sign for sign in text if not sign.isascii()]
    assert text.count("{") == text.count("}")
    assert set(re.findall(r"\\([a-zA-Z]+)", text)) <= COMMANDS
    for equation in equations(CELLS[key]):
        for each in equation.names:
            assert name(each, over_time(equations(CELLS[key]))) in text


@every_cell
def test_lines_fit_on_a_telephone(key: str) -> None:
    found = equations(CELLS[key])
    changing = over_time(found)
    text = cell_display(found)
    for equation in found:
        whole = width(tokens(f"{equation.lhs} = {equation.rhs}"), changing)
        assert whole <= LONG or r"&\qquad" in text


def test_prose() -> None:
    assert prose("`alpha` and b_if, h₋ and weight_ci") == (
        rf"“{words.label('alpha')}” and $b_{{\mathrm{{if}}}}$, $h_{{t-1}}$ and `weight_ci`"
    )
    assert prose("a | b * c") == r"a \| b \* c"
    assert prose("h_depth", {"h_depth"}) == r"$h_{t}^{\mathrm{depth}}$"


def texts(pieces: list[Piece]) -> str:
    return "".join(piece.token.text for piece in pieces if piece.marked)


def test_peepholes_are_the_difference() -> None:
    pairs = {pair.lhs: pair for pair in aligned(equations(CELLS["lstm"]), equations(CELLS["lstm_peephole"]))}
    assert list(pairs) == ["i", "f", "g", "o", "c", "h"]
    assert [lhs for lhs, pair in pairs.items() if pair.same] == ["g", "c", "h"]
    first, second = pairs["i"].first, pairs["i"].second
    assert first
    assert second
    assert texts(differing(first, second)) == ""
    assert texts(differing(second, first)) == "+p_i⊙c₋"
    latex = marked("2", second, differing(second, first), over_time(equations(CELLS["lstm_peephole"])))
    assert rf"\underline{{\textcolor{{{DIFFERENT}}}" in latex


def test_what_one_cell_lacks_stands_against_a_gap() -> None:
    pairs = {pair.lhs: pair for pair in aligned(equations(CELLS["lstm_1997"]), equations(CELLS["lstm"]))}
    assert list(pairs) == ["i", "f", "g", "o", "c", "h"]
    gap = pairs["f"]
    assert gap.first is None
    assert gap.second
    assert texts(differing(gap.second, None)) == "".join(t.text for t in tokens(gap.second.rhs))


@every_cell
def test_every_pair_of_cells_can_be_compared(key: str) -> None:
    mine = equations(CELLS[key])
    for other in CELLS.values():
        pairs = aligned(mine, equations(other))
        assert [pair.first for pair in pairs if pair.first] == list(mine)
        assert {pair.second for pair in pairs if pair.second} == set(equations(other))
        for pair in pairs:
            if pair.first and pair.second:
                marks = differing(pair.first, pair.second) + differing(pair.second, pair.first)
                assert pair.same != any(piece.marked for piece in marks)
