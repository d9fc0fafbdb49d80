"""From columns and rows to places on the page: boxes, wires with right angles, and the labels on them."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import permutations, product
from typing import NamedTuple

from engine.cells.wiring import Wiring
from playground.charts.layers import Item, Layers

PITCH = 52
"""Pixels from row to row."""

BOX, PILL, ROUND = 40, 28, 22
"""Heights of a named box, of a function and of a sign."""

TRACK, HEAD, MARGIN = 7, 6, 4
"""Pixels between upright wires, for an arrow's head, and of room beside boxes."""

LETTER = 6.6
"""Pixels a character takes in a label, about."""


class Place(NamedTuple):
    """Pixels from the left at the least width, and the share of any further width that comes on top."""

    pixels: float
    share: float


class Box(NamedTuple):
    """A node: its middle, and half its width."""

    key: str
    x: Place
    y: float
    half: float


class Wire(NamedTuple):
    """A piece of wire from a source: its corners; whether it ends in an arrow's head, and then at which target and with
    which weight."""

    source: str
    points: tuple[tuple[Place, float], ...]
    arrives: bool
    weight: str
    target: str


class Routes(NamedTuple):
    """All that is drawn. `width` is the least that everything needs."""

    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    junctions: tuple[tuple[str, Place, float], ...]
    width: float
    height: float


def size(text: str) -> float:
    """Pixels a label takes, about: what stands after _ is small and low."""
    base, _, low = text.partition("_")
    return LETTER * (len(base) + 0.75 * len(low))


class _Net(NamedTuple):
    """What leaves one item through the channel right of it: at which height, and where it arrives at which height."""

    item: Item
    y: float
    ends: tuple[tuple[Item, float], ...]

    @property
    def straight(self) -> bool:
        return all(y == self.y for _, y in self.ends)

    @property
    def extent(self) -> tuple[float, float]:
        heights = [self.y, *(y for _, y in self.ends)]
        return min(heights), max(heights)


def routes(wiring: Wiring, places: Layers) -> Routes:
    """The drawing of a wiring with exits, laid out in `places`."""
    halves = {node.key: _half(node.key, node.kind, node.operation) for node in wiring.nodes}
    weights = {(edge.source, edge.target): edge.weight for edge in wiring.edges}
    middle = {item: PITCH * (row + 0.5) for item, row in places.row.items()}
    heights = {node.key: height(node.kind, node.operation) for node in wiring.nodes}
    nets = _nets(places, middle, heights)

    left: list[Place] = []
    tracks: list[dict[Item, float]] = []
    x = 0.0
    for k in range(places.columns):
        wide = 2 * max(halves[key] for key, column in places.column.items() if column == k)
        left.append(Place(x + wide / 2, k / max(1, places.columns - 1)))
        x += wide
        if k < places.columns - 1:
            order = _order(nets[k])
            arriving = {(net.item[0], target[0]) for net in nets[k] for target, _ in net.ends}
            labels = [weights.get(way, "") for way in arriving if places.column[way[1]] == k + 1]
            tracks.append({net.item: x + MARGIN + TRACK * (n + 0.5) for n, net in enumerate(order)})
            x += 2 * MARGIN + TRACK * len(order) + max(map(size, labels), default=0) + HEAD

    boxes = tuple(
        Box(node.key, left[places.column[node.key]], middle[node.key, places.column[node.key]], halves[node.key])
        for node in wiring.nodes
    )
    wires: list[Wire] = []
    junctions: list[tuple[str, Place, float]] = []
    for k, channel in enumerate(nets):
        for net in channel:
            source = net.item[0]
            # The wires of a column that is wider than this box begin at the box.
            begins = halves[source] if places.column[source] == k else 0.0
            start = Place(left[k].pixels + begins, left[k].share)
            turn = Place(tracks[k].get(net.item, start.pixels), (k + 0.35) / max(1, places.columns - 1))
            for target, y in net.ends:
                arrives = places.column[target[0]] == k + 1
                end = Place(left[k + 1].pixels - (halves[target[0]] if arrives else 0.0), left[k + 1].share)
                bend = () if y == net.y else ((turn, net.y), (turn, y))
                corners = ((start, net.y), *bend, (end, y))
                weight, ending = (weights[source, target[0]], target[0]) if arrives else ("", "")
                wires.append(Wire(source, corners, arrives, weight, ending))
            junctions += [(source, turn, y) for y in _branches(net)]
    return Routes(boxes, tuple(wires), tuple(junctions), x, PITCH * places.rows)


