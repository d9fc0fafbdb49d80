"""A step pointed at in one picture is marked in all that share the time axis, and in no other."""

import pytest

from playground.charts.base import GUTTER, MARGIN
from tests.browser.conftest import Opener
from tests.browser.visit import Visit

STEPS = 10
H, C, GRADIENT, SEQUENCE = "Heat map of h", "Heat map of c", "Line chart of the gradient", "10 numbers"


def point_at(visit: Visit, picture: str, step: int) -> None:
    """At the middle of a step, in a picture on the time axis."""
    box = visit.chart(picture).first.locator("canvas").bounding_box()
    assert box
    x = GUTTER + (step - 0.5) / STEPS * (box["width"] - GUTTER - MARGIN)
    visit.page.mouse.move(box["x"] + x, box["y"] + 0.6 * box["height"])


def wait_until_it_shows(visit: Visit, picture: str, shown: str) -> None:
    visit.page.wait_for_function(
        "([begins, shown]) => document.querySelector(`[aria-label^='${begins}'] canvas`).toDataURL() === shown",
        arg=[picture, shown],
    )


@pytest.mark.parametrize(
    ("path", "watched", "pointed"),
    [("/", C, (H, GRADIENT, SEQUENCE)), ("/side", f"{H}, Simple RNN", (GRADIENT, SEQUENCE))],
    ids=["playground", "side by side"],
)
def test_a_step_is_marked_in_every_picture_of_the_axis(
    visitor: Opener, path: str, watched: str, pointed: tuple[str, ...]
) -> None:
    """Also where pictures differ in width. What is watched is painted the same wherever a step is pointed at."""
    # High, so that nothing scrolls away under the pointer.
    visit = visitor(viewport={"width": 1400, "height": 2600})
    visit.open(path, task="adding", length=str(STEPS), cell="lstm", hidden="6", networks="rnn,lstm")
    plain, loss = visit.picture_of(watched), visit.chart("Line chart of the loss").locator("canvas")
    found = {plain}
    for step in (4, 9):
        first, *others = pointed
        point_at(visit, first, step)
        marked = visit.repainted(watched, [plain])
        found.add(marked)
        for picture in others:
            loss.hover()
            wait_until_it_shows(visit, watched, plain)
            point_at(visit, picture, step)
            wait_until_it_shows(visit, watched, marked)
        loss.hover()
        wait_until_it_shows(visit, watched, plain)
    assert len(found) == 3
