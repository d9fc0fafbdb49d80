"""The guide: what the pictures show, and the tasks in their own words."""

from inspect import cleandoc
from pathlib import Path

import streamlit as st

from engine import TASKS
from engine.slices import Frame
from playground import words
from playground.frame import bar, live


def nothing(_: Frame) -> None:
    """The run goes on while one reads; its pictures are on the other page."""


bar()
live(nothing)

st.title("Guide")
st.markdown((Path(words.__file__).parent / "guide.md").read_text(encoding="utf-8"))

st.header("Tasks")
for name, task in TASKS.items():
    with st.expander(words.TASKS[name][0]):
        st.text(cleandoc(task.__doc__ or ""))
