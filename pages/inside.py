"""Inside a cell: one step of the run's network with its numbers, and what follows when one of them is changed."""

import streamlit as st

from engine.slices import Frame
from playground import by_hand, inside, over_time, what_follows
from playground import inside_words as say
from playground.frame import bar, live, visitor

bar()
st.title("Inside a cell", anchor=False)
st.markdown(say.INSIDE)
place = inside.choose(visitor().shown[0])


def draw(frame: Frame) -> None:
    scene = inside.look(frame, place, by_hand.present(frame))
    inside.sequence(scene)
    left, right = st.columns([2, 1], gap="large")
    with left:
        over_time.states(scene)
    with right:
        by_hand.control(scene)
        what_follows.answers(scene)
        inside.states(scene)
        what_follows.unit(scene)
    inside.wiring(scene)
    inside.equations(scene)


live(draw)
