"""The picture of a cell's wiring: where each quantity of a step goes, drawn from left to right."""

from functools import lru_cache
from typing import Any

import altair as alt

from engine.cells import CELLS
from engine.cells.wiring import Node, wiring
from playground.charts.base import NEUTRAL, Picture, ink, picture
from playground.charts.layers import layers, with_exits
from playground.charts.routes import HEAD, Place, Routes, height, routes

GROUND = {False: "#ffffff", True: "#0f1416"}
STATE, GATE, CANDIDATE = "#3b82c4", "#2f9583", "#d0650f"
COLOURS = {"old": STATE, "state": STATE, "exit": STATE, "gate": GATE, "candidate": CANDIDATE}
SERIF = "Georgia, 'Times New Roman', 'DejaVu Serif', serif"
Row = dict[str, Any]


@lru_cache(maxsize=64)
def wiring_picture(cell: str, dark: bool) -> Picture:
    """A cell, by its key: boxes for gates and candidates, round for states, dashed for the step before."""
    graph = with_exits(wiring(CELLS[cell]))
    drawn = routes(graph, layers(graph))
    chart = alt.layer(*drawing(drawn, graph.nodes, dark), height=round(drawn.height))
    return picture(chart, told(cell, graph.nodes))


def drawing(drawn: Routes, graph: tuple[Node, ...], dark: bool, beside: float = 0.0) -> list[Any]:
    """The layers of the picture; `beside` pixels are left free between a weight and the head of its wire."""
    nodes = {node.key: node for node in graph}
    return [
        *_wires(drawn, nodes),
        *_boxes(drawn, nodes, dark),
        *_labels(drawn, dark, beside),
        *_names(drawn, nodes, dark),
    ]


def told(cell: str, nodes: tuple[Node, ...]) -> str:
    def named(*kinds: str) -> str:
        return ", ".join(node.key for node in nodes if node.kind in kinds) or "none"

    return (
        f"Wiring of one step of the cell {CELLS[cell].about.name}. From the left come {named('input', 'old')}; "
        f"gates and candidates: {named('gate', 'candidate')}; to the right go the new states {named('state')}."
    )


def _at(place: Place, name: str = "x", beside: float = 0.0) -> Row:
    return {f"{name}p": place.pixels + beside, f"{name}s": place.share}


def _chart(rows: list[Row], drawn: Routes, *ends: str) -> Any:
    """Rows whose places stretch with the picture's width."""
    return alt.Chart(alt.Data(values=rows)).transform_calculate(
        **{name: stretched(drawn, name) for name in ("x", *ends)}
    )


def stretched(drawn: Routes, name: str = "x") -> str:
    """Where a row stands in a picture of its present width, as an expression."""
    return f"datum.{name}p * {_zoom(drawn)} + datum.{name}s * max(0, width - {drawn.width:.0f})"


def _zoom(drawn: Routes) -> str:
    """Where there is less room than needed, everything moves together and letters shrink."""
    return f"min(1, width / {drawn.width:.0f})"


def sized(points: float, drawn: Routes) -> Any:
    return alt.expr(f"{points} * max(0.6, {_zoom(drawn)})")


X, Y = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)


def _wires(drawn: Routes, nodes: dict[str, Node]) -> list[Any]:
    lines: list[Row] = []
    heads: list[Row] = []
    for number, wire in enumerate(drawn.wires):
        colour = COLOURS.get(nodes[wire.source].kind, NEUTRAL)
        for order, (place, y) in enumerate(wire.points):
            last = order == len(wire.points) - 1
            back = -HEAD / 2 if wire.arrives and last else 0.0
            lines.append({**_at(place, beside=back), "y": y, "wire": number, "order": order, "colour": colour})
        if wire.arrives:
            place, y = wire.points[-1]
            heads.append({**_at(place, beside=-HEAD / 2), "y": y, "colour": colour})
    dots: list[Row] = []
    for source, place, y in drawn.junctions:
        dots.append({**_at(place), "y": y, "colour": COLOURS.get(nodes[source].kind, NEUTRAL)})
    painted = alt.Color("colour:N", scale=None, legend=None)
    line: Row = {"strokeWidth": 1.5, "strokeJoin": "round", "tooltip": None}
    found = [
        _chart(lines, drawn).mark_line(**line).encode(X, Y, painted, detail="wire:N", order="order:Q"),
        _chart(heads, drawn).mark_point(shape="triangle-right", filled=True, size=42, opacity=1).encode(X, Y, painted),
    ]
    if dots:
        marks = _chart(dots, drawn).mark_point(shape="circle", filled=True, size=22, opacity=1)
        found.append(marks.encode(X, Y, painted))
    return found


