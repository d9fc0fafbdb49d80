"""The gradient through time: how far back the network can learn from, why, and what to do about it."""

import streamlit as st

from engine.slices import Frame
from playground import gradient_dials, gradient_panels
from playground.frame import bar, live

bar()
gradient_dials.experiments()
gradient_dials.dials()
gradient_panels.views()


def draw(frame: Frame) -> None:
    frame, found = gradient_panels.moment(frame)
    gradient_dials.told(frame, found.gradients)
    left, right = st.columns(2, gap="medium")
    with left:
        gradient_panels.strengths(found)
    with right:
        gradient_panels.clipping(frame)
    gradient_panels.triangle(found)


live(draw)
gradient_panels.derivations()
