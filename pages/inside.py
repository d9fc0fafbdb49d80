"""Inside a cell: one step of the run's network with its numbers, and what follows when one of them is changed."""

import streamlit as st

from engine.slices import Frame
from playground import by_hand, inside
from playground import inside_words as say
from playground.frame import bar, live, visitor

bar()
st.title("Inside a cell", anchor=False)
st.markdown(say.INSIDE)
place = inside.choose(visitor().shown[0])


def draw(frame: Frame) -> None:
    scene = inside.look(frame, place, by_hand.present(frame))
    inside.sequence(scene)
    inside.pick(frame, place)
    inside.wiring(scene)
    left, right = st.columns(2, gap="large")
    with left:
        inside.states(scene)
    with right:
        by_hand.control(scene)
    by_hand.consequences(scene)
    inside.equations(scene)


live(draw)
