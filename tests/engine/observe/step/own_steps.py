"""Every cell with gates written out once more, a step of one sequence: a gate can be set in it, c can be derived by.

Nothing of the engine is in it but the weights, by their names in the module and their order in the docstring.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, sigmoid, tanh

State = dict[str, Tensor]
Hold = Callable[[str, Tensor], Tensor]
Weights = dict[str, Tensor]
Step = Callable[[Weights, Tensor, State, Hold], State]
"""From weights, x (I) and the old state to the new one; every gate goes through `hold` before it is used."""


def _sums(w: Weights, x: Tensor, h: Tensor, blocks: int) -> tuple[Tensor, ...]:
    return (w["weight_ih"] @ x + w["bias_ih"] + w["weight_hh"] @ h + w["bias_hh"]).chunk(blocks)


def _lstm(w: Weights, x: Tensor, s: State, hold: Hold) -> State:
    a_i, a_f, a_g, a_o = _sums(w, x, s["h"], 4)
    i, f = hold("i", sigmoid(a_i)), hold("f", sigmoid(a_f))
    g, o = hold("g", tanh(a_g)), hold("o", sigmoid(a_o))
    c = f * s["c"] + i * g
    return {"h": o * tanh(c), "c": c}


def _lstm_1997(w: Weights, x: Tensor, s: State, hold: Hold) -> State:
    a_i, a_g, a_o = _sums(w, x, s["h"], 3)
    c = s["c"] + hold("i", sigmoid(a_i)) * hold("g", tanh(a_g))
    return {"h": hold("o", sigmoid(a_o)) * tanh(c), "c": c}


def _lstm_peephole(w: Weights, x: Tensor, s: State, hold: Hold) -> State:
    a_i, a_f, a_g, a_o = _sums(w, x, s["h"], 4)
    i = hold("i", sigmoid(a_i + w["weight_ci"] * s["c"]))
    f = hold("f", sigmoid(a_f + w["weight_cf"] * s["c"]))
    c = f * s["c"] + i * hold("g", tanh(a_g))
    return {"h": hold("o", sigmoid(a_o + w["weight_co"] * c)) * tanh(c), "c": c}


def _lstm_coupled(w: Weights, x: Tensor, s: State, hold: Hold) -> State:
    a_i, a_g, a_o = _sums(w, x, s["h"], 3)
    i = hold("i", sigmoid(a_i))
    c = hold("f", 1 - i) * s["c"] + i * hold("g", tanh(a_g))
    return {"h": hold("o", sigmoid(a_o)) * tanh(c), "c": c}


def _gru(w: Weights, x: Tensor, s: State, hold: Hold) -> State:
    x_r, x_z, x_n = (w["weight_ih"] @ x + w["bias_ih"]).chunk(3)
    u_r, u_z, u_n = (w["weight_hh"] @ s["h"] + w["bias_hh"]).chunk(3)
    r, z = hold("r", sigmoid(x_r + u_r)), hold("z", sigmoid(x_z + u_z))
    return {"h": (1 - z) * hold("n", tanh(x_n + r * u_n)) + z * s["h"]}


def _gru_cho(w: Weights, x: Tensor, s: State, hold: Hold) -> State:
    x_r, x_z, x_n = (w["weight_ih"] @ x + w["bias_ih"]).chunk(3)
    (u_r, u_z, u_n), (b_r, b_z, b_n) = w["weight_hh"].chunk(3), w["bias_hh"].chunk(3)
    r, z = hold("r", sigmoid(x_r + u_r @ s["h"] + b_r)), hold("z", sigmoid(x_z + u_z @ s["h"] + b_z))
    return {"h": (1 - z) * hold("n", tanh(x_n + u_n @ (r * s["h"]) + b_n)) + z * s["h"]}


def _goru(w: Weights, x: Tensor, s: State, hold: Hold) -> State:
    x_r, x_z, x_n = (w["weight_ih"] @ x).chunk(3)
    u_r, u_z = (w["weight_hh"] @ s["h"]).chunk(2)
    b_r, b_z = w["bias_ih"].chunk(2)
    r, z = hold("r", sigmoid(x_r + u_r + b_r)), hold("z", sigmoid(x_z + u_z + b_z))
    a = x_n + r * (torch.linalg.matrix_exp(w["skew"] - w["skew"].T) @ s["h"])
    n = hold("n", a.sign() * (a.abs() + w["bias_n"]).clamp(min=0))
    return {"h": (1 - z) * n + z * s["h"]}


def _clockwork(w: Weights, x: Tensor, s: State, hold: Hold) -> State:
    t = s["t"] + 1
    active = hold("active", (t % w["period"] == 0).to(s["h"].dtype))
    (a,) = _sums({**w, "weight_hh": w["weight_hh"] * w["allowed"]}, x, s["h"], 1)
    return {"h": active * tanh(a) + (1 - active) * s["h"], "t": t}


def _grid_lstm(w: Weights, x: Tensor, s: State, hold: Hold) -> State:
    h_below, c_below = x.chunk(2)
    new = {}
    for end, old, way in (("", s["c"], "time"), ("_depth", c_below, "depth")):
        a_i, a_f, a_g, a_o = (w[f"weight_{way}"] @ torch.cat([h_below, s["h"]]) + w[f"bias_{way}"]).chunk(4)
        i, f = hold(f"i{end}", sigmoid(a_i)), hold(f"f{end}", sigmoid(a_f))
        c = f * old + i * hold(f"g{end}", tanh(a_g))
        new |= {f"c{end}": c, f"h{end}": hold(f"o{end}", sigmoid(a_o)) * tanh(c)}
    return new


def _scrn(alpha: float) -> Step:
    def step(w: Weights, x: Tensor, s: State, hold: Hold) -> State:
        slow = (1 - alpha) * (w["B"] @ x) + alpha * s["s"]
        return {"h": sigmoid(w["P"] @ slow + w["A"] @ x + w["R"] @ s["h"]), "s": slow}

    return step


STEPS: dict[str, Step] = {
    "lstm": _lstm,
    "lstm_1997": _lstm_1997,
    "lstm_peephole": _lstm_peephole,
    "lstm_coupled": _lstm_coupled,
    "gru": _gru,
    "gru_cho": _gru_cho,
    "goru": _goru,
    "clockwork": _clockwork,
    "grid_lstm": _grid_lstm,
    "scrn": _scrn(0.95),
}


def start(name: str, hidden: int, memory: int = 0) -> State:
    """All zeros; `memory` is the size of a memory beside h, H if it has the usual one."""
    nothing = torch.zeros(hidden, dtype=torch.float64)
    more = {"lstm": ["c"], "grid_lstm": ["c"], "scrn": ["s"], "clockwork": ["t"]}
    names = more.get(name, ["c"] if name.startswith("lstm") else [])
    sizes: dict[str, Any] = {"s": memory, "t": 1}
    return {"h": nothing, **{each: nothing.new_zeros(sizes.get(each, hidden)) for each in names}}


def weights_of(cell: torch.nn.Module) -> Weights:
    """In double precision, by name."""
    tensors = {**dict(cell.named_parameters()), **dict(cell.named_buffers())}
    return {name: value.detach().double() for name, value in tensors.items()}
