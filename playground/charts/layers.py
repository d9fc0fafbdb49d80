"""Where the parts of a wiring stand: columns from left to right, rows from top to bottom, few and straight wires."""

from collections import defaultdict
from itertools import combinations
from typing import NamedTuple

from engine.cells.wiring import Edge, Node, Wiring

Item = tuple[str, int]
"""A node in its column, or the place where the wire that a node sends out passes through another column."""


TRIES, FEW, LARGE = 10, 2, 8
"""Starts from which a layout is looked for, and how many for a picture of so many rows, where each takes long."""


BELT, LOOSE = {"old": 3.5, "state": 2.5, "operation": 1.8}, 0.3
"""What a row of difference costs, by the kind of node a wire comes from: states should run straight."""


class Layers(NamedTuple):
    """Column and row of every node and of every place where a wire passes; `ways` leads from item to item."""

    column: dict[str, int]
    row: dict[Item, int]
    ways: dict[Item, tuple[Item, ...]]
    rows: int
    columns: int


def with_exits(wiring: Wiring) -> Wiring:
    """The same with an exit at the right for every state that leaves."""
    exits = tuple(Node(f"{key}→", "exit") for key in wiring.leaving)
    ways = tuple(Edge(key, f"{key}→") for key in wiring.leaving)
    return Wiring(wiring.nodes + exits, wiring.edges + ways, wiring.leaving)


def layers(wiring: Wiring) -> Layers:
    """A layout for a wiring with exits."""
    column = _columns(wiring)
    ways = _ways(wiring, column)
    columns = [[item for item in _items(ways) if item[1] == k] for k in range(max(column.values()) + 1)]
    starts = TRIES if max(map(len, columns)) < LARGE else FEW
    tries = (_placed(wiring, columns, ways, spare, turn) for spare in (0, 1) for turn in range(starts))
    _, row, rows = min(tries, key=lambda found: found[0])
    return Layers(column, row, ways, rows, len(columns))


def _columns(wiring: Wiring) -> dict[str, int]:
    """What a node needs stands left of it; what comes from outside at the very left, exits at the very right."""
    before: dict[str, list[str]] = defaultdict(list)
    for edge in wiring.edges:
        before[edge.target].append(edge.source)

    def depth(key: str) -> int:
        return max((depth(source) + 1 for source in before[key]), default=0)

    column = {node.key: depth(node.key) for node in wiring.nodes}
    last = max(column.values())
    return column | {node.key: last for node in wiring.nodes if node.kind == "exit"}


def _ways(wiring: Wiring, column: dict[str, int]) -> dict[Item, tuple[Item, ...]]:
    """From each item to those right of it that its wire reaches; a node's wires share their way as far as they can."""
    ways: dict[Item, tuple[Item, ...]] = {}
    for node in wiring.nodes:
        targets = [edge.target for edge in wiring.edges if edge.source == node.key]
        for k in range(column[node.key], max((column[t] for t in targets), default=0)):
            reached = [(t, k + 1) for t in targets if column[t] == k + 1]
            onwards = [(node.key, k + 1)] if any(column[t] > k + 1 for t in targets) else []
            ways[node.key, k] = tuple(dict.fromkeys(reached + onwards))
    return ways


def _items(ways: dict[Item, tuple[Item, ...]]) -> list[Item]:
    return list(dict.fromkeys(item for source, targets in ways.items() for item in (source, *targets)))


def _placed(
    wiring: Wiring, columns: list[list[Item]], ways: dict[Item, tuple[Item, ...]], spare: int, turn: int
) -> tuple[float, dict[Item, int], int]:
    """The cost of a good assignment of rows, and the assignment: items change places as long as it gets better."""
    rows = max(map(len, columns)) + spare
    kinds = {node.key: node.kind for node in wiring.nodes}
    belts = _belts(wiring, kinds)
    slots: list[list[Item | None]] = []
    for items in columns:
        turned = items[turn % len(items) :] + items[: turn % len(items)]
        turned = turned[::-1] if turn % 2 else turned
        slots.append([*turned, *[None] * (rows - len(items))])
    row = {item: r for column in slots for r, item in enumerate(column) if item}

    def cost(k: int) -> float:
        between = _between(columns[k], ways, row, kinds, belts) if k < len(columns) - 1 else 0.0
        return between + _at_home(columns[k], row, kinds, rows)

    def around(k: int) -> float:
        return cost(k) + (cost(k - 1) if k else 0)

    better = True
    while better:
        better = False
        for k, column in enumerate(slots):
            now = around(k)
            for a, b in combinations(range(rows), 2):
                if column[a] is column[b] is None:
                    continue
                _swap(column, row, a, b)
                new = around(k)
                if new < now - 1e-9:
                    now, better = new, True
                else:
                    _swap(column, row, a, b)
        # Rows from a column on as well: a belt that runs straight through several cannot move piece by piece.
        for first in range(len(columns)):
            touched = range(max(0, first - 1), len(columns))
            now = sum(map(cost, touched))
            for a, b in combinations(range(rows), 2):
                _swap_rows(slots[first:], row, a, b)
                new = sum(map(cost, touched))
                if new < now - 1e-9:
                    now, better = new, True
                else:
                    _swap_rows(slots[first:], row, a, b)
    return sum(map(cost, range(len(columns)))) + 1.5 * rows, dict(row), rows


def _swap_rows(slots: list[list[Item | None]], row: dict[Item, int], a: int, b: int) -> None:
    for column in slots:
        _swap(column, row, a, b)


def _swap(column: list[Item | None], row: dict[Item, int], a: int, b: int) -> None:
    column[a], column[b] = column[b], column[a]
    for r in (a, b):
        if item := column[r]:
            row[item] = r


def _belts(wiring: Wiring, kinds: dict[str, str]) -> set[tuple[str, str]]:
    """The wires that carry a state on: into a state, out, or unweighted into an operation."""
    return {
        (edge.source, edge.target)
        for edge in wiring.edges
        if kinds[edge.target] in ("state", "exit") or (kinds[edge.target] == "operation" and not edge.weight)
    }


def _between(
    items: list[Item],
    ways: dict[Item, tuple[Item, ...]],
    row: dict[Item, int],
    kinds: dict[str, str],
    belts: set[tuple[str, str]],
) -> float:
    """How long and how tangled the wires right of a column are; what carries a state should run straight."""
    total = 0.0
    spans: list[tuple[int, int, list[int]]] = []
    for item in items:
        targets = ways.get(item, ())
        if not targets:
            continue
        ends = [row[item], *(row[target] for target in targets)]
        spans.append((min(ends), max(ends), ends))
        total += max(ends) - min(ends)
        for target in targets:
            pull = BELT.get(kinds[item[0]], LOOSE) if target[0] == item[0] or (item[0], target[0]) in belts else LOOSE
            total += abs(row[item] - row[target]) * pull + (row[item] != row[target]) * 0.5
    for (low, high, ends), (other_low, other_high, others) in combinations(spans, 2):
        total += 0.6 * sum(other_low < end < other_high for end in ends)
        total += 0.6 * sum(low < end < high for end in others)
    return total


def _at_home(items: list[Item], row: dict[Item, int], kinds: dict[str, str], rows: int) -> float:
    """x comes from below, as in every picture of a network; memories run along the top."""
    total = 0.0
    for item in items:
        key, place = item[0], row[item]
        if key == "x":
            total += (0.8 if item[1] == 0 else 0.4) * (rows - 1 - place)
        elif kinds[key] in ("old", "state") and key[0] in "cs":
            total += 0.8 * place
        elif key == "h₋":
            total += 0.1 * (rows - 1 - place)
    return total
