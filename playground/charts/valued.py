"""The wiring of a cell with the numbers of one unit at its nodes and on its wires."""

from functools import lru_cache
from typing import Any, NamedTuple

import altair as alt

from engine.cells import CELLS
from engine.cells.wiring import Wiring, wiring
from engine.observe.step.wiring_values import WiringValues
from playground.charts.base import Data, Picture, ink, picture, table
from playground.charts.layers import layers, with_exits
from playground.charts.routes import HEAD, LETTER, Place, Routes, height, routes
from playground.charts.wiring import GROUND, X, Y, drawing, sized, stretched, told

FIGURES = {False: 8, True: 14}
"""Characters that a number takes, real or complex."""

SPACE = "\N{FIGURE SPACE}"
POINTS, BELOW = 11, 8
HIGHER = 1.35
NUMBERS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


class _Spot(NamedTuple):
    """Where a number stands: that of a node, or of the wire from `key` to `target`."""

    key: str
    target: str
    place: Place
    y: float


class _Plan(NamedTuple):
    graph: Wiring
    drawn: Routes
    spots: tuple[_Spot, ...]
    beside: float


@lru_cache(maxsize=64)
def _plan(cell: str) -> _Plan:
    """The layout, with room for a number on every wire that has a weight."""
    graph = with_exits(wiring(CELLS[cell]))
    room = SPACE * FIGURES[cell == "unitary"]
    edges = (edge._replace(weight=edge.weight + room) if edge.weight else edge for edge in graph.edges)
    wide = graph._replace(edges=tuple(edges))
    drawn = routes(wide, layers(graph))
    drawn = drawn._replace(wires=tuple(wire._replace(weight=wire.weight.rstrip(SPACE)) for wire in drawn.wires))
    drawn = _higher(drawn)
    return _Plan(graph, drawn, tuple(_spots(graph, drawn)), LETTER * len(room))


def _higher(drawn: Routes) -> Routes:
    """Rows further apart, so that there is room for numbers below boxes and between wires."""
    return drawn._replace(
        boxes=tuple(box._replace(y=HIGHER * box.y) for box in drawn.boxes),
        wires=tuple(
            wire._replace(points=tuple((place, HIGHER * y) for place, y in wire.points)) for wire in drawn.wires
        ),
        junctions=tuple((source, place, HIGHER * y) for source, place, y in drawn.junctions),
        height=HIGHER * drawn.height,
    )


def _spots(graph: Wiring, drawn: Routes) -> list[_Spot]:
    nodes = {node.key: node for node in graph.nodes}
    found = [
        _Spot(box.key, "", box.x, box.y + height(nodes[box.key].kind, nodes[box.key].operation) / 2 + BELOW)
        for box in drawn.boxes
        if nodes[box.key].kind != "exit"
    ]
    for wire in drawn.wires:
        # A number beside 1− would be read as taken away from 1.
        if wire.weight not in ("", "1−"):
            place, y = wire.points[-1]
            found.append(_Spot(wire.source, wire.target, Place(place.pixels - HEAD - 1, place.share), y))
    return found


@lru_cache(maxsize=64)
def valued_picture(cell: str, dark: bool) -> Picture:
    """A cell, by its key; the numbers are data."""
    plan = _plan(cell)
    numbers = alt.Chart(alt.NamedData("numbers")).transform_calculate(x=stretched(plan.drawn))
    style: dict[str, Any] = {"baseline": "middle", "font": NUMBERS, "fontWeight": "bold", "tooltip": None}
    style["fontSize"] = sized(POINTS, plan.drawn)
    halo: dict[str, Any] = {"stroke": GROUND[dark], "strokeWidth": 3.5}
    found = []
    for paint in (halo, {"color": ink(dark)}):
        found += [
            numbers.transform_filter("!datum.wire").mark_text(align="center", **style, **paint),
            numbers.transform_filter("datum.wire").mark_text(align="right", **style, **paint),
        ]
    found = [each.encode(X, Y, text="text:N") for each in found]
    chart = alt.layer(
        *drawing(plan.drawn, plan.graph.nodes, dark, plan.beside), *found, height=round(plan.drawn.height)
    )
    return picture(chart, f"{told(cell, plan.graph.nodes)} At every part stands its number for one unit.")


def valued_data(cell: str, carried: WiringValues, read: str) -> Data:
    """read: what stands for x."""
    rows = []
    for spot in _plan(cell).spots:
        value = carried.wires.get((spot.key, spot.target)) if spot.target else carried.nodes.get(spot.key)
        text = read if (spot.key, spot.target) == ("x", "") else "" if value is None else short(value)
        if text:
            rows.append((spot.place.pixels, spot.place.share, spot.y, text, bool(spot.target)))
    names = ("xp", "xs", "y", "text", "wire")
    return {"numbers": table(**dict(zip(names, zip(*rows, strict=True), strict=True)))}


def short(value: complex) -> str:
    """As many digits as there is room for."""
    if value.imag:
        return f"{value.real:.2f}{value.imag:+.2f}i".replace("-", "−")
    real = value.real
    text = f"{real:.3f}" if abs(real) < 10 else f"{real:.4g}"
    return text.removeprefix("-" if not text.strip("-0.") else "").replace("-", "−")
