"""The page as one visitor meets it while an LSTM learns, every picture live, on two cores that all share.

`python -m benchmarks.page [--json]` starts the real server. In Chromium it measures how long the first sight takes, how
often pictures are drawn, what a frame sends and costs the server, and how many updates are made beside it; those over a
bare loop of the same kernels on one core, measured in the same run while nothing else works. What other pages cost the
server it measures over a bare web socket.
"""

import asyncio
import base64
import os
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import torch
from playwright.sync_api import Browser, Page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import measure
from benchmarks.classroom import cores
from benchmarks.client import Visitor
from benchmarks.training import bare_rate
from engine import Experiment
from engine.observe.gradients import Question
from engine.requests import gradients_at
from engine.run import Run
from playground.runs.pace import TICK
from tests.browser import chromium
from tests.browser.visit import Visit
from tests.processes import Server

SMALL = {"task": "adding", "length": "50", "cell": "lstm", "hidden": "32"}
LARGE = {**SMALL, "length": "200", "hidden": "128"}
LOSS, STATES = "Line chart of the loss", ("h", "c", "i", "f", "g", "o")
WARM_UP, SECONDS, TICKS = 4, 20, 60

FRAME_MS, FIRST = 10.0, 6.0
"""The targets; ten frames a second are asked for."""

CASES = [
    ("LSTM, T=50, H=32", SMALL, 8.0, 0.5, 45_000),
    ("LSTM, T=200, H=128", LARGE, 6.0, 0.4, 80_000),
]
"""Settings, and the targets: frames and pictures a second, updates over the bare loop, bytes of a frame."""

LONG = {**SMALL, "length": "100"}
PAGES = [
    ("", SMALL, 9),
    ("", {**SMALL, "length": "500", "hidden": "128"}, 9),
    ("gradients", LONG, 4),
    ("gradients", {**SMALL, "length": "500"}, 4),
    ("inside", LONG, 2),
    ("text", {**SMALL, "task": "text", "cell": "gru"}, 1),
]
"""Path, settings, and how many pictures there are at least."""

WATCH = """
    const clear = CanvasRenderingContext2D.prototype.clearRect, draw = CanvasRenderingContext2D.prototype.drawImage;
    const chart = canvas => canvas.closest('[data-testid="stVegaLiteChart"]') || canvas;
    CanvasRenderingContext2D.prototype.clearRect = function (...area) {
        chart(this.canvas).paints = (chart(this.canvas).paints || 0) + 1;
        return clear.apply(this, area);
    };
    CanvasRenderingContext2D.prototype.drawImage = function (image, ...place) {
        (chart(this.canvas).pictures = chart(this.canvas).pictures || new Set()).add(image.src);
        return draw.call(this, image, ...place);
    };
"""
"""Vega clears a canvas once each time it paints it; the images of heat maps are drawn onto it.

Counted at the chart around the canvas: the canvas is another one whenever the view is made anew.
"""

NUMBERS = """() => {
    window.shown = new Set();
    const look = () => window.shown.add(document.querySelector('[data-figure="Updates"]').innerText);
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


class Wire:
    """What a page's web socket brings, frame by frame: bytes by the kind of element."""

    def __init__(self, page: Page) -> None:
        self.frames: list[Counter[str]] = []
        session = page.context.new_cdp_session(page)
        session.on("Network.webSocketFrameReceived", self._received)
        session.send("Network.enable")

    def _received(self, event: dict[str, Any]) -> None:
        payload = base64.b64decode(event["response"]["payloadData"])
        message = ForwardMsg.FromString(payload)
        delta = message.delta
        kind = str(delta.new_element.WhichOneof("type") or delta.WhichOneof("type") or message.WhichOneof("type"))
        if kind == "new_session":
            self.frames.append(Counter())
        if self.frames:
            self.frames[-1][kind] += len(payload)


