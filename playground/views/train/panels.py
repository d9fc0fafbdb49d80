"""The parts of a page: each draws one view of a frame."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from engine.generate.text import PROMPT, TEMPERATURE
from engine.observe.keeping import marked_steps
from engine.observe.trace import Trace
from engine.progress import parted
from engine.settings import SettingError
from engine.slices import Frame
from engine.tasks import Characters, Forecast, Quantity
from playground import words
from playground.charts.columns import columns
from playground.charts.curves import EarlierLoss, loss_curve, loss_data
from playground.charts.hues import hue
from playground.charts.network import folded, folded_data, rows
from playground.charts.sequence import ahead_data, ahead_picture
from playground.charts.unrolled import BAND, COLUMN, PICK, ROW, bands, unrolled, unrolled_data
from playground.drawing import findings
from playground.runs.session import Session
from playground.shell import heatmap_options
from playground.shell.earlier import comparable, name
from playground.shell.frame import visitor
from playground.shell.inside_place import DIRECTION, LAYER, STEP, UNIT
from playground.shell.pictures import alt_text, is_dark, show
from playground.shell.probe import next_probe, sequence
from playground.shell.wishes import later

NETWORK, OPEN = "network", "network.open"
"""The key of the unrolled network, and that a step was clicked in it, which is to be seen from inside."""

MOST_LINES = 3
"""Earlier runs whose losses are drawn beside that of the present one."""


def asked() -> None:
    """What the task asks, and a way to the next sequence."""
    experiment = visitor().experiment
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.header("Task", width="content")
        if experiment.task.varied:
            st.button(
                "Another sequence",
                icon=":material/shuffle:",
                on_click=later,
                args=(next_probe,),
                key="next_probe",
                help="The sequences shown here are held out: training never sees them.",
            )
    st.caption(words.task(experiment.task_name)[1])


def task(frame: Frame) -> None:
    """One sequence that training never sees, and what the network makes of it."""
    sequence(frame.result.trace, frame.snapshot.experiment.task)


def further(frame: Frame) -> None:
    """What the network writes, if it reads text.

    For a series, what it forecasts: so many steps, if it can read on, else the next one.
    """
    result, asked = frame.result, frame.snapshot.experiment.task
    if isinstance(asked, Characters):
        st.code(result.sample or " ", language=None, wrap_lines=True, height=110)
    if isinstance(result.trace.reading, Quantity) and isinstance(asked, Forecast):
        horizon = len(result.ahead.forecast) if result.ahead else 1
        show(ahead_picture(asked.steps, horizon, is_dark()), ahead_data(result.trace.reading, result.ahead))


def about_further() -> None:
    """What there is to say of a forecast, and from what a network of characters is to write."""
    task, network = visitor().experiment.task, visitor().experiment.stack
    if isinstance(task, Forecast):
        st.caption(words.AHEAD if network.by_steps else words.NOT_AHEAD[network.direction])
        st.caption(words.LAST_VALUE.format(last=words.number(task.last_value_loss, 3)))
    if isinstance(task, Characters):
        _prompt(task)


def _prompt(asked: Characters) -> None:
    """From what, and how boldly, the network writes."""
    left, right = st.columns(2)
    with left:
        prompt = st.text_input(
            "Prompt",
            key="prompt",
            persist_state="session",
            on_change=later,
            args=(_look_again,),
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
            on_change=later,
            args=(_look_again,),
            help="Low: the likeliest characters. High: more surprises.",
        )
    try:
        PROMPT.check("prompt", prompt or "")
    except SettingError as problem:
        st.error(words.say(problem.message), icon=":material/error:")
        return
    unknown = "".join(sorted(set(asked.spelled(prompt or "")) - set(asked.alphabet)))
    if unknown:
        st.caption(words.UNKNOWN.format(characters=words.plain(unknown)))


def _look_again(session: Session) -> None:
    """Write from the prompt and at the temperature that are set now, if they are in range."""
    prompt, temperature = st.session_state["prompt"], st.session_state["temperature"]
    try:
        PROMPT.check("prompt", prompt)
        TEMPERATURE.check("temperature", temperature)
    except SettingError:  # the controls keep to the ranges; what comes past them changes nothing
        return
    session.request_probe(replace(session.request, prompt=prompt, temperature=temperature))


def network_view() -> str:
    """The heading of the network's picture, and how it is to be drawn."""
    st.header("Network")
    return st.segmented_control(
        "View", list(words.NETWORK_VIEWS), default="Unrolled", required=True, key="view", label_visibility="collapsed"
    )


def network(frame: Frame, view: str) -> None:
    """The network's picture, unrolled in time or folded."""
    snapshot, experiment = frame.snapshot, frame.snapshot.experiment
    if view == "Folded":
        show(folded(rows(snapshot.sizes), is_dark()), folded_data(experiment, snapshot.sizes))
    else:
        _unrolled(frame)


