"""The gradient through time: how far back the network can learn from, why, and what to do about it."""

import streamlit as st

from engine.slices import Frame
from playground import gradient_dials, gradient_panels
from playground.frame import live


def draw(frame: Frame) -> None:
    gradient_dials.follow()
    frame, found = gradient_panels.moment(frame)
    gradient_dials.experiments(frame, found.gradients)
    gradient_dials.dials()
    left, right = st.columns(2, gap="medium")
    with left:
        gradient_panels.strengths(found)
    with right:
        gradient_panels.clipping(frame)
    gradient_panels.triangle(found)
    gradient_panels.derivations()


live(draw)
