"""The inside of the network on one time axis: the choice of what is live, and its pictures."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.learners.truncation import window_starts
from engine.observe.trace import LayerTrace, Trace
from engine.slices import Frame
from engine.tasks import Quantity
from playground import words
from playground.charts.base import Data, Picture
from playground.charts.heatmap import heatmap, heatmap_data
from playground.charts.reach import gradient_curve, gradient_data, powers
from playground.drawing import findings
from playground.links.page_settings import key_of
from playground.shell import heatmap_options
from playground.shell.frame import visitor
from playground.shell.kept import kept
from playground.shell.pictures import is_dark, show, widening
from playground.shell.presenting import presenting
from playground.shell.probe import sequence_above

MOST_LIVE = 8
"""Pictures that are live from the start; a cell may have more to choose from."""


class Chosen(NamedTuple):
    """What of the inside is live: a layer (from 1), a direction, and the names of states and gates.

    relative: whether the gradient is shown relative to that at the last step.
    """

    layer: int
    direction: str
    names: tuple[str, ...]
    relative: bool


def choose(frame: Frame) -> Chosen:
    """The heading of the inside, and the layer, direction and quantities that are live."""
    trace = frame.result.trace
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="live"):
        st.header(words.INSIDE, help=words.INSIDE_LOOK, width="content")
        layer = 1
        if len(trace.layers) > 1:
            options = [layer_traces[0].layer for layer_traces in trace.layers]
            layer = kept("inside_layer", options)
            st.segmented_control("Layer", options, required=True, key="inside_layer", persist_state="session")
        layer_traces = trace.layers[layer - 1]
        directions = [layer_trace.direction for layer_trace in layer_traces]
        direction = directions[0]
        if len(directions) > 1:
            direction = kept("inside_direction", directions)
            st.segmented_control(
                "Direction",
                directions,
                required=True,
                format_func=words.choice,
                key="inside_direction",
                persist_state="session",
            )
        layer_trace = layer_traces[directions.index(direction)]
        names = ["h", "gradient", *[n for n in layer_trace.state if n != "h"], *layer_trace.gates]
        live = _live(names)
    if layer_trace.window > 1:
        st.caption(words.JOINED.format(layer=layer_trace.layer, window=layer_trace.window))
    relative = bool(st.session_state[key_of("", "relative")])
    return Chosen(layer, direction, tuple(name for name in names if name in live), relative)


def _live(names: list[str]) -> list[str]:
    """The names of the pictures that are live: any of them, or one for a projector."""
    if presenting():
        one = st.pills(
            "Picture",
            names,
            default=names[0],
            required=True,
            format_func=words.short,
            key=f"one_{'_'.join(names)}",
            label_visibility="collapsed",
        )
        return [one]
    return st.pills(
        "Live pictures",
        names,
        default=names[:MOST_LIVE],
        format_func=words.short,
        selection_mode="multi",
        key=f"live_{'_'.join(names)}",
        label_visibility="collapsed",
    )


def how_drawn(frame: Frame, chosen: Chosen) -> None:
    """The controls of how the pictures are drawn; they stand below the first of them, which is seen with the page."""
    if presenting():
        return
    heatmap_options.choose(frame.snapshot.experiment.task)
    if "gradient" in chosen.names:
        heatmap_options.relative_switch("")


def unanswered(trace: Trace) -> bool:
    """Whether the picture of the sequence shows what goes in alone, so that training changes nothing in it."""
    return isinstance(trace.reading, Quantity)


def sequence(frame: Frame) -> None:
    """The sequence where it stands still, above what moves."""
    if unanswered(frame.result.trace):
        sequence_above(frame.result.trace)


def inside(frame: Frame, chosen: Chosen, first: DeltaGenerator, rest: DeltaGenerator) -> None:
    """States, gates and gradients of one layer and direction, below the sequence: one time axis for all.

    The first picture is drawn into `first`, where it is as high as `look.css` says; the others into `rest`.
    """
    trace, cell = frame.result.trace, frame.snapshot.experiment.stack.cell
    still = not visitor().moving
    layer_traces = {layer_trace.direction: layer_trace for layer_trace in trace.layers[chosen.layer - 1]}
    if not unanswered(trace):
        with first:
            sequence_above(trace)
    layer_trace, training = layer_traces[chosen.direction], frame.snapshot.experiment.training
    orders = heatmap_options.orders("run", layer_trace, frame, not still)
    for number, name in enumerate(chosen.names):
        if name == "gradient":
            cut = window_starts(len(trace.inputs), training.truncate) if layer_trace.learned is not None else ()
            drawn = gradient(layer_trace, still, chosen.relative, cut)
        else:
            drawn = quantity(layer_trace, name, cell, still, orders)
        with rest if number else first:
            show(*drawn, fill=not number)


def gradient(
    layer_trace: LayerTrace, still: bool, relative: bool, cut: tuple[int, ...]
) -> tuple[Picture, Data, Callable[[], str]]:
    """‖∂L/∂h_t‖ of a layer, and what truncated learning sees of it; cut: the steps at which its windows begin."""
    title, look_for = words.GRADIENT
    unit = layer_trace.last if relative else 1.0
    norms = layer_trace.grad_norm / unit
    learned = None if layer_trace.learned is None else layer_trace.learned / unit
    ends = widening(f"inside.gradient.{relative}", powers(norms, learned), not still)
    if learned is not None:
        look_for = words.GRADIENT_CUT
    drawn = gradient_curve(len(norms), *ends, title, look_for, is_dark(), relative, learned is not None)
    return drawn, gradient_data(norms, learned, cut), partial(findings.curve, "the gradient norm", norms)


def quantity(
    layer_trace: LayerTrace, name: str, cell: str, still: bool, orders: heatmap_options.Orders
) -> tuple[Picture, Data, Callable[[], str]]:
    """One quantity of a layer of such cells over time, and what there is to see; values only where all is still."""
    title, look_for = words.quantity(cell, name)
    values = {**layer_trace.state, **layer_trace.gates}[name]
    low, high, beyond, own = heatmap_options.colours("run", layer_trace, cell, name, not still)
    dark = is_dark()
    order = orders.get(values.shape[1])
    drawn = heatmap(
        name,
        *values.shape,
        low,
        high,
        title,
        dark=dark,
        look_for=look_for,
        beyond=beyond,
        own=own,
        ordered=order is not None,
    )
    finding = partial(findings.heat, values, np.inf if own else high, order)
    return drawn, heatmap_data(name, values, low, high, dark, still, order, own), finding