def about_network(view: str) -> None:
    """The sentences under it."""
    experiment, parameters = visitor().experiment, visitor().frame.snapshot.parameters
    sentences = [words.NETWORK_VIEWS[view], words.PARAMETERS.format(count=parameters)]
    if experiment.stack.cell == "esn":
        sentences.append(words.FIXED)
    if max(experiment.stack.windows) > 1 and experiment.stack.layers > 1:
        sentences.append(words.JOINED_NETWORK)
    st.caption(" ".join(sentences))


def _unrolled(frame: Frame) -> None:
    """The unrolled network: the steps that matter, and of each layer the units that are most active or come first."""
    trace, moving = frame.result.trace, visitor().moving
    task, cell = frame.snapshot.experiment.task, frame.snapshot.experiment.stack.cell
    layer_traces = [layer_trace for layer in trace.layers for layer_trace in layer]
    marked = marked_steps(task, trace.reading)
    drawn = columns(len(trace.inputs), (np.flatnonzero(marked) + 1).tolist())
    units = bands(len(layer_traces), layer_traces[0].state["h"].shape[1])
    chosen = [heatmap_options.most_active("run", layer_trace, frame, moving)[:units] for layer_trace in layer_traces]
    scales = [heatmap_options.colours("run", layer_trace, cell, "h", moving) for layer_trace in layer_traces]
    high, beyond, own = max(scale.high for scale in scales), any(scale.beyond for scale in scales), scales[0].own
    shape = tuple(tuple(layer_trace.direction for layer_trace in layer) for layer in trace.layers)
    picture = unrolled(shape, len(drawn), units, task.readout, high, is_dark(), beyond, own)

    def clicked() -> None:
        picked = st.session_state[NETWORK].selection[PICK]
        if picked and (step := drawn[int(picked[0][COLUMN])]):
            row, band = int(picked[0][ROW]) - 1, int(picked[0][BAND])
            state = st.session_state
            state[STEP] = step
            if 0 <= row < len(layer_traces):
                state[LAYER], state[DIRECTION] = layer_traces[row].layer, layer_traces[row].direction
                if band >= 0:
                    state[UNIT] = int(chosen[row][band]) % frame.snapshot.experiment.stack.hidden + 1
            state[OPEN] = True

    data = unrolled_data(trace, drawn, chosen, marked, own)
    finding = partial(_seen_in_network, trace, drawn, chosen)
    st.vega_lite_chart(
        picture.filled(data), key=NETWORK, alt=alt_text(picture, finding), on_select=clicked, width="stretch"
    )
    if OPEN in st.session_state:
        st.rerun()  # the page is left where it begins, and not amid a frame


def follow_click() -> None:
    """Go to the page from inside if a step was clicked. To be called before anything is drawn."""
    if st.session_state.pop(OPEN, False):
        st.switch_page("../pages/inside.py")


def _seen_in_network(trace: Trace, drawn: Sequence[int], chosen: Sequence[np.ndarray]) -> str:
    """Which steps and units the picture of the network shows, and what it answers."""
    layer_traces = [layer_trace for layer in trace.layers for layer_trace in layer]
    steps = words.listed([str(step) for step in drawn if step])
    found = [f"Steps {steps}." if len(trace.inputs) > 1 else "One step."]
    for layer_trace, units in zip(layer_traces, chosen, strict=True):
        named = words.listed([str(unit + 1) for unit in units])
        found.append(f"Units of layer {layer_trace.layer}, {layer_trace.direction}: {named}.")
    return " ".join([*found, findings.answered(trace.reading)])


def about_loss() -> None:
    """What the lines in the picture of the losses are, and why a loss cannot reach 0."""
    experiment = visitor().experiment
    st.caption(words.baselines(experiment.task))
    if out := experiment.task.out_of_sight(experiment.stack.direction):
        st.caption(words.OUT_OF_SIGHT[out].format(task=words.task(experiment.task_name)[0]))


def loss(frame: Frame) -> None:
    """Training and held-out loss beside chance; the whole course, also where one looks back."""
    snapshot, at = visitor().frame.snapshot, visitor().player.at
    experiment = snapshot.experiment
    here = None if at is None else frame.snapshot.updates
    task = experiment.task
    earlier = _earlier()
    data = loss_data(snapshot.losses, snapshot.held_out, task, here, earlier)
    finding = partial(findings.losses, snapshot.losses, snapshot.held_out, task.chance_loss)
    show(loss_curve(experiment.stack.cell, task.varied, bool(earlier)), data, finding, fill=True)
    if task.finite and parted(snapshot.losses, snapshot.held_out):
        st.caption(task.about.by_heart)


def _earlier() -> list[EarlierLoss]:
    """The courses of the last runs that can be compared with the present one."""
    session = visitor()
    runs = [(run.experiments[0], run.held_out[0][:, :2]) for run in session.earlier]
    return [
        EarlierLoss(name(each, session.experiment), hue(each.stack.cell), rows)
        for each, rows in runs
        if comparable(each, session.experiment)
    ][:MOST_LINES]
