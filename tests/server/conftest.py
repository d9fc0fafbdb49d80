"""Real servers, visited over Streamlit's own protocol."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/server/" in item.path.as_posix():
            item.add_marker(pytest.mark.processes)
