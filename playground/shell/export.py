"""Take it along: the link, the numbers of a run, and the same network as PyTorch code."""

import io
import json
import zipfile
from urllib.parse import urlencode, urlsplit

import numpy as np
import pandas as pd
import streamlit as st

from engine import Experiment
from engine.budget import check_memory
from engine.messages import MessageError
from engine.observe.trace import LayerTrace, Trace
from engine.saving import MAX_BYTES, contents
from engine.script import script
from engine.slices import Frame
from engine.tasks import Tokens
from playground import words
from playground.links.page_settings import SEVERAL_RUNS
from playground.runs.session import Session
from playground.server.settings import SETTINGS
from playground.shell import browser, link, sidebar

CODE = "code.open"
"""Whether the visitor wants to see the code."""

SHOWN, LINE = 20_000, 300
"""Characters of a script that are shown whole; beyond that, characters of a line."""


def draw(session: Session, page: str) -> None:
    """The section at the foot of the sidebar."""
    experiment = session.experiment
    st.header("Take it along")
    params, left_out = link.params(experiment)
    whole = f"{_address()}?{urlencode(params)}"
    with st.container(key="copy_link"), st.popover("Copy link", icon=":material/link:", width="stretch"):
        if left_out:
            st.caption("Your own data is too long for a link, so it is left out: hand it on as a file as well.")
        st.caption("This page and the whole experiment: the same network, and at the same update the same loss.")
        st.code(whole, language=None, wrap_lines=True)
    browser.copied_by("copy_link", whole)
    if page in SEVERAL_RUNS:  # what is to be seen there are other runs than the visitor's own
        st.caption(words.TAKE_ALONG_ALONE)
        return
    st.download_button(
        "Download run",
        data=lambda: archive(*session.saved_with_frame()),
        file_name=f"{experiment.task_name}-{experiment.stack.cell}.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
        help="CSV of the losses and of the sequence, states and gates as they are now; the settings; the saved run.",
        width="stretch",
    )
    st.download_button(
        "Save run",
        data=session.saved,
        file_name=f"{experiment.task_name}-{experiment.stack.cell}.safetensors",
        mime="application/octet-stream",
        icon=":material/save:",
        on_click="ignore",
        help="Weights, optimiser, course and film: from this file the run goes on as if it had never stopped.",
        width="stretch",
    )
    # Closed from here once a run is taken up: the sidebar is another then, and the browser would open its neighbour.
    saved = st.expander("Continue a saved run", icon=":material/restore_page:", key="continue", on_change="rerun")
    if saved.open:
        with saved:
            _continue(session)
    st.button("PyTorch code", icon=":material/code:", on_click=_turn_code, key="code", width="stretch")


def _turn_code() -> None:
    st.session_state[CODE] = not st.session_state.get(CODE)


def code(experiment: Experiment) -> None:
    """The network as PyTorch code, across the page, once it was asked for at the foot of the sidebar."""
    if not st.session_state.get(CODE):
        return
    try:
        source = script(experiment)
    except MessageError as problem:
        st.info(words.say(problem.message), icon=":material/code_off:")
        return
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.header("PyTorch code", width="content")
            with st.container(horizontal=True, width="content"):
                st.download_button(
                    "Download", source, "network.py", "text/x-python", on_click="ignore", key="download_code"
                )
                st.button("Close", icon=":material/close:", on_click=_turn_code, key="close_code")
        st.caption("A script that needs torch alone and prints the same first losses; later, rounding may part them.")
        _source(source)


def _source(source: str) -> None:
    """A script, shortened if it is too long for a browser."""
    if len(source) > SHOWN:
        st.caption("It is long, so it may be shortened here; the download is whole.")
    shown = "\n".join(line if len(line) <= LINE else line[:LINE] + " …" for line in source.splitlines())
    st.code(shown if len(source) > SHOWN else source, language="python", height=400)


