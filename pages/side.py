"""Side by side: two to four networks on the same task, seed and batches, trained together."""

import streamlit as st

from engine.slices import Frames
from playground import side_lag, side_panels, side_session
from playground import side_words as say
from playground.frame import live_together

side, problems = side_session.present()
if side is None:
    side_panels.networks(None, problems)
    side_panels.follow()
    st.stop()


def draw(frames: Frames) -> None:
    side_panels.follow()
    side_lag.tick()
    st.caption(say.LEAD)
    side_panels.networks(side, problems, frames)
    side_lag.lag(side)
    left, right = st.columns(2, gap="medium")
    with left:
        side_panels.losses(side, frames)
    with right:
        side_panels.gradients(side, frames)
    side_panels.states(side, frames)


live_together(side.session, draw, [member.name for member in side.members])
