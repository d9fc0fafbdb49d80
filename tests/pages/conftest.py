"""One thread, as on the server; property tests that try the same cases in every run; and a quick start of the page."""

from collections.abc import Iterator

import pytest
import torch
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner

from playground.server import shared
from playground.server.admission import Admission

torch.set_num_threads(1)
settings.register_profile("pages", deadline=None, derandomize=True)
settings.load_profile("pages")


@pytest.fixture(scope="session", autouse=True)
def _no_search_for_components() -> Iterator[None]:
    """Streamlit's test runner reads the metadata of every installed package at each start; the page uses none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", list)
        yield


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch) -> Admission:
    """Places of its own for each test: the test runner never ends a session, so they would never be free again."""
    fresh = Admission(limit=1000, window=120)
    monkeypatch.setattr(shared, "ADMISSION", fresh)
    return fresh
