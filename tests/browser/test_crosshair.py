"""A step pointed at in one picture is marked in all that share the time axis, and in no other."""

import pytest

from playground.charts.base import GUTTER, MARGIN
from tests.browser.visit import Visit

STEPS = 10
H, C, GRADIENT, SEQUENCE = "Heat map of h", "Heat map of c", "Line chart of the gradient", "10 numbers"


def point_at(visit: Visit, picture: str, step: float) -> None:
    """At the middle of a step, in a picture on the time axis."""
    canvas = visit.chart(picture).first.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    x = GUTTER + (step - 0.5) / STEPS * (box["width"] - GUTTER - MARGIN)
    # Twice, as the first move may only bring the pointer there.
    visit.page.mouse.move(box["x"] + x - 1, box["y"] + 0.6 * box["height"])
    visit.page.mouse.move(box["x"] + x, box["y"] + 0.6 * box["height"])


@pytest.mark.parametrize(
    ("path", "watched", "pointed"),
    [("/", C, (H, GRADIENT, SEQUENCE)), ("/side", SEQUENCE, (H, GRADIENT))],
    ids=["playground", "side by side"],
)
def test_a_step_is_marked_in_every_picture_of_the_axis(
    visit: Visit, path: str, watched: str, pointed: tuple[str, ...]
) -> None:
    """Also where pictures differ in width. What is watched is painted the same wherever a step is pointed at."""
    visit.open(path, task="adding", length=str(STEPS), cell="lstm", hidden="6", networks="rnn,lstm")
    visit.settled()
    plain = visit.picture_of(watched)
    marked: dict[int, set[str]] = {4: set(), 9: set()}
    last = plain
    for picture in pointed:
        for step, seen in marked.items():
            point_at(visit, picture, step)
            last = visit.repainted(watched, [last])
            seen.add(last)
    assert [len(seen) for seen in marked.values()] == [1, 1]
    assert plain not in set.union(*marked.values())
    visit.chart("Line chart of the loss").locator("canvas").hover()
    assert visit.repainted(watched, [last]) == plain
