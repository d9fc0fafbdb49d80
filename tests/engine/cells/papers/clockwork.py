"""The clockwork network, transcribed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.engine.cells.papers.shared import Array, Hold, State, States, Tensors, Weights, gates, over_time, sums

CASES: list[dict[str, Any]] = [{"periods": (1, 2, 4)}, {"periods": (2, 3)}]
MEMORY: dict[str, int | None] = {"t": 1}
LEARNED: tuple[int, dict[str, str]] = (300, {"task": "echo", "length": "12", "delay": "2", "symbols": "3"})
LIMITED = {"transition_depth"}
NUMBERS = (50, 12)


def states(weights: Weights, sequence: Array, periods: Sequence[int] = (1, 2, 4, 8)) -> States:
    """Koutník et al. 2014: module i computes h = tanh(W x + U h₋ + b) at the steps t with t mod T_i = 0, else copies.

    t counts from 1. A module reads from the modules of the same or a longer period only, so with the periods in
    increasing order U is block-upper-triangular. The modules are as equal as they can be, the first ones one unit
    larger where H does not divide (the paper has them equal).

    Weights: weight_ih (H, I), weight_hh (H, H), of which the forbidden blocks are ignored, bias_ih and bias_hh (H).
    Option: T_i in `periods`. Result h, and active, 1 where a unit was updated and 0 where it was copied.
    """
    [(w, u, b)] = gates(weights, 1)
    modules = np.array_split(np.arange(len(u)), len(periods))
    h, steps = np.zeros(len(u)), []
    for t, x in enumerate(sequence, start=1):
        # Every module reads the states before this step, also of modules already updated in it.
        before, h, active = h, h.copy(), np.zeros(len(u))
        for units, period in zip(modules, periods, strict=True):
            if t % period != 0:
                continue
            net = w[units] @ x + b[units]
            for others, other_period in zip(modules, periods, strict=True):
                if other_period >= period:
                    net = net + u[np.ix_(units, others)] @ before[others]
            h[units] = np.tanh(net)
            active[units] = 1
        steps.append({"h": h, "active": active})
    return over_time(steps)


def step(w: Tensors, x: Tensor, s: State, hold: Hold) -> State:
    t = s["t"] + 1
    active = hold("active", (t % w["period"] == 0).to(s["h"].dtype))
    (a,) = sums({**w, "weight_hh": w["weight_hh"] * w["allowed"]}, x, s["h"], 1)
    return {"h": active * torch.tanh(a) + (1 - active) * s["h"], "t": t}
