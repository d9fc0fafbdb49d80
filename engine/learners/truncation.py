"""Truncated backpropagation through time: the state goes on, the gradient does not."""

from typing import Any

import torch
from torch import Tensor

from engine.architectures.stack import Network, Run
from engine.cells import Cell


def windows(network: Network, window: int) -> dict[Cell, int]:
    """For every cell, how many of its own steps make up `window` steps of the input; at least one."""
    found: dict[Cell, int] = {}
    covered = 1
    for layer, joined in zip(network.layers, network.windows, strict=True):
        found |= {cell: max(1, window // covered) for _, cell in layer.by_direction()}  # type: ignore[operator]  # a ModuleList of Layers
        covered *= joined
    return found


def truncated(network: Network, window: int) -> Run:
    """TBPTT(k, k): the sequence is cut into windows of k = `window` steps, and no gradient crosses a cut.

    Every state is carried over the cut as a number, so all values are those of the whole sequence. Windows are counted
    from the sequence's end, in all layers and directions alike, so the last k steps are one window: where the answer
    is due at the end, exactly they are learned from. Williams & Peng 1990; there called BPTT(k).
    """
    steps = windows(network, window)
    backward = {cell for layer in network.layers for way, cell in layer.by_direction() if way == "backward"}  # type: ignore[operator]  # a ModuleList of Layers

    def run(cell: Cell, inputs: Tensor) -> Tensor:
        return through(cell, inputs, steps[cell], cell in backward)

    return run


def through(cell: Cell, inputs: Tensor, window: int, backward: bool) -> Tensor:
    """What the layer above reads at every step, with a gradient only inside each window of steps."""
    states, _ = unroll(cell, inputs, cuts(inputs.shape[1], window, backward))
    return torch.stack([cell.output(state) for state in states], dim=1)


def cuts(length: int, window: int, backward: bool) -> frozenset[int]:
    """The steps, from 0 in the order of reading, before which a window begins; the first is none of them."""
    first = window if backward else length % window or window
    return frozenset(range(first, length, window))


def all_cuts(network: Network, steps: int, window: int) -> dict[Cell, frozenset[int]]:
    """The same for every cell of a network that reads `steps` steps; none of them if `window` is 0."""
    if not window:
        return {}
    found, covered = {}, 1
    own = windows(network, window)
    for layer, joined in zip(network.layers, network.windows, strict=True):
        for direction, cell in layer.by_direction():  # type: ignore[operator]  # a ModuleList of Layers
            found[cell] = cuts(-(-steps // covered), own[cell], direction == "backward")
        covered *= joined
    return found


def window_starts(steps: int, window: int) -> tuple[int, ...]:
    """The time steps, from 1, at which a window begins, the first window left out; none if `window` is 0."""
    if not window:
        return ()
    return tuple(range(steps % window + 1 if steps % window else window + 1, steps + 1, window))


def unroll(cell: Cell, inputs: Tensor, cut: frozenset[int]) -> tuple[list[Any], list[Any]]:
    """The plain loop with the state detached before each step in `cut`."""
    state, weights = cell.initial_state(inputs.shape[0]), cell.weights()
    states, gates = [], []
    for step, projected in enumerate(cell.project(inputs).unbind(1)):
        state, gate = cell.advance(projected, detached(state) if step in cut else state, weights)
        states.append(state)
        gates.append(gate)
    return states, gates


def detached(state: Any) -> Any:
    """The same numbers, through which no gradient flows."""
    return type(state)(*(part.detach() if isinstance(part, Tensor) else part for part in state))
