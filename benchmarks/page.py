"""The page as one visitor meets it while an LSTM of 32 units learns on 50 steps, every picture live.

`python -m benchmarks.page [--json]` starts the real server. In Chromium it measures how long the first sight takes, how
often the pictures are drawn, and what a tick sends. What the server itself needs for a tick it measures over a bare web
socket, because a busy browser takes frames in late; that also for the other pages.
"""

import asyncio
import base64
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any

import torch
from playwright.sync_api import Browser, Page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import measure
from benchmarks.client import Visitor
from engine import Experiment
from engine.gradients import Question
from playground.executor import TICK, Pool
from playground.measuring import measured
from playground.runs.session import Session
from tests.browser import chromium
from tests.browser.visit import Visit

SETTINGS = {"task": "adding", "length": "50", "cell": "lstm", "hidden": "32"}
LOSS, STATE = "Line chart of the loss", "Heat map of h"
WARM_UP, SECONDS, TICKS = 3, 20, 80

TICK_MS, TICK_BYTES, FRAMES, TRIANGLE_S = 30.0, 80_000, 3.0, 1.0
"""The targets; four frames a second are asked for."""

LONG = {**SETTINGS, "length": "100"}
TEXT = {**SETTINGS, "task": "text", "cell": "gru"}
PAGES = [
    ("", SETTINGS, 10, TICK_MS),
    ("", LONG, 10, 100.0),
    ("gradients", LONG, 5, 100.0),
    ("gradients", {**SETTINGS, "length": "500"}, 5, 100.0),
    ("inside", LONG, 2, 100.0),
    ("text", TEXT, 1, 100.0),
]
"""Path, settings, how many pictures there are at least, and what a tick may take in milliseconds."""

COUNT_PAINTS = """
    const clear = CanvasRenderingContext2D.prototype.clearRect;
    CanvasRenderingContext2D.prototype.clearRect = function (...area) {
        this.canvas.paints = (this.canvas.paints || 0) + 1;
        return clear.apply(this, area);
    };
"""
"""Vega clears a canvas once each time it paints it."""

WATCH = """() => {
    window.shown = new Set();
    const look = () => window.shown.add(document.querySelector('[data-testid="stMetricValue"]').innerText);
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


class Wire:
    """What a page's web socket brings, tick by tick: bytes by the kind of element."""

    def __init__(self, page: Page) -> None:
        self.ticks: list[Counter[str]] = []
        self._asked = 0
        session = page.context.new_cdp_session(page)
        session.on("Network.webSocketFrameReceived", self._received)
        session.send("Network.enable")

    def _received(self, event: dict[str, Any]) -> None:
        payload = base64.b64decode(event["response"]["payloadData"])
        message = ForwardMsg.FromString(payload)
        kind = kind_of(message)
        if kind == "new_session":
            self.ticks.append(Counter())
        if self.ticks:
            self.ticks[-1][kind] += len(payload)


def kind_of(message: ForwardMsg) -> str:
    """What a message carries: the type of its element, or its own."""
    delta = message.delta
    return str(delta.new_element.WhichOneof("type") or delta.WhichOneof("type") or message.WhichOneof("type"))


