"""Each page opened by its link on a server that nobody has used yet, trained, and gone back through by its film."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import server
from tests.browser.visit import Visit

PAGES = {
    "/": ({"task": "adding", "length": "20", "cell": "lstm", "hidden": "8"}, "Heat map of h"),
    "/side": (
        {"task": "adding", "length": "20", "hidden": "8", "networks": "rnn,irnn,jordan,lstm"},
        "Heat map of h, LSTM",
    ),
    "/gradients": ({"task": "adding", "length": "20", "cell": "gru", "hidden": "8"}, "Line chart of the gradient norm"),
    "/inside": ({"task": "hello", "cell": "lstm", "hidden": "6"}, "Wiring of one step"),
    "/text": (
        {"task": "text", "corpus": "alice", "cell": "gru", "hidden": "8"},
        "A text, character by character; the ground of each is coloured by h",
    ),
}


@pytest.mark.parametrize("path", PAGES)
def test_opened_cold_trained_and_scrubbed(browser: Browser, path: str) -> None:
    params, picture = PAGES[path]
    with server() as address, browser.new_context(viewport={"width": 1400, "height": 1000}) as context:
        visit = Visit(context, address).open(path, **params)
        expect(visit.button("Play film")).to_be_disabled()
        visit.train(40)
        updates = visit.pause()
        present = visit.picture_of(picture)
        then = visit.scrub(15)
        assert 0 < then < updates
        expect(visit.page.get_by_text(f"as it was after update {then:,} of {updates:,}")).to_be_visible()
        past = visit.repainted(picture, [present])
        visit.button("Play film").click()
        expect(visit.button("Stop film")).to_be_visible()
        visit.repainted(picture, [present, past])
        expect(visit.button("Play film")).to_be_visible(timeout=20_000)
        expect(visit.metric("Updates")).to_have_text(f"{updates:,}")
        assert visit.scrub(2) < updates
        visit.button("Now").click()
        expect(visit.metric("Updates")).to_have_text(f"{updates:,}")
        expect(visit.button("Now")).to_be_disabled()
        visit.button("Update").click()
        expect(visit.metric("Updates")).to_have_text(f"{updates + 1:,}")
        assert visit.exceptions.count() == 0
        assert not visit.problems
