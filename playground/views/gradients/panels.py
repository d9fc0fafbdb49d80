"""The parts of the page Gradients: each draws one view of a checkpoint."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import streamlit as st

from engine.cells import CELLS
from engine.learners import learner_for
from engine.learners.clipping import share_clipped
from engine.observe.bound import has_bound
from engine.observe.gradients import LOSS, Gradients, Question
from engine.slices import Frame
from playground import words
from playground.charts.norms import norms_data, norms_picture
from playground.charts.reach import (
    logarithms,
    powers,
    row_data,
    row_picture,
    strengths_data,
    strengths_picture,
)
from playground.charts.singular import round_top, singular_data, singular_picture
from playground.charts.triangle import PICK, triangle_data, triangle_picture
from playground.drawing import findings
from playground.links.page_settings import key_of
from playground.runs.measuring import Measured, Measuring
from playground.server.shared import POOL
from playground.shell.frame import visitor
from playground.shell.heatmap_options import relative_switch
from playground.shell.pictures import alt_text, is_dark, show, widening
from playground.shell.probe import sequence_above
from playground.views.gradients import words as say
from playground.views.gradients.sentences import about_pair, beside, matrix

MEASURING, FROZEN, EARLIER, LATER = "gradients.measuring", "gradients.frozen", "gradients.k", "gradients.t"


def checkpoint(frame: Frame) -> tuple[Frame, Measured]:
    """The frame to show, the latest or the one that was frozen, and the gradients in it or, while training, before."""
    state = st.session_state
    measuring: Measuring = state.setdefault(MEASURING, Measuring(POOL))
    keep = st.toggle(say.FREEZE, key="gradients.freeze", help=say.FREEZE_HELP)
    if not keep:
        state.pop(FROZEN, None)
    kept: Frame = state.setdefault(FROZEN, frame) if keep else frame
    found = measuring.of(kept, _question(), visitor().moving and not keep)
    updates = found.frame.snapshot.updates
    st.caption((say.FROZEN + " " if keep else "").format(update=updates) + say.LEAD.format(update=updates))
    return kept, found


def _question() -> Question:
    state = st.session_state
    return Question(
        state.get("gradients.layer") or 1, state.get("gradients.direction") or "", state.get("gradients.of") or ""
    )


def _ends(axis: str, *values: np.ndarray | None) -> tuple[int, int]:
    """Powers of ten that hold all of it."""
    return widening(f"gradients.{axis}", powers(*values), visitor().moving and FROZEN not in st.session_state)


def views() -> None:
    """What of the gradient is shown. It stands in the link, so it is drawn with the page, not with every frame."""
    network = visitor().experiment.stack
    memory = CELLS[network.cell].memory
    names = {"h": "‖∂L/∂hₜ‖", "memory": f"‖∂L/∂{memory}ₜ‖"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if memory:
            st.segmented_control(
                say.BY,
                list(names),
                key=key_of("gradients", "by"),
                required=True,
                format_func=names.__getitem__,
                help=say.BY_HELP,
                persist_state="session",
            )
        relative_switch("gradients")
        if has_bound(network):
            key = key_of("gradients", "bounds")
            st.toggle(say.BOUNDS, key=key, help=say.BOUNDS_HELP, persist_state="session")


def strengths(found: Measured) -> None:
    """The sequence it is about, and the norm of the gradient at its steps, of every layer and direction."""
    st.header(say.STRENGTHS)
    state, seen = st.session_state, found.gradients
    shown = seen.memory if state[key_of("gradients", "by")] == "memory" and seen.memory else seen.strengths
    relative, part = state[key_of("gradients", "relative")], shown[0].of
    both = len({each.direction for each in shown}) > 1
    rows = []
    for each in shown:
        name, unit = f"layer {each.layer}" + (f", {each.direction}" if both else ""), each.last if relative else 1.0
        rows.append((name, each.full / unit, each.learned / unit))
    norms = [each for _, full, learned in rows for each in (full, learned)]
    low, high = _ends(f"strengths.{part}.{relative}", *norms)
    names = tuple(name for name, _, _ in rows)
    sequence_above(found.frame.result.trace)
    picture = strengths_picture(names, len(rows[0][1]), low, high, bool(seen.cut), is_dark(), part, relative)
    told_of = [(f"the gradient norm of {name}", full) for name, full, _ in rows]
    show(picture, strengths_data(rows, seen.cut), partial(findings.curves, told_of))
    sentences = [say.STRENGTHS_LOOK]
    if seen.memory:
        sentences.append((say.PAST_H if part == "h" else say.OF_MEMORY).format(part=seen.memory[0].of))
    if relative:
        sentences.append(say.RELATIVE_LOOK)
    st.caption(" ".join(sentences))
    if seen.cut:
        st.caption(say.CUT.format(k=found.frame.snapshot.experiment.training.truncate))


def clipping(frame: Frame) -> None:
    """The norm of every update's gradient before and after clipping."""
    st.header(say.CLIPPING)
    snapshot = frame.snapshot
    learner = learner_for(snapshot.experiment)
    if not learner.has_gradient:
        st.caption(say.NO_GRADIENT.format(learner=learner.label.lower()))
        return
    clip = snapshot.experiment.training.clip
    show(norms_picture(bool(clip)), norms_data(snapshot.norms, clip))
    if not len(snapshot.norms):
        st.caption(say.NOTHING_YET)
    elif snapshot.norms[:, 2].any():
        st.caption(say.CLIPPED.format(share=share_clipped(snapshot.norms), updates=snapshot.updates))
    else:
        st.caption(say.UNCLIPPED)


