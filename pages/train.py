"""The playground: at the left the task, the loss and the network, at the right the inside on one time axis, live."""

import streamlit as st

from engine.slices import Frame
from playground import insides, panels
from playground.frame import bar, live, visitor

bar()
left, right = st.columns([1, 2], gap="medium")
with left:
    panels.asked()
    task = st.container()
    panels.next_sequence()
    panels.about_loss()
    loss = st.container()
    view = panels.network_view()
    network = st.container()
    panels.about_network(view)
with right:
    shown = visitor().shown[0]
    chosen = insides.choose(shown)
    insides.sequence(shown)
    inside = st.container()


def draw(frame: Frame) -> None:
    with task:
        panels.task(frame)
    with loss:
        panels.loss(frame)
    with network:
        panels.network(frame, view)
    with inside:
        insides.inside(frame, chosen)


live(draw)
