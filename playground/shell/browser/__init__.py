"""What only the browser can do: write the clipboard, and close a phone's drawer. Each is a few lines of JavaScript."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


@cache
def _part(name: str, html: str = "", css: str = "") -> Callable[..., Any]:
    """A part of the page whose script stands beside this file. Registered once a server."""
    script = (Path(__file__).parent / f"{name}.js").read_text(encoding="utf-8")
    return st.components.v2.component(name, html=html, css=css, js=script)


def copied_by(key: str, link: str) -> None:
    """From now on the button in the container with that key copies `link` as well; here it is said that it did."""
    _part("copy_link", '<p role="status"></p>', "p {margin: 0; font-size: .875rem} input {width: 100%; font: inherit}")(
        data={"key": key, "link": link}, key=f"{key}.copied"
    )


def close_drawer() -> None:
    """From now on the sidebar closes after a choice where it lies over the page. To be drawn in the sidebar."""
    _part("close_drawer")(key="close_drawer", height=0)
