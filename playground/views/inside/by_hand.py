"""One number changed by hand on the page "Inside a cell": what can be changed, and how."""

from dataclasses import replace
from typing import Any, NamedTuple

import streamlit as st
import torch
from torch import Tensor

from engine import CELLS
from engine.cells import AnyCell
from engine.cells.wiring import shown
from engine.observe.step import Change
from engine.observe.step.change import single
from engine.observe.step.holding import FURTHEST, span
from engine.observe.step.substituted import written
from engine.settings import Real
from engine.slices import Frame
from engine.tasks import Classification
from playground import words
from playground.shell import number_field
from playground.views.inside import words as say
from playground.views.inside.panels import Scene, bounded

CHANGE = "inside.change"


class Kept(NamedTuple):
    """A change, and the experiment in which it was made; it has no meaning in another."""

    change: Change
    key: object


def _key(frame: Frame) -> object:
    experiment = frame.snapshot.experiment
    return experiment.task, experiment.stack


def present(frame: Frame) -> Change | None:
    """The change that is in force."""
    kept: Kept | None = st.session_state.get(CHANGE)
    return kept.change if kept and kept.key == _key(frame) else None


class Handle(NamedTuple):
    """What can be changed: a kind and name as in Change, its numbers as they are, and which of them are free."""

    kind: str
    name: str
    values: Tensor
    label: str
    free: Tensor | None = None


def handles(scene: Scene) -> list[Handle]:
    """All that can be changed at this step."""
    place = scene.place
    layer: Any = scene.network.layers[place.layer - 1]
    cell: AnyCell = single(layer.cells[layer.directions.index(place.direction)], place.transition)

    def handle(kind: str, name: str, values: Tensor, free: Tensor | None = None, label: str = "") -> Handle:
        return Handle(kind, name, values, (label or say.HANDLES[kind]).format(name=name), free)

    found = []
    read = torch.from_numpy(scene.frame.result.trace.inputs[place.t - 1])
    if isinstance(scene.frame.snapshot.experiment.task, Classification):
        found.append(handle("symbol", "x", read))
    found.append(handle("sequence", "x", read, label="" if scene.first else say.NETWORKS_INPUT))
    if place.transition == 0:
        if not scene.first:
            found.append(handle("input", "x", scene.step.x))
        for name in [key.removesuffix("₋") for key in scene.stage.values if key.endswith("₋")]:
            if f"{name}₋" in " ".join(equation.rhs for equation in scene.stage.defined):
                found.append(handle("state", name, getattr(scene.step.before, name)[0]))
    for name in shown(type(cell)).gates:
        label = say.HANDLES["candidate"] if name in cell.bipolar else ""
        found.append(handle("gate", name, scene.stage.values[name], label=label))
    for name, knob in cell.knobs().items():
        found.append(handle("weight", name, knob.values.detach(), knob.free))
    return found


