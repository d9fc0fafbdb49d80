"""The theme from memory is the theme, section by section; if Streamlit comes to do it otherwise, it shows here."""

import pytest
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session

from playground.server.theme import fill, remembered

SECTIONS = ["theme", *(f"theme.{name}" for name in ("light", "dark", "sidebar", "light.sidebar", "dark.sidebar"))]


def test_the_theme_from_memory_is_the_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    config.get_config_options(force_reparse=True)
    # Put back in the end; a page that another test opened may have replaced it before.
    monkeypatch.setattr(app_session, "_populate_theme_msg", fill)
    remembered()
    remembered()
    assert fill.__module__ == "streamlit.runtime.app_session"
    assert app_session._populate_theme_msg is not fill
    for section in SECTIONS * 2:
        usual, ours = ForwardMsg(), ForwardMsg()
        fill(usual.new_session.custom_theme, section)
        app_session._populate_theme_msg(ours.new_session.custom_theme, section)
        assert ours == usual
        assert ours.new_session.HasField("custom_theme") == usual.new_session.HasField("custom_theme")
