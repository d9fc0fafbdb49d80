"""The grid LSTM, transcribed."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.engine.cells.papers.shared import Array, Hold, State, States, Tensors, Weights, over_time, sigmoid

CASES: list[dict[str, Any]] = [{}]
HANDED_UP = ("h_depth", "c_depth")
MEMORY: dict[str, int | None] = {"c": None}
LEARNED: tuple[int, dict[str, str]] = (300, {"task": "adding", "length": "20", "hidden": "16"})
LIMITED = {"connection", "direction", "transition_depth", "windows"}
NUMBERS = (2 * (20 * 10 + 20), 2 * 10 + 2)


def states(weights: Weights, sequence: Array) -> States:
    """Kalchbrenner, Danihelka & Graves 2015: one block of a grid over time and depth, one LSTM for each of the two.

    Both LSTMs read the joined H = [h_depth; h_time] as it comes in; each transforms the memory of its own dimension,
    m' = f ⊙ m + i ⊙ g, h' = o ⊙ tanh(m'), and hands it on, to the next step or to the layer above. This is the usual
    LSTM with biases.

    The sequence is (T, 2H): [h_depth; m_depth] from below at each step. Weights: weight_time and weight_depth
    (4H, 2H), stacked i, f, g, o, their first H columns for h_depth and the others for h_time; bias_time, bias_depth
    (4H). Result h, c, i, f, g, o of the time dimension; h_depth, c_depth, i_depth, f_depth, g_depth, o_depth.
    """
    size = sequence.shape[1] // 2

    def transform(dimension: str, joined: Array, m: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
        """The LSTM of one dimension: h', m', and its gates i, f, g, o."""
        w_i, w_f, w_g, w_o = np.split(weights[f"weight_{dimension}"], 4)
        b_i, b_f, b_g, b_o = np.split(weights[f"bias_{dimension}"], 4)
        i = sigmoid(w_i @ joined + b_i)
        f = sigmoid(w_f @ joined + b_f)
        g = np.tanh(w_g @ joined + b_g)
        o = sigmoid(w_o @ joined + b_o)
        m = f * m + i * g
        return o * np.tanh(m), m, i, f, g, o

    names = ("h", "c", "i", "f", "g", "o")
    h_time, m_time, steps = np.zeros(size), np.zeros(size), []
    for below in sequence:
        h_depth, m_depth = below[:size], below[size:]
        joined = np.concatenate([h_depth, h_time])
        along_time = transform("time", joined, m_time)
        along_depth = transform("depth", joined, m_depth)
        h_time, m_time = along_time[0], along_time[1]
        step = dict(zip(names, along_time, strict=True))
        step.update(zip([f"{name}_depth" for name in names], along_depth, strict=True))
        steps.append(step)
    return over_time(steps)


def step(w: Tensors, x: Tensor, s: State, hold: Hold) -> State:
    h_below, c_below = x.chunk(2)
    new = {}
    for end, old, way in (("", s["c"], "time"), ("_depth", c_below, "depth")):
        a_i, a_f, a_g, a_o = (w[f"weight_{way}"] @ torch.cat([h_below, s["h"]]) + w[f"bias_{way}"]).chunk(4)
        i, f = hold(f"i{end}", torch.sigmoid(a_i)), hold(f"f{end}", torch.sigmoid(a_f))
        c = f * old + i * hold(f"g{end}", torch.tanh(a_g))
        new |= {f"c{end}": c, f"h{end}": hold(f"o{end}", torch.sigmoid(a_o)) * torch.tanh(c)}
    return new