@contextmanager
def watched(browser: Browser, server: Server, path: str, settings: dict[str, str]) -> Iterator[tuple[Visit, Wire]]:
    """A page that trains, warmed up."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.add_init_script(WATCH)
    visit = Visit(context, server.address)
    visit.page.goto(f"{server.address}/{path}?{urlencode(settings)}")
    visit.drawn()
    wire = Wire(visit.page)
    visit.train()
    visit.page.wait_for_timeout(1000 * WARM_UP)
    yield visit, wire
    assert not visit.problems, visit.problems[0]
    visit.pause()
    context.close()


def pictures(visit: Visit, begins: str) -> int:
    """How many different images a heat map has shown so far."""
    shown: int = visit.chart(begins).first.evaluate("chart => (chart.pictures || new Set()).size")
    return shown


def paints(visit: Visit, begins: str) -> int:
    painted: int = visit.chart(begins).first.evaluate("chart => chart.paints")
    return painted


def first_page(browser: Browser, server: Server, settings: dict[str, str]) -> dict[str, Any]:
    """Frames, pictures, updates, bytes and the server's processor time of the first page."""
    with watched(browser, server, "", settings) as (visit, wire):
        names = [f"Heat map of {name}:" for name in STATES]
        before = [pictures(visit, name) for name in names]
        losses, updates, frames = paints(visit, LOSS), visit.updates, len(wire.frames)
        visit.page.evaluate(NUMBERS)
        start, cpu = time.perf_counter(), cores(server.pid)
        visit.page.wait_for_timeout(1000 * SECONDS)
        numbers: int = visit.page.evaluate("window.shown.size")
        after = [pictures(visit, name) for name in names]
        losses, updates, used = paints(visit, LOSS) - losses, visit.updates - updates, cores(server.pid) - cpu
        seconds = time.perf_counter() - start
        sizes = sorted(wire.frames[frames:-2], key=Counter.total)
    middle = sizes[len(sizes) // 2]
    return {
        "frames": min(losses, numbers) / seconds,
        "pictures": min(b - a for a, b in zip(before, after, strict=True)) / seconds,
        "updates": updates / seconds,
        "bytes": middle.total(),
        "kinds": ", ".join(f"{kind} {size:,}" for kind, size in middle.most_common(4)),
        "cost": 1000 * used / len(sizes),
    }


def frames_of(
    browser: Browser, server: Server, path: str, settings: dict[str, str], begins: str
) -> tuple[float, float]:
    """How often a second another page is drawn, and a heat map on it anew."""
    with watched(browser, server, path, settings) as (visit, _):
        before, start = pictures(visit, begins), time.perf_counter()
        visit.page.evaluate(NUMBERS)
        visit.page.wait_for_timeout(500 * SECONDS)
        frames: int = visit.page.evaluate("window.shown.size")
        seconds = time.perf_counter() - start
        return frames / seconds, (pictures(visit, begins) - before) / seconds


async def ticks(address: str, path: str, settings: dict[str, str], charts: int) -> list[float]:
    """Milliseconds from asking for a frame to its end, for each of TICKS, asked for as a browser does."""
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


def over_a_socket(server: Server) -> list[dict[str, Any]]:
    """The server's time for a frame of each page while the network learns."""
    rows = []
    for path, settings, charts in PAGES:
        durations = asyncio.run(ticks(server.address, path, settings, charts))
        rows.append({
            "page": path or "first page",
            "T": int(settings["length"]),
            "H": int(settings["hidden"]),
            "median ms": statistics.median(durations),
            "95 % ms": statistics.quantiles(durations, n=20)[-1],
        })  # fmt: skip
    return rows


def triangle() -> float:
    """Seconds for all that the page Gradients shows of a moment, its triangle at T=100 included."""
    torch.set_num_threads(1)
    run = Run(Experiment.from_params(LONG))
    checkpoint = run.checkpoint()
    found = [gradients_at(run.experiment, checkpoint.weights, 0, Question())[1] for _ in range(6)]
    return statistics.median(found[1:])


def main() -> None:
    asked = measure.options(__doc__)
    bare_rates = [bare_rate(settings) for _, settings, *_ in CASES]
    seconds = triangle()
    with Server() as server:
        served = over_a_socket(server)  # before the browser, whose event loop leaves room for no other
    rows: list[tuple[str, float, str, str, bool | None]] = []
    with chromium.chromium() as browser:
        started = time.perf_counter()
        with Server() as server:
            context = browser.new_context(viewport={"width": 1400, "height": 1000})
            Visit(context, server.address).open(**SMALL)
            first = time.perf_counter() - started
            context.close()
            kinds = []
            for (name, settings, least, share, most), alone in zip(CASES, bare_rates, strict=True):
                seen = first_page(browser, server, settings)
                ratio = seen["updates"] / alone
                drawn, new, sent, cost = (seen[key] for key in ("frames", "pictures", "bytes", "cost"))
                rows += [
                    (f"{name}: frames drawn", drawn, "/s", f"≥ {least:g}", drawn >= least),
                    (f"{name}: new pictures of each", new, "/s", f"≥ {least:g}", new >= least),
                    (f"{name}: updates", seen["updates"], "/s", "", None),
                    (f"{name}: updates over the bare loop", ratio, "", f"≥ {share:g}", ratio >= share),
                    (f"{name}: a frame on the server", cost, "ms", f"≤ {FRAME_MS:g}", cost <= FRAME_MS),
                    (f"{name}: bytes of a frame", sent, "", f"≤ {most:,}", sent <= most),
                ]
                kinds.append(f"{name}: {seen['kinds']}")
            drawn, new = frames_of(browser, server, "gradients", LONG, "Heat map of")
            rows.append(("Gradients with the triangle, T=100: frames", drawn, "/s", "≥ 4", drawn >= 4))
            rows.append(("Gradients with the triangle, T=100: new triangles", new, "/s", "", None))
            networks = {**SMALL, "networks": "rnn,irnn,gru,lstm"}
            drawn, new = frames_of(browser, server, "side", networks, "Heat map of")
            rows.append(("Side by side, four networks: frames", drawn, "/s", "≥ 5", drawn >= 5))
            rows.append(("Side by side, four networks: new states", new, "/s", "", None))
    rows += [
        ("streamlit run to the first network", first, "s", f"≤ {FIRST:g}", first <= FIRST),
        ("gradients of a moment, triangle of T=100", seconds, "s", "≤ 1", seconds <= 1),
    ]
    names = ("measure", "value", "unit", "target", "met")
    measure.show(
        {
            "server time of a frame": served,
            "page": [dict(zip(names, row, strict=True)) for row in rows],
            "bytes by kind": "; ".join(kinds),
            "load": f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        },
        asked.json,
    )


if __name__ == "__main__":
    main()
