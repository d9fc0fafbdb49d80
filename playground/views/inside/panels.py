"""The parts of the page "Inside a cell": the choice of a step and a unit, and what they show of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
import torch

from engine.architectures.stack import Network
from engine.cells import CELLS
from engine.cells.equations import over_time
from engine.observe.step import Change, StepValues, changed, stages_of, substituted_equations, taking
from engine.observe.step.substituted import written
from engine.observe.step.wiring_values import terms, wiring_values
from engine.observe.trace import LayerTrace, Trace
from engine.requests import Step, both_traces, steps_at
from engine.run import restored
from engine.slices import Frame
from engine.tasks import Tokens
from engine.tasks.base import Classification
from playground import words
from playground.charts.valued import short, valued_data, valued_picture
from playground.server.shared import POOL
from playground.shell import heatmap_options
from playground.shell.inside_place import DIRECTION, LAYER, STEP, UNIT
from playground.shell.kept import kept
from playground.shell.pictures import is_dark, show
from playground.views.inside import filling
from playground.views.inside import words as say

AROUND = 15
"""Letters shown before and after the present one."""


@dataclass(frozen=True)
class Place:
    """Where one looks: step t and unit from 1, layer from 1, and which step of a deep transition, from 0."""

    t: int
    layer: int
    direction: str
    unit: int
    transition: int


@dataclass(frozen=True)
class Scene:
    """The step looked at. network: without the change. entries: the unit looked at of every quantity, from 0.

    without: the same as it would be without the change; None if there is none. seen: the whole sequence, with it.
    """

    frame: Frame
    network: Network
    place: Place
    change: Change | None
    step: Step
    stage: StepValues
    entries: dict[str, int]
    seen: Trace
    without: "Scene | None" = None

    @property
    def cell(self) -> str:
        return self.frame.snapshot.experiment.stack.cell

    @property
    def first(self) -> bool:
        """Whether x is what the network itself reads."""
        network = self.frame.snapshot.experiment.stack
        return self.place.layer == 1 and not network.input_depth and not CELLS[self.cell].required_input_size(1)

    @property
    def letters(self) -> tuple[str, ...]:
        """What the entries of x are called, where it is the task's own input and that is symbols."""
        task = self.frame.snapshot.experiment.task
        return task.input_symbols if self.first and isinstance(task, Classification) else ()

    @property
    def layer_trace(self) -> LayerTrace:
        """The layer and direction looked at, over the whole sequence."""
        return layer_trace(self.seen, self.place)

    @property
    def read(self) -> str:
        """x in a word: its letter, or its one number; else nothing."""
        x = self.step.x
        if len(x) == 1 and self.place.transition == 0:
            return short(float(x[0]))
        if self.letters and sorted(x.tolist())[-2:] == [0, 1] and self.place.transition == 0:
            return self.letters[int(x.argmax())]
        return ""


def choose(frame: Frame) -> Place:
    """The controls."""
    seen = frame.result.trace
    hidden = frame.snapshot.experiment.stack.hidden
    t = _step(len(seen.inputs))
    with st.container(horizontal=True, vertical_alignment="bottom", key="inside.where"):
        layer = 1
        if len(seen.layers) > 1:
            options = [layer_traces[0].layer for layer_traces in seen.layers]
            layer = kept(LAYER, options)
            st.segmented_control("Layer", options, required=True, key=LAYER, persist_state="session")
        directions = [layer_trace.direction for layer_trace in seen.layers[layer - 1]]
        direction = directions[0]
        if len(directions) > 1:
            direction = kept(DIRECTION, directions)
            st.segmented_control(
                "Direction",
                directions,
                required=True,
                format_func=words.choice,
                key=DIRECTION,
                persist_state="session",
            )
        transition = 1
        if depth := frame.snapshot.experiment.stack.transition_depth:
            options = list(range(1, depth + 2))
            transition = kept("inside.transition", options)
            st.segmented_control(
                "Transition",
                options,
                required=True,
                key="inside.transition",
                help=say.TRANSITIONS,
                persist_state="session",
            )
        unit = bounded("Unit", hidden, UNIT)
    heatmap_options.choose(frame.snapshot.experiment.task)
    return Place(t, layer, direction, unit, transition - 1)


