"""The theme, remembered: Streamlit reads it from its settings anew for every frame of every visitor.

On a server that draws sixty frames a second that is a sixth of all Python there is. A change of the theme's settings so
takes a restart.
"""

from functools import lru_cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

fill = app_session._populate_theme_msg
"""Streamlit's own way, which `remembered` replaces."""


@lru_cache
def _filled(section: str) -> CustomThemeConfig:
    theme = CustomThemeConfig()
    fill(theme, section)
    return theme


def _fill_from_memory(msg: CustomThemeConfig, section: str = "theme") -> None:
    theme = _filled(section)
    if theme.ByteSize():
        msg.MergeFrom(theme)


def remembered() -> None:
    """From now on fill in the theme of each section from the first time it was; called again, it changes nothing."""
    app_session._populate_theme_msg = _fill_from_memory
