"""The guide: what the pictures show, and the tasks in their own words."""

import streamlit as st

from engine.slices import Frame
from playground.shell.frame import bar, live
from playground.views.guide import panels


def nothing(_: Frame) -> None:
    """The run goes on while one reads; its pictures are on the other page."""


bar()
live(nothing)

st.title("Guide")
panels.guide()
panels.tasks()
