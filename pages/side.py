"""Side by side: two to four networks on the same task, seed and batches, trained together."""

import streamlit as st

from engine.slices import Frames
from playground import side_cards, side_lag, side_panels, side_session
from playground import side_words as say
from playground.frame import bar, live_together

side, problems = side_session.present()
if side is None:
    side_cards.networks(None, problems)
    st.stop()

bar(side.session, [member.name for member in side.members])
st.caption(say.LEAD)
slots = side_cards.networks(side, problems)
side_lag.lag(side)
found = st.container()
left, right = st.columns(2, gap="medium")
side_panels.look(side)
states = st.container()


def draw(frames: Frames) -> None:
    side_lag.tick()
    side_cards.standings(side, slots, frames)
    with found:
        side_lag.found(side)
    with left:
        side_panels.losses(side, frames)
    with right:
        side_panels.gradients(side, frames)
    with states:
        side_panels.states(side, frames)


live_together(side.session, draw)
