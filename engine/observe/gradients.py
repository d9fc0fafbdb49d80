"""The gradient through time, measured in double precision: how much of it every step and every state gets."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.architectures.stack import Network
from engine.cells.expression import parsed
from engine.learners.truncation import window_starts
from engine.observe.bound import Bound, bound
from engine.observe.direct_path import along, carry_factors, direct_of
from engine.observe.jacobians import MOST, parts, triangle
from engine.observe.notes import Notes, Passage
from engine.observe.trace import last_norm
from engine.tasks import Batch, Classification, Task
from engine.tasks.base import NO_ANSWER

LOSS = "loss"
"""What is asked for in place of a part of the state: ‖∂L_t/∂h_k‖."""


@dataclass(frozen=True)
class Question:
    """Which triangle: of which layer (from 1) and direction, and of which part of the state, or of the LOSS.

    What the network does not have is taken as the nearest thing it has; "" is whatever comes first.
    """

    layer: int = 1
    direction: str = ""
    of: str = ""


FIRST = Question()


@dataclass(frozen=True)
class Strength:
    """‖∂L/∂h_t‖ of one layer and direction, (T,), row t belonging to x_t; L is the loss of the one sequence.

    full: along every path. learned: along those that truncated backpropagation leaves, exactly 0 where it leaves none;
    the same as full where nothing is truncated. of: the part of the state, where that is another than h: the norm is
    then that of ∂L/∂c_t, in which h_t and all else that follows from c_t moves along.
    """

    layer: int
    direction: str
    full: np.ndarray
    learned: np.ndarray
    of: str = "h"

    @property
    def last(self) -> float:
        """The norm at the last step in the order of reading at which there is one; nan if there is none."""
        return last_norm(self.full, self.direction)


@dataclass(frozen=True)
class Pairs:
    """A number for each pair of steps t (rows) and k (columns), in the order of the input.

    steps (n,): the time steps, from 1; where a layer's step covers several of the input, the last of them. of: the part
    p of the state in ‖∂p_t/∂p_k‖, spectral norm; or LOSS, and then ‖∂L_t/∂h_k‖, Euclidean, with L_t the loss of step t
    alone. values (n, n): nan where there is nothing to derive. whole: whether all steps up to the end were considered.
    """

    of: str
    steps: np.ndarray
    values: np.ndarray
    whole: bool


@dataclass(frozen=True)
class Gradients:
    """All that the page on gradients shows of one sequence.

    strengths: of h; memory: of the cells' memory in the same order, none if the cells have none. offered: what a
    triangle can be `of` in this layer. direct: for the same pairs, what the direct path alone would give, and `gate`,
    the factor on it, `gated` if it changes with the step; None without one, or where the pairs are of another part of
    the state. bound: for cells of the simple kind; by_gamma and by_norms: its two products for the same pairs. cut: the
    steps, from 1, at which a window of truncated backpropagation begins, the first window left out. window: how many
    steps of the input one step of this layer covers.
    """

    strengths: tuple[Strength, ...]
    memory: tuple[Strength, ...]
    layer: int
    direction: str
    offered: tuple[str, ...]
    pairs: Pairs
    gate: str
    gated: bool
    direct: np.ndarray | None
    bound: Bound | None
    by_gamma: np.ndarray | None
    by_norms: np.ndarray | None
    cut: tuple[int, ...]
    window: int = 1


def gradients(network: Network, task: Task, batch: Batch, question: Question = FIRST, truncate: int = 0) -> Gradients:
    """The first sequence of `batch`, looked at in double precision: norms down to 1e-300 are what they are."""
    network, first = copy.deepcopy(network).double(), _double(batch)
    steps = first.inputs.shape[1]
    with torch.enable_grad():
        passages, outputs = _pass(network, first.inputs, 0)
        ways = [(task.loss(outputs, first), passages)]
        if truncate and truncate < steps:
            cut_passages, cut_outputs = _pass(network, first.inputs, truncate)
            ways.append((task.loss(cut_outputs, first), cut_passages))
        full, learned = _norms(*ways[0], "h"), _norms(*ways[-1], "h")
        strengths = _strengths(passages, steps, full, learned, "h")
        memory: tuple[Strength, ...] = ()
        if part := passages[0].cell.memory:
            memory = _strengths(passages, steps, _norms(*ways[0], part), _norms(*ways[-1], part), part)
        number = min(question.layer, len(network.layers))
        directions = [each.direction for each in strengths if each.layer == number]
        direction = question.direction if question.direction in directions else directions[0]
        index = next(i for i, each in enumerate(strengths) if (each.layer, each.direction) == (number, direction))
        passage = passages[index]
        each_step = isinstance(task, Classification) and task.readout == "every"
        offered = (*parts(passage).offered, *([LOSS] if each_step else []))
        direct = direct_of(passage.cell)
        usual = direct.part if direct and direct.part in offered else "h"
        of = question.of if question.of in offered else usual
        if of == LOSS:
            sampled, values = _loss_triangle(outputs, first, passage, direction == "backward")
        else:
            sampled, values = triangle(passage, of)
    beside: list[np.ndarray | None] = [None, None, None]
    bounded = bound(passage)
    if of != LOSS:
        factors = carry_factors(passage)
        if direct and factors is not None and direct.part == of:
            beside[0] = along(factors, sampled)
        if bounded:
            beside[1:] = [bounded.by_gamma(sampled), bounded.by_norms(sampled)]
    turned = direction == "backward" and of != LOSS
    times = _times(sampled, len(passage.states), steps, turned)
    in_order = [None if each is None else each[::-1, ::-1] if turned else each for each in (values, *beside)]
    assert in_order[0] is not None
    return Gradients(
        strengths=strengths,
        memory=memory,
        layer=number,
        direction=direction,
        offered=offered,
        pairs=Pairs(of, times, in_order[0], of == LOSS or _covers(sampled, len(passage.states))),
        gate=direct.factor if direct else "",
        gated=bool(direct and set(parsed(direct.factor).names()) & set(passage.gates[0]._fields)),
        direct=in_order[1],
        bound=bounded,
        by_gamma=in_order[2],
        by_norms=in_order[3],
        cut=window_starts(steps, truncate),
        window=passage.placed.covers,
    )


def strengths(network: Network, task: Task, batch: Batch) -> tuple[Strength, ...]:
    """Only how much of the gradient every step gets, along every path, of the first sequence of `batch`."""
    network, first = copy.deepcopy(network).double(), _double(batch)
    with torch.enable_grad():
        passages, outputs = _pass(network, first.inputs, 0)
        norms = _norms(task.loss(outputs, first), passages, "h")
    return _strengths(passages, first.inputs.shape[1], norms, norms, "h")


def _pass(network: Network, inputs: Tensor, window: int) -> tuple[list[Passage], Tensor]:
    """The plain loop through every cell, taking notes; windows of truncated backpropagation, or 0 for none."""
    notes = Notes(window)
    # With a gradient asked of the input, every state has one, also that of a reservoir without trained weights.
    outputs = network(inputs.clone().requires_grad_(), notes)
    return notes.passages, outputs


def _norms(loss: Tensor, passages: list[Passage], part: str) -> list[np.ndarray]:
    """‖∂L/∂p_t‖ of every passage in the order of reading, for a part p of the state."""
    every = [getattr(state, part) for passage in passages for state in passage.states]
    grads = torch.autograd.grad(loss, every, retain_graph=True, allow_unused=True, materialize_grads=True)
    norms = torch.stack([_euclidean(grad) for grad in grads])
    return [part.numpy() for part in norms.split([len(passage.states) for passage in passages])]


def _euclidean(vectors: Tensor) -> Tensor:
    """The norm over the last axes; brought to about 1 first, as the square of 1e-200 is 0."""
    scale = vectors.abs().max().clamp(min=torch.finfo(vectors.dtype).tiny)
    norm: Tensor = scale * (vectors / scale).norm()
    return norm


def _strengths(
    passages: Sequence[Passage], steps: int, full: list[np.ndarray], learned: list[np.ndarray], of: str
) -> tuple[Strength, ...]:
    """Each layer's norms on the time of the input."""
    places = [each.placed for each in passages]
    return tuple(
        Strength(each.layer, each.direction, each.on_input(every, steps), each.on_input(left, steps), of)
        for each, every, left in zip(places, full, learned, strict=True)
    )


