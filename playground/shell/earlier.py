"""Under the film: the runs before the present one, each a click away; and what they are called."""

import streamlit as st

from engine import CELLS, Experiment
from engine.settings import Whole, specs
from playground import words
from playground.links.variants import CHOSEN
from playground.runs.earlier import Earlier
from playground.runs.session import Session
from playground.shell import link, sidebar
from playground.shell.wishes import later

DIFFERENCES = 3
"""Settings that a run's name tells at most."""


def draw(session: Session) -> None:
    """A button for the run before this one, and a list of those before that; nothing as long as there are none."""
    if session.too_large:
        st.caption(words.EARLIER_LOST)
    if not session.earlier:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="earlier"):
        _button(session, 0, words.BRING_BACK)
        if len(session.earlier) > 1:
            with st.popover(words.EARLIER_RUNS, type="tertiary", icon=":material/history:", key="earlier.more"):
                for place in range(1, len(session.earlier)):
                    _button(session, place, "{name}")


def _button(session: Session, place: int, text: str) -> None:
    run = session.earlier[place]
    said = words.EARLIER_NAME.format(name=named_among(run, session), updates=run.updates)
    st.button(
        text.format(name=words.plain(said)),
        icon=":material/undo:",
        key=f"earlier.{place}",
        type="tertiary",
        help=words.BRING_BACK_HELP,
        on_click=later,
        args=(_bring_back, run),
    )


def _bring_back(session: Session, found: Earlier) -> None:
    """That run again, and the controls as they were for it."""
    if found not in session.earlier:  # another setting came with the same click, and there was no room for both
        return
    session.bring_back(found)
    if isinstance(found.about, tuple):  # side by side: the sidebar's experiment, and the networks
        base, st.session_state[CHOSEN] = found.about
    else:
        base = found.experiments[0]
    sidebar.show_next(base)
    st.rerun()


def named_among(run: Earlier, session: Session) -> str:
    """What an earlier run is called beside the present one: networks side by side by all their cells."""
    if len(run.experiments) == 1:
        return name(run.experiments[0], session.experiment)
    return words.listed([words.choice(each.stack.cell, "cell") for each in run.experiments])


def name(run: Experiment, now: Experiment) -> str:
    """The cell of a run, its task if that is another, and the settings that differ from those of now."""
    mine, present = run.to_params(), now.to_params()
    parts = [words.choice(run.stack.cell, "cell")]
    if run.task_name != now.task_name:
        return " · ".join([*parts, words.task(run.task_name)[0]])
    own = set() if run.stack.cell == now.stack.cell else {*CELLS[run.stack.cell].options}
    differ = [key for key in mine if mine[key] != present.get(key) and key not in {"cell", *own}]
    said = [words.told(key, mine[key], run.task_name) for key in differ if key not in link.OWN_DATA]
    if len(said) < len(differ):
        said.append(words.OTHER_DATA)
    if len(said) > DIFFERENCES:
        said[DIFFERENCES:] = ["…"]
    if not said and not own and run.stack.cell == now.stack.cell:
        said = [words.AS_NOW]
    return " · ".join([*parts, *said])


def comparable(run: Experiment, now: Experiment) -> bool:
    """Whether the losses of two runs belong into one picture: of the same task and data, at whatever size."""
    if type(run.task) is not type(now.task):
        return False
    sizes = {key for key, spec in specs(run.task).items() if isinstance(spec, Whole)}
    return all(getattr(run.task, key) == getattr(now.task, key) for key in specs(run.task) if key not in sizes)
