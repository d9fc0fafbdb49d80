"""The parts of a page: each draws one view of a frame."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from engine import CELLS
from engine.fields import FieldError
from engine.slices import Frame
from engine.tasks import Characters, Forecast, Quantity, Task, Tokens
from engine.trace import Strand, Trace
from engine.writing import PROMPT, TEMPERATURE
from playground import words
from playground.charts.base import Data, Picture, limit
from playground.charts.curves import loss_curve, loss_data
from playground.charts.heatmap import heatmap, heatmap_data
from playground.charts.network import folded, folded_data, rows, unrolled, unrolled_data
from playground.charts.reach import gradient_curve, gradient_data, powers
from playground.charts.sequence import (
    READABLE,
    ROWS,
    forecast_data,
    forecast_picture,
    marked_picture,
    positions,
    series_picture,
    tokens_data,
    tokens_picture,
    values_data,
    widest,
)
from playground.drawing import headed, is_dark, once, show
from playground.frame import visitor

LINE = 20
"""Letters in a line of the task's picture."""


def sequence(trace: Trace) -> None:
    """The probe sequence with target and answer, as the task's picture, and in words."""
    reading = trace.reading
    if isinstance(reading, Tokens):
        drawn = positions(len(reading.inputs))
        rows = 1 if sum(map(bool, reading.targets)) == 1 else len(ROWS)  # a single answer stands in the verdict
        columns = min(LINE // widest(reading), len(drawn))
        picture = tokens_picture(len(drawn), columns, rows, True, is_dark())
        show(picture, tokens_data(reading, drawn, rows), "task_picture")
    elif any(reading.marked):
        show(marked_picture(len(reading.values)), values_data(reading), "task_picture")
    else:
        show(forecast_picture(len(reading.values), is_dark()), forecast_data(reading), "task_picture")
    st.markdown(verdict(reading))


def sequence_above(trace: Trace, key: str, rows: int = len(ROWS), readable: int = READABLE) -> None:
    """The probe sequence on the time axis of the pictures below it: the first `rows` of it, letters if they fit."""
    reading = trace.reading
    if isinstance(reading, Tokens):
        steps = len(reading.inputs)
        letters = steps * widest(reading) <= readable
        drawing = tokens_picture(steps, steps, rows, letters, is_dark())
        show(drawing, tokens_data(reading, range(1, steps + 1), rows), key)
    else:
        steps = len(reading.values)
        show(marked_picture(steps) if any(reading.marked) else series_picture(steps), values_data(reading), key)


def task(frame: Frame) -> None:
    """One sequence that training never sees, what the network makes of it, and a way to the next one."""
    experiment = frame.snapshot.experiment
    headed("Task", words.TASKS[experiment.task_name][1])
    trace = frame.sight.trace
    once("task", trace, lambda: sequence(trace))
    if isinstance(experiment.task, Forecast):
        mean, last = experiment.task.mean_loss, experiment.task.last_value_loss
        st.caption(words.BASELINES.format(mean=words.number(mean, 3), last=words.number(last, 3)))
    if experiment.task.varied:
        st.button(
            "Another sequence",
            icon=":material/shuffle:",
            on_click=visitor().click,
            args=(_next_probe,),
            key="next_probe",
            help="The sequences shown here are held out: training never sees them.",
        )
    if isinstance(experiment.task, Characters):
        _writing(experiment.task, frame)


def verdict(reading: Tokens | Quantity) -> str:
    """The answer in words: right and wrong by a mark, a word and a colour."""
    if isinstance(reading, Quantity):
        mark = ":blue[**✓ right**]" if reading.right else ":orange[**✗ wrong**]"
        off = abs(reading.answer - reading.target)
        return (
            f"Target **{words.number(reading.target)}**, answer **{words.number(reading.answer)}** — {mark}, "
            f"off by {words.number(off, 3)} (right: within {words.number(reading.tolerance, 3)})."
        )
    counted = [r for r in reading.right if r is not None]
    right = sum(counted)
    if len(counted) == 1:
        mark = ":blue[**✓ right**]" if right else ":orange[**✗ wrong**]"
        return f"Target **{reading.targets[-1]}**, answer **{reading.answers[-1]}** — {mark}."
    mark = ":blue[**✓ all right**]" if right == len(counted) else f":orange[**✗ {len(counted) - right} wrong**]"
    return f"{right} of {len(counted)} answers right — {mark}."


def _next_probe() -> None:
    session = visitor()
    session.look_at(replace(session.look, probe=session.look.probe + 1))


def _writing(asked: Characters, frame: Frame) -> None:
    """A sample that the network writes now."""
    st.markdown("**It writes**")
    st.code(frame.sight.sample or " ", language=None, wrap_lines=True, height=110)
    left, right = st.columns(2)
    with left:
        prompt = st.text_input(
            "Prompt",
            key="prompt",
            max_chars=100,
            persist_state="session",
            on_change=_look_again,
            help="What the text begins with. Press Enter.",
        )
    with right:
        st.session_state.setdefault("temperature", TEMPERATURE.default)
        st.slider(
            "Temperature",
            TEMPERATURE.low,
            TEMPERATURE.high,
            step=0.1,
            key="temperature",
            persist_state="session",
            on_change=_look_again,
            help="Low: the likeliest characters. High: more surprises.",
        )
    unknown = "".join(sorted(set(prompt or "") - set(asked.alphabet)))
    if unknown:
        st.caption(words.UNKNOWN.format(characters=words.plain(unknown)))


def _look_again() -> None:
    """Write from the prompt and at the temperature that are set now, if they are in range."""
    prompt, temperature = st.session_state["prompt"], st.session_state["temperature"]
    try:
        PROMPT.check("prompt", prompt)
        TEMPERATURE.check("temperature", temperature)
    except FieldError:  # the controls keep to the ranges; what comes past them changes nothing
        return
    session = visitor()
    session.look_at(replace(session.look, prompt=prompt, temperature=temperature))


def network(frame: Frame) -> None:
    """The network's picture, unrolled in time or folded."""
    st.subheader("Network")
    view = st.segmented_control(
        "View", list(words.NETWORK_VIEWS), default="Unrolled", required=True, key="view", label_visibility="collapsed"
    )
    once("network", frame.sight.trace, lambda: _network(frame, view), view)


def _network(frame: Frame, view: str) -> None:
    snapshot, experiment = frame.snapshot, frame.snapshot.experiment
    if view == "Folded":
        show(folded(rows(snapshot.sizes), is_dark()), folded_data(experiment, snapshot.sizes), "folded")
    else:
        show(*_unrolled(experiment.task, frame.sight.trace), "unrolled")
    sentences = [words.NETWORK_VIEWS[view], words.PARAMETERS.format(count=snapshot.parameters)]
    if experiment.network.cell == "esn":
        sentences.append(words.FIXED)
    if max(experiment.network.windows) > 1 and experiment.network.layers > 1:
        sentences.append(words.JOINED_NETWORK)
    st.caption(" ".join(sentences))


def _unrolled(task: Task, trace: Trace) -> tuple[Picture, Data]:
    shape = tuple(tuple(strand.direction for strand in layer) for layer in trace.layers)
    states = [strand.state["h"] for layer in trace.layers for strand in layer]
    top = max(limit(h) for h in states)
    picture = unrolled(shape, task.steps, states[0].shape[1], task.readout, top, is_dark())
    return picture, unrolled_data(trace)


def loss(frame: Frame) -> None:
    """Training and held-out loss beside chance; the whole course, also where one looks back."""
    snapshot, at = visitor().frame.snapshot, visitor().player.at
    experiment = snapshot.experiment
    headed("Loss", words.CURVES[experiment.task.varied] + words.BELOW_CHANCE)
    here = None if at is None else frame.snapshot.updates
    data = loss_data(snapshot.losses, snapshot.held_out, experiment.task.chance_loss, here)
    show(loss_curve(experiment.network.cell), data, "loss")


def inside(frame: Frame) -> None:
    """States, gates and gradients of one layer and direction, all on the same time axis."""
    headed(
        "Inside, on the sequence above",
        "Time runs to the right, step by step; units run down. All pictures share the time axis.",
    )
    strand, chosen = _pick(frame.sight.trace)
    if strand.window > 1:
        st.caption(words.JOINED.format(layer=strand.layer, window=strand.window))
    trace, cell = frame.sight.trace, frame.snapshot.experiment.network.cell
    still = not visitor().moving
    how = strand.layer, strand.direction, still, *chosen
    once("inside", trace, lambda: _inside(trace, strand, chosen, cell, still), how)


def _inside(trace: Trace, strand: Strand, chosen: Sequence[str], cell: str, still: bool) -> None:
    for number, column in enumerate(st.columns(2, gap="medium")):
        with column:
            sequence_above(trace, f"inside_sequence_{number}")
            for name in chosen[number::2]:
                show(*quantity(strand, name, cell, still), f"inside_{name}")
                st.caption(words.quantity(cell, name)[1])


def end(cell: str, name: str, values: np.ndarray) -> float:
    """Where the fixed scale of a signed quantity ends."""
    return CELLS[cell].reach.get(name) or limit(values)


def quantity(strand: Strand, name: str, cell: str, still: bool) -> tuple[Picture, Data]:
    """One quantity of a strand of such cells over time; its values can be read where all is still."""
    title, _ = words.quantity(cell, name)
    if name == "gradient":
        norms = strand.grad_norm
        return gradient_curve(len(norms), *powers(norms), title), gradient_data(norms)
    values = {**strand.state, **strand.gates}[name]
    if name in strand.gates and name not in strand.signed:
        low, high = 0.0, 1.0
    else:
        high = end(cell, name, values)
        low = -high
    dark = is_dark()
    drawn = heatmap(name, *values.shape, low, high, title, dark=dark)
    return drawn, heatmap_data(name, values, low, high, dark, still)


MOST_LIVE = 8
"""Pictures that are live from the start; a cell may have more to choose from."""


def _pick(trace: Trace) -> tuple[Strand, list[str]]:
    """The layer, direction and quantities that are live."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = 1
        if len(trace.layers) > 1:
            options = [strands[0].layer for strands in trace.layers]
            layer = st.segmented_control("Layer", options, default=1, required=True, key="inside_layer")
        strands = trace.layers[layer - 1]
        directions = [strand.direction for strand in strands]
        direction = directions[0]
        if len(directions) > 1:
            direction = st.segmented_control(
                "Direction",
                directions,
                default=directions[0],
                required=True,
                format_func=words.choice,
                key="inside_direction",
            )
        strand = strands[directions.index(direction)]
        names = ["h", "gradient", *[n for n in strand.state if n != "h"], *strand.gates]
        chosen = st.pills(
            "Live pictures (fewer is smoother)",
            names,
            default=names[:MOST_LIVE],
            format_func=words.short,
            selection_mode="multi",
            key=f"live_{'_'.join(names)}",
        )
    return strand, [name for name in names if name in chosen]
