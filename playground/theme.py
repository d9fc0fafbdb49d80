"""The theme, remembered: Streamlit reads it from its settings anew for every frame of every visitor.

On a server that draws sixty frames a second that is a sixth of all Python there is, and the theme never changes.
"""

from functools import lru_cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def remembered() -> None:
    """From now on fill in the theme of each section from the first time it was."""
    fill = app_session._populate_theme_msg

    @lru_cache
    def filled(section: str) -> CustomThemeConfig:
        theme = CustomThemeConfig()
        fill(theme, section)
        return theme

    def from_memory(msg: CustomThemeConfig, section: str = "theme") -> None:
        theme = filled(section)
        if theme.ByteSize():
            msg.MergeFrom(theme)

    app_session._populate_theme_msg = from_memory
