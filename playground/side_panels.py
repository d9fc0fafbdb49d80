"""The parts of the page Side by side: each draws one view of all networks."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.asked import strengths_at
from engine.course import Snapshot
from engine.fields import FieldError
from engine.gradients import Strength
from engine.slices import Frames
from engine.trace import Strand, Trace
from playground import side_words as say
from playground import words
from playground.charts.heatmap import heatmap, heatmap_data
from playground.charts.reach import powers
from playground.charts.together import Line, gradients_data, gradients_picture, line, losses_data, losses_picture
from playground.drawing import is_dark, show, widening
from playground.insides import end
from playground.lengthening import SOLVED
from playground.panels import sequence_above, verdict
from playground.runs.answers import Answers
from playground.server import POOL
from playground.side_choice import FEWEST, KINDS, MOST, Fixed, Member
from playground.side_session import Side, choose, chosen

UPPERMOST = 4
"""The layer on show at first: a network with fewer shows its last."""

MEASURED = "side.measured"

AT_CHANCE, WORSE = 0.9, 1.5
"""Held-out loss over chance from which a network counts as knowing nothing, and as worse than that."""

ADDED = ("rnn", "gru", "lstm", "irnn")
"""What is added first."""

LETTERS = 120
"""Letters that fit into one line across the page."""


Slots = Mapping[str, DeltaGenerator]
"""Where it is told how far each network is, by its key."""


def networks(side: Side | None, problems: Mapping[str, FieldError]) -> Slots:
    """A card for each network that was chosen: which one, how it is drawn, or why it cannot be here."""
    keys = chosen()
    here = {member.key: member for member in side.members} if side else {}
    slots = {}
    columns = st.columns(MOST, gap="medium")
    for number, (key, column) in enumerate(zip(keys, columns, strict=False)):
        with column:
            _pick(number, keys)
            if key in problems:
                st.warning(say.LEFT_OUT.format(problem=words.sentence(problems[key], "")))
            elif key in here:
                _sample(line(key, here[key].name))
                slots[key] = st.container()
                _facts(here[key])
            _remove(number, keys)
    if len(keys) < MOST:
        with columns[len(keys)]:
            _add(keys)
    if len(keys) - len(problems) < FEWEST:
        st.error(say.TOO_FEW + (words.AS_IT_WAS if side else ""), icon=":material/error:")
    return slots


def standings(side: Side, slots: Slots, frames: Frames) -> None:
    """How far each network is."""
    for member, frame in zip(side.members, frames, strict=True):
        if member.key in slots:
            with slots[member.key]:
                _standing(frame.snapshot)


def _pick(number: int, keys: Sequence[str]) -> None:
    """Which network stands at this place."""
    key = f"side.network.{number}"
    st.session_state[key] = keys[number]

    def turned() -> None:
        choose([*keys[:number], st.session_state[key], *keys[number + 1 :]])

    st.selectbox(
        say.NETWORK.format(number=number + 1),
        [each for each in KINDS if each == keys[number] or each not in keys],
        format_func=lambda each: KINDS[each].name,
        key=key,
        label_visibility="collapsed",
        on_change=turned,
    )


def _remove(number: int, keys: Sequence[str]) -> None:
    st.button(
        say.REMOVE,
        icon=":material/close:",
        key=f"side.remove.{number}",
        help=say.REMOVE_HELP.format(name=KINDS[keys[number]].name),
        on_click=choose,
        args=([*keys[:number], *keys[number + 1 :]],),
        disabled=len(keys) <= FEWEST,
        type="tertiary",
    )


def _add(keys: Sequence[str]) -> None:
    st.button(
        say.ADD,
        help=say.ADD_HELP,
        icon=":material/add:",
        key="side.add",
        on_click=choose,
        args=([*keys, next(key for key in ADDED if key not in keys)],),
        width="stretch",
    )


def _sample(drawn: Line) -> None:
    """A piece of the network's line, as in the pictures."""
    style = "dashed" if drawn.dash != (1, 0) else "solid"
    st.html(f'<div style="border-top: 4px {style} {drawn.colour}; margin-top: -0.5rem"></div>')


def _standing(snapshot: Snapshot) -> None:
    """How far a network is."""
    held_out, task = snapshot.held_out, snapshot.experiment.task
    label = say.OF_CHANCE if task.varied else say.OF_CHANCE_SINGLE
    ratio = task.over_chance(float(held_out[-1, 1])) if len(held_out) else float("nan")
    st.metric(label, _ratio(ratio), help=say.OF_CHANCE_HELP)
    st.markdown(f"**{state(snapshot, ratio)}**")
    parts = [say.UPDATES.format(count=snapshot.updates), say.PARAMETERS.format(count=snapshot.parameters)]
    if len(held_out):
        # Held-out loss is measured every few updates only.
        text = say.LOSS if held_out[-1, 0] == snapshot.updates else say.LOSS_EARLIER
        loss, at = words.number(held_out[-1, 1], 3), int(held_out[-1, 0])
        parts.append(text.format(loss=loss, accuracy=held_out[-1, 2], at=at))
    st.caption(" · ".join(parts))


