"""A step pointed at in one picture is marked in every picture of the page on the time axis.

Each picture hears of the pointer wherever it is on the page (the window tells all of them) and works out the step from
where the pointer is in the picture under it: pictures on the time axis end at the same distance from the left and the
right edge. That they are on that axis is told by their pointer, a crosshair. So nothing has to be sent, neither between
pictures nor from the server, and a frame that comes meanwhile changes nothing of it.
"""

from typing import Any

from playground.charts.base import GUTTER, MARGIN, Picture, ink

POINTED = "pointed"
"""The signal: the step, from 1; anything else is none."""

GROUND = {False: "#ffffff", True: "#0f1416"}


def crossed(drawn: Picture, steps: int, dark: bool, at: int = 0, name: str = "t") -> Picture:
    """`drawn`, whose x is the time axis of so many steps, with the mark of the step that is pointed at.

    at: how many of its layers lie below the mark. Those that tell their values under the pointer belong above it.
    name: what the picture calls the step.
    """
    canvas = "event.target"
    over = f"{canvas}.tagName == 'CANVAS' && {canvas}.parentNode.style.cursor == 'crosshair'"
    step = f"ceil((event.offsetX - {GUTTER}) / ({canvas}.clientWidth - {GUTTER + MARGIN}) * {steps})"
    params = [
        {"name": "cursor", "value": "crosshair"},
        {
            "name": POINTED,
            "value": 0,
            # The schema of Vega-Lite has no such parameter, but it goes on to Vega as it is.
            "on": [{"events": {"source": "window", "type": "pointermove"}, "update": f"{over} ? {step} : 0"}],
        },
    ]
    layers = drawn.spec["layer"]
    spec = {
        **drawn.spec,
        "params": [*drawn.spec.get("params", []), *params],
        "layer": [*layers[:at], *_marks(steps, dark, name), *layers[at:]],
    }
    return Picture(spec, drawn.alt)


def _marks(steps: int, dark: bool, name: str) -> list[dict[str, Any]]:
    """A band as wide as the step, and its number at the top, on the side where there is room."""

    def along(share: str) -> dict[str, Any]:
        return {"value": {"expr": f"{share} / {steps} * width"}}

    seen = {"expr": f"{POINTED} > 0 && {POINTED} <= {steps} ? 1 : 0"}
    # Where nothing is pointed at, the unseen mark still stays within the plot: else the picture would make room for it.
    here = f"clamp({POINTED}, 1, {steps})"
    late = f"{here} > {steps} * 0.8"
    common: dict[str, Any] = {"data": {"values": [{}]}}
    band = {"type": "rect", "tooltip": None, "opacity": seen, "fill": ink(dark), "fillOpacity": 0.1}
    band |= {"stroke": ink(dark), "strokeWidth": 1}
    label = {"type": "text", "tooltip": None, "opacity": seen, "fontSize": 11, "baseline": "top"}
    label |= {"text": {"expr": f"'{name} = ' + {POINTED}"}, "align": {"expr": f"{late} ? 'right' : 'left'"}}
    place = {
        "x": along(f"({here} - ({late} ? 1 : 0))"),
        "y": {"value": 3},
        "xOffset": {"value": {"expr": f"{late} ? -3 : 3"}},
    }
    return [
        {**common, "mark": band, "encoding": {"x": along(f"({here} - 1)"), "x2": along(here)}},
        *(
            {**common, "mark": {**label, **paint}, "encoding": place}
            for paint in ({"stroke": GROUND[dark], "strokeWidth": 3}, {"color": ink(dark)})
        ),
    ]
