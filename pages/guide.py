"""The guide: what the pictures show, and the tasks and cells in their own words."""

import streamlit as st

from engine.slices import Frame
from playground.frame import live


def draw(frame: Frame) -> None:
    st.title("Guide")


live(draw)