def _loss_triangle(outputs: Tensor, batch: Batch, passage: Passage, backward: bool) -> tuple[np.ndarray, np.ndarray]:
    """The sampled steps (n,), from 0 in the order of the input, and ‖∂L_t/∂h_k‖ (n, n)."""
    losses = torch.nn.functional.cross_entropy(outputs[0], batch.targets[0], reduction="none", ignore_index=NO_ANSWER)
    steps = len(losses)
    sampled = np.unique(np.linspace(0, steps - 1, min(MOST, steps)).round().astype(int))
    states = [passage.states[steps - 1 - k if backward else k].h for k in sampled]
    one_each = torch.eye(steps, dtype=losses.dtype)[torch.as_tensor(sampled)]
    grads: Any = torch.autograd.grad(losses, states, one_each, is_grads_batched=True, allow_unused=True)
    columns = [
        torch.zeros(len(sampled)) if grad is None else torch.stack([_euclidean(row) for row in grad]) for grad in grads
    ]
    values = torch.stack(columns, dim=1).numpy()
    # No answer is asked there, or no way leads there.
    return sampled, np.where(values > 0, values, np.nan)


def _times(sampled: np.ndarray, own: int, steps: int, turned: bool) -> np.ndarray:
    """The last step of the input, from 1, that each of a layer's own steps covers."""
    covered = -(-steps // own) if own < steps else 1
    in_order = (own - 1 - sampled)[::-1] if turned else sampled
    return np.asarray(steps - (own - 1 - in_order) * covered)


def _covers(sampled: np.ndarray, own: int) -> bool:
    return bool(sampled[0] == 0) or own == 1


def _double(batch: Batch) -> Batch:
    """The first sequence in double precision."""
    targets = batch.targets[:1]
    return Batch(
        batch.inputs[:1].double(), targets.double() if targets.is_floating_point() else targets, batch.mask[:1]
    )
