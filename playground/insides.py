"""The inside of the network on one time axis: the choice of what is live, and its pictures."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from engine.slices import Frame
from engine.tasks import Quantity
from engine.trace import Strand, Trace
from playground import findings, view, words
from playground.charts.base import Data, Picture
from playground.charts.heatmap import heatmap, heatmap_data
from playground.charts.reach import gradient_curve, gradient_data, powers
from playground.drawing import headed, is_dark, show, widening
from playground.frame import visitor
from playground.kept import kept
from playground.panels import sequence_above

MOST_LIVE = 8
"""Pictures that are live from the start; a cell may have more to choose from."""


class Chosen(NamedTuple):
    """What of the inside is live: a layer (from 1), a direction, and the names of states and gates."""

    layer: int
    direction: str
    names: tuple[str, ...]


def choose(frame: Frame) -> Chosen:
    """The heading of the inside, and the layer, direction and quantities that are live."""
    trace = frame.sight.trace
    headed(words.INSIDE, words.INSIDE_LOOK)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = 1
        if len(trace.layers) > 1:
            options = [strands[0].layer for strands in trace.layers]
            layer = kept("inside_layer", options)
            st.segmented_control("Layer", options, required=True, key="inside_layer", persist_state="session")
        strands = trace.layers[layer - 1]
        directions = [strand.direction for strand in strands]
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
        strand = strands[directions.index(direction)]
        names = ["h", "gradient", *[n for n in strand.state if n != "h"], *strand.gates]
        live = st.pills(
            "Live pictures",
            names,
            default=names[:MOST_LIVE],
            format_func=words.short,
            selection_mode="multi",
            key=f"live_{'_'.join(names)}",
            label_visibility="collapsed",
        )
    view.choose(frame.snapshot.experiment.task)
    if strand.window > 1:
        st.caption(words.JOINED.format(layer=strand.layer, window=strand.window))
    return Chosen(layer, direction, tuple(name for name in names if name in live))


def unanswered(trace: Trace) -> bool:
    """Whether the picture of the sequence shows what goes in alone, so that training changes nothing in it."""
    return isinstance(trace.reading, Quantity)


def sequence(frame: Frame) -> None:
    """The sequence where it stands still, above what moves."""
    if unanswered(frame.sight.trace):
        sequence_above(frame.sight.trace)


def inside(frame: Frame, chosen: Chosen) -> None:
    """States, gates and gradients of one layer and direction, below the sequence: one time axis for all."""
    trace, cell = frame.sight.trace, frame.snapshot.experiment.network.cell
    still = not visitor().moving
    strands = {strand.direction: strand for strand in trace.layers[chosen.layer - 1]}
    if not unanswered(trace):
        sequence_above(trace)
    orders = view.orders("run", strands[chosen.direction], frame, not still)
    for name in chosen.names:
        show(*quantity(strands[chosen.direction], name, cell, still, orders))


def quantity(strand: Strand, name: str, cell: str, still: bool, orders: view.Orders) -> tuple[Picture, Data, str]:
    """One quantity of a strand of such cells over time, and what there is to see; values only where all is still."""
    title, look_for = words.quantity(cell, name)
    if name == "gradient":
        norms = strand.grad_norm
        ends = widening("inside.gradient", powers(norms), not still)
        drawn = gradient_curve(len(norms), *ends, title, look_for, is_dark())
        return drawn, gradient_data(norms), findings.curve("the gradient norm", norms) if still else ""
    values = {**strand.state, **strand.gates}[name]
    low, high, beyond, own = view.colours("run", strand, cell, name, not still)
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
    finding = findings.heat(values, np.inf if own else high, order) if still else ""
    return drawn, heatmap_data(name, values, low, high, dark, still, order, own), finding
