"""A real server and a real browser, for the tests and for benchmarks/page.py."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.processes import ROOT, Server

ARTEFACTS = ROOT / "artefacts"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HOW_TO_GET_ONE = "No Chromium on the PATH: `apt-get install chromium` (or your system's like) brings one."
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def executable() -> str | None:
    """The system's Chromium, if it has one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def server(**settings: str) -> Iterator[str]:
    """The playground as `streamlit run` starts it, with room for every test there is; its address."""
    with Server(**{"PLAYGROUND_VISITORS": "1000", **settings}) as started:
        yield started.address
