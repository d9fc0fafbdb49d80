"""The example under deploy/, as its script starts it: nginx, two servers, a Dask cluster."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest

from benchmarks.client import Visitor
from tests.playground.visitors import alone
from tests.processes import Process, apart, free_port, listens
from tests.server.test_a_class import SMALL, shown

NEEDED = "No nginx on the PATH: `apt-get install nginx` (or your system's like) brings one."


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    if not shutil.which("nginx"):
        if os.environ.get("CI") == "true":
            pytest.fail(NEEDED)
        pytest.skip(NEEDED)
    port = next(p for p in iter(free_port, 0) if not any(listens(p + k) for k in range(1, 4)))
    with Process("deploy", ("bash", "deploy/up.sh"), PORT=str(port), PYTHON=sys.executable) as up:
        up.wait_for(lambda: "Ready:" in up.output)
        yield port


def arrives(port: int, cookie: str = "") -> tuple[str, str]:
    """Ask for the page as a browser does; the visitor's cookie, and the server that answered."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Cookie": cookie} if cookie else {})
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310  # our own server
        cookies = [c.split(";")[0] for c in answer.headers.get_all("Set-Cookie") or []]
        given = next((c for c in cookies if c.startswith("playground=")), "")
        return given or cookie, answer.headers["X-Served-By"]


def process_on(port: int) -> int:
    """The id of the process that listens on a port."""
    found = subprocess.run(["pgrep", "-f", f"server.port {port}"], capture_output=True, text=True, check=True)  # noqa: S603, S607
    return int(found.stdout.split()[0])


def test_a_visitor_stays_with_one_server_and_visitors_spread_over_both(port: int) -> None:
    served = []
    for _ in range(16):
        cookie, by = arrives(port)
        assert all(arrives(port, cookie)[1] == by for _ in range(3))
        served.append(by)
    assert set(served) == {f"127.0.0.1:{port + 1}", f"127.0.0.1:{port + 2}"}


def test_everyone_trains_and_a_server_lost_costs_its_visitors_a_reload_only(port: int) -> None:
    async def scenario() -> None:
        visitors, served = [], []
        for seed in range(1, 7):
            cookie, by = arrives(port)
            settings = {**SMALL, "seed": str(seed)}
            visitors.append(Visitor(f"http://127.0.0.1:{port}", settings, headers={"Cookie": cookie}))
            served.append(by)
        for visitor in visitors:
            await visitor.connect()
            await visitor.open()
            await visitor.press("Train")
        await asyncio.gather(*(visitor.until(20) for visitor in visitors))
        for visitor in visitors:
            await visitor.press("Pause")
            await visitor.press("Update")
            assert visitor.loss == shown(alone(visitor.updates, seed=visitor.settings["seed"])[-1])
        os.kill(process_on(port + 2), signal.SIGKILL)
        for visitor in visitors:
            await visitor.socket.close()
        for visitor, by in zip(visitors, served, strict=True):
            before = visitor.updates
            await visitor.connect()
            await visitor.open()
            if by.endswith(str(port + 1)):
                assert visitor.updates == before, "the other server lost a run"
            else:
                assert visitor.updates == 0
            await visitor.press("Update")
            assert visitor.loss == shown(alone(visitor.updates, seed=visitor.settings["seed"])[-1])
            await visitor.socket.close()

    apart(scenario())
