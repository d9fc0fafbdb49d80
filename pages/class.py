"""The teacher's page: who trains and how fast, and a sweep over cells, lags and seeds."""

import streamlit as st

from engine.slices import Frame
from playground.shell.frame import bar, live
from playground.views.class_ import panels
from playground.views.class_ import words as say


def nothing(_: Frame) -> None:
    """The teacher's own run goes on; its pictures are on the first page."""


bar()
live(nothing)

st.title("Class")
st.caption(say.CLASS)
panels.people()

st.header("Sweep")
st.caption(say.SWEEP)
panels.ask_for_sweep()
panels.sweep()
