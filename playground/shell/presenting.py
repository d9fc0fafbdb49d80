"""Presentation mode, for a projector: large type, no sidebar; on the first page the task, the loss and one picture."""

from pathlib import Path

import streamlit as st

from playground import words
from playground.links.page_settings import PRESENT

LOOK = Path(__file__).parent / "presenting.css"
"""How a page looks in presentation mode, beside `look.css`."""


def presenting() -> bool:
    """Whether the page is shown in presentation mode; the link says so with `present=1`."""
    return bool(st.session_state.get(PRESENT))


def request() -> None:
    """Large type, and neither sidebar nor list of pages."""
    if presenting():
        st.html(LOOK)


def button() -> None:
    """Into presentation mode and out of it."""
    st.button(
        "Leave" if presenting() else "Present",
        icon=":material/close_fullscreen:" if presenting() else ":material/present_to_all:",
        on_click=_turn,
        key="presenting",
        help=words.LEAVE if presenting() else words.PRESENT,
    )


def _turn() -> None:
    st.session_state[PRESENT] = not presenting()
