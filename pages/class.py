"""The teacher's page: who trains and how fast, and a sweep over cells, lags and seeds."""

import streamlit as st

from engine.slices import Frame
from playground import class_panels
from playground import class_words as say
from playground.frame import bar, live


def nothing(_: Frame) -> None:
    """The teacher's own run goes on; its pictures are on the first page."""


bar()
live(nothing)

st.title("Class")
st.caption(say.CLASS)
class_panels.people()

st.header("Sweep")
st.caption(say.SWEEP)
class_panels.ask_for_sweep()
class_panels.sweep()
