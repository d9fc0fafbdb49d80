"""The whole sequence on the page "Inside a cell": input and hidden state, to choose by; how far a change moves it."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import streamlit as st

from playground import words
from playground.charts.heatmap import ROW, TIME_STEP, heatmap, heatmap_data
from playground.charts.picking import PICK, height, picking, picking_data
from playground.drawing import findings
from playground.shell import heatmap_options
from playground.shell.frame import visitor
from playground.shell.inside_place import STEP, UNIT
from playground.shell.pictures import alt_text, is_dark, show
from playground.shell.probe import sequence_above
from playground.views.inside import words as say
from playground.views.inside.panels import Scene, layer_trace

PICKED = "inside.picked"

TALLEST = 560
"""Pixels of the pictures; where they need more, they scroll."""


def states(scene: Scene) -> None:
    """The input, and below it the hidden state of the whole sequence; a click there chooses step and unit."""
    h = scene.layer_trace.state["h"]
    # The order is that of the run: a change moves no row.
    plain = layer_trace(scene.frame.result.trace, scene.place)
    order = heatmap_options.orders("run", plain, scene.frame, visitor().moving).get(h.shape[1])
    with st.container(height=TALLEST if height(h.shape[1]) > TALLEST else "content", border=False):
        sequence_above(scene.seen)
        _pick(scene, h, order)
    _difference(scene, h, order)


def _pick(scene: Scene, h: np.ndarray, order: np.ndarray | None) -> None:
    hidden = scene.frame.snapshot.experiment.stack.hidden
    # A picture of its own after every click: on one that had been clicked, the same click again would change nothing.
    key = f"inside.pick.{st.session_state.setdefault(PICKED, 0)}"

    def clicked() -> None:
        chosen: list[Mapping[str, int]] = st.session_state[key].selection[PICK]
        if chosen:
            # A unitary cell shows real parts above imaginary ones: both are the same unit.
            st.session_state[STEP] = int(chosen[0][TIME_STEP])
            row = int(chosen[0][ROW]) - 1
            st.session_state[UNIT] = (row if order is None else int(order[row])) % hidden + 1
            st.session_state[PICKED] += 1
            st.rerun()  # the step and the unit are chosen outside the fragment in which this picture is

    dark, still = is_dark(), not visitor().moving
    _, high, beyond, own = heatmap_options.colours(
        "changed" if scene.change else "run", scene.layer_trace, scene.cell, "h", not still
    )
    title = words.quantity(scene.cell, "h")[0] + (say.WITH_CHANGE if scene.change else "")
    picture = picking("h", *h.shape, high, title, say.PICK, dark, beyond, own, order is not None)
    finding = partial(findings.heat, h, np.inf if own else high, order)
    data = picking_data("h", h, high, scene.place.t, scene.place.unit, dark, still, order, own)
    st.vega_lite_chart(
        picture.filled(data), key=key, alt=alt_text(picture, finding), on_select=clicked, width="stretch"
    )


def _difference(scene: Scene, h: np.ndarray, order: np.ndarray | None) -> None:
    """By how much a change moves every state."""
    if not scene.without:
        return
    difference = h - scene.without.layer_trace.state["h"]
    top, dark, still = _end(difference), is_dark(), not visitor().moving
    name, ordered = "change of h", order is not None
    picture = heatmap(
        name, *difference.shape, -top, top, say.DIFFERENCE_TITLE, "", dark, say.DIFFERENCE, ordered=ordered
    )
    finding = partial(findings.heat, difference, top, order)
    show(picture, heatmap_data(name, difference, -top, top, dark, still, order), finding)


def _end(difference: np.ndarray) -> float:
    """The end of the colour scale: 1, 2 or 5 times a power of ten that holds every difference, 0.001 at least."""
    finite = np.abs(difference[np.isfinite(difference)])
    top = max(float(finite.max()) if finite.size else 1.0, 1e-3)
    power = 10.0 ** np.floor(np.log10(top))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= top))