def triangle(found: Measured) -> None:
    """Every pair of steps as a map, and what is to say of the chosen one."""
    st.header(say.TRIANGLE)
    seen = found.gradients
    _choose(seen)
    what = say.OF_LOSS if seen.pairs.of == LOSS else f"‖∂{seen.pairs.of}ₜ/∂{seen.pairs.of}ₖ‖"
    t, k = _pair(seen)
    left, right = st.columns(2, gap="medium")
    with left:
        _map(seen, what, t, k)
    with right:
        _row(seen, t, k)


def _choose(seen: Gradients) -> None:
    """Layer, direction and what the pairs are of."""

    def control(label: str, key: str, options: list[str] | list[int], now: str | int, text: Callable[..., str]) -> None:
        if len(options) > 1:
            st.session_state[key] = now
            st.segmented_control(label, options, key=key, required=True, format_func=text)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        layers = sorted({each.layer for each in seen.strengths})
        ways = [each.direction for each in seen.strengths if each.layer == seen.layer]
        names = {LOSS: say.OF_LOSS} | {part: f"‖∂{part}ₜ/∂{part}ₖ‖" for part in seen.offered if part != LOSS}
        question = _question()
        control("Layer", "gradients.layer", layers, min(question.layer, layers[-1]), str)
        way = question.direction if question.direction in ways else seen.direction
        control("Direction", "gradients.direction", ways, way, words.choice)
        of = question.of if question.of in seen.offered else seen.pairs.of
        control("Show", "gradients.of", list(seen.offered), of, names.__getitem__)


