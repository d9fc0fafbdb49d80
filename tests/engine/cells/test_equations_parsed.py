"""The equations of the docstrings: each can be read, defines what is shown, and uses nothing that nobody explains."""

import re

import pytest
import torch

from engine.cells import CELLS, Cell
from engine.cells.equations import Equation, described, equations, over_time, tokens
from engine.cells.expression import parsed
from engine.cells.wiring import shown, wiring

every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=list(CELLS))

DERIVED = {"unitary": {"modulus", "phase"}}
"""What a cell shows beside its equations' names: other views of h."""

FUNCTIONS = {"σ", "tanh", "exp", "modReLU", "f", "g"}
FIXED = {"F", "Π"}
"""The discrete Fourier transform and a permutation: no parameters, and explained in the docstring."""


def own_names(cell: type[Cell]) -> set[str]:
    """What the module calls its weights."""
    own = {"answer_size": 2} if cell.answers else {}
    made = cell(cell.required_input_size(3) or 2, 3, generator=torch.Generator(), **own)  # type: ignore[call-arg]
    return {name for name, _ in (*made.named_parameters(), *made.named_buffers())} | set(cell.options)


def explained(cell: type[Cell], name: str) -> bool:
    """Whether a weight is one the module has, one of the usual ones of a gate, or named in the docstring."""
    if name in own_names(cell) | FIXED:
        return True
    text = described(cell)
    stem, _, low = name.partition("_")
    defined = {each for equation in text.equations for each in equation.names}
    if stem in {"W", "U", "V", "b", "d"} and (not low or low.removeprefix("i") in defined or low[-1] in defined):
        return True
    if name in {"b_ih", "b_hh", "W", "U", "V", "b"}:
        return True
    named = re.findall(r"[^\W\d_]\w*", f"{text.sentence} {text.shapes}")
    return name in named or f"{stem}_k" in named


@every_cell
def test_a_docstring_has_all_its_parts(cell: type[Cell]) -> None:
    text = described(cell)
    assert text.sentence.endswith(".")
    assert text.equations
    assert text.shapes.endswith(".")
    assert text.source.endswith(".")
    assert "=" not in text.sentence


@every_cell
def test_what_is_shown_is_defined(cell: type[Cell]) -> None:
    key = next(key for key, each in CELLS.items() if each is cell)
    states, gates = shown(cell)
    defined = {name for equation in equations(cell) for name in equation.names}
    assert "h" in defined
    assert {*states, *gates} - defined == DERIVED.get(key, set())
    assert set(cell.about.quantities) == {*states, *gates}


@every_cell
def test_every_name_is_known(cell: type[Cell]) -> None:
    """A slip of the pen would be a name that nothing explains."""
    states, _ = shown(cell)
    defined: set[str] = set()
    for equation in equations(cell):
        for token in tokens(equation.rhs):
            if token.kind == "old":
                assert token.text.removesuffix("₋") in states, token
            elif token.kind == "function":
                assert token.text in FUNCTIONS, token
            elif token.kind == "name" and token.text not in {"x", "t"} | defined:
                assert explained(cell, re.sub("(ᵀ|⁻¹)$", "", token.text)), token
        defined |= set(equation.names)


@every_cell
def test_every_right_hand_side_is_a_tree(cell: type[Cell]) -> None:
    for equation in equations(cell):
        names = {token.text for token in tokens(equation.rhs) if token.kind in ("name", "old")}
        assert set(parsed(equation.rhs).names()) == names


@every_cell
def test_wiring_has_every_quantity_and_leads_to_the_state(cell: type[Cell]) -> None:
    graph = wiring(cell)
    changing = over_time(equations(cell))
    keys = {node.key for node in graph.nodes}
    assert changing <= keys
    assert {edge.source for edge in graph.edges} | {edge.target for edge in graph.edges} == keys
    reached = {"x"}
    while more := {edge.target for edge in graph.edges if edge.source in reached} - reached:
        reached |= more
    assert "h" in reached
    assert set(graph.leaving) <= {node.key for node in graph.nodes if node.kind == "state"}


def test_wiring_of_the_lstm() -> None:
    graph = wiring(CELLS["lstm"])
    kinds = {node.key: (node.kind, node.operation) for node in graph.nodes}
    assert kinds["i"] == ("gate", "σ")
    assert kinds["g"] == ("candidate", "tanh")
    assert kinds["c"] == ("state", "+")
    assert kinds["h"] == ("state", "⊙")
    assert kinds["c₋"] == ("old", "")
    edges = {(edge.source, edge.target): edge.weight for edge in graph.edges}
    assert edges["x", "f"] == "W_f"
    assert edges["h₋", "f"] == "U_f"
    assert graph.leaving == ("h", "c")


def test_where_the_reset_gate_meets_the_state() -> None:
    """In PyTorch's form U multiplies the old state, in Cho's the product with r."""
    for key, weighted in (("gru", ("h₋", "n.1")), ("gru_cho", ("n.1", "n"))):
        edges = {(edge.source, edge.target): edge.weight for edge in wiring(CELLS[key]).edges}
        assert edges[weighted] == "U_n"
        assert edges["r", "n.1"] == ""


def test_peepholes_and_coefficients_are_weights() -> None:
    edges = {(e.source, e.target): e.weight for e in wiring(CELLS["lstm_peephole"]).edges}
    assert edges["c₋", "i"] == "p_i ⊙"
    assert edges["c", "o"] == "p_o ⊙"
    edges = {(e.source, e.target): e.weight for e in wiring(CELLS["scrn"]).edges}
    assert edges["x", "s"] == "(1−α) B"
    assert edges["s₋", "s"] == "α"


@pytest.mark.parametrize("text", ["W x +", "σ(W x", "a ⊙ ⊙ b", "a) + b", "", "f(a, )"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expected|cannot stand"):
        parsed(text)


def test_lines_that_are_no_equations_stay_prose() -> None:
    class Odd(Cell):
        """A sentence.

        h = x  a remark with = in it
        c, d = f(x)

        With z = 0 and r = 1 it is another. It has h = 2 units.
        Source: nobody.
        """

    text = described(Odd)
    assert text.equations == (Equation("h", "x", "a remark with = in it"), Equation("c, d", "f(x)", ""))
    assert text.equations[1].names == ("c", "d")
    assert text.shapes == "With z = 0 and r = 1 it is another. It has h = 2 units."
    assert text.source == "nobody."


def test_what_changes_from_step_to_step() -> None:
    assert over_time(equations(CELLS["unitary"])) == {"h"}
    assert over_time(equations(CELLS["goru"])) == {"r", "z", "n", "h"}
    assert "active" in over_time(equations(CELLS["clockwork"]))
