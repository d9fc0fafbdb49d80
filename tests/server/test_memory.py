"""What one visitor can make a server hold: files sent without end, and the largest run with its film full."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from benchmarks.classroom import memory
from benchmarks.client import Visitor
from playground.server.received import MOST_BYTES
from tests.processes import Server, apart

MB = 2**20
PASSING = 150
"""MB that may be needed in passing: a file as it is parsed, what an update computes."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Without the token of a page, which a visitor without a browser does not get.
    with Server(options=("--server.enableXsrfProtection", "false"), PLAYGROUND_VISITOR_MB="32") as started:
        yield started


def send(server: Server, session: str, name: str, size: int) -> int:
    """Upload a file as a browser does; the status of the answer, 413 for one that is refused."""
    end = b"--end--"
    head = f'--end\r\nContent-Disposition: form-data; name="f"; filename="{name}.csv"\r\n\r\n'.encode()
    request = urllib.request.Request(  # noqa: S310  # our own server
        f"{server.address}/_stcore/upload_file/{session}/{name}",
        data=head + bytes(size) + b"\r\n" + end,
        headers={"Content-Type": "multipart/form-data; boundary=end"},
        method="PUT",
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.URLError:
        return 413  # the server hangs up before it has read all of it


def test_files_without_end_are_bounded(server: Server) -> None:
    async def scenario() -> None:
        async with Visitor(server.address, {"task": "adding"}) as visitor:
            await visitor.open()
            before = memory(server.pid)
            for number in range(20):
                assert await asyncio.to_thread(send, server, visitor.session, f"file{number}", 40 * MB) == 204
            assert memory(server.pid) - before < MOST_BYTES / MB + PASSING, "20 files of 40 MB were sent"
            assert await asyncio.to_thread(send, server, visitor.session, "large", 60 * MB) == 413

    apart(scenario())


def test_a_full_film_and_a_large_network_are_bounded(server: Server) -> None:
    settings = {"task": "adding", "length": "50", "cell": "lstm", "hidden": "128", "batch": "8"}

    async def scenario() -> None:
        async with Visitor(server.address, {"task": "hello", "cell": "rnn"}) as first:
            await first.open()
            await first.press("Train")
            await first.until(50)
            await first.press("Pause")
        before = memory(server.pid)
        async with Visitor(server.address, settings) as visitor:
            await visitor.open()
            await visitor.press("Train")
            await visitor.until(60)  # twice as many moments as there is room for
            await visitor.press("Pause")
            assert memory(server.pid) - before < 32 + 4 + PASSING

    apart(scenario())
