"""What every cell has in common: one step forward in time, and the plain loop that defines the rest."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

import torch
from torch import Tensor, nn

from engine.cells.about import About
from engine.cells.direct_path import DirectPath, NoDirectPath
from engine.cells.equations import equations
from engine.cells.initial import INITS, Parts
from engine.cells.state import Named, State, below_each_other, held
from engine.cells.symbols import Knob, in_order, stacked, views
from engine.settings import Limit, Spec

S = TypeVar("S", bound=State)
G = TypeVar("G", bound=Named)
W = TypeVar("W")


class Cell(nn.Module, Generic[S, G, W]):
    """One recurrent cell with states S, gates G and, worked out of its parameters once a sequence, weights W.

    A subclass gives `project`, `initial_state` and `advance`, or in place of `advance` the two parts of a step, `mixed`
    and `units`. The plain loop over them, `unroll`, is the definition of the cell. It may override `scan` and `states`
    with something faster, which a test then holds to the loop: values and gradients.

    Called with inputs (B, T, I) it returns its outputs (B, T, output_size) and its final state; see `outputs`.
    """

    key: ClassVar[str] = ""
    """What links and files call it, for ever. A class without one is a base of others and no cell to choose."""
    about: ClassVar[About] = About()
    options: ClassVar[Mapping[str, Spec]] = {}
    bipolar: ClassVar[frozenset[str]] = frozenset()
    """The fields among the gates that run from −1 to 1 (candidates) and not from 0 to 1."""
    state_range: ClassVar[Mapping[str, float]] = {}
    """How far from 0 a state can get that always stays within ends of its own, such as an angle."""
    blocks: ClassVar[int]
    """How often a step multiplies by a matrix of H × (I + H), about; the estimate of an update's duration needs it."""
    seconds_a_step: ClassVar[float]
    seconds_a_gate: ClassVar[float] = 1.3e-8
    """What a step of an update costs beside its arithmetic, and each of its blocks·H values (benchmarks.budget)."""
    scalable: ClassVar[tuple[str, ...]] = ()
    """The trained parameters that nothing but the state is multiplied by, if the cell may start with any values of
    them: what an initial recurrent scale scales."""
    by_unit: ClassVar[bool] = False
    """True if a step is given as `mixed`, `units` and `recurrence`, so that a trace can take all steps side by side.
    Where that is less than 1.5 times as fast as the plain loop, a step stays in one piece."""
    memory: ClassVar[str] = ""
    """The part of the state beside h in which it keeps what it remembers, such as the cell state c; "" for none. The
    next step reads it past h, so ‖∂L/∂h‖ alone does not tell how far back the loss depends on the state."""
    direct_path: ClassVar[DirectPath | NoDirectPath]
    answers: ClassVar[bool] = False
    """True if what the cell puts out is the answer itself, so that no readout stands above it."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size

    @classmethod
    def limits(cls, options: Mapping[str, Any]) -> dict[str, Limit]:
        """What the settings of a network may be around this cell where it is less than usual, and why."""
        return {}

    @classmethod
    def defaults(cls, hidden: int) -> dict[str, Any]:
        """The options that a cell of H takes where none are given; they fit H."""
        return {name: spec.default for name, spec in cls.options.items()}

    @classmethod
    def check(cls, hidden: int, options: Mapping[str, Any]) -> None:
        """Raise SettingError if the options do not fit together or do not fit H."""

    @classmethod
    def width(cls, hidden: int, options: Mapping[str, Any]) -> int:
        """How many numbers a step hands up: what `output_size` is once the cell is made, except where it answers."""
        return hidden

    @classmethod
    def values(cls, hidden: int, options: Mapping[str, Any]) -> int:
        """How many values a step works out; about (I + H) weights are read for each."""
        return cls.blocks * hidden

    @classmethod
    def required_input_size(cls, hidden: int) -> int | None:
        """The I it needs; None if any will do."""
        return None

    @property
    def output_size(self) -> int:
        """How many numbers a step hands to the layer above: H unless said otherwise."""
        return self.hidden_size

    def forward(self, inputs: Tensor, state: S | None = None, lengths: Tensor | None = None) -> tuple[Tensor, S]:
        return self.outputs(inputs, state, lengths)

    def outputs(self, inputs: Tensor, state: S | None = None, lengths: Tensor | None = None) -> tuple[Tensor, S]:
        """What is handed up at every step (B, T, output_size), and the state after the last, for inputs (B, T, I).

        state: the one before the first step; None for the cell's own start. lengths (B,) whole numbers, 0..T: of each
        sequence so many steps count. The steps after them change nothing: the state stays, and its output with it.
        """
        if lengths is None:
            return self.scan(inputs, state)
        return self.unroll(inputs, state, lengths=lengths)

    def scan(self, inputs: Tensor, state: S | None) -> tuple[Tensor, S]:
        """The same where every step counts: what a cell overrides that has a faster way than the plain loop."""
        return self.unroll(inputs, state)

    def unroll(
        self,
        inputs: Tensor,
        state: S | None = None,
        observe: Callable[[S, S, G], None] | None = None,
        lengths: Tensor | None = None,
    ) -> tuple[Tensor, S]:
        """The plain loop: as `outputs`. `observe` is told the states before and after each step, and its gates."""
        before = self.initial_state(inputs.shape[0]) if state is None else state
        return self.loop(self.project(inputs), before, self.weights(), observe, lengths)

    def loop(
        self,
        projected: Tensor,
        state: S,
        weights: W,
        observe: Callable[[S, S, G], None] | None = None,
        lengths: Tensor | None = None,
    ) -> tuple[Tensor, S]:
        """The same from projected inputs (B, T, ·)."""
        handed = []
        for t, now in enumerate(projected.unbind(1)):
            after, gates = self.advance(now, state, weights)
            if lengths is not None:
                after = held(state, after, t < lengths)
            if observe:
                observe(state, after, gates)
            handed.append(self.output(after))
            state = after
        if not handed:
            return projected.new_empty(projected.shape[0], 0, self.output_size), state
        return torch.stack(handed, dim=1), state

    def project(self, inputs: Tensor) -> Tensor:
        """The part of a step that needs no state, for one step (B, I) or all at once (B, T, I)."""
        raise NotImplementedError

    def weights(self) -> W:
        """What the parameters alone determine, worked out once for all steps of a sequence; None if nothing is."""
        return None  # type: ignore[return-value]  # a cell whose W is another type says so itself

    def advance(self, projected: Tensor, state: S, weights: W) -> tuple[S, G]:
        """One time step from a projected input (B, ·): (new state, gates)."""
        return self.units(projected, self.mixed(projected, state, weights), state, weights)

    def mixed(self, projected: Tensor, state: S, weights: W) -> Tensor:
        """The first part of a step, a = U h₋ + …, (B, n·H): all that a unit learns of the other units."""
        raise NotImplementedError

    def units(self, projected: Tensor, mixed: Tensor, state: S, weights: W) -> tuple[S, G]:
        """The second part of a step: (new state, gates), every unit from its own numbers alone.

        Unit k reads place k of each block of H in `mixed`, and place k of every part of the state, (B, H) each.
        """
        raise NotImplementedError

    def recurrence(self, weights: W) -> Tensor:
        """U (n·H, H) in `mixed`."""
        raise NotImplementedError

    def step(self, x: Tensor, state: S) -> tuple[S, G]:
        """One time step from an input (B, I): (new state, gates)."""
        return self.advance(self.project(x), state, self.weights())

    def initial_state(self, batch_size: int) -> S:
        """The state before the first step."""
        raise NotImplementedError

    def output(self, state: S) -> Tensor:
        """What the layer above reads of a state: (B, output_size)."""
        return state.h

    def shown(self, state: S) -> dict[str, Tensor]:
        """What there is to see of a state, h first: each (B, units)."""
        return state._asdict()

    def symbols(self) -> dict[str, Tensor]:
        """Every weight and constant by its name in the equations; views of the parameters where they are such.

        Unless a cell says otherwise, its parameters and buffers have the equations' names.
        """
        return {**dict(self.named_parameters()), **dict(self.named_buffers())}

    def knobs(self) -> dict[str, Knob]:
        """The weights that can be changed by hand, by name."""
        return views(self.symbols(), (*self.parameters(), *self.buffers()))

    def zeros(self, batch_size: int, size: int | None = None) -> Tensor:
        """(B, H), or (B, size), of the cell's own type."""
        return next(self.parameters()).new_zeros(batch_size, size or self.hidden_size)

    def states(self, inputs: Tensor) -> S:
        """The states after every step of one sequence (1, T, I), below each other: each part (T, ·). On no graph."""
        rows: list[S] = []
        with torch.inference_mode():
            self.unroll(inputs, observe=lambda before, after, gates: rows.append(after))
        with torch.no_grad():
            return below_each_other(rows)