def bounded(label: str, count: int, key: str, first: int = 1) -> int:
    """A whole number from 1 to `count`, kept from visit to visit as far as there are as many."""
    st.session_state[key] = max(1, min(count, st.session_state.get(key, first)))
    return int(st.number_input(label, 1, count, step=1, key=key, persist_state="session", width=120))


def _step(steps: int) -> int:
    st.session_state[STEP] = max(1, min(steps, st.session_state.get(STEP, 1)))
    with st.container(horizontal=True, vertical_alignment="bottom", key="inside.step"):
        for label, icon, by in (("Back", "chevron_left", -1), ("Forward", "chevron_right", 1)):
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"inside.{label}",
                on_click=_move,
                args=(by,),
                disabled=not 1 <= st.session_state[STEP] + by <= steps,
            )
        if steps > 1:
            st.slider("Time step t", 1, steps, key=STEP, persist_state="session")
    return int(st.session_state[STEP])


def _move(by: int) -> None:
    st.session_state[STEP] += by


def layer_trace(seen: Trace, place: Place) -> LayerTrace:
    """The layer and direction of a place."""
    return next(each for each in seen.layers[place.layer - 1] if each.direction == place.direction)


def request(frame: Frame, place: Place, change: Change | None) -> Scene:
    """The step at `place`, with `change` in the network if there is one. The way there is a worker's work."""
    network, experiment = network_of(frame), frame.snapshot.experiment
    wanted = [None, change] if change else [None]
    where, probe = (place.layer, place.direction, place.t), frame.request.probe
    weights = frame.result.checkpoint.weights
    both = POOL.submit(both_traces, experiment, weights, probe, change) if change else None
    steps: list[Step] = POOL.wait(POOL.submit(steps_at, experiment, weights, probe, where, wanted))
    plain, *with_change = steps
    stage = _moment(network, place, plain)
    scene = Scene(frame, network, place, None, plain, stage, _entries(stage, place), frame.result.trace)
    if not change or not both:
        return scene
    before, after = POOL.wait(both)
    scene = replace(scene, seen=before)
    stage = _moment(changed(network, change), place, with_change[0])
    return replace(scene, change=change, step=with_change[0], stage=stage, seen=after, without=scene)


def _moment(network: Network, place: Place, step: Step) -> StepValues:
    layer: Any = network.layers[place.layer - 1]
    cell = layer.cells[layer.directions.index(place.direction)]
    return stages_of(taking(cell, step.number), step.x, step.before)[place.transition]


def network_of(frame: Frame) -> Network:
    """The network as it was when the frame was taken; built once for an experiment."""
    experiment, weights = frame.snapshot.experiment, frame.result.checkpoint.weights
    kept: tuple[object, Network] | None = st.session_state.get("inside.network")
    key = experiment.identity
    if kept is None or kept[0] != key:
        kept = st.session_state["inside.network"] = (key, restored(experiment, weights))
    torch.nn.utils.vector_to_parameters(weights.clone(), kept[1].parameters())
    return kept[1]


def _entries(stage: StepValues, place: Place) -> dict[str, int]:
    """The unit of every quantity; one that has more or fewer units than h has a control of its own."""
    units = len(stage.values["h"])
    found = {}
    for equation in stage.defined:
        for quantity in equation.names:
            found[quantity] = place.unit - 1
            size = len(stage.values[quantity])
            if size != units and quantity in terms(stage.kind).nodes:  # type: ignore[arg-type]  # type[Cell] is hashable
                found[quantity] = bounded(f"Unit of {quantity}", size, f"inside.unit.{quantity}") - 1
    return found


