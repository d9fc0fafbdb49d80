"""The parts of the teacher's page: who trains and how fast, and the sweep."""

from contextlib import suppress
from functools import partial

import pandas as pd
import streamlit as st

from engine import CELLS, SettingError
from engine.budget import check_memory
from engine.run import HELD_OUT_EVERY
from engine.sweep import SEEDS, UPDATES, Sweep, numbers, over_chance, to_csv
from playground import words
from playground.charts.sweep import sweep_data, sweep_map
from playground.runs.session import Session
from playground.runs.sweeping import Sweeping
from playground.server import shared
from playground.server.settings import SETTINGS
from playground.shell.frame import visitor
from playground.shell.pictures import show
from playground.shell.wishes import later
from playground.views.class_ import words as say

STANDARD = ["rnn", "gru", "lstm"]
CELL_NAME = partial(words.choice, name="cell")

EVERY = 1.0
"""Seconds between two looks at the class, and at a sweep under way."""


@st.fragment(run_every=EVERY)
def people() -> None:
    """How many are here and train, and how fast."""
    with st.container(horizontal=True, gap="medium"):
        st.metric("Here", f"{shared.ADMISSION.taken} of {shared.ADMISSION.limit}", width=130)
        st.metric("Waiting", shared.ADMISSION.waiting, width=100)
        st.metric("Training", shared.POOL.pace.training, width=100)
        st.metric("Updates/s, all", f"{shared.POOL.pace.rate:,.0f}", width=140)
        st.metric("Frames/s, each", f"{1 / shared.POOL.pace.tick:g}", width=140)


def ask_for_sweep() -> None:
    """The controls of a sweep, and what became of the last one."""
    base = visitor().experiment
    st.multiselect("Cells", list(CELLS), default=STANDARD, format_func=CELL_NAME, key="sweep.cells")
    first, second, third = st.columns([4, 2, 2], gap="medium")
    first.text_input("Lags", "10, 50, 100", key="sweep.lags", help=say.SWEEP_LAGS)
    # Without limits in the browser: it would keep a number past them to itself, and the last good one would be swept.
    second.number_input("Seeds", value=SEEDS.default, step=1, key="sweep.seeds")
    third.number_input("Updates", value=UPDATES.default, step=25, key="sweep.updates")
    try:
        sweep = _asked()
    except SettingError as problem:
        st.error(words.say(problem.message, task=base.task_name), icon=":material/error:")
        return
    if sweep.made != sweep.updates:
        st.caption(say.SWEEP_UPDATES.format(made=sweep.made, asked=sweep.updates, every=HELD_OUT_EVERY))
    st.button(
        f"Start {len(sweep.jobs())} runs",
        icon=":material/grid_on:",
        on_click=later,
        args=(_start,),
        key="sweep.start",
        disabled="sweep" in st.session_state and st.session_state["sweep"].going,
    )


def _asked() -> Sweep:
    """What the controls and the sidebar say. Raises SettingError."""
    state = st.session_state
    lags = numbers("lags", state["sweep.lags"])
    asked = Sweep(
        visitor().experiment, tuple(state["sweep.cells"]), lags, int(state["sweep.seeds"]), int(state["sweep.updates"])
    )
    for job in asked.jobs():
        check_memory(job.experiment, SETTINGS.visitor_mb)
    return asked


def _start(_: Session) -> None:
    """Begin it, with all that was set by the same request; why it cannot begin is said under the controls."""
    with suppress(SettingError):
        st.session_state["sweep"] = Sweeping(_asked(), shared.POOL)


def sweep() -> None:
    """The sweep under way, or the last one: progress, heat map, rows."""
    under_way: Sweeping | None = st.session_state.get("sweep")
    if under_way is None:
        return
    going = under_way.going

    @st.fragment(run_every=shared.POOL.pace.tick if going else None)
    def tick() -> None:
        under_way.tick()
        _progress(under_way)
        _results(under_way)
        if under_way.going != going:
            st.rerun()

    tick()


def _progress(under_way: Sweeping) -> None:
    done, count = len(under_way.rows) + under_way.failed, under_way.count
    state = "going" if under_way.going else "done" if done == count else "cancelled"
    st.progress(done / count, say.SWEEP_STATE[state].format(done=done, count=count))
    st.button(
        "Cancel", icon=":material/stop:", on_click=under_way.cancel, key="sweep.cancel", disabled=not under_way.going
    )
    if under_way.failed:
        st.error(say.SWEEP_FAILED.format(count=under_way.failed), icon=":material/error:")


def _results(under_way: Sweeping) -> None:
    asked, rows = under_way.sweep, under_way.rows
    names = {key: cell.about.name for key, cell in CELLS.items()}
    cells = tuple(names[cell] for cell in asked.cells)
    show(sweep_map(cells, asked.lags), sweep_data(over_chance(rows), names))
    st.caption(say.SWEEP_LOOK)
    st.download_button(
        "Download CSV",
        data=lambda: to_csv(under_way.rows),
        file_name=f"sweep-{asked.base.task_name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="sweep.download",
        disabled=not rows,
    )
    if rows:
        shown = pd.DataFrame(rows).drop(columns="settings").replace({"cell": names})
        st.dataframe(shown, hide_index=True, height=320, key="sweep.rows")
