"""A visitor without a browser: Streamlit's protocol over a web socket, so that one process can be a whole class."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

FIGURE = re.compile(r'data-figure="([^"]+)"[^>]*>([^<]+)<')
"""A counter of the page: its name and what it says."""

PATIENCE = 120
"""Seconds after which an answer is given up."""


@dataclass
class Answer:
    """What one request brought: every delta, and how long it took in seconds, from asking to its end."""

    deltas: list[Any]
    seconds: float
    size: int

    def elements(self, kind: str) -> list[Any]:
        """The elements of one kind, such as "metric", in the order in which they came."""
        new = (delta.new_element for delta in self.deltas)
        return [getattr(element, kind) for element in new if element.WhichOneof("type") == kind]

    def texts(self) -> str:
        """Everything written in it: markdown, alerts, captions."""
        return "\n".join(e.body for kind in ("markdown", "alert", "heading", "text") for e in self.elements(kind))


@dataclass
class Visitor:
    """One tab. `async with Visitor(address, settings) as visitor` connects; leaving drops the connection."""

    address: str
    settings: Mapping[str, str]
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    session: str = ""
    theme: Any = None
    fragment: str = ""
    updates: int = 0
    loss: str = ""
    charts: int = 0
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    socket: ClientConnection = field(init=False)

    async def __aenter__(self) -> "Visitor":
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def connect(self) -> None:
        """Open the socket; a second time, ask for the same session again, as a browser does after a broken line."""
        stream = f"ws{self.address.removeprefix('http')}/_stcore/stream"
        protocols = [Subprotocol("streamlit"), Subprotocol("none")]
        if self.session:
            protocols.append(Subprotocol(self.session))
        self.socket = await connect(
            stream, subprotocols=protocols, additional_headers=self.headers, max_size=None, compression=None
        )

    async def open(self) -> Answer:
        """Ask for the whole page."""
        asked = self._asked()
        return await self._run(asked)

    async def press(self, button: str) -> Answer:
        """Press the button with this label."""
        widget, fragment = self.buttons[button]
        asked = self._asked(fragment)
        state = asked.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = widget, True
        return await self._run(asked)

    async def tick(self) -> Answer:
        """What the page's timer asks for."""
        asked = self._asked(self.fragment)
        asked.rerun_script.is_auto_rerun = True
        return await self._run(asked)

    async def until(self, updates: int, seconds: float = 30, hz: float = 4) -> None:
        """Tick until that many updates are shown. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while self.updates < updates:
                await self.tick()
                await asyncio.sleep(1 / hz)

    def _asked(self, fragment: str = "") -> BackMsg:
        asked = BackMsg()
        asked.rerun_script.query_string = urlencode(self.settings)
        asked.rerun_script.page_name = self.path
        asked.rerun_script.fragment_id = fragment
        return asked

    async def _run(self, asked: BackMsg) -> Answer:
        """Send a request; its answer, or that of the full run which it leads to."""
        start = time.perf_counter()
        await self.socket.send(asked.SerializeToString())
        deltas: list[Any] = []
        size = 0
        while True:
            async with asyncio.timeout(PATIENCE):
                data = await self.socket.recv()
            size += len(data)
            message = ForwardMsg.FromString(data)  # type: ignore[arg-type]  # binary
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id or self.session
                self.theme = message.new_session.custom_theme
            elif kind == "delta":
                deltas.append(message.delta)
            elif kind == "script_finished" and message.script_finished != message.FINISHED_EARLY_FOR_RERUN:
                break
        answer = Answer(deltas, time.perf_counter() - start, size)
        self._take_in(answer)
        return answer

    def _take_in(self, answer: Answer) -> None:
        for delta in answer.deltas:
            element = delta.new_element
            kind = element.WhichOneof("type")
            if kind == "button":
                self.buttons[element.button.label] = (element.button.id, delta.fragment_id)
            if kind == "html" and (figures := dict(FIGURE.findall(element.html.body))):
                self.updates = int(figures["Updates"].replace(",", ""))
                self.loss = figures.get("Training loss") or figures.get("Loss", "")
                self.fragment = delta.fragment_id
        self.charts = len(answer.elements("vega_lite_chart"))
