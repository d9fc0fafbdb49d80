"""The pictures of the page Side by side: each draws one view of all networks."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from engine.observe.gradients import Strength
from engine.observe.trace import LayerTrace, Trace
from engine.requests import strengths_at
from engine.slices import Frame, Frames
from playground import words
from playground.charts.heatmap import heatmap, heatmap_data
from playground.charts.reach import powers
from playground.charts.together import Line, gradients_data, gradients_picture, losses_data, losses_picture
from playground.drawing import findings
from playground.links.variants import Member
from playground.runs.background import BackgroundResult
from playground.server.shared import POOL
from playground.shell import heatmap_options
from playground.shell.pictures import is_dark, show, widening
from playground.shell.probe import next_probe, sequence_above, verdict
from playground.shell.wishes import later
from playground.views.side import words as say
from playground.views.side.cards import sample
from playground.views.side.session import Side

UPPERMOST = 4
"""The layer on show at first: a network with fewer shows its last."""

MEASURED = "side.measured"


def losses(side: Side, frames: Frames) -> None:
    """All courses in one picture; the whole of them, also where one looks back."""
    st.header(say.LOSSES)
    snapshots = [frame.snapshot for frame in side.session.frames]
    here = None if side.session.player.at is None else max(frame.snapshot.updates for frame in frames)
    courses = [(member.name, each.losses, each.held_out) for member, each in zip(side.members, snapshots, strict=True)]
    data = losses_data(courses, snapshots[0].experiment.task, here)

    def finding() -> str:
        return " ".join(findings.losses(training, held, 0.0, name) for name, training, held in courses)

    show(losses_picture(side.lines), data, finding)
    task = snapshots[0].experiment.task
    st.caption(words.CURVES[task.varied] + say.LOSSES_LOOK + " " + words.baselines(task))


def gradients(side: Side, frames: Frames) -> None:
    """‖∂L/∂h_t‖ of all networks in one picture."""
    st.header(say.GRADIENTS)
    found = _measured(side, frames)
    layer, direction = _place()
    drawn = [_strength(each, layer, direction).full for each in found]
    low, high = widening("side.norms", powers(*drawn), side.session.moving)
    picture = gradients_picture(side.lines, len(drawn[0]), low, high, is_dark())
    norms = [(member.name, each) for member, each in zip(side.members, drawn, strict=True)]
    named = [(f"the gradient norm of {name}", each) for name, each in norms]
    show(picture, gradients_data(norms), partial(findings.curves, named))
    st.caption(say.GRADIENTS_LOOK)
    if any(len(each) > 1 for each in found):
        st.caption(say.OF_LAYER)


def _measured(side: Side, frames: Frames) -> list[tuple[Strength, ...]]:
    """The gradients of the checkpoints on show, which are not waited for while they move."""
    answers: BackgroundResult[list[tuple[Strength, ...]]] = st.session_state.setdefault(
        MEASURED, BackgroundResult(POOL)
    )
    about = (side.experiments, frames[0].request.probe)
    checkpoints = tuple(frame.result.checkpoint.updates for frame in frames)
    known = isinstance(answers.question, tuple) and answers.question[0] == about
    wait = not (side.session.moving and known)
    asked = [(frame.snapshot.experiment, frame.result.checkpoint.weights) for frame in frames]
    found = answers.ask((about, checkpoints), partial(strengths_at, asked, frames[0].request.probe), wait)
    assert found is not None
    return found


def _place() -> tuple[int, str]:
    """The layer and the direction on show."""
    return st.session_state.get("side.layer") or UPPERMOST, st.session_state.get("side.direction") or "forward"


def _strength(found: Sequence[Strength], layer: int, direction: str) -> Strength:
    """That of the layer, or of the uppermost below it, in the direction if it has that."""
    nearest = min(layer, found[-1].layer)
    of_layer = {each.direction: each for each in found if each.layer == nearest}
    return of_layer.get(direction) or next(iter(of_layer.values()))


def _strand(trace: Trace, layer: int, direction: str) -> LayerTrace:
    of_layer = {each.direction: each for each in trace.layers[min(layer, len(trace.layers)) - 1]}
    return of_layer.get(direction) or next(iter(of_layer.values()))


def states(side: Side, frames: Frames) -> None:
    """The probe sequence, and under it the states of every network on the same time axis."""
    first, place = frames[0].result.trace, _place()
    seed = frames[0].snapshot.experiment.training.seed
    # What the networks answer stands with each of them.
    sequence_above(first, rows=2)
    for number, (member, drawn, frame) in enumerate(zip(side.members, side.lines, frames, strict=True)):
        # Sequences are drawn by the seed, so a network with another one reads another sequence.
        if frame.snapshot.experiment.training.seed != seed and member.experiment.task.varied:
            st.caption(say.OTHER_SEQUENCE.format(name=member.name))
            sequence_above(frame.result.trace, rows=2)
        _states(f"side.{number}", member, drawn, frame, place, not side.session.moving)


def _states(key: str, member: Member, line: Line, frame: Frame, place: tuple[int, str], still: bool) -> None:
    """The states of one network; key: its name among the visitor's pictures."""
    trace = frame.result.trace
    layer_trace = _strand(trace, *place)
    values = layer_trace.state["h"]
    low, high, beyond, own = heatmap_options.colours(key, layer_trace, member.experiment.stack.cell, "h", not still)
    order = heatmap_options.orders(key, layer_trace, frame, not still).get(values.shape[1])
    sample(line)
    st.markdown(f"**{member.name}** — {verdict(trace.reading, member.experiment.task)}")
    dark = is_dark()
    whose, ordered = f", {member.name}", order is not None
    drawn = heatmap("h", *values.shape, low, high, whose=whose, dark=dark, beyond=beyond, own=own, ordered=ordered)
    finding = partial(findings.heat, values, np.inf if own else high, order)
    show(drawn, heatmap_data("h", values, low, high, dark, still, order, own), finding)


def request(side: Side) -> None:
    """The heading of the states: which sequence, layer and direction."""
    st.header(say.STATES)
    st.caption(say.STATES_LOOK)
    networks = [member.experiment.stack for member in side.members]
    heatmap_options.choose(side.session.experiment.task)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if side.session.experiment.task.varied:
            st.button(
                "Another sequence",
                icon=":material/shuffle:",
                on_click=later,
                args=(next_probe,),
                key="next_probe",
            )
        most = max(network.layers for network in networks)
        if most > 1:
            st.session_state["side.layer"] = min(_place()[0], most)
            st.segmented_control("Layer", list(range(1, most + 1)), key="side.layer", required=True)
        if any(network.direction == "bidirectional" for network in networks):
            st.session_state["side.direction"] = _place()[1]
            st.segmented_control(
                "Direction",
                ["forward", "backward"],
                key="side.direction",
                required=True,
                format_func=words.choice,
            )