def control(scene: Scene) -> None:
    """Choose a number and change it."""
    st.header("What if?", anchor=False)
    st.caption(say.WHAT_IF)
    offered = {handle.label: handle for handle in handles(scene)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.session_state.get("inside.handle") not in offered:
            st.session_state["inside.handle"] = next(iter(offered))
        label = st.selectbox("Change", list(offered), key="inside.handle", persist_state="session", width=190)
        handle = offered[label]
        if handle.kind == "symbol":
            _symbol(scene, handle)
        elif handle.kind == "gate":
            _gate(scene, handle)
        else:
            _value(scene, handle, _own(scene, handle, _entry(scene, handle)))
    if scene.change:
        st.info(_told(scene, scene.change), icon=":material/edit:")
        st.button("Put it back", icon=":material/undo:", key="inside.back", on_click=_put_back)


def _own(scene: Scene, handle: Handle, entry: tuple[int, ...], steps: int = 1) -> Change:
    """The change that this handle makes; its value is still to be set."""
    place = scene.place
    if handle.kind in ("symbol", "sequence"):
        return Change(1, "forward", handle.kind, handle.name, entry, 0.0, place.t - 1)
    number = 0 if handle.kind == "weight" else scene.step.number
    return Change(place.layer, place.direction, handle.kind, handle.name, entry, 0.0, number, place.transition, steps)


def _key_of(what: str, own: Change) -> str:
    parts = (own.layer, own.direction, own.kind, own.name, *own.entry, own.number, own.transition)
    return f"inside.{what}." + ".".join(map(str, parts))


def _is(change: Change | None, own: Change) -> bool:
    """Whether it is this number that is changed."""
    return change is not None and replace(change, value=own.value) == own


def _set(scene: Scene, change: Change) -> None:
    st.session_state[CHANGE] = Kept(change, _key(scene.frame))


def _put_back() -> None:
    st.session_state.pop(CHANGE, None)


def _entry(scene: Scene, handle: Handle) -> tuple[int, ...]:
    """Which of its numbers, from 0."""
    key = f"inside.entry.{handle.kind}.{handle.name}"
    task = scene.frame.snapshot.experiment.task
    letters = task.input_symbols if handle.kind == "sequence" and isinstance(task, Classification) else ()
    if letters:
        options = list(range(len(letters)))
        if st.session_state.get(key) not in options:
            st.session_state[key] = int(handle.values.argmax())
        return (
            st.selectbox(
                "Letter", options, format_func=letters.__getitem__, key=key, persist_state="session", width=120
            ),
        )
    labels = ("Row", "Column") if handle.values.ndim == 2 else ("Entry",)
    # Looking at a unit, one means its own row.
    first = 1 if handle.kind in ("input", "sequence") else scene.place.unit
    return tuple(
        bounded(label, size, f"{key}.{label}", first if number == 0 else 1) - 1
        for number, (label, size) in enumerate(zip(labels, handle.values.shape, strict=True))
    )


def _symbol(scene: Scene, handle: Handle) -> None:
    """Which letter is read at this step."""
    task = scene.frame.snapshot.experiment.task
    assert isinstance(task, Classification)
    read = int(task.symbols_in(handle.values[None, None]))
    own = _own(scene, handle, ())
    change = scene.change
    key = _key_of("symbol", own)
    same = change is not None and _is(replace(change, entry=()), own)
    now = change.entry[0] if change and same else read
    st.session_state[key] = None if now < 0 else now

    def chosen() -> None:
        symbol = st.session_state[key]
        if symbol is None or symbol == read:
            _put_back()
        else:
            _set(scene, replace(own, entry=(symbol,), value=1.0))

    options = list(range(len(task.input_symbols)))
    st.selectbox("Letter", options, format_func=task.input_symbols.__getitem__, key=key, on_change=chosen, width=120)


def _gate(scene: Scene, handle: Handle) -> None:
    """A gate of one unit or of all, for some steps."""
    every_key, steps_key = "inside.all_units", "inside.for_steps"
    most = scene.step.of - scene.step.number

    def extended() -> None:
        """What is held already is held for as many units and steps as now chosen."""
        change = present(scene.frame)
        entry = () if st.session_state[every_key] else (st.session_state.get(entry_key, scene.place.unit) - 1,)
        if change and _is(replace(change, entry=(), steps=1), _own(scene, handle, ())):
            _set(scene, replace(change, entry=entry, steps=st.session_state[steps_key]))

    entry_key = f"inside.entry.gate.{handle.name}.Entry"
    every = st.toggle(say.ALL_UNITS, key=every_key, persist_state="session", on_change=extended)
    entry = () if every else (bounded("Entry", len(handle.values), entry_key, scene.place.unit) - 1,)
    st.session_state[steps_key] = max(1, min(most, st.session_state.get(steps_key, 1)))
    steps = st.number_input(
        say.FOR_STEPS, 1, most, step=1, key=steps_key, help=say.FOR_STEPS_HELP, on_change=extended, width=120
    )
    own = _own(scene, handle, entry, int(steps))
    _value(scene, handle, own)
    if handle.name not in scene.stage.kind.bipolar:
        for label, value in ((say.CLOSE, 0.0), (say.OPEN, 1.0)):
            change = replace(own, value=value)
            st.button(label, key=f"inside.{label}", on_click=_set, args=(scene, change))


def _value(scene: Scene, handle: Handle, own: Change) -> None:
    """The number itself; that of all units together is none until it is set."""
    if handle.free is not None and not handle.free[own.entry]:
        st.caption(say.NOT_FREE)
        return
    key = _key_of("value", own)
    change = scene.change
    now = change.value if change and _is(change, own) else float(handle.values[own.entry]) if own.entry else None
    ends = span(scene.stage.kind, handle.name) if handle.kind == "gate" else Real(0.0, -FURTHEST, FURTHEST)
    # What a network makes of a gate can be off its ends by a rounding.
    st.session_state[key] = None if now is None else max(ends.low, min(ends.high, now))

    def set_() -> None:
        asked = st.session_state[key]
        if asked is not None:
            _set(scene, replace(own, value=float(asked)))

    with st.container(width=150):
        number_field.ask("Value", "value", key, ends, on_change=set_, steps=False, digits=5)


def _told(scene: Scene, change: Change) -> str:
    """What is changed, in a sentence."""
    task = scene.frame.snapshot.experiment.task
    if change.kind == "symbol":
        assert isinstance(task, Classification)
        letter = words.plain(task.input_symbols[change.entry[0]])
        return say.NOW_READ.format(step=change.number + 1, letter=f"**{letter}**")
    kind = "candidate" if change.kind == "gate" and change.name in CELLS[scene.cell].bipolar else change.kind
    label = say.HANDLES[kind].format(name=change.name)
    if change.kind == "sequence" and not scene.first:
        label = say.NETWORKS_INPUT.format(name=change.name)
    where = ", ".join(str(entry + 1) for entry in change.entry)
    what = words.plain(f"{label}[{where}]") if where else say.OF_ALL.format(what=words.plain(label))
    at = ""
    if change.kind == "sequence":
        at = say.AT_TIME_STEP.format(step=change.number + 1)
    elif change.steps > 1:
        at = say.AT_STEPS.format(first=change.number + 1, last=change.number + change.steps)
    elif change.kind != "weight":
        at = say.AT_STEP.format(step=change.number + 1)
    value = written(change.value).replace("-", "−")
    return say.CHANGED.format(what=what, at=at, value=value)