def in_browser(browser: Browser, address: Callable[[], str]) -> dict[str, Any]:
    """First sight, frames a second, and bytes a tick."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.add_init_script(COUNT_PAINTS)
    started = time.perf_counter()
    visit = Visit(context, address()).open(**SETTINGS)
    first_sight = time.perf_counter() - started
    wire = Wire(visit.page)
    visit.train()
    visit.page.wait_for_timeout(1000 * WARM_UP)
    done, updates, ticks = paints(visit), visit.updates, len(wire.ticks)
    before = [visit.picture_of(LOSS), visit.picture_of(STATE)]
    visit.page.evaluate(WATCH)
    start = time.perf_counter()
    visit.page.wait_for_timeout(1000 * SECONDS)
    numbers: int = visit.page.evaluate("window.shown.size")
    losses, states = (after - before for after, before in zip(paints(visit), done, strict=True))
    seconds = time.perf_counter() - start
    updates = visit.updates - updates
    assert visit.picture_of(LOSS) != before[0], "painted, but always the same"
    assert visit.picture_of(STATE) != before[1], "painted, but always the same"
    assert not visit.problems, visit.problems[0]
    visit.pause()
    context.close()
    sizes = sorted(wire.ticks[ticks:-2], key=Counter.total)
    return {
        "first sight": first_sight,
        "frames": min(losses, numbers) / seconds,
        "looks": states / seconds,
        "bytes": sizes[len(sizes) // 2].total(),
        "of which": dict(sizes[len(sizes) // 2].most_common(4)),
        "ticks/s": len(sizes) / seconds,
        "updates/s": updates / seconds,
    }


def paints(visit: Visit) -> list[int]:
    """How often the loss and the hidden state have been painted."""
    return [visit.chart(name).locator("canvas").evaluate("canvas => canvas.paints") for name in (LOSS, STATE)]


async def ticks(address: str, path: str, settings: dict[str, str], charts: int) -> list[float]:
    """Milliseconds from asking for a tick to its end, for each of TICKS ticks, asked for as a browser does."""
    async with Visitor(address, settings, path) as visitor:
        await visitor.open()
        await visitor.press("Train")
        durations = []
        for _ in range(TICKS):
            answer = await visitor.tick()
            durations.append(answer.seconds)
            assert visitor.charts >= charts, "the pictures are missing"
            await asyncio.sleep(max(0.0, TICK - answer.seconds))
    return [1000 * duration for duration in durations]


def over_a_socket() -> list[dict[str, Any]]:
    """The server's time for a tick of each page while the network learns."""
    rows = []
    with chromium.server() as address:
        for path, settings, charts, most in PAGES:
            durations = asyncio.run(ticks(address, path, settings, charts))
            middle = statistics.median(durations)
            rows.append({
                "page": path or "first page",
                "T": int(settings["length"]),
                "median ms": middle,
                "95 % ms": statistics.quantiles(durations, n=20)[-1],
                "target": f"≤ {most:g}",
                "met": middle <= most,
            })  # fmt: skip
    return rows


def triangle() -> float:
    """Seconds for all that the page Gradients shows of a moment, its triangle at T=100 included."""
    torch.set_num_threads(1)
    with closing(Pool(workers=1)) as pool:
        frame = Session(Experiment.from_params({**SETTINGS, "length": "100"}), pool).frame
    measured(frame, Question())
    return statistics.median(measured(frame, Question()).seconds for _ in range(5))


def main() -> None:
    asked = measure.options(__doc__)
    served, seconds = over_a_socket(), triangle()  # before the browser, whose event loop leaves room for no other
    with chromium.chromium() as browser, ExitStack() as stack:

        def start() -> str:
            return stack.enter_context(chromium.server())

        seen = in_browser(browser, start)
    rows = [
        ("bytes of a tick, median", seen["bytes"], "bytes", f"≤ {TICK_BYTES:,}", seen["bytes"] <= TICK_BYTES),
        ("frames drawn in Chromium", seen["frames"], "/s", f"≥ {FRAMES:g}", seen["frames"] >= FRAMES),
        ("of which with a new look inside", seen["looks"], "/s", "", None),
        ("ticks", seen["ticks/s"], "/s", "", None),
        ("updates", seen["updates/s"], "/s", "", None),
        ("streamlit run to the first network", seen["first sight"], "s", "", None),
        ("gradients of a moment, triangle of T=100", seconds, "s", f"≤ {TRIANGLE_S:g}", seconds <= TRIANGLE_S),
    ]
    names = ("measure", "value", "unit", "target", "met")
    measure.show(
        {
            "server time of a tick": served,
            "page": [dict(zip(names, row, strict=True)) for row in rows],
            "bytes by kind": ", ".join(f"{kind} {size:,}" for kind, size in seen["of which"].items()),
            "load": f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        },
        asked.json,
    )


if __name__ == "__main__":
    main()