def _continue(session: Session) -> None:
    """Take up a run from a file; what does not work is said, and the run there is goes on."""

    def uploaded() -> None:
        file = st.session_state["run.file"]
        st.session_state.pop("run.problem", None)
        if file is not None:
            try:
                saved = file.getvalue()
                found = session.pool.wait(session.pool.submit(contents, saved))
                check_memory(found.experiment, SETTINGS.visitor_mb)
                session.carry_on(found.experiment, saved)
            except MessageError as problem:
                st.session_state["run.problem"] = problem
            else:
                sidebar.show_next(found.experiment)
                st.session_state["continue"] = False
                st.toast(words.CONTINUED.format(updates=found.updates), icon=":material/restore_page:")

    if "run.problem" in st.session_state:
        st.error(words.say(st.session_state["run.problem"].message) + words.AS_IT_WAS, icon=":material/error:")
    st.file_uploader(
        "A file that “Save run” made (.safetensors)",
        type=["safetensors"],
        key="run.file",
        on_change=uploaded,
        max_upload_size=MAX_BYTES // 10**6,
    )


def archive(frame: Frame, saved: bytes) -> bytes:
    """A zip of losses.csv, held_out.csv, states.csv, sequence.csv, experiment.json and the run as it was saved."""
    snapshot, trace = frame.snapshot, frame.result.trace
    losses = pd.DataFrame(snapshot.losses, columns=["update", "training_loss"])
    held_out = pd.DataFrame(snapshot.held_out, columns=["update", "held_out_loss", "held_out_accuracy"])
    task = snapshot.experiment.task
    held_out = held_out.assign(chance=task.chance_loss, no_memory=task.no_memory_loss)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("losses.csv", _csv(losses))
        files.writestr("held_out.csv", _csv(held_out))
        files.writestr("states.csv", _csv(states(trace)))
        files.writestr("sequence.csv", _csv(sequence(trace)))
        files.writestr("run.safetensors", saved, zipfile.ZIP_STORED)
        files.writestr("experiment.json", json.dumps(snapshot.experiment.to_params(), ensure_ascii=False, indent=2))
    return out.getvalue()


def sequence(trace: Trace) -> pd.DataFrame:
    """One row a time step: input, and target and answer where they are asked."""
    reading = trace.reading
    if isinstance(reading, Tokens):
        columns = {"input": reading.inputs, "target": reading.targets, "answer": reading.answers}
        return pd.DataFrame({"step": range(1, len(reading.inputs) + 1), **columns})
    ends = [""] * (len(reading.values) - 1)
    return pd.DataFrame(
        {
            "step": range(1, len(reading.values) + 1),
            "input": reading.values,
            "marked": reading.marked,
            "target": [*ends, f"{reading.target:.9g}"],
            "answer": [*ends, f"{reading.answer:.9g}"],
        }
    )


def states(trace: Trace) -> pd.DataFrame:
    """One row a layer, direction, time step and unit; a column for each state and gate, and for ∂L/∂h.

    Where a quantity has fewer units than another, such as an answer beside the states, its column ends early.
    """
    return pd.concat([_strand(layer_trace) for layer in trace.layers for layer_trace in layer], ignore_index=True)


def _strand(layer_trace: LayerTrace) -> pd.DataFrame:
    values = {**layer_trace.state, **layer_trace.gates, "dL_dh": layer_trace.grad_h}
    steps, units = len(layer_trace.grad_h), max(v.shape[1] for v in values.values())

    def column(v: np.ndarray) -> np.ndarray:
        return np.pad(v.astype(float), ((0, 0), (0, units - v.shape[1])), constant_values=np.nan).reshape(-1)

    return pd.DataFrame(
        {
            "layer": layer_trace.layer,
            "direction": layer_trace.direction,
            "step": np.repeat(np.arange(1, steps + 1), units),
            "unit": np.tile(np.arange(1, units + 1), steps),
            **{name: column(v) for name, v in values.items()},
        }
    )


def _csv(table: pd.DataFrame) -> str:
    return table.astype({c: int for c in ("update",) if c in table}).to_csv(index=False, float_format="%.9g")


def _address() -> str:
    """Where the page is that one is on; of what the browser says only the host, as its page can be the one before."""
    address, page = urlsplit(st.context.url or "http://localhost:8501/"), st.session_state.get("page", "")
    base = st.get_option("server.baseUrlPath").strip("/")
    return "/".join([f"{address.scheme}://{address.netloc}", *filter(None, [base]), page])
