"""The link that is copied, on every page and also without the browser's clipboard; and the sidebar of a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.visit import PATIENCE, Visit


def copied(visit: Visit) -> None:
    # The script of the button comes after the button; from then on it knows the link.
    expect(visit.page.locator("p[data-link]")).to_have_attribute("data-link", visit.page.url, timeout=PATIENCE)
    visit.button("Copy link").click()
    expect(visit.page.get_by_text("Copied.")).to_be_visible()
    visit.page.keyboard.press("Escape")


def test_copy_link_copies_the_page_it_is_on(visitor: Opener) -> None:
    visit = visitor(permissions=["clipboard-read", "clipboard-write"])
    visit.open(task="hello", cell="gru", hidden="8", word="春 眠")
    copied(visit)
    assert visit.page.evaluate("navigator.clipboard.readText()") == visit.page.url
    visit.page.get_by_role("link", name="Inside a cell").click()
    visit.page.wait_for_url("**/inside?**")
    visit.drawn()
    copied(visit)
    assert visit.page.evaluate("navigator.clipboard.readText()") == visit.page.url
    assert visit.page.url.startswith(f"{visit.address}/inside?")


def test_copy_link_over_plain_http(visitor: Opener) -> None:
    """Where there is no navigator.clipboard: the older way, read by pasting; and where that is refused, by hand."""
    visit = visitor()
    visit.page.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', {get: () => undefined})")
    visit.open("/inside", task="hello", cell="gru", hidden="8")
    copied(visit)
    field = visit.page.get_by_role("textbox", name="Word", exact=True)
    field.fill("")
    field.press("Control+V")
    assert field.input_value() == visit.page.url
    field.fill("hello")
    visit.page.evaluate("document.execCommand = () => false")
    visit.button("Copy link").click()
    expect(visit.page.get_by_text("Press Ctrl+C")).to_be_visible()
    expect(visit.page.get_by_role("textbox", name="Link", exact=True)).to_have_value(visit.page.url)


@pytest.mark.parametrize("width", [400, 1400])
def test_the_sidebar_closes_after_a_choice_where_it_lies_over_the_page(visitor: Opener, width: int) -> None:
    phone = width < 768
    visit = visitor(viewport={"width": width, "height": 900}).open(task="order", length="10", cell="gru", hidden="6")
    sidebar = visit.page.get_by_test_id("stSidebar")

    def after() -> None:
        expect(sidebar).to_have_attribute("data-collapsed", "true" if phone else "false")
        visit.settled()

    def opened() -> None:
        if phone:
            visit.page.get_by_test_id("stExpandSidebarButton").click()
        expect(sidebar).to_have_attribute("data-collapsed", "false")

    opened()
    visit.choose("Cell", "LSTM")
    visit.wait_for_param("cell", "lstm")
    after()
    opened()
    visit.page.get_by_role("radio", name="Backward", exact=True).click()
    visit.wait_for_param("direction", "backward")
    after()
    opened()
    visit.number("Seed", "7")
    visit.wait_for_param("seed", "7")
    expect(sidebar).to_have_attribute("data-collapsed", "false")
    if phone:  # else the pages stand on top
        sidebar.get_by_role("link", name="Gradients").click()
        visit.page.wait_for_url("**/gradients?**")
        after()


def test_the_first_pages_own_name(visit: Visit) -> None:
    visit.open("/train", task="hello", word="abba", hidden="7")
    assert visit.page.url.startswith(f"{visit.address}/?")
    assert (visit.params["word"], visit.params["hidden"]) == ("abba", "7")