def last_step(sequence: Tensor) -> Tensor:
    """(B, T, ·) to its last step (B, ·)."""
    # Taken from (T, B, ·), as the fast ways lay states out: the gradient then arrives laid out so too.
    return sequence.transpose(0, 1)[-1]


AnyCell = Cell[Any, Any, Any]
"""A cell of which nothing more is known: what a network is made of."""


class StackedCell(Cell[S, G, W]):
    """A cell with torch.nn's parameters, `blocks` gates stacked in each.

    weight_ih (blocks·H, I), weight_hh (blocks·H, H), bias_ih and bias_hh (blocks·H).
    """

    scalable: ClassVar[tuple[str, ...]] = ("weight_hh",)
    by_unit: ClassVar[bool] = True

    def __init__(self, input_size: int, hidden_size: int, *, generator: torch.Generator, init: str = "default") -> None:
        super().__init__(input_size, hidden_size)
        rows = self.blocks * hidden_size
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(rows))
        self.bias_hh = nn.Parameter(torch.empty(rows))
        # Without inputs, as further on in a deep transition, there is nothing to draw.
        inputs = [self.weight_ih] if input_size else []
        with torch.no_grad():
            INITS[init](Parts(inputs, [self.weight_hh], [self.bias_ih, self.bias_hh], hidden_size), generator)

    def project(self, inputs: Tensor) -> Tensor:
        return nn.functional.linear(inputs, self.weight_ih, self.bias_ih)

    def symbols(self) -> dict[str, Tensor]:
        gates = in_order(equations(type(self)), "W_")
        if not gates:
            return {"W": self.weight_ih, "U": self.weight_hh, "b_ih": self.bias_ih, "b_hh": self.bias_hh}
        return {
            **stacked("W_", gates, self.weight_ih),
            **stacked("U_", gates, self.weight_hh),
            **stacked("b_i", gates, self.bias_ih),
            **stacked("b_h", gates, self.bias_hh),
        }

    def recurrent(self, h: Tensor) -> Tensor:
        """U h + b_hh for all blocks: (B, blocks·H)."""
        return nn.functional.linear(h, self.weight_hh, self.bias_hh)

    def mixed(self, projected: Tensor, state: S, weights: W) -> Tensor:
        return projected + self.recurrent(state.h)

    def recurrence(self, weights: W) -> Tensor:
        return self.weight_hh
