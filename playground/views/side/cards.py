"""The cards above the page Side by side: which networks stand there, what is changed of each, how far it is."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.progress import Snapshot
from engine.settings import SettingError
from engine.slices import Frames
from playground import words
from playground.charts.together import Line
from playground.links.variants import FEWEST, KINDS, MOST, MOST_CHANGES, Member, Wanted, another, changeable, name_of
from playground.runs.lengthening import SOLVED
from playground.shell.frame import visitor
from playground.shell.sidebar import dial
from playground.views.side import words as say
from playground.views.side.session import Side, choose, chosen

AT_CHANCE, WORSE = 0.9, 1.5
"""Held-out loss over chance from which a network counts as knowing nothing, and as worse than that."""

ADDED = ("rnn", "gru", "lstm", "irnn")
"""What is added first."""

Slots = Mapping[int, DeltaGenerator]
"""Where it is told how far each network is, by its place."""


def networks(side: Side | None, problems: Mapping[int, SettingError]) -> Slots:
    """A card for each network that was chosen: which one, how it is drawn, or why it cannot be here."""
    wanted = chosen()
    standing = zip(side.members, side.lines, strict=True) if side else ()
    here = {member.place: (member, drawn) for member, drawn in standing}
    slots = {}
    columns = st.columns(MOST, gap="medium")
    for place, column in zip(range(len(wanted)), columns, strict=False):
        with column:
            _pick(place, wanted)
            if place in problems:
                st.warning(say.LEFT_OUT.format(problem=words.say(problems[place].message)))
            elif place in here:
                member, drawn = here[place]
                sample(drawn)
                slots[place] = st.container()
                _facts(member)
            with st.container(horizontal=True, gap="small"):
                _change(place, wanted)
                _remove(place, wanted)
    if len(wanted) < MOST:
        with columns[len(wanted)]:
            _add()
    if len(wanted) - len(problems) < FEWEST:
        st.error(say.TOO_FEW + (words.AS_IT_WAS if side else ""), icon=":material/error:")
    return slots


def standings(side: Side, slots: Slots, frames: Frames) -> None:
    """How far each network is."""
    for member, frame in zip(side.members, frames, strict=True):
        if member.place in slots:
            with slots[member.place]:
                _standing(frame.snapshot)


def _pick(place: int, wanted: Sequence[Wanted]) -> None:
    """Which network stands at this place."""
    key = f"side.network.{place}"
    st.session_state[key] = wanted[place].kind

    def turned() -> None:
        kind = st.session_state[key]
        _alter(place, lambda network: network.turned(kind))

    st.selectbox(
        say.NETWORK.format(number=place + 1),
        list(KINDS),
        format_func=lambda each: KINDS[each].name,
        key=key,
        label_visibility="collapsed",
        on_change=turned,
    )


def _change(place: int, wanted: Sequence[Wanted]) -> None:
    """The settings in which this network differs from the sidebar: changed, added and taken away."""
    network = wanted[place]
    known, base = changeable(network.kind), _base_values(network)
    with st.popover(
        say.CHANGE, icon=":material/tune:", type="tertiary", help=say.CHANGE_HELP, key=f"side.change.{place}"
    ):
        for name, value in network.changes:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                turned = partial(_change_to, place, name)
                dial(name, known[name], known[name].read(name, value), "", turned, whose=f"{place}.")
                st.button(
                    say.AS_SIDEBAR,
                    icon=":material/undo:",
                    key=f"side.{place}.without.{name}",
                    on_click=_alter,
                    args=(place, partial(Wanted.without, name=name)),
                    type="tertiary",
                )
        left = [name for name in known if name not in dict(network.changes)]
        if len(network.changes) < MOST_CHANGES:
            key = f"side.{place}.more.{len(network.changes)}"

            def added() -> None:
                name = st.session_state[key]
                spec = known[name]
                value = spec.write(another(spec, base.get(name, spec.default)))
                _alter(place, lambda now: now.changed(name, value))

            st.selectbox(
                say.ADD_CHANGE,
                left,
                index=None,
                format_func=words.label,
                placeholder=say.CHOOSE,
                key=key,
                on_change=added,
            )


def _base_values(network: Wanted) -> Mapping[str, Any]:
    """What the network has in each setting without its changes, as far as the sidebar says it."""
    base = visitor().experiment
    own = base.stack.options if base.stack.cell == KINDS[network.kind].cell else {}
    return vars(base.stack) | vars(base.training) | dict(own)


def _alter(place: int, how: Callable[[Wanted], Wanted]) -> None:
    """Make another network of the one at a place, as it is by now: one request may bring several changes."""
    wanted = list(chosen())
    if place < len(wanted):
        wanted[place] = how(wanted[place])
        choose(wanted)


def _change_to(place: int, name: str, value: str) -> None:
    _alter(place, lambda network: network.changed(name, value))


def _remove(place: int, wanted: Sequence[Wanted]) -> None:
    st.button(
        say.REMOVE,
        icon=":material/close:",
        key=f"side.remove.{place}",
        help=say.REMOVE_HELP.format(name=name_of(wanted[place])),
        on_click=_without,
        args=(place, wanted[place]),
        disabled=len(wanted) <= FEWEST,
        type="tertiary",
    )


def _add() -> None:
    st.button(
        say.ADD,
        help=say.ADD_HELP,
        icon=":material/add:",
        key="side.add",
        on_click=_added,
        width="stretch",
    )


def _without(place: int, network: Wanted) -> None:
    """Take away the network that stood on a card; where it stands now, as the same request may have taken others."""
    wanted = chosen()
    place = next((now for now, each in enumerate(wanted) if each is network), place)
    if len(wanted) > FEWEST and place < len(wanted):
        choose([*wanted[:place], *wanted[place + 1 :]])


def _added() -> None:
    new = next((each for each in map(Wanted, ADDED) if each not in chosen()), Wanted(ADDED[0]))
    choose([*chosen(), new])


def sample(drawn: Line) -> None:
    """A piece of the network's as in the pictures."""
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
    if KINDS[member.wanted.kind].what:
        st.caption(KINDS[member.wanted.kind].what)
    for change in member.wanted.changes:
        st.caption(say.CHANGED.format(setting=words.told(*change)))
    for why, fixed in groupby(member.fixed, key=lambda each: each.why):
        settings = ", ".join(words.told(each.name, each.value) for each in fixed)
        st.caption(say.FIXED.format(settings=settings, why=words.say(why)))


def _ratio(value: float) -> str:
    """Two digits, but no powers of ten."""
    if math.isinf(value):
        return "–"
    return say.TINY if value < 0.001 else f"{value:,.0f}" if value >= 100 else words.number(value, 2)


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
