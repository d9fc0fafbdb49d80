"""A cell as a graph: which quantity of a step is made of which, derived from its equations."""

from collections.abc import Callable
from typing import NamedTuple

import torch

from engine.cells.base import AnyCell
from engine.cells.equations import equations, over_time
from engine.cells.expression import Term, parsed


class Node(NamedTuple):
    """A quantity or an operation.

    key: the quantity's name as the trace has it (`i`, `h`), with ₋ for the step before; for an operation within an
    equation, that equation's left-hand side, a dot and a number. kind: input, old (a state of the step before), gate,
    candidate, part (of no name outside the cell), state, or operation. operation: what makes it of its inputs.
    """

    key: str
    kind: str
    operation: str = ""


class Edge(NamedTuple):
    """`source` goes into `target`, after multiplication by `weight` if there is one."""

    source: str
    target: str
    weight: str = ""


class Wiring(NamedTuple):
    """The graph of one step, in the order of the equations. `leaving`: the states that go on to the next step or up."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    leaving: tuple[str, ...]


class Shown(NamedTuple):
    """The names of what there is to see in a cell."""

    states: tuple[str, ...]
    gates: tuple[str, ...]


def shown(cell: type[AnyCell]) -> Shown:
    """What a cell shows of its state, h first, and its gates: read off a small one."""
    size = 4
    build: Callable[..., AnyCell] = cell  # every cell takes a generator, whatever else it takes
    made = build(cell.required_input_size(size) or 2, size, generator=torch.Generator())
    with torch.no_grad():
        state, gates = made.step(torch.zeros(1, made.input_size), made.initial_state(1))
    return Shown(tuple(made.shown(state)), gates._fields)


def wiring(cell: type[AnyCell]) -> Wiring:
    """The graph of a cell's equations. What follows from the weights alone is a weight here, and no node."""
    return Builder(cell).build()


class Builder:
    """Takes the equations apart, node by node and wire by wire."""

    def __init__(self, cell: type[AnyCell]) -> None:
        self.cell = cell
        self.defined = equations(cell)
        self.changing = over_time(self.defined)
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []

    def build(self) -> Wiring:
        states, gates = shown(self.cell)
        for equation in self.defined:
            for name in equation.names:
                if name in self.changing:
                    kind = "state" if name in states else "part"
                    if name in gates:
                        kind = "candidate" if name in self.cell.bipolar else "gate"
                    self.make(name, kind, parsed(equation.rhs))
        # Where the cell puts out its answer, a state that it does not read again ends here.
        ends = {name for name in states if self.cell.answers and f"{name}₋" not in self.nodes}
        leaving = tuple(name for name in states if name in self.nodes.keys() - ends)
        return Wiring(tuple(self.nodes.values()), tuple(self.edges), leaving)

    def moving(self, term: Term) -> bool:
        """Whether it changes from step to step."""
        return any(name in self.changing or name in ("x", "t") or name.endswith("₋") for name in term.names())

    def make(self, key: str, kind: str, term: Term) -> None:
        """A node for what `term` computes, and its inputs."""
        operation, inputs = self.taken_apart(term)
        self.nodes[key] = Node(key, kind, operation)
        for part in inputs:
            self.feed(part, key)

    def taken_apart(self, term: Term) -> tuple[str, tuple[Term, ...]]:
        """The outermost operation, and what it is applied to."""
        match term.kind:
            case "call":
                # A sum that goes into a function belongs to it, as in σ(W x + U h₋ + b).
                inner = term.parts[0]
                return term.sign, (inner.parts if inner.kind == "+" else (inner,))
            case "+":
                moving = [part for part in term.parts if self.moving(part)]
                if len(moving) > 1:
                    return "+", term.parts
                return ("1 −", moving[0].parts) if moving[0].kind == "−" else ("", tuple(moving))
            case "⊙":
                return "⊙", term.parts
            case "stack":
                return "[ ; ]", term.parts
            case "test":
                return term.sign, term.parts
        return "", (term,)

    def feed(self, term: Term, target: str, weight: str = "") -> None:
        """Lead what `term` says into `target`; by way of an operation of its own if it is more than a quantity."""
        moving = [part for part in term.parts if self.moving(part)]
        if not self.moving(term):
            return
        if term.kind == "name":
            if term.sign not in self.nodes:
                self.nodes[term.sign] = Node(term.sign, "old" if term.sign.endswith("₋") else "input")
            self.edges.append(Edge(term.sign, target, weight.strip()))
        elif term.kind == "product":
            factors = [str(part) if part.kind != "+" else f"({part})" for part in term.parts[:-1]]
            self.feed(term.parts[-1], target, f"{weight} {' '.join(factors)}")
        elif term.kind == "⊙" and len(moving) == 1:
            fixed = " ".join(str(part) for part in term.parts if part not in moving)
            self.feed(moving[0], target, f"{weight} {fixed} ⊙")
        elif term.kind == "+" and len(moving) == 1:
            self.feed(moving[0], target, f"{weight} 1" if moving[0].kind == "−" else weight)
        elif term.kind == "−":
            self.feed(term.parts[0], target, f"{weight} −".replace("1 −", "1−"))
        else:
            key = f"{target.partition('.')[0]}.{1 + sum(node.kind == 'operation' for node in self.nodes.values())}"
            self.make(key, "operation", term)
            self.edges.append(Edge(key, target, weight.strip()))
