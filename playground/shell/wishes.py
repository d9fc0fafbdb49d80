"""What a click asks for: noted in its callback, and carried out once the settings that came with it are in force.

A browser can send what was typed and a click in one request. Streamlit calls the callbacks of both before the page
reads a single field, so what a callback did to the run at once would be done to the run of before.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from playground.runs.session import Session

WISHES = "wishes"


def later(act: Callable[..., object], *args: Any) -> None:
    """In a callback: note what is to be done with the session of the page that comes, as `act(session, *args)`."""
    st.session_state.setdefault(WISHES, []).append((act, args))


def carry_out(session: Session) -> None:
    """Do what was asked for, in the order in which it was; to be called when the runs are those of the settings."""
    while wished := st.session_state.get(WISHES):
        # Taken off first: a wish that raises is not tried again and again.
        act, args = wished.pop(0)
        act(session, *args)


def forget() -> None:
    """The settings could not be brought into force, so nothing is done."""
    st.session_state.pop(WISHES, None)
