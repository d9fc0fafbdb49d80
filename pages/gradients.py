"""The gradient through time: how far back the network can learn from, why, and what to do about it."""

import streamlit as st

from engine.slices import Frame
from playground.shell.frame import bar, live
from playground.views.gradients import dials, panels

bar()
dials.experiments()
dials.dials()
panels.views()


def draw(frame: Frame) -> None:
    frame, found = panels.checkpoint(frame)
    dials.told(frame, found.gradients)
    left, right = st.columns(2, gap="medium")
    with left:
        panels.strengths(found)
    with right:
        panels.clipping(frame)
    panels.triangle(found)


live(draw)
panels.derivations()
