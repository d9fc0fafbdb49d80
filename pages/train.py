"""The playground: at the left the task, the loss and the network, at the right the inside on one time axis, live."""

import streamlit as st

from engine.slices import Frame
from playground.shell.frame import bar, live, visitor
from playground.shell.presenting import presenting
from playground.views.train import inside, panels

panels.follow_click()
bar()
with st.container(key="overview"):
    left, right = st.columns([1, 2], gap="medium")
with left:
    panels.asked()
    task = st.container()
    st.header("Loss")
    loss = st.container(key="loss")
    panels.about_loss()
    if not presenting():
        further = st.container()
        panels.about_further()
        view = panels.network_view()
        network = st.container()
        panels.about_network(view)
with right:
    shown = visitor().shown[0]
    chosen = inside.choose(shown)
    inside.sequence(shown)
    first = st.container(key="first")
    inside.how_drawn(shown, chosen)
    rest = st.container(key="rest")


def draw(frame: Frame) -> None:
    with task:
        panels.task(frame)
    with loss:
        panels.loss(frame)
    if not presenting():
        with further:
            panels.further(frame)
        with network:
            panels.network(frame, view)
    inside.inside(frame, chosen, first, rest)


live(draw)
