"""Side by side: two to four networks on the same task, seed and batches, trained together."""

import streamlit as st

from engine.slices import Frames
from playground.shell.frame import bar, live_together
from playground.views.side import cards, lag, panels, session
from playground.views.side import words as say

side, problems = session.present()
if side is None:
    cards.networks(None, problems)
    st.stop()

bar(side.session, [member.name for member in side.members])
st.caption(say.LEAD)
slots = cards.networks(side, problems)
lag.lag(side)
found = st.container()
left, right = st.columns(2, gap="medium")
panels.request(side)
states = st.container()


def draw(frames: Frames) -> None:
    lag.tick()
    cards.standings(side, slots, frames)
    with found:
        lag.found(side)
    with left:
        panels.losses(side, frames)
    with right:
        panels.gradients(side, frames)
    with states:
        panels.states(side, frames)


live_together(side.session, draw)