def _map(seen: Gradients, what: str, t: int, k: int) -> None:
    steps, values, last = seen.pairs.steps, seen.pairs.values, len(seen.strengths[0].full)
    low, high = _ends("triangle", values)
    shown, dark = tuple(steps.tolist()), is_dark()
    still = not visitor().moving or FROZEN in st.session_state
    picture = triangle_picture(what, last, shown, low, high, seen.cut, dark)
    # A chart of its own for every choice: on one that had been clicked, the same click again would change nothing.
    key = f"gradients.triangle.{t}.{k}"

    def clicked() -> None:
        picked = st.session_state[key].selection[PICK]
        if picked:
            row, column = (int(np.abs(steps - picked[0][step]).argmin()) for step in ("t", "k"))
            if np.isfinite(logarithms(values[row, column])):  # gaps cannot be chosen
                st.session_state[LATER], st.session_state[EARLIER] = shown[row], shown[column]

    data = picture.filled(triangle_data(values, shown, last, low, high, t, k, dark, still))
    alt = alt_text(picture, partial(findings.pairs, values, steps, t, k))
    st.vega_lite_chart(data, key=key, alt=alt, on_select=clicked, width="stretch")
    st.caption(say.TRIANGLE_LOOK)
    if seen.window > 1:
        st.caption(say.JOINED.format(window=seen.window))
    if len(steps) < -(-last // seen.window):
        part = "" if seen.pairs.whole else say.LAST_PART.format(first=steps[0])
        st.caption(say.SAMPLED.format(count=len(steps), steps=-(-last // seen.window), part=part))
    if len(steps) > 1:
        options = steps.tolist()
        one, other = st.columns(2)
        with one:
            st.select_slider("Earlier step k", options, key=EARLIER)
        with other:
            st.select_slider("Later step t", options, key=LATER)
    st.caption(say.LOSS_NORM if seen.pairs.of == LOSS else say.NORM.format(p=seen.pairs.of))


def _pair(seen: Gradients) -> tuple[int, int]:
    """The chosen t and k, put back among the steps shown; a state cannot depend on one that comes after it."""
    steps = seen.pairs.steps
    first, last = (steps[-1], steps[0]) if _turned(seen) else (steps[0], steps[-1])
    state = st.session_state
    for key, usual in ((LATER, last), (EARLIER, first)):
        wanted = state.get(key, usual)
        state[key] = int(steps[np.abs(steps - wanted).argmin()])
    if seen.pairs.of != LOSS and (state[EARLIER] < state[LATER] if _turned(seen) else state[EARLIER] > state[LATER]):
        state[EARLIER], state[LATER] = state[LATER], state[EARLIER]
    return state[LATER], state[EARLIER]


def forget_pair() -> None:
    """From now on the first and the last step, until others are chosen."""
    for key in (EARLIER, LATER):
        st.session_state.pop(key, None)


def _turned(seen: Gradients) -> bool:
    return seen.direction == "backward" and seen.pairs.of != LOSS


def _row(seen: Gradients, t: int, k: int) -> None:
    """The chosen number in a sentence; its row of the triangle, with the bound or the direct path."""
    steps = seen.pairs.steps
    row, column = int(np.searchsorted(steps, t)), int(np.searchsorted(steps, k))
    value = float(seen.pairs.values[row, column])
    st.markdown(about_pair(seen, t, k, value))
    line = say.DIRECT_LINE if seen.gated else say.CONSTANT
    tables = {"measured": seen.pairs.values, "direct": seen.direct}
    bounds = st.session_state[key_of("gradients", "bounds")]
    if bounds:
        tables |= {"gamma": seen.by_gamma, "norms": seen.by_norms}
    names = say.LINES | {"direct": line.format(gate=f"({seen.gate})" if "−" in seen.gate else seen.gate)}
    lines = [(name, table[row]) for name, table in tables.items() if table is not None]
    low, high = _ends(f"row.{bounds}", *(values for _, values in lines))
    picture = row_picture(
        len(seen.strengths[0].full),
        tuple(name for name, _ in lines),
        tuple(names[name] for name, _ in lines),
        low,
        high,
        is_dark(),
    )
    data = row_data(steps, [(names[name], values) for name, values in lines], k, value)
    show(picture, data)
    for sentence in beside(seen, row, column, value):
        st.markdown(sentence)
    if seen.bound is not None:
        top = round_top(float(seen.bound.singular[0]))
        show(
            singular_picture(len(seen.bound.singular), top),
            singular_data(seen.bound.singular, seen.bound.radius),
        )
        st.caption(say.SINGULAR)
        st.caption(matrix(seen.bound))
    elif seen.pairs.of != LOSS:
        st.caption(say.NO_BOUND)


def derivations() -> None:
    """The exercises of the text, and its slips."""
    with st.expander(say.DERIVATIONS):
        st.markdown(Path(__file__).with_name("derivations.md").read_text(encoding="utf-8"))
