"""One number changed by hand on the page "Inside a cell": the control, and what follows from it."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from torch import Tensor

from engine.asked import both_traces
from engine.cells import Cell
from engine.fields import Real
from engine.inside import Change
from engine.inside.change import single
from engine.inside.filled import written
from engine.inside.symbols import knobs
from engine.slices import Frame
from engine.tasks import Task, Tokens
from engine.trace import Trace
from playground import findings, number_field, words
from playground import inside_words as say
from playground.charts.heatmap import heatmap, heatmap_data
from playground.drawing import is_dark, show
from playground.frame import visitor
from playground.inside import Place, Scene, bounded, table
from playground.panels import sequence_above, verdict
from playground.server import POOL

CHANGE = "inside.change"


class Kept(NamedTuple):
    """A change, and the experiment in which it was made; it has no meaning in another."""

    change: Change
    key: object


def _key(frame: Frame) -> object:
    experiment = frame.snapshot.experiment
    return experiment.task, experiment.network


def present(frame: Frame) -> Change | None:
    """The change that is in force."""
    kept: Kept | None = st.session_state.get(CHANGE)
    return kept.change if kept and kept.key == _key(frame) else None


class Handle(NamedTuple):
    """What can be changed: a kind and name as in Change, its numbers as they are, and which of them are free."""

    kind: str
    name: str
    values: Tensor
    free: Tensor | None = None

    @property
    def label(self) -> str:
        return say.HANDLES[self.kind].format(name=self.name)


def handles(scene: Scene) -> list[Handle]:
    """All that can be changed at this step."""
    place = scene.place
    layer: Any = scene.network.layers[place.layer - 1]
    cell: Cell = layer.cells[layer.directions.index(place.direction)]
    found = []
    if place.transition == 0:
        found.append(Handle("input", "x", scene.step.x))
        state = scene.step.before
        for name in [key.removesuffix("₋") for key in scene.moment.values if key.endswith("₋")]:
            if f"{name}₋" in " ".join(equation.rhs for equation in scene.moment.defined):
                found.append(Handle("state", name, getattr(state, name)[0]))
    for name, knob in knobs(single(cell, place.transition)).items():
        found.append(Handle("weight", name, knob.values.detach(), knob.free))
    return found


def control(scene: Scene) -> None:
    """Choose a number and change it."""
    st.subheader("What if?", anchor=False)
    st.caption(say.WHAT_IF)
    offered = {handle.label: handle for handle in handles(scene)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.session_state.get("inside.handle") not in offered:
            st.session_state["inside.handle"] = next(iter(offered))
        label = st.selectbox("Change", list(offered), key="inside.handle", persist_state="session", width=190)
        handle = offered[label]
        entry = _entry(scene, handle)
        _value(scene, handle, entry)
    if scene.change:
        st.info(_told(scene.change), icon=":material/edit:")
        st.button("Put it back", icon=":material/undo:", key="inside.back", on_click=_put_back)


def _entry(scene: Scene, handle: Handle) -> tuple[int, ...]:
    """Which of its numbers, from 0."""
    key = f"inside.entry.{handle.kind}.{handle.name}"
    if handle.kind == "input" and scene.letters:
        options = list(range(len(scene.letters)))
        if st.session_state.get(key) not in options:
            st.session_state[key] = int(handle.values.argmax())
        return (
            st.selectbox(
                "Letter", options, format_func=scene.letters.__getitem__, key=key, persist_state="session", width=120
            ),
        )
    labels = ("Row", "Column") if handle.values.ndim == 2 else ("Entry",)
    # Looking at a unit, one means its own row.
    first = 1 if handle.kind == "input" else scene.place.unit
    return tuple(
        bounded(label, size, f"{key}.{label}", first if number == 0 else 1) - 1
        for number, (label, size) in enumerate(zip(labels, handle.values.shape, strict=True))
    )


def _value(scene: Scene, handle: Handle, entry: tuple[int, ...]) -> None:
    if handle.free is not None and not handle.free[entry]:
        st.caption(say.NOT_FREE)
        return
    place, change = scene.place, scene.change
    own = Change(
        place.layer,
        place.direction,
        handle.kind,
        handle.name,
        entry,
        0.0,
        0 if handle.kind == "weight" else scene.step.number,
        place.transition,
    )
    value = float(handle.values[entry])
    if change and replace(change, value=0.0) == own:
        value = change.value
    key = "inside.value." + ".".join(map(str, (place.layer, place.direction, handle.name, *entry, own.number)))
    st.session_state[key] = value

    def set_() -> None:
        asked = st.session_state[key]
        st.session_state[CHANGE] = Kept(replace(own, value=float(asked)), _key(scene.frame))

    with st.container(width=150):
        number_field.ask("Value", "value", key, Real(0.0, -1e6, 1e6), on_change=set_, steps=False, digits=5)


def _put_back() -> None:
    st.session_state.pop(CHANGE, None)


def _told(change: Change) -> str:
    where = ", ".join(str(entry + 1) for entry in change.entry)
    at = "" if change.kind == "weight" else say.AT_STEP.format(step=change.number + 1)
    label = say.HANDLES[change.kind].format(name=change.name)
    value = written(change.value).replace("-", "−")
    return say.CHANGED.format(what=words.plain(f"{label}[{where}]"), at=at, value=value)


def consequences(scene: Scene) -> None:
    """What the change does to the steps after it, and to the answer."""
    if not scene.change:
        return
    frame, place = scene.frame, scene.place
    weights, experiment = frame.sight.moment.weights, frame.snapshot.experiment
    asked = POOL.submit(both_traces, experiment, weights, frame.look.probe, scene.change)
    before, after = POOL.wait(asked)
    st.subheader("What follows", anchor=False)
    difference = _state(after, place) - _state(before, place)
    if not difference.any() and np.array_equal(before.outputs, after.outputs):
        st.markdown(say.NO_DIFFERENCE)
    _answers(before, after, experiment.task)
    top = _end(difference)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(say.DIFFERENCE_TITLE)
        sequence_above(after)
        change = "change of h"
        dark, still = is_dark(), not visitor().moving
        picture = heatmap(change, *difference.shape, -top, top, dark=dark)
        finding = findings.heat(difference, top) if still else ""
        show(picture, heatmap_data(change, difference, -top, top, dark, still), finding)
        st.caption(say.DIFFERENCE)
    with right:
        st.markdown(say.UNIT_TITLE.format(unit=place.unit))
        table(("", "Without", "With", "Difference"), _rows(scene, before, after))


def _answers(before: Trace, after: Trace, task: Task) -> None:
    for label, seen in (("Without the change", before), ("With the change", after)):
        said = ""
        if isinstance(seen.reading, Tokens):
            said = " ".join(words.plain(answer) for answer in seen.reading.answers if answer)
            said = f" ({said})" if len(said) < 60 else ""
        st.markdown(f"**{label}:** {verdict(seen.reading, task)}{said} Loss {words.number(seen.loss)}.")


def _rows(scene: Scene, before: Trace, after: Trace) -> list[tuple[str, str, str, str]]:
    """The unit's state at this step and the ones after it, as far as there is room."""
    t, unit = scene.place.t - 1, scene.place.unit - 1
    old, new = _state(before, scene.place)[:, unit], _state(after, scene.place)[:, unit]
    rows = []
    for step in range(t, min(len(old), t + 8)):
        numbers = [written(float(value)).replace("-", "−") for value in (old[step], new[step], new[step] - old[step])]
        rows.append((f"$h_{{{step + 1}}}$", *numbers))
    return rows  # type: ignore[return-value]  # a step and three numbers


def _state(seen: Trace, place: Place) -> np.ndarray:
    return next(s for s in seen.layers[place.layer - 1] if s.direction == place.direction).state["h"]


def _end(difference: np.ndarray) -> float:
    """The end of the colour scale: 1, 2 or 5 times a power of ten that holds every difference, 0.001 at least."""
    finite = np.abs(difference[np.isfinite(difference)])
    top = max(float(finite.max()) if finite.size else 1.0, 1e-3)
    power = 10.0 ** np.floor(np.log10(top))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= top))
