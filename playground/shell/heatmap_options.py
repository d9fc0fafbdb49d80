"""How the heat maps are drawn, on every page that has some: the order of the units, and the scale of the colours.

Both are the visitor's choice and stand in the link. While a run trains, neither jumps with every frame: an order is
made anew each time the run has made twice as many updates, and a scale changes where it no longer fits at all.
"""

import math
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st

from engine.observe.keeping import Tells, activity, change_at, deciding, in_falling_order, marked_steps, marks_steps
from engine.observe.trace import LayerTrace
from engine.requests import tells_at
from engine.slices import Frame
from engine.tasks import Task
from playground import words
from playground.charts.base import common, round_limit
from playground.charts.heatmap import fixed_ends
from playground.links.page_settings import COLOURS, ORDER, key_of
from playground.runs.background import BackgroundResult
from playground.server.shared import POOL

SETTLED = 6
"""While a run trains, an order is made anew at 2 to the power of this many updates, and at each power after it."""

Orders = Mapping[int, np.ndarray]
"""By the number of units a quantity has: its units, from 0, from the top down. Empty: by their numbers."""


class Colours(NamedTuple):
    """Where a colour scale ends, whether something lies beyond, and whether each unit has a scale of its own."""

    low: float
    high: float
    beyond: bool = False
    own: bool = False


def choose(task: Task) -> None:
    """The two controls."""
    offered = _offered(task)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _control(words.ORDER, "order", offered, words.ORDERS, words.ORDER_HELP)
        _control(words.COLOURS, "colours", COLOURS.options, words.COLOUR_SCALES, words.COLOURS_HELP)


def _control(label: str, name: str, options: tuple[str, ...], names: Mapping[str, str], about: str) -> None:
    """A control that offers what there is now; what was chosen without that comes back when it is there again."""
    kept, key = key_of("", name), f"view.{name}.shown"
    chosen = st.session_state[kept]
    st.session_state[key] = chosen if chosen in options else options[0]

    def turned() -> None:
        st.session_state[kept] = st.session_state[key]

    st.segmented_control(
        label, options, key=key, required=True, format_func=names.__getitem__, on_change=turned, help=about
    )


def _offered(task: Task) -> tuple[str, ...]:
    return tuple(each for each in ORDER.options if each != "change" or marks_steps(task))


def order(task: Task) -> str:
    """The order that was chosen; by number where the task marks no steps and the order is by those."""
    chosen: str = st.session_state[key_of("", "order")]
    return chosen if chosen in _offered(task) else ORDER.default


def own() -> bool:
    """Whether each unit is to have a colour scale of its own."""
    return bool(st.session_state[key_of("", "colours")] == "own")


def colours(place: str, layer_trace: LayerTrace, cell: str, name: str, moving: bool) -> Colours:
    """How a state or gate of such a cell is coloured. place: the picture's name among all of the visitor's.

    Gates keep their scale from 0 to 1, and angles theirs, whatever is chosen.
    """
    values = {**layer_trace.state, **layer_trace.gates}[name]
    if ends := fixed_ends(layer_trace, cell, name):
        return Colours(*ends)
    if own():
        return Colours(-1.0, 1.0, own=True)
    return _held(f"colours.{place}.{layer_trace.layer}.{layer_trace.direction}.{name}", values, moving)


def _held(key: str, values: np.ndarray, moving: bool) -> Colours:
    """One scale for all units; while all moves, narrower only once it is far too wide."""
    top = common(values)
    high = round_limit(top)
    before: Colours | None = st.session_state.get(key) if moving else None
    if before and high < before.high <= round_limit(1.5 * top):
        high = before.high
    beyond = bool((np.abs(values[np.isfinite(values)]) > high).any())
    beyond |= bool(before and before.high == high and before.beyond)
    found = st.session_state[key] = Colours(-high, high, beyond)
    return found


class _Kept(NamedTuple):
    """Orders, of what, and when they were made."""

    about: object
    age: int
    orders: Orders


def orders(place: str, layer_trace: LayerTrace, frame: Frame, moving: bool) -> Orders:
    """In which order the units of a layer of this frame stand. place: as of `colours`."""
    experiment = frame.snapshot.experiment
    chosen = order(experiment.task)
    if chosen == "number":
        return {}
    return _kept(place, chosen, layer_trace, frame, moving)


def most_active(place: str, layer_trace: LayerTrace, frame: Frame, moving: bool) -> np.ndarray:
    """The units of h, from 0: the most active first, or in the order that was chosen."""
    experiment = frame.snapshot.experiment
    chosen = order(experiment.task)
    return _kept(place, "activity" if chosen == "number" else chosen, layer_trace, frame, moving)[
        layer_trace.state["h"].shape[1]
    ]


def _kept(place: str, chosen: str, layer_trace: LayerTrace, frame: Frame, moving: bool) -> Orders:
    """The orders by what was chosen: those of this frame, or while all moves those made a while ago."""
    experiment, updates = frame.snapshot.experiment, frame.result.checkpoint.updates
    about = (experiment.identity, chosen, frame.request.probe)
    key = f"order.{place}.{layer_trace.layer}.{layer_trace.direction}"
    kept: _Kept | None = st.session_state.get(key)
    age = _age(updates)
    known = kept is not None and kept.about == about
    if moving and known and kept and kept.age == age:
        return kept.orders
    if chosen == "answer":
        scores, of = _answer_scores(place, layer_trace, frame, wait=not (moving and known))
        age = _age(of)  # an answer can be about an earlier moment
    else:
        sizes = {name: values.shape[1] for name, values in {**layer_trace.state, **layer_trace.gates}.items()}
        scores = {name: _score(chosen, layer_trace, name, frame) for name in deciding(sizes).values()}
    found = {len(score): in_falling_order(score) for score in scores.values()}
    st.session_state[key] = _Kept(about, age, found)
    return found


def _age(updates: int) -> int:
    """How often the updates have doubled, from SETTLED on."""
    return max(SETTLED, math.floor(math.log2(updates + 1)))


def _score(chosen: str, layer_trace: LayerTrace, name: str, frame: Frame) -> np.ndarray:
    values = {**layer_trace.state, **layer_trace.gates}[name]
    if chosen == "activity":
        return activity(values)
    marked = marked_steps(frame.snapshot.experiment.task, frame.result.trace.reading)
    return change_at(values, marked, layer_trace.direction, layer_trace.window)


def _answer_scores(
    place: str, layer_trace: LayerTrace, frame: Frame, wait: bool
) -> tuple[Mapping[str, np.ndarray], int]:
    """What the units tell of the answer, which a worker works out, and after how many updates that was so."""
    experiment, checkpoint = frame.snapshot.experiment, frame.result.checkpoint
    answers: BackgroundResult[Tells] = st.session_state.setdefault(f"tells.{place}", BackgroundResult(POOL))
    question = (experiment.identity, checkpoint.updates)
    known = isinstance(answers.question, tuple) and answers.question[0] == experiment.identity
    found = answers.ask(question, partial(tells_at, experiment, checkpoint.weights), wait or not known)
    assert found is not None
    assert isinstance(answers.question, tuple)
    return found[layer_trace.layer, layer_trace.direction], answers.question[1]


def relative_switch(page: str) -> bool:
    """Whether the gradient is shown relative to the last step on a page."""
    key = key_of(page, "relative")
    return st.toggle(words.RELATIVE, key=key, help=words.RELATIVE_HELP, persist_state="session")