def sequence(scene: Scene) -> None:
    """What is read, letter by letter, the present one marked; or the numbers that are read."""
    reading, t = scene.seen.reading, scene.place.t - 1
    if not isinstance(reading, Tokens):
        x = ", ".join(f"{value:.3f}".replace("-", "−") for value in scene.seen.inputs[t])
        st.markdown(say.READS_NUMBERS.format(t=t + 1, x=x))
        return
    first, last = max(0, t - AROUND), min(len(reading.inputs), t + AROUND + 1)
    shown = [
        f":blue-background[**{_letter(letter)}**]" if k == t else _letter(letter)
        for k, letter in enumerate(reading.inputs[first:last], first)
    ]
    said = say.SAYS.format(answer=_letter(reading.answers[t]), target=_letter(reading.targets[t]))
    line = f"{'… ' if first else ''}{' '.join(shown)}{' …' if last < len(reading.inputs) else ''}"
    st.markdown(say.READS.format(line=line) + (said if reading.targets[t] else ""))


def _letter(letter: str) -> str:
    return {"": "·", " ": "␣", "\n": "↵"}.get(letter, words.plain(letter))


def wiring(scene: Scene) -> None:
    """The cell drawn, with the unit's numbers."""
    st.header("Wiring", anchor=False)
    numbers = wiring_values(scene.stage, scene.entries)
    show(valued_picture(scene.cell, is_dark()), valued_data(scene.cell, numbers, scene.read))
    st.caption(say.VALUED)


def states(scene: Scene) -> None:
    """The state before the step and after it, and what they would be without the change."""
    st.header("State", anchor=False)
    rows = []
    for old in [each for each in scene.stage.values if each.endswith("₋")]:
        quantity = old.removesuffix("₋")
        entry = scene.entries.get(quantity)
        if entry is None or quantity not in scene.stage.values:
            continue
        ways = [scene, *([scene.without] if scene.without else [])]
        before, after = ([_written(way.stage.values[key][entry].item()) for way in ways] for key in (old, quantity))
        title = words.quantity(scene.cell, quantity)[0]
        rows.append((words.plain(title), f"{entry + 1}", _both(before), _both(after)))
    table(("Quantity", "Unit", "Before", "After"), rows)


def _both(numbers: Sequence[str]) -> str:
    """A number, and in brackets what it would be without the change if that differs."""
    if len(numbers) == 1 or numbers[0] == numbers[1]:
        return numbers[0]
    return f":orange[**{numbers[0]}**] ({say.WAS} {numbers[1]})"


def _written(value: complex) -> str:
    return written(value).replace("-", "−")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    lines = [head, ["---"] * len(head), *rows]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def equations(scene: Scene) -> None:
    """Every equation with its numbers."""
    st.header("Equations", anchor=False)
    st.caption(say.FILLED.format(unit=scene.place.unit))
    defined = scene.stage.defined
    changing = over_time(defined)
    pairs = list(zip(substituted_equations(scene.stage, scene.entries), defined, strict=True))
    columns = min(2, len(pairs))
    for first in range(0, len(pairs), columns):
        beside = zip(pairs[first : first + columns], st.columns(columns, gap="medium"), strict=False)
        for (numbers, equation), column in beside:
            with column, st.container(border=True, height="stretch"):
                held = say.HELD if any(line.held for line in numbers.lines) else ""
                st.markdown(f"**{words.plain(_title(scene.cell, equation.lhs, equation.remark))}**{held}")
                st.latex(filling.shown(numbers, equation, changing))
                if numbers.sums and not held:
                    st.caption(say.SUMS, help=say.SUMS_HELP)
                    st.latex(filling.sums(numbers, changing, scene.letters))


def _title(cell: str, lhs: str, remark: str) -> str:
    quantities = CELLS[cell].about.quantities
    return quantities[lhs][0] if lhs in quantities else (remark or lhs).capitalize()
