"""The settings that decide how far a gradient reaches, and experiments that show it with one click."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from engine import CELLS, Experiment, SettingError
from engine.architectures import Stack
from engine.learners import Training
from engine.learners.clipping import share_clipped
from engine.observe.gradients import Gradients
from engine.progress import Snapshot
from engine.settings import Spec, specs
from engine.slices import Frame
from playground import words
from playground.shell import sidebar
from playground.shell.frame import visitor
from playground.views.gradients import words as say
from playground.views.gradients.panels import forget_pair

STORY, PROBLEM = "gradients.story", "gradients.problem"

ENOUGH = {say.EXPLODE: 3, say.VANISH: 100, say.CURE: 300}
"""Updates after which there is something to explain."""

ADDING = {"task": "adding", "cell": "rnn", "length": "50"}
EXPERIMENTS = {
    say.EXPLODE: ADDING
    | {"activation": "relu", "init": "orthogonal", "recurrent_scale": "1.6", "clip": "0"}
    | {"optimizer": "sgd"},
    say.VANISH: ADDING | {"length": "100", "lr": "0.003"},
    say.CURE: ADDING | {"length": "100", "activation": "relu", "init": "identity", "lr": "0.003"},
}


def experiments() -> None:
    """One click sets up a story."""
    with st.container(horizontal=True):
        for name, (label, icon, told) in say.BUTTONS.items():
            st.button(
                label,
                icon=icon,
                help=told,
                key=f"gradients.{name}",
                on_click=_set,
                args=(name,),
            )


def told(frame: Frame, seen: Gradients) -> None:
    """What the story shows, once there is something to see."""
    name, experiment = st.session_state.get(STORY, ("", None))
    if name and experiment == frame.snapshot.experiment:
        st.info(story(name, frame.snapshot, seen), icon=":material/auto_stories:")


def _set(name: str) -> None:
    experiment = Experiment.from_params(EXPERIMENTS[name])
    st.session_state[STORY] = (name, experiment)
    _forget_pair(experiment)
    sidebar.show_next(experiment)


def story(name: str, snapshot: Snapshot, seen: Gradients) -> str:
    """What is about to be seen, and later what was."""
    strength = seen.strengths[0]
    ratio = float(strength.full[0] / strength.last)
    facts = {
        "ratio": words.number(ratio, 2),
        "updates": snapshot.updates,
        "loss": words.number(_loss(snapshot), 3),
        "chance": words.number(snapshot.experiment.task.chance_loss, 3),
        "share": f"{share_clipped(snapshot.norms):.0%}",
        "longest": words.number(float(snapshot.norms[:, 1].max()), 2) if len(snapshot.norms) else "",
    }
    over = snapshot.explosion is not None or snapshot.updates >= ENOUGH[name]
    outcome = say.OUTCOMES[_outcome(name, snapshot, seen, ratio)].format(**facts)
    return (say.AFTER if over else say.BEFORE)[name].format(**facts, outcome=outcome)


def _outcome(name: str, snapshot: Snapshot, seen: Gradients, ratio: float) -> str:
    """Which of the sentences is so."""
    if name != say.EXPLODE:
        return "faint" if ratio < say.FAINT else "strong"
    if snapshot.explosion is not None:
        return snapshot.explosion.quantity
    return "harmless" if seen.strengths[0].full[:-1].any() else "silent"


def _loss(snapshot: Snapshot) -> float:
    held_out = snapshot.held_out
    return float(held_out[-1, 1]) if len(held_out) else float(np.nan)


def dials() -> None:
    """The same settings as in the sidebar, within reach of the pictures."""
    experiment = visitor().experiment
    network = experiment.stack
    cell = CELLS[network.cell]
    task, limited = experiment.task, Stack.limits({**vars(network)})
    found: list[tuple[str, Spec, Any, str]] = []
    if "length" in specs(task):
        limit = task.limits(vars(task)).get("length")
        spec = limit.spec if limit else specs(task)["length"]
        found.append(("length", spec, getattr(task, "length", 0), experiment.task_name))
    if "recurrent_scale" not in limited:
        found.append(("recurrent_scale", specs(Stack)["recurrent_scale"], network.recurrent_scale, ""))
    found += [
        (name, cell.options[name], network.options[name], "")
        for name in ("activation", "forget_bias")
        if name in cell.options
    ]
    found += [(name, specs(Training)[name], getattr(experiment.training, name), "") for name in ("clip", "truncate")]
    with st.expander(say.DIALS, expanded=True):
        st.caption(say.DIALS_HELP)
        columns = st.columns(3, gap="medium")
        for place, (name, spec, value, of) in enumerate(found):
            with columns[place % 3]:
                sidebar.dial(name, spec, value, of, partial(_turn, name))
        if PROBLEM in st.session_state:
            problem = words.say(st.session_state[PROBLEM].message, task=experiment.task_name)
            st.error(problem + words.AS_IT_WAS, icon=":material/error:")


def _turn(name: str, text: str) -> None:
    sidebar.change_next(partial(_turned, name, text))


def _turned(name: str, text: str, experiment: Experiment) -> Experiment:
    """The experiment with one setting as it was turned; as it is if that cannot be."""
    st.session_state.pop(PROBLEM, None)
    try:
        turned = Experiment.from_params({**experiment.to_params(), name: text})
    except SettingError as problem:
        st.session_state[PROBLEM] = problem
        return experiment
    _forget_pair(turned)
    return turned


def _forget_pair(experiment: Experiment) -> None:
    """With another number of steps another pair of them is to be seen."""
    if experiment.task.steps != visitor().experiment.task.steps:
        forget_pair()
