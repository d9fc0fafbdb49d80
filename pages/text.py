"""Text: one unit along a passage, the units that follow a property, similar moments, and what the network writes."""

import streamlit as st

from engine.slices import Frame
from engine.tasks import Characters
from playground.runs.reader import Reader
from playground.shell.frame import bar, live, visitor
from playground.views.text import passages, samples


def draw(frame: Frame) -> None:
    if not isinstance(frame.snapshot.experiment.task, Characters):
        passages.nothing_to_read()
        return
    if "reader" not in st.session_state:
        st.session_state["reader"] = Reader(visitor())
    reader = st.session_state["reader"]
    checkpoint = passages.moment_of(reader)
    if checkpoint:
        band, at = passages.coloured(checkpoint)
        left, right = st.columns([2, 3], gap="large")
        with left:
            passages.followers(reader, checkpoint)
        with right:
            passages.alike(checkpoint, band, at)
        samples.written(reader, checkpoint)


bar()
live(draw)
