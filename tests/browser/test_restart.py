"""The server is killed under a visitor: the link rebuilds the experiment, and the saved run goes on in the new one."""

from playwright.sync_api import Browser, expect

from tests.browser.test_saved_runs import SMALL, saved, upload
from tests.browser.visit import Visit
from tests.processes import Server


def test_a_server_that_was_killed_and_started_again(browser: Browser) -> None:
    first = Server()
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    visit = Visit(context, first.address)
    visit.open(**SMALL)
    visit.train(20)
    at = visit.pause()
    data = saved(visit)
    expected = [visit.step() for _ in range(2)]
    first.kill()
    with Server(first.port):
        # Nobody reloads it: the page finds the new server by itself.
        expect(visit.metric("Updates")).to_have_text("0", timeout=60_000)
        visit.settled()
        assert {name: visit.params[name] for name in SMALL} == SMALL
        upload(visit, "run.safetensors", data)
        expect(visit.page.get_by_test_id("stToast")).to_contain_text(f"Taken up at update {at:,}")
        visit.settled()
        assert [visit.step() for _ in range(2)] == expected
        context.close()
    first.log.unlink()
