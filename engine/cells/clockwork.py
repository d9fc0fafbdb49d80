"""The clockwork network: parts of the state that change at different beats."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, tanh

from engine.cells.about import HIDDEN, About
from engine.cells.base import StackedCell
from engine.cells.direct_path import DirectPath
from engine.cells.symbols import Knob
from engine.labels import Label
from engine.messages import Message, Setting, declare, quoted
from engine.settings import Limit, SettingError, Spec, Whole, Wholes

declare(
    {
        "clockwork.order": "{periods} must rise from each to the next, such as 1,2,4,8; it was given {given}.",
        "clockwork.too_many": (
            "{periods} may be at most as many as there are units, {most}; it was given {given}. Give fewer "
            "numbers, or raise {hidden}."
        ),
        "clockwork.transition": "Its clocks count time steps, and a further transition would count as one more.",
    }
)

PERIODS = Label("Periods", "The beats of the modules, rising, with commas between them. Press Enter.")


class ClockworkState(NamedTuple):
    """h (B, H); t (B, 1), the number of steps taken."""

    h: Tensor
    t: Tensor


class ClockworkGates(NamedTuple):
    active: Tensor


class ClockworkCell(StackedCell[ClockworkState, ClockworkGates, Tensor]):
    """A simple RNN cut into modules, each with a period: between its beats a module holds still.

    active = [t mod T_i = 0]            1 at the beats of module i, else 0
    a = tanh(W x + b_ih + U h₋ + b_hh)  candidate
    h = active ⊙ a + (1−active) ⊙ h₋

    x (B, I), h (B, H) in −1..1; active is 1 for the units of module i at step t = 1, 2, … if t mod T_i = 0, else 0. The
    units are shared out among the `periods` T_i as evenly as they can be; periods rise. U is block-upper-triangular: a
    module reads from itself and slower ones, never from faster ones.
    Source: Koutník, Greff, Gomez & Schmidhuber 2014. No library ships it.
    """

    key = "clockwork"
    about = About(
        name="Clockwork RNN",
        year=2014,
        family="timescales",
        paper="Koutník, Greff, Gomez & Schmidhuber, A Clockwork RNN",
        problem="Long lags at little cost: slow modules see few steps, so a gradient has few to cross.",
        look="Forecast a sine: rows at the top change at every step, rows at the bottom in long stairs.",
        best={"task": "forecast", "series": "sine", "length": "50", "lr": "0.003"},
        quantities={
            "h": HIDDEN,
            "active": ("Active", "Strong where the unit's clock strikes, so that it may change; faint where it holds."),
        },
        colour="rose",
        settings={"periods": PERIODS},
    )
    direct_path = DirectPath("h", "1−active")
    blocks = 1
    seconds_a_step = 6.5e-5
    by_unit = False
    period: Tensor
    allowed: Tensor
    options: ClassVar[Mapping[str, Spec]] = {"periods": Wholes((1, 2, 4, 8), 1, 500, 16)}

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        generator: torch.Generator,
        init: str = "default",
        periods: tuple[int, ...] = (1, 2, 4, 8),
    ) -> None:
        super().__init__(input_size, hidden_size, generator=generator, init=init)
        modules = torch.tensor_split(torch.arange(hidden_size), len(periods))
        period = torch.cat([torch.full((len(units),), every) for every, units in zip(periods, modules, strict=True)])
        self.register_buffer("period", period, persistent=False)
        self.register_buffer("allowed", period >= period.unsqueeze(1), persistent=False)
        with torch.no_grad():
            self.weight_hh.mul_(self.allowed)

    @classmethod
    def limits(cls, options: Mapping[str, Any]) -> dict[str, Limit]:
        return {"transition_depth": Limit(Whole(0, 0, 0), Message("clockwork.transition"))}

    @classmethod
    def defaults(cls, hidden: int) -> dict[str, Any]:
        """No more modules than units."""
        usual = super().defaults(hidden)
        return {**usual, "periods": usual["periods"][:hidden]}

    @classmethod
    def check(cls, hidden: int, options: Mapping[str, Any]) -> None:
        periods = options["periods"]
        setting, given = Setting("periods"), quoted(",".join(map(str, periods)))
        if any(slow <= fast for fast, slow in pairwise(periods)):
            raise SettingError("periods", Message("clockwork.order", periods=setting, given=given))
        if len(periods) > hidden:
            raise SettingError(
                ("periods", "hidden"),
                Message("clockwork.too_many", periods=setting, most=hidden, given=given, hidden=Setting("hidden")),
            )

    def initial_state(self, batch_size: int) -> ClockworkState:
        return ClockworkState(self.zeros(batch_size), torch.zeros(batch_size, 1, dtype=torch.int64))

    def shown(self, state: ClockworkState) -> dict[str, Tensor]:
        return {"h": state.h}

    def symbols(self) -> dict[str, Tensor]:
        return {**super().symbols(), "U": self.weights().t(), "T_i": self.period}

    def knobs(self) -> dict[str, Knob]:
        return {**super().knobs(), "U": Knob(self.weight_hh, self.allowed)}

    def weights(self) -> Tensor:
        """U without the blocks from fast to slow, turned for a product from the left."""
        return (self.weight_hh * self.allowed).t()

    def advance(
        self, projected: Tensor, state: ClockworkState, weights: Tensor
    ) -> tuple[ClockworkState, ClockworkGates]:
        t = state.t + 1
        beats = torch.remainder(t, self.period).eq(0)
        h = torch.where(beats, tanh(projected + torch.addmm(self.bias_hh, state.h, weights)), state.h)
        return ClockworkState(h, t), ClockworkGates(beats.to(h.dtype))