def height(kind: str, operation: str) -> int:
    if kind != "operation":
        return BOX
    return PILL if len(operation) > 1 or operation.isalpha() else ROUND


def _half(key: str, kind: str, operation: str) -> float:
    if kind == "exit":
        return 1.0
    if kind == "operation":
        return max(height(kind, operation), size(operation) + 6) / 2
    name = size(key.replace("₋", "_tt1") if kind == "old" else key) * 1.15
    return max(BOX - 2, name + 8, size(operation) + 8) / 2


def _nets(places: Layers, middle: dict[Item, float], heights: dict[str, int]) -> list[list[_Net]]:
    """For every channel what passes through it; wires into one box arrive beside each other, in the order of rows."""
    incoming: dict[Item, list[Item]] = defaultdict(list)
    for source, targets in places.ways.items():
        for target in targets:
            incoming[target].append(source)
    arrival: dict[tuple[Item, Item], float] = {}
    for target, sources in incoming.items():
        passing = places.column[target[0]] != target[1]
        sources.sort(key=places.row.__getitem__)
        for source, beside in zip(sources, _ports([places.row[s] - places.row[target] for s in sources]), strict=True):
            arrival[source, target] = middle[target] + (0 if passing else beside * heights[target[0]])
    nets: list[list[_Net]] = [[] for _ in range(places.columns - 1)]
    for source, targets in places.ways.items():
        if targets:
            ends = tuple((target, arrival[source, target]) for target in targets)
            nets[source[1]].append(_Net(source, middle[source], ends))
    return nets


def _ports(rows: list[int]) -> list[float]:
    """Where wires from so many rows further up or down enter a box: shares of its height beside its middle.

    One from the same row runs straight in; the others keep their order.
    """
    if 0 in rows:
        straight = rows.index(0)
        step = min(0.33, 0.45 / max(1, straight, len(rows) - 1 - straight))
        return [step * (n - straight) for n in range(len(rows))]
    step = 0.4 if len(rows) <= 2 else 0.9 / len(rows)
    return [step * (n - (len(rows) - 1) / 2) for n in range(len(rows))]


def _order(nets: list[_Net]) -> list[_Net]:
    """The nets of a channel that turn, from left to right, so that their wires cross least and none lies on another."""
    turning = [net for net in nets if not net.straight]
    if len(turning) > 6:
        return sorted(turning, key=lambda net: net.extent)
    orders = [list(order) for order in permutations(turning)]
    return min(orders, key=_tangle)


def _tangle(order: Sequence[_Net]) -> float:
    total = 0.0
    for (p, first), (q, second) in product(enumerate(order), enumerate(order)):
        if p >= q:
            continue
        # Right of its own turn the first one's ends cross the second one's upright; left of it, the other way round.
        low, high = second.extent
        total += sum(low < y < high for _, y in first.ends)
        low, high = first.extent
        total += low < second.y < high
        # Two level pieces at one height: the first one's end and the second one's beginning would overlap.
        total += 100 * any(abs(y - second.y) < 3 for _, y in first.ends)
    return total


def _branches(net: _Net) -> list[float]:
    """Heights at which a wire divides at its upright."""
    low, high = net.extent
    heights = {y for _, y in net.ends}
    divides = {y for y in heights if low < y < high}
    if len(heights) > 1 and (net.y in heights or low < net.y < high):
        divides.add(net.y)
    return sorted(divides)
