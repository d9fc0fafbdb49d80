"""A step pointed at in one picture is marked in every picture of the page on the time axis.

Each picture hears of the pointer wherever it is on the page (the window tells all of them) and works out the step from
where the pointer is in the picture under it: pictures on the time axis end at the same distance from the left and the
right edge. That they are on that axis is told by their pointer, a crosshair. So nothing has to be sent, neither between
pictures nor from the server, and a frame that comes meanwhile changes nothing of it.
"""

from typing import Any

from playground.charts.base import GUTTER, MARGIN, Picture, ink

POINTED = "at"
"""The signal: the step, from 1; anything else is none. Short, as a spec travels with every frame."""

GROUND = {False: "#ffffff", True: "#0f1416"}


def crossed(drawn: Picture, steps: int, dark: bool, below: int = 0, numbered: str = "") -> Picture:
    """`drawn`, whose x is the time axis of so many steps, with a frame around the step that is pointed at.

    below: how many of its layers lie below the frame. Those that tell their values under the pointer belong above it.
    numbered: what the step is called, if its number is to stand beside the frame.
    """
    # The parent of the outermost element is the document, which has no style.
    over = "(event.target.parentNode.style||0).cursor=='crosshair'"
    step = f"ceil((event.offsetX-{GUTTER})/(event.target.clientWidth-{GUTTER + MARGIN})*{steps})"
    params = [
        {"name": "cursor", "value": "crosshair"},
        {
            "name": POINTED,
            "value": 0,
            # The schema of Vega-Lite has no such parameter, but it goes on to Vega as it is.
            "on": [{"events": "window:pointermove", "update": f"{over}?{step}:0"}],
        },
    ]
    marks = [_frame(steps, dark), *(_number(steps, dark, numbered) if numbered else [])]
    layers = drawn.spec["layer"]
    spec = {
        **drawn.spec,
        "params": [*drawn.spec.get("params", []), *params],
        "layer": [*layers[:below], *marks, *layers[below:]],
    }
    return Picture(spec, drawn.alt)


def _here(steps: int) -> str:
    """The step, or one at the edge: what is unseen beyond the plot would still make the picture leave room for it."""
    return f"clamp({POINTED},1,{steps})"


def _seen(steps: int) -> dict[str, str]:
    return {"expr": f"{POINTED}=={_here(steps)}?1:0"}


def _frame(steps: int, dark: bool) -> dict[str, Any]:
    mark = {
        "type": "rect",
        # The middle; as high as the plot unless said otherwise.
        "x": {"expr": f"({_here(steps)}-.5)/{steps}*width"},
        "width": {"expr": f"width/{steps}"},
        "filled": False,
        "color": ink(dark),
        "opacity": _seen(steps),
        "tooltip": None,
    }
    return {"data": {"values": [{}]}, "mark": mark}


def _number(steps: int, dark: bool, name: str) -> list[dict[str, Any]]:
    """At the top, on the side where there is room; on a ground of its own."""
    late = f"{_here(steps)}>{0.8 * steps:g}"
    mark = {
        "type": "text",
        "text": {"expr": f"'{name} = '+{POINTED}"},
        "x": {"expr": f"({_here(steps)}-({late}?1:0))/{steps}*width+({late}?-3:3)"},
        "y": 3,
        "align": {"expr": f"{late}?'right':'left'"},
        "baseline": "top",
        "fontSize": 11,
        "opacity": _seen(steps),
        "tooltip": None,
    }
    paints = ({"stroke": GROUND[dark], "strokeWidth": 3}, {"color": ink(dark)})
    return [{"data": {"values": [{}]}, "mark": {**mark, **paint}} for paint in paints]