def _facts(member: Member) -> None:
    """What does not change of a network while it trains."""
    if KINDS[member.key].what:
        st.caption(KINDS[member.key].what)
    for why, fixed in groupby(member.fixed, key=lambda each: each.why):
        st.caption(say.FIXED.format(settings=", ".join(map(_setting, fixed)), why=why))


def _ratio(value: float) -> str:
    """Two digits, but no powers of ten."""
    if math.isinf(value):
        return "–"
    return say.TINY if value < 0.001 else f"{value:,.0f}" if value >= 100 else words.number(value, 2)


def _setting(fixed: Fixed) -> str:
    return f"{words.label(fixed.name)} {words.choice(fixed.value)}"


def state(snapshot: Snapshot, ratio: float) -> str:
    """In a word, where a network stands whose held-out loss is `ratio` of chance."""
    if snapshot.explosion:
        return say.EXPLODED.format(update=snapshot.explosion.update)
    if not snapshot.updates:
        return say.UNTRAINED
    if len(snapshot.held_out) and not snapshot.held_out[-1, 0]:
        return say.BEGUN
    levels = ((SOLVED, say.SOLVED), (AT_CHANCE, say.LEARNING), (WORSE, say.AT_CHANCE))
    return next((word for below, word in levels if ratio < below), say.WORSE)


def losses(side: Side, frames: Frames) -> None:
    """All courses in one picture; the whole of them, also where one looks back."""
    st.subheader(say.LOSSES)
    snapshots = [frame.snapshot for frame in side.session.frames]
    here = None if side.session.player.at is None else max(frame.snapshot.updates for frame in frames)
    courses = [(member.name, each.losses, each.held_out) for member, each in zip(side.members, snapshots, strict=True)]
    data = losses_data(courses, snapshots[0].experiment.task, here)
    show(losses_picture(_lines(side)), data)
    task = snapshots[0].experiment.task
    st.caption(words.CURVES[task.varied] + say.LOSSES_LOOK + " " + words.baselines(task))


def gradients(side: Side, frames: Frames) -> None:
    """‖∂L/∂h_t‖ of all networks in one picture."""
    st.subheader(say.GRADIENTS)
    found = _measured(side, frames)
    layer, direction = _place()
    drawn = [_strength(each, layer, direction).full for each in found]
    low, high = widening("side.norms", powers(*drawn), side.session.moving)
    picture = gradients_picture(_lines(side), len(drawn[0]), low, high)
    show(picture, gradients_data([(m.name, norms) for m, norms in zip(side.members, drawn, strict=True)]))
    st.caption(say.GRADIENTS_LOOK)
    if any(len(each) > 1 for each in found):
        st.caption(say.OF_LAYER)


def _measured(side: Side, frames: Frames) -> list[tuple[Strength, ...]]:
    """The gradients of the moments on show, which are not waited for while they move."""
    answers: Answers[list[tuple[Strength, ...]]] = st.session_state.setdefault(MEASURED, Answers(POOL))
    about = (side.experiments, frames[0].look.probe)
    moments = tuple(frame.sight.moment.updates for frame in frames)
    known = isinstance(answers.question, tuple) and answers.question[0] == about
    wait = not (side.session.moving and known)
    asked = [(frame.snapshot.experiment, frame.sight.moment.weights) for frame in frames]
    found = answers.ask((about, moments), partial(strengths_at, asked, frames[0].look.probe), wait)
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


def _strand(trace: Trace, layer: int, direction: str) -> Strand:
    of_layer = {each.direction: each for each in trace.layers[min(layer, len(trace.layers)) - 1]}
    return of_layer.get(direction) or next(iter(of_layer.values()))


def states(side: Side, frames: Frames) -> None:
    """The probe sequence, and under it the states of every network on the same time axis."""
    first, place = frames[0].sight.trace, _place()
    # What the networks answer stands with each of them.
    sequence_above(first, rows=2, readable=LETTERS)
    for member, frame in zip(side.members, frames, strict=True):
        _states(member, frame.sight.trace, place, not side.session.moving)


def _states(member: Member, trace: Trace, place: tuple[int, str], still: bool) -> None:
    """The states of one network."""
    values = _strand(trace, *place).state["h"]
    high = end(member.experiment.network.cell, "h", values)
    _sample(line(member.key, member.name))
    st.markdown(f"**{member.name}** — {verdict(trace.reading)}")
    dark = is_dark()
    drawn = heatmap("h", *values.shape, -high, high, whose=f", {member.name}", dark=dark)
    show(drawn, heatmap_data("h", values, -high, high, dark, still))


def look(side: Side) -> None:
    """The heading of the states: which sequence, layer and direction."""
    st.subheader(say.STATES)
    st.caption(say.STATES_LOOK)
    networks = [member.experiment.network for member in side.members]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if side.session.experiment.task.varied:
            st.button(
                "Another sequence", icon=":material/shuffle:", on_click=_next_probe, args=(side,), key="next_probe"
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


def _next_probe(side: Side) -> None:
    look = side.session.look
    side.session.look_at(replace(look, probe=look.probe + 1))


def _lines(side: Side) -> tuple[Line, ...]:
    return tuple(line(member.key, member.name) for member in side.members)
