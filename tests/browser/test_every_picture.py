"""Every preset, every task and cell, narrow and dark, by keyboard and for those who do not see the pictures."""

import re
from itertools import cycle

import pytest
from playwright.sync_api import expect

from engine import CELLS, TASKS
from playground.links.presets import PRESETS
from tests.browser.conftest import Opener
from tests.browser.visit import Visit


@pytest.mark.parametrize("name", PRESETS)
def test_presets_open_and_train(visit: Visit, name: str) -> None:
    visit.open(task="order" if "text" in name else "copy")
    visit.choose("Start from", name)
    for setting, value in PRESETS[name].items():
        visit.page.wait_for_function(
            "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[setting, value]
        )
    visit.settled()
    visit.train()
    visit.pause()
    visit.keep(f"preset-{re.sub('[^a-z]+', '-', name.lower())}")


@pytest.mark.parametrize(("task", "cell"), [*zip(cycle(TASKS), CELLS, strict=False)])
def test_every_task_and_every_cell_opens(visit: Visit, task: str, cell: str) -> None:
    """Every cell with one of the tasks in turn; tests/pages/test_charts_sent.py has all pairs."""
    visit.open(task=task, cell=cell)
    assert visit.params["task"] == task
    assert visit.params["cell"] == cell
    assert not visit.alerts.count()


def test_layers_directions_and_the_folded_view(visit: Visit) -> None:
    visit.open(task="neighbours", cell="lstm", layers="2", direction="bidirectional", hidden="8")
    expect(visit.chart("The network unrolled")).to_be_visible()
    visit.page.get_by_role("radio", name="Folded", exact=True).click()
    expect(visit.chart("The network folded")).to_be_visible()
    expect(visit.chart("The network unrolled")).to_have_count(0)
    visit.keep("folded")
    shown = [visit.picture_of("Heat map of h")]
    for group, choice in (("Direction", "Backward"), ("Layer", "2")):
        picker = visit.page.get_by_test_id("stMain").get_by_role("radiogroup", name=group, exact=True)
        picker.get_by_role("radio", name=choice, exact=True).click()
        shown.append(visit.repainted("Heat map of h", shown))


def test_hovering_tells_unit_step_and_value(visit: Visit) -> None:
    visit.open(task="adding", length="10", cell="gru", hidden="8")
    picture = visit.chart("Heat map of h")
    picture.scroll_into_view_if_needed()
    picture.hover()
    tip = visit.page.locator("#vg-tooltip-element")
    expect(tip).to_contain_text("unit")
    expect(tip).to_contain_text("time step")
    expect(tip).to_contain_text(re.compile(r"h\s*[-−]?0?\.\d"))


def test_every_chart_has_a_text_alternative(visit: Visit) -> None:
    visit.open()
    for number in range(visit.charts.count()):
        chart = visit.charts.nth(number)
        assert chart.get_attribute("role") == "graphics-document"
        assert len(chart.get_attribute("aria-label") or "") > 20


def test_every_control_has_a_name(visit: Visit) -> None:
    visit.open()
    for role in ("button", "combobox", "spinbutton", "slider", "textbox", "radio"):
        for control in visit.page.get_by_role(role).all():  # type: ignore[arg-type]  # one of its literals
            name = control.get_attribute("aria-label") or control.inner_text() or control.get_attribute("name")
            assert name, control.evaluate("element => element.outerHTML")


def test_narrow_screens_stack(visitor: Opener) -> None:
    visit = visitor(viewport={"width": 400, "height": 800})
    visit.open()
    for selector in ("html", '[data-testid="stMain"]'):
        wide, room = visit.page.locator(selector).evaluate("element => [element.scrollWidth, element.clientWidth]")
        assert wide <= room <= 400
    left = {round(box["x"]) for chart in visit.charts.all() if (box := chart.bounding_box())}
    assert len(left) == 1, "pictures stand side by side"
    visit.keep("narrow")
    visit.train()
    visit.pause()


def test_dark_scheme(visitor: Opener) -> None:
    visit = visitor(color_scheme="dark")
    visit.open(task="hello", cell="lstm", hidden="8")
    ground = visit.page.get_by_test_id("stApp").evaluate("element => getComputedStyle(element).backgroundColor")
    assert max(int(part) for part in re.findall(r"\d+", ground)[:3]) < 60
    visit.train(10)
    visit.pause()
    visit.keep("dark")


def test_keyboard_reaches_train(visit: Visit) -> None:
    visit.open(task="adding", length="10", cell="gru", hidden="8")
    for _ in range(120):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.innerText || ''").strip().endswith("Train"):
            break
    expect(visit.button("Train")).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.button("Pause")).to_be_visible()
    visit.wait_for_updates(2)
    visit.pause()


def test_take_it_along(visit: Visit) -> None:
    visit.open(task="hello", cell="gru", hidden="8", word="a b")
    visit.button("Copy link").click()
    link = visit.page.get_by_test_id("stPopoverBody").get_by_test_id("stCode")
    expect(link).to_contain_text("word=a+b")
    assert link.inner_text().strip() == visit.page.url
    visit.page.keyboard.press("Escape")
    visit.button("PyTorch code").click()
    code = visit.page.get_by_test_id("stMain").get_by_test_id("stCode").filter(has_text="import torch")
    expect(code).to_be_visible()
    visit.button("Close").click()
    expect(code).to_have_count(0)
