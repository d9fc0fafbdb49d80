"""The hue of every cell, the same on every page."""

from engine.cells import CELLS
from playground.charts.base import NEUTRAL

HUES = {
    "vermilion": "#d55e00",
    "red": "#b90d08",
    "tan": "#af8056",
    "olive": "#867b18",
    "moss": "#575c04",
    "blue": "#3b82c4",
    "indigo": "#324bcb",
    "cyan": "#06afd4",
    "slate": "#425887",
    "lavender": "#9b8af8",
    "green": "#009e73",
    "pine": "#037253",
    "forest": "#008400",
    "lime": "#76b00d",
    "pink": "#da64aa",
    "plum": "#a82d98",
    "brown": "#8a6b64",
    "rose": "#b59a98",
    "violet": "#903cf0",
    "fuchsia": "#fc48fc",
    "coral": "#fc786c",
    "amethyst": "#8460b4",
    "azure": "#606cfc",
}
"""Told apart from each other, also by most who are colour-blind, and seen on the light ground and on the dark one.
Those that no cell has yet wait for the next."""


def hue(cell: str) -> str:
    """The colour of a cell's lines, for its key; grey if it declares none."""
    return HUES.get(CELLS[cell].about.colour, NEUTRAL)
