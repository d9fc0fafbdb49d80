"""The teacher's page in a real browser: a sweep that goes on while one watches, cancel, and the CSV."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.visit import Visit


def test_a_sweep_cancelled_keeps_its_rows(visit: Visit) -> None:
    visit.page.goto(f"{visit.address}/class?task=adding&hidden=8&batch=8&length=10")
    for name, value in (("Updates", "25"), ("Seeds", "9")):
        expect(visit.button("Cancel")).to_have_count(0)
        visit.number(name, value)
        visit.settled()
    visit.page.get_by_role("textbox", name="Lags", exact=True).fill("10, 20")
    visit.page.keyboard.press("Enter")
    visit.button("Start 54 runs").click()
    expect(visit.page.get_by_text("of 54 runs done.")).to_be_visible()
    expect(visit.chart("Heat map of the final loss over chance")).to_be_visible()
    visit.page.wait_for_function("parseInt(document.querySelector('[data-testid=stProgress]').innerText) >= 4")
    visit.button("Cancel").click()
    expect(visit.page.get_by_text("runs are kept")).to_be_visible()
    visit.keep("class")
    with visit.page.expect_download() as download:
        visit.button("Download CSV").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("cell,lag,seed,updates,loss,chance,ratio,ended")
    assert 5 <= len(lines) <= 54