def _boxes(drawn: Routes, nodes: dict[str, Node], dark: bool) -> list[Any]:
    """Ground first, so that no wire shows through; then the tint."""
    by_look: dict[tuple[int, bool], list[Row]] = {}
    for box in drawn.boxes:
        kind = nodes[box.key].kind
        if kind == "exit":
            continue
        half = height(kind, nodes[box.key].operation) / 2
        radius = {"gate": 4, "candidate": 4, "part": 4}.get(kind, round(half))
        row = {
            **_at(box.x, beside=-box.half),
            **_at(box.x, "x2", box.half),
            "y": box.y - half,
            "y2": box.y + half,
            "colour": COLOURS.get(kind, NEUTRAL),
        }
        by_look.setdefault((radius, kind == "old"), []).append(row)
    found = []
    colour, fill = alt.Stroke("colour:N", scale=None, legend=None), alt.Fill("colour:N", scale=None, legend=None)
    for (radius, dashed), rows in by_look.items():
        chart = _chart(rows, drawn, "x2")
        dash = {"strokeDash": [4, 3]} if dashed else {}
        found += [
            chart.mark_rect(cornerRadius=radius, fill=GROUND[dark]).encode(X, Y, x2="x2:Q", y2="y2:Q"),
            chart.mark_rect(cornerRadius=radius, fillOpacity=0.14, strokeWidth=1.5, **dash).encode(
                X, Y, colour, fill, x2="x2:Q", y2="y2:Q"
            ),
        ]
    return found


def _parts(text: str) -> tuple[str, str]:
    """A name and what stands low beside it."""
    if text.endswith("₋"):
        return text[:-1], "t−1"
    base, _, low = text.partition("_")
    return base, low


def _over_time(key: str) -> tuple[str, str]:
    """A quantity's name, with its time where nothing else stands low beside it."""
    base, low = _parts(key)
    return base, low or ("" if key == "t" else "t")


def _labels(drawn: Routes, dark: bool, beside: float) -> list[Any]:
    """The weights, each on its wire, just before the head."""
    rows = []
    for wire in drawn.wires:
        if wire.weight:
            place, y = wire.points[-1]
            base, low = _parts(wire.weight if not wire.weight.endswith(" ⊙") else f"⊙{wire.weight[:-2]}")
            back = HEAD + 2 + 0.75 * 6 * len(low) + beside
            rows.append({**_at(place, beside=-back), "y": y, "base": base, "low": low})
    return _texts(rows, drawn, 11.5, dark, halo=True) if rows else []


def _texts(rows: list[Row], drawn: Routes, size: float, dark: bool, halo: bool = False) -> list[Any]:
    """Names with what stands low beside them, joined at the given place."""
    chart = _chart(rows, drawn)
    style: Row = {"font": SERIF, "baseline": "middle", "tooltip": None}
    big = {**style, "fontSize": sized(size, drawn), "fontStyle": "italic", "align": "right"}
    small = {**style, "fontSize": sized(size * 0.76, drawn), "align": "left", "dy": size * 0.3, "dx": 0.5}
    found = []
    for paint in ([{"stroke": GROUND[dark], "strokeWidth": 3.5}] if halo else []) + [{"color": ink(dark)}]:
        found += [
            chart.mark_text(**big, **paint).encode(X, Y, text="base:N"),
            chart.mark_text(**small, **paint).encode(X, Y, text="low:N"),
        ]
    return found


def _names(drawn: Routes, nodes: dict[str, Node], dark: bool) -> list[Any]:
    names: list[Row] = []
    plain: list[Row] = []
    for box in drawn.boxes:
        node = nodes[box.key]
        if node.kind == "exit":
            continue
        operation = node.operation.replace("_i", "ᵢ")
        if node.kind == "operation":
            plain.append({**_at(box.x), "y": box.y + 0.5, "text": operation})
            continue
        base, low = _over_time(box.key)
        shift = (3.4 * len(base) if len(base) > 1 else 4.5) - 2.4 * len(low)
        names.append({**_at(box.x, beside=shift), "y": box.y - (7 if operation else 1), "base": base, "low": low})
        if operation:
            plain.append({**_at(box.x), "y": box.y + 9, "text": operation})
    signs = _chart(plain, drawn).encode(X, Y, text="text:N")
    style: Row = {"fontSize": sized(11.5, drawn), "color": ink(dark), "tooltip": None, "baseline": "middle"}
    return [*_texts(names, drawn, 15, dark), signs.mark_text(**style)]
