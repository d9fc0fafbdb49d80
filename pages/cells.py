"""The catalogue: every cell by its year, its definition typeset and drawn, and two of them side by side."""

import streamlit as st

from engine.slices import Frame
from playground.shell.frame import bar, live
from playground.views.cells import catalogue, comparison
from playground.views.cells import words as say


def nothing(_: Frame) -> None:
    """The run goes on while one reads; its pictures are on the other page."""


bar()
live(nothing)

st.title("Cells")
st.markdown(say.CATALOGUE)
cell = catalogue.choose()

catalogue.purpose(cell)

left, right = st.columns(2, gap="medium")
with left:
    catalogue.equations(cell)
with right:
    catalogue.wiring(cell)

catalogue.quantities(cell)

left, right = st.columns(2, gap="medium")
with left:
    catalogue.ranges(cell)
with right:
    catalogue.source(cell)

left, right = st.columns(2, gap="medium")
with left:
    catalogue.settings(cell)
with right:
    sizes = catalogue.parameters(cell)

comparison.draw(cell, sizes)
