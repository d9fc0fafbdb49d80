"""For everybody: with a screen reader, with the keyboard alone, on a small screen, at 150 % zoom, from the last row."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, expect

from engine import TASKS
from tests.browser.conftest import Opener
from tests.browser.visit import PATIENCE, Visit

SMALL = {"task": "adding", "length": "20", "cell": "lstm", "hidden": "8"}
PAGES: dict[str, dict[str, str]] = {
    "/": SMALL,
    "/side": {**SMALL, "networks": "rnn,irnn,gru,lstm"},
    "/gradients": SMALL,
    "/cells": SMALL,
    "/inside": {"task": "hello", "cell": "lstm_1997", "hidden": "6"},
    "/text": {"task": "text", "corpus": "alice", "cell": "gru", "hidden": "8"},
    "/class": SMALL,
    "/guide": SMALL,
}
LAPTOP, ZOOMED, PHONE = (1280, 720), (853, 480), (400, 800)
"""Windows in CSS pixels; the second is the first at 150 %."""

ROOM = (Path(__file__).parent / "room.js").read_text(encoding="utf-8")

STREAMLITS: dict[str, str] = {}
"""Violations that are Streamlit's own and cannot be mended from here: rule and part of the selector."""


def lacking(page: Page) -> list[str]:
    """What does not fit on the page, once the sidebar and the pictures have taken their new room."""
    with suppress(Error):
        page.wait_for_function(f"() => !({ROOM}\n)().length", polling=300, timeout=PATIENCE / 2)
    found: list[str] = page.evaluate(ROOM)
    return found


def stands(visit: Visit, path: str, **params: str) -> Visit:
    """Open a page, one without pictures too."""
    visit.page.goto(f"{visit.address}{path}?{'&'.join(f'{name}={value}' for name, value in params.items())}")
    expect(visit.button("Train")).to_be_visible(timeout=PATIENCE)
    visit.settled()
    return visit


def violations(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]}"
        for rule in found
        for node in rule["nodes"]
        if not any(rule["id"] == which and part in json.dumps(node["target"]) for which, part in STREAMLITS.items())
    ]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_keeps_anybody_out_and_all_has_room(visitor: Opener, path: str) -> None:
    visit = stands(visitor(viewport={"width": 1280, "height": 720}), path, **PAGES[path])
    for summary in visit.page.get_by_test_id("stMain").locator("summary").all():
        summary.click()  # what opens on demand counts too
    visit.settled()
    assert violations(visit.page) == []
    for size in (LAPTOP, ZOOMED, PHONE):
        visit.page.set_viewport_size({"width": size[0], "height": size[1]})
        problems = lacking(visit.page)
        assert not problems, f"{size}: " + "\n".join(problems[:20])


@pytest.mark.parametrize("path", PAGES)
def test_nothing_keeps_anybody_out_in_the_dark(visitor: Opener, path: str) -> None:
    visit = stands(visitor(color_scheme="dark"), path, **PAGES[path])
    assert violations(visit.page) == []


@pytest.mark.parametrize("size", [LAPTOP, ZOOMED])
def test_task_loss_and_a_picture_are_on_the_first_screen(visitor: Opener, size: tuple[int, int]) -> None:
    visit = visitor(viewport={"width": size[0], "height": size[1]})
    for task in TASKS:
        visit.open(task=task)
        for part in (".st-key-play", ".st-key-counters", ".st-key-loss canvas", ".st-key-first > :last-child canvas"):
            box = visit.page.locator(part).first.bounding_box()
            assert box, (task, part)
            assert box["y"] >= 0, (task, part)
            assert box["y"] + box["height"] <= size[1], (task, part)
        rows = {round(box["y"]) for each in visit.page.locator(".figures span").all() if (box := each.bounding_box())}
        assert len(rows) == 1, f"{task}: the counters wrap"


FOCUSED = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const drawn = s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
    const around = e.type === 'range' ? e.parentElement.parentElement : e;
    const box = around.getBoundingClientRect();
    return {
        name: e.ariaLabel || e.innerText || e.name || e.tagName,
        toolbar: !!e.closest('[data-testid=stElementToolbar]'),
        seen: drawn(getComputedStyle(around)) && box.width > 3 && around.checkVisibility({opacityProperty: true}),
    };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/gradients", "/class"])
def test_tab_reaches_train_soon_and_focus_is_always_seen(visitor: Opener, path: str, scheme: str) -> None:
    visit = stands(visitor(color_scheme=scheme), path, **PAGES[path])
    stops = []
    while len(stops) < 150:
        visit.page.keyboard.press("Tab")
        stop = visit.page.evaluate(FOCUSED)
        if stop is None:
            break
        stops.append(stop)
    names = [re.sub(r"\s+", " ", stop["name"]).strip() for stop in stops]
    assert any(name.endswith("Train") for name in names[:10]), names[:10]
    assert len(names) < 150
    assert any(name == "Seed" for name in names)
    assert [name for name, stop in zip(names, stops, strict=True) if not stop["seen"]] == []
    assert sum(stop["toolbar"] for stop in stops) <= visit.charts.count() + 2


def test_the_buttons_of_a_picture_are_reached_by_keyboard(visit: Visit) -> None:
    visit.open(**SMALL)
    chart = visit.page.locator(".st-key-loss")
    chart.get_by_role("button", name="Fullscreen").focus()
    for name in ("Copy Vega-Lite spec", "Download as PNG", "Show data"):
        visit.page.keyboard.press("Shift+Tab")
        expect(chart.get_by_role("button", name=name)).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(chart.get_by_test_id("stDataFrame")).to_be_visible()


def test_presenting(visitor: Opener) -> None:
    visit = visitor(viewport={"width": 1280, "height": 720})
    visit.open(**SMALL)
    size = "() => parseFloat(getComputedStyle(document.querySelector('.st-key-overview h2')).fontSize)"
    before = visit.page.evaluate(size)
    visit.button("Present").click()
    visit.wait_for_param("present", "1")
    expect(visit.page.get_by_test_id("stSidebar")).to_be_hidden(timeout=PATIENCE)
    assert visit.page.evaluate(size) > 1.2 * before
    expect(visit.charts).to_have_count(3, timeout=PATIENCE)  # the task's sequence, the loss, and one picture
    visit.train(3)
    visit.pause()
    for chart in visit.charts.all():
        box = chart.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 720
    assert lacking(visit.page) == []
    visit.keep("presenting")

    other = visitor(viewport={"width": 1280, "height": 720})
    other.open(**SMALL, present="1")
    expect(other.page.get_by_test_id("stSidebar")).to_be_hidden()
    other.button("Leave").click()
    expect(other.page.get_by_test_id("stSidebar")).to_be_visible(timeout=PATIENCE)
    expect(other.chart("The network unrolled")).to_be_visible(timeout=PATIENCE)
    other.settled()
    assert "present" not in other.params
