"""The parts of a page: each draws one view of a frame."""

from dataclasses import replace

import streamlit as st

from engine.fields import FieldError
from engine.slices import Frame
from engine.tasks import Characters, Forecast, Quantity, Task, Tokens
from engine.trace import Strand, Trace
from engine.writing import PROMPT, TEMPERATURE
from playground import words
from playground.charts.base import Data, Picture, limit
from playground.charts.curves import decades, gradient_curve, gradient_data, loss_curve, loss_data
from playground.charts.heatmap import heatmap, heatmap_data
from playground.charts.network import folded, folded_data, unrolled, unrolled_data
from playground.charts.sequence import (
    forecast_data,
    forecast_picture,
    marked_picture,
    series_picture,
    tokens_data,
    tokens_picture,
    values_data,
)
from playground.frame import visitor


def show(picture: Picture, data: Data, key: str) -> None:
    """A picture on the page. Its spec stays the same from frame to frame, so the view is kept and only data moves."""
    st.vega_lite_chart(picture.filled(data), key=key, alt=picture.alt, width="stretch")


def is_dark() -> bool:
    return st.context.theme.type == "dark"


LINE = 20
"""Steps in a line of the task's picture; a sequence of more lines than LINES is drawn in one, without letters."""

LINES = 5


def sequence(trace: Trace) -> None:
    """The probe sequence with target and answer, as the task's picture."""
    reading = trace.reading
    if isinstance(reading, Tokens):
        steps = len(reading.inputs)
        columns = min(LINE, steps) if steps <= LINE * LINES else steps
        show(tokens_picture(steps, columns, is_dark()), tokens_data(reading), "task_picture")
    elif any(reading.marked):
        show(marked_picture(len(reading.values)), values_data(reading), "task_picture")
    else:
        show(forecast_picture(len(reading.values), is_dark()), forecast_data(reading), "task_picture")


def sequence_above(trace: Trace, key: str) -> None:
    """The probe sequence on the time axis of the pictures below it."""
    reading = trace.reading
    steps = len(reading.inputs if isinstance(reading, Tokens) else reading.values)
    if isinstance(reading, Tokens):
        show(tokens_picture(steps, steps, is_dark()), tokens_data(reading), key)
    else:
        drawing = marked_picture(steps) if any(reading.marked) else series_picture(steps)
        show(drawing, values_data(reading), key)


def task(frame: Frame) -> None:
    """One sequence that training never sees, what the network makes of it, and a way to the next one."""
    st.subheader("Task")
    experiment = frame.snapshot.experiment
    st.caption(words.TASKS[experiment.task_name][1])
    sequence(frame.snapshot.trace)
    st.markdown(verdict(frame.snapshot.trace.reading))
    if isinstance(experiment.task, Forecast):
        st.caption(words.LAST_VALUE.format(loss=words.number(experiment.task.last_value_loss, 3)))
    if experiment.task.varied:
        st.button(
            "Another sequence",
            icon=":material/shuffle:",
            on_click=_next_probe,
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
    mark = ":blue[**✓ all right**]" if right == len(counted) else f":orange[**✗ {len(counted) - right} wrong**]"
    return f"{right} of {len(counted)} answers right — {mark}."


def _next_probe() -> None:
    session = visitor()
    session.look_at(replace(session.look, probe=session.look.probe + 1))


def _writing(asked: Task, frame: Frame) -> None:
    """A sample that the network writes now."""
    st.markdown("**It writes**")
    st.code(frame.sample or " ", language=None, wrap_lines=True, height=110)
    left, right = st.columns(2)
    with left:
        prompt = st.text_input("Prompt", key="prompt", max_chars=100, help="What the text begins with.")
    with right:
        temperature = st.slider(
            "Temperature",
            TEMPERATURE.low,
            TEMPERATURE.high,
            TEMPERATURE.default,
            0.1,
            key="temperature",
            help="Low: the likeliest characters. High: more surprises.",
        )
    try:
        PROMPT.check("prompt", prompt)
        TEMPERATURE.check("temperature", temperature)
    except FieldError as problem:
        st.error(words.plain(str(problem)))
        return
    session = visitor()
    look = replace(session.look, prompt=prompt, temperature=temperature)
    if look != session.look:
        session.look_at(look)
        st.rerun(scope="fragment")


def network(frame: Frame) -> None:
    """The network's picture, unrolled in time or folded."""
    st.subheader("Network")
    snapshot = frame.snapshot
    view = st.segmented_control(
        "View", ["Unrolled", "Folded"], default="Unrolled", required=True, key="view", label_visibility="collapsed"
    )
    experiment = snapshot.experiment
    if view == "Folded":
        st.caption("One box a layer; the loop is the step from t − 1 to t. Shapes are units × steps.")
        drawing = folded(experiment.network.layers, is_dark())
        show(drawing, folded_data(experiment.network, experiment.task), "folded")
    else:
        st.caption("The same weights at every step, drawn once a step; colour is the state of up to eight units there.")
        shape = tuple(tuple(strand.direction for strand in layer) for layer in snapshot.trace.layers)
        states = [strand.state["h"] for layer in snapshot.trace.layers for strand in layer]
        top = max(limit(h) for h in states)
        picture = unrolled(
            shape, experiment.task.steps, experiment.network.hidden, experiment.task.readout, top, is_dark()
        )
        show(picture, unrolled_data(snapshot.trace), "unrolled")
    st.caption(f"{visitor().run.network.parameter_count:,} parameters.")


def loss(frame: Frame) -> None:
    """Training and held-out loss beside chance."""
    st.subheader("Loss")
    snapshot = frame.snapshot
    experiment = snapshot.experiment
    st.caption("Thin: training. Thick: held-out. Below the dashed line the network knows more than chance.")
    data = loss_data(snapshot.losses, snapshot.held_out, experiment.task.chance_loss)
    show(loss_curve(experiment.network.cell), data, "loss")


def inside(frame: Frame) -> None:
    """States, gates and gradients of one layer and direction, all on the same time axis."""
    st.subheader("Inside, on the sequence above")
    st.caption("Time runs to the right, step by step; units run down. All pictures share the time axis.")
    strand, chosen = _pick(frame.snapshot.trace)
    columns = st.columns(2, gap="medium")
    for number, column in enumerate(columns):
        with column:
            sequence_above(frame.snapshot.trace, f"inside_sequence_{number}")
    for number, name in enumerate(chosen):
        with columns[number % 2]:
            title, look_for = words.QUANTITIES[name]
            st.markdown(f"**{title}**")
            quantity(strand, name)
            st.caption(look_for)


def quantity(strand: Strand, name: str) -> None:
    """One quantity of a strand over time."""
    if name == "gradient":
        norms = strand.grad_norm
        show(gradient_curve(len(norms), *decades(norms)), gradient_data(norms), "inside_gradient")
        return
    values = {**strand.state, **strand.gates}[name]
    if name in strand.gates and name not in strand.signed:
        low, high = 0.0, 1.0
    else:
        high = limit(values)
        low = -high
    show(heatmap(name, *values.shape, low, high), heatmap_data(values, high), f"inside_{name}")


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
            default=names,
            selection_mode="multi",
            key=f"live_{'_'.join(names)}",
        )
    return strand, [name for name in names if name in chosen]
