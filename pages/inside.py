"""Inside a cell: one step of the run's network with its numbers, and what follows when one of them is changed."""

import streamlit as st

from engine.slices import Frame
from playground.shell.frame import bar, live, visitor
from playground.views.inside import by_hand, over_time, panels, what_follows
from playground.views.inside import words as say

bar()
st.title("Inside a cell", anchor=False)
st.markdown(say.INSIDE)
place = panels.choose(visitor().shown[0])


def draw(frame: Frame) -> None:
    scene = panels.request(frame, place, by_hand.present(frame))
    panels.sequence(scene)
    left, right = st.columns([2, 1], gap="large")
    with left:
        over_time.states(scene)
    with right:
        by_hand.control(scene)
        what_follows.answers(scene)
        panels.states(scene)
        what_follows.unit(scene)
    panels.wiring(scene)
    panels.equations(scene)


live(draw)
