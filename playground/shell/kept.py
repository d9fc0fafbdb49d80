"""What was chosen stays chosen as long as it is on offer: for lists whose options come from the run or from a file."""

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def kept(key: str, options: Sequence[T]) -> T:
    """The choice under `key`, if it is still among `options`; else the first. To be called before its control is drawn.

    The control is given it as well, so what it shows is what is used.
    """
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    else:  # written back even if unchanged: with other options it is a new control, which would begin with its first
        st.session_state[key] = st.session_state[key]
    chosen: T = st.session_state[key]
    return chosen
