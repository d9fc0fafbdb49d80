"""The parts of the page Guide: what the pictures show, and the tasks in their own words."""

from inspect import cleandoc
from pathlib import Path

import streamlit as st

from engine import TASKS
from playground import words


def guide() -> None:
    """How to read the pictures."""
    st.markdown(Path(__file__).with_name("guide.md").read_text(encoding="utf-8"))


def tasks() -> None:
    """Every task in its own words."""
    st.header("Tasks")
    for name, task in TASKS.items():
        with st.expander(words.task(name)[0]):
            st.text(cleandoc(task.__doc__ or ""))
