"""A visitor in front of the page: what a person sees and does, waited for rather than timed."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.browser.chromium import ARTEFACTS

PATIENCE = 20_000
"""Milliseconds."""


class Visit:
    """One browser context with one page, and everything that went wrong in it."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.problems: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.problems.append(f"page error: {error.error}"))
        context.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        # Vega warns with WARN where a picture cannot be drawn as meant.
        # Below a page such as /guide, Streamlit asks /guide/_stcore/… first; the 404 tells it to ask /_stcore/….
        if re.search(r":\d+/\w+/_stcore/", message.location["url"]):
            return
        if message.type == "error" or "WARN" in message.text:
            self.problems.append(f"console {message.type}: {message.text} {message.location['url']}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.problems.append(f"asked another host: {request.url}")

    def open(self, path: str = "/", **params: str) -> "Visit":
        self.page.goto(f"{self.address}{path}?{urlencode(params)}")
        return self.drawn()

    def drawn(self) -> "Visit":
        """Wait until the page stands there with pictures in it."""
        expect(self.charts.first).to_be_visible(timeout=PATIENCE)
        self.settled()
        assert self.exceptions.count() == 0
        return self

    def settled(self) -> None:
        """Wait until the server has nothing more to say for now."""
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')

    @property
    def charts(self) -> Locator:
        return self.page.locator('[data-testid="stVegaLiteChart"]:has(canvas)')

    def chart(self, begins: str) -> Locator:
        """The picture whose text alternative begins so."""
        return self.page.locator(f'[data-testid="stVegaLiteChart"][aria-label^="{begins}"]')

    @property
    def alerts(self) -> Locator:
        return self.page.get_by_test_id("stAlert")

    @property
    def exceptions(self) -> Locator:
        return self.page.get_by_test_id("stException")

    @property
    def params(self) -> dict[str, str]:
        """The settings in the address bar."""
        return dict(parse_qsl(urlsplit(self.page.url).query))

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def metric(self, label: str) -> Locator:
        """A counter in the bar, or a figure elsewhere, by how its label begins."""
        counter = self.page.locator(f'[data-figure^="{label}"]')
        labelled = self.page.get_by_test_id("stMetric").filter(has=self.page.get_by_text(re.compile(f"^{label}")))
        return counter.or_(labelled.get_by_test_id("stMetricValue")).first

    @property
    def updates(self) -> int:
        return int(self.metric("Updates").inner_text().replace(",", ""))

    @property
    def loss(self) -> str:
        return self.page.locator('[data-figure="Training loss"], [data-figure="Loss"]').inner_text()

    def wait_for_updates(self, at_least: int) -> None:
        self.page.wait_for_function(
            """count => {
                const value = document.querySelector('[data-figure="Updates"]');
                return value && parseInt(value.innerText.replaceAll(',', '')) >= count;
            }""",
            arg=at_least,
        )

    def train(self, updates: int = 1) -> None:
        self.button("Train").click()
        expect(self.button("Pause")).to_be_visible()
        self.wait_for_updates(self.updates + updates)

    def pause(self) -> int:
        self.button("Pause").click()
        expect(self.button("Train")).to_be_visible()
        self.settled()
        return self.updates

    def step(self) -> str:
        """One update; the loss that it shows."""
        before = self.updates
        self.button("Update").click()
        expect(self.metric("Updates")).to_have_text(f"{before + 1:,}")
        self.settled()
        return self.loss

    def scrub(self, checkpoints: int) -> int:
        """Go back through the film by so many moments; the update shown then."""
        slider = self.page.get_by_role("slider", name="Film")
        slider.focus()
        for _ in range(checkpoints):
            slider.press("ArrowLeft")
        self.page.wait_for_timeout(500)  # the slider tells where it is once it rests
        self.settled()
        expect(self.page.get_by_text("You see the network as it was after")).to_be_visible()
        return self.updates

    def reset(self) -> None:
        self.button("Reset").click()
        expect(self.metric("Updates")).to_have_text("0")
        self.settled()

    def choose(self, label: str, option: str) -> None:
        """Take an option of a selectbox."""
        box = self.page.get_by_role("combobox", name=label, exact=True)
        box.scroll_into_view_if_needed()
        # A list that has just opened closes when the page still scrolls, which it is told a frame later.
        box.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        box.click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def number(self, label: str, value: str) -> None:
        named = [self.page.get_by_role(role, name=label, exact=True) for role in ("spinbutton", "textbox")]
        field = named[0].or_(named[1])
        field.fill(value)
        field.press("Enter")

    def upload(self, name: str, data: bytes) -> None:
        field = self.page.get_by_test_id("stFileUploaderDropzoneInput")
        field.set_input_files([{"name": name, "mimeType": "text/plain", "buffer": data}])

    def wait_for_param(self, name: str, value: str) -> None:
        """Wait until the link says so; the server has then taken the change in."""
        self.page.wait_for_function(
            "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value]
        )
        self.settled()

    def picture_of(self, begins: str) -> str:
        """What the canvas of a picture shows."""
        shown: str = self.chart(begins).locator("canvas").evaluate("canvas => canvas.toDataURL()")
        return shown

    def repainted(self, begins: str, shown: list[str]) -> str:
        """Wait until a picture shows none of what was `shown`; what it shows then."""
        self.page.wait_for_function(
            """([begins, shown]) => {
                const canvas = document.querySelector(`[aria-label^="${begins}"] canvas`);
                return canvas && !shown.includes(canvas.toDataURL());
            }""",
            arg=[begins, shown],
        )
        return self.picture_of(begins)

    def keep(self, name: str) -> None:
        """A screenshot of the whole page."""
        ARTEFACTS.mkdir(exist_ok=True)
        height = self.page.evaluate(
            "Math.max(...[...document.querySelectorAll('[data-testid=stMain] *')].map(e => e.scrollHeight))"
        )
        size = self.page.viewport_size
        assert size
        self.page.set_viewport_size({"width": size["width"], "height": min(int(height) + 60, 6000)})
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")
        self.page.set_viewport_size(size)
