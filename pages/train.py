"""The playground: task, network and loss side by side, and the inside below, live."""

import streamlit as st

from engine.slices import Frame
from playground import panels
from playground.frame import live


def draw(frame: Frame) -> None:
    left, middle, right = st.columns(3, gap="medium")
    with left:
        panels.task(frame)
    with middle:
        panels.network(frame)
    with right:
        panels.loss(frame)
    panels.inside(frame)


live(draw)
