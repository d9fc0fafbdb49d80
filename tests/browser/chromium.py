"""A real server and a real browser, for the tests and for benchmarks/page.py."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
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
def server() -> Iterator[str]:
    """The playground as `streamlit run` starts it, on a free port; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ARTEFACTS.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "streamlit.web.cli", "run", "playground/app.py"]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1"]
    log = ARTEFACTS / f"server-{os.getpid()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen([*command, *options], cwd=ROOT, stdout=output, stderr=output)  # noqa: S603
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process, log)
            yield address
        finally:
            process.terminate()
            process.wait(20)
    log.unlink()


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310  # our own server
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')}")
