"""How a page draws: pictures whose view is kept while their data moves."""

import streamlit as st

from playground.charts.base import Data, Picture


def show(picture: Picture, data: Data, key: str) -> None:
    """A picture on the page. Its spec rarely changes from frame to frame, so the view is kept and only data moves."""
    st.vega_lite_chart(picture.filled(data), key=key, alt=picture.alt, width="stretch")


def headed(title: str, caption: str) -> None:
    """A heading and a line under it, as one element: each costs a busy server as much as a picture's data."""
    st.markdown(f"#### {title}\n\n:small[:gray[{caption}]]")


def is_dark() -> bool:
    return st.context.theme.type == "dark"
