"""How a page draws: pictures whose view is kept, and what did not change sent again instead of made again."""

from collections.abc import Callable, Hashable
from uuid import uuid4

import streamlit as st

from playground.charts.base import Data, Picture


def show(picture: Picture, data: Data, key: str) -> None:
    """A picture on the page. Its spec rarely changes from frame to frame, so the view is kept and only data moves."""
    st.vega_lite_chart(picture.filled(data), key=key, alt=picture.alt, width="stretch")


def once(key: str, seen: object, draw: Callable[[], None], how: Hashable = None) -> None:
    """Draw something that never changes, such as a trace: pictures and words, no controls.

    As long as frames show the same `seen` and `how`, what was drawn is sent again, which is most of the work spared.
    """
    kept = st.session_state.setdefault("drawn", {})
    how = how, is_dark()
    if key not in kept or kept[key][0] is not seen or kept[key][1] != how:
        if key in kept:
            _again.clear(kept[key][2], draw)
        kept[key] = seen, how, uuid4().hex
    _again(kept[key][2], draw)


AT_ONCE = 10
"""So many things that never change a page shows at most."""


@st.cache_resource(scope="session", max_entries=AT_ONCE, show_spinner=False)
def _again(name: str, _draw: Callable[[], None]) -> None:
    _draw()


def headed(title: str, caption: str) -> None:
    """A heading and a line under it, as one element: each costs a busy server as much as a picture's data."""
    st.markdown(f"#### {title}\n\n:small[:gray[{caption}]]")


def is_dark() -> bool:
    return st.context.theme.type == "dark"
