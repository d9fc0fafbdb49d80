"""The page as one visitor meets it while an LSTM of 32 units learns on 50 steps, every picture live.

`python -m benchmarks.page [--json]` starts the real server. In Chromium it measures how long the first sight takes, how
often the pictures are drawn, and what a tick sends. What the server itself needs for a tick it measures over a bare web
socket, because a busy browser takes frames in late.
"""

import base64
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks import measure
from playground.executor import TICK
from tests.browser import chromium
from tests.browser.visit import Visit

SETTINGS = {"task": "adding", "length": "50", "cell": "lstm", "hidden": "32"}
LOSS, STATE = "Line chart of the loss", "Heat map of h"
WARM_UP, SECONDS, TICKS = 3, 20, 80

TICK_MS, TICK_BYTES, FRAMES = 30.0, 80_000, 3.0
"""The targets; four frames a second are asked for."""

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


def over_a_socket(address: str) -> list[float]:
    """Milliseconds from asking for a tick to its end, for each of TICKS ticks, asked for as a browser does."""
    stream = f"ws{address.removeprefix('http')}/_stcore/stream"
    with connect(stream, subprotocols=[Subprotocol("streamlit")], max_size=None) as socket:
        first = BackMsg()
        first.rerun_script.query_string = urlencode(SETTINGS)
        button, fragment = next((d.new_element.button.id, d.fragment_id) for d in run(socket, first) if is_train(d))
        press = BackMsg()
        press.rerun_script.fragment_id = fragment
        state = press.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = button, True
        run(socket, press)
        tick = BackMsg()
        tick.rerun_script.fragment_id, tick.rerun_script.is_auto_rerun = fragment, True
        durations = []
        for _ in range(TICKS):
            start = time.perf_counter()
            charts = sum(delta.new_element.WhichOneof("type") == "vega_lite_chart" for delta in run(socket, tick))
            durations.append(time.perf_counter() - start)
            assert charts >= 10, "the pictures are missing"
            time.sleep(max(0.0, TICK - durations[-1]))
    return [1000 * duration for duration in durations]


def is_train(delta: Any) -> bool:
    return bool(delta.new_element.button.label == "Train")


def run(socket: ClientConnection, asked: BackMsg) -> list[Any]:
    """Send a message and return all deltas of the run that answers it, or of the full run that it leads to."""
    socket.send(asked.SerializeToString())
    deltas = []
    while True:
        message = ForwardMsg.FromString(socket.recv(timeout=30))  # type: ignore[arg-type]  # binary
        if message.WhichOneof("type") == "delta":
            deltas.append(message.delta)
        ended = message.WhichOneof("type") == "script_finished"
        if ended and message.script_finished != message.FINISHED_EARLY_FOR_RERUN:
            return deltas


def main() -> None:
    asked = measure.options(__doc__)
    with chromium.chromium() as browser, ExitStack() as stack:
        address = ""

        def start() -> str:
            nonlocal address
            address = stack.enter_context(chromium.server())
            return address

        seen = in_browser(browser, start)
        durations = over_a_socket(address)
    milliseconds = statistics.median(durations)
    rows = [
        ("server time of a tick, median", milliseconds, "ms", f"≤ {TICK_MS:g}", milliseconds <= TICK_MS),
        ("server time of a tick, 95 %", statistics.quantiles(durations, n=20)[-1], "ms", "", None),
        ("bytes of a tick, median", seen["bytes"], "bytes", f"≤ {TICK_BYTES:,}", seen["bytes"] <= TICK_BYTES),
        ("frames drawn in Chromium", seen["frames"], "/s", f"≥ {FRAMES:g}", seen["frames"] >= FRAMES),
        ("of which with a new look inside", seen["looks"], "/s", "", None),
        ("ticks", seen["ticks/s"], "/s", "", None),
        ("updates", seen["updates/s"], "/s", "", None),
        ("streamlit run to the first network", seen["first sight"], "s", "", None),
    ]
    names = ("measure", "value", "unit", "target", "met")
    measure.show(
        {
            "page": [dict(zip(names, row, strict=True)) for row in rows],
            "bytes by kind": ", ".join(f"{kind} {size:,}" for kind, size in seen["of which"].items()),
            "load": f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        },
        asked.json,
    )


if __name__ == "__main__":
    main()
