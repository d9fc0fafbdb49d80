"""The cells by the year of their paper: one row each, so that no two names ever meet."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt

from engine.cells import CELLS, FAMILIES
from playground.charts.base import NEUTRAL, Data, Picture, ink, picture, table
from playground.charts.hues import hue

ROW = 22
PICK = "pick"
"""The name of the selection that a click makes; its one field is the cell's key."""

MIDDLE = 2004
"""Names stand right of earlier marks and left of later ones, where there is room for them."""

SHAPES = dict(zip(FAMILIES, ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross"), strict=True))


@lru_cache(maxsize=64)
def timeline(rows: int, dark: bool) -> Picture:
    """A picture of so many cells; which is chosen is data."""
    years = [cell.about.year for cell in CELLS.values()]
    first, last = min(years), max(years)
    x = alt.X(
        "year:Q",
        scale=alt.Scale(domain=[first - 2, last + 2], nice=False, zero=False),
        axis=alt.Axis(
            values=[first, *range(first + 5 - first % 5, last + 1, 5)],
            format="d",
            title="year of the paper",
            gridOpacity=0.35,
        ),
    )
    y = alt.Y("row:Q", scale=alt.Scale(domain=[rows - 0.5, -0.5], nice=False, zero=False), axis=None)
    cells = alt.Chart(alt.NamedData("cells"), height=ROW * rows)
    band = cells.transform_calculate(top="datum.row - 0.5", bottom="datum.row + 0.5").encode(
        y=alt.Y("top:Q", scale=alt.Scale(domain=[rows - 0.5, -0.5], nice=False, zero=False), axis=None),
        y2="bottom:Q",
        x=alt.value(0),
        x2=alt.value("width"),
    )
    click = alt.selection_point(name=PICK, fields=["key"], on="click", toggle=False)
    early = f"datum.year < {MIDDLE}"
    name = cells.encode(x, y, text="name:N")
    marks = cells.mark_point(filled=True, size=90, opacity=1, tooltip=None).encode(
        x,
        y,
        shape=alt.Shape("shape:N", scale=None, legend=None),
        color=alt.Color("colour:N", scale=None, legend=None),
    )
    sides: dict[str, Any] = {early: ("left", 10), f"!({early})": ("right", -10)}
    weights: dict[str, Any] = {"datum.chosen": "bold", "!datum.chosen": "normal"}
    style: dict[str, Any] = {"baseline": "middle", "fontSize": 13, "color": ink(dark), "tooltip": None}
    names = [
        name.transform_filter(f"{side} && {chosen}").mark_text(align=align, dx=dx, fontWeight=weight, **style)
        for side, (align, dx) in sides.items()
        for chosen, weight in weights.items()
    ]
    lit = band.transform_filter("datum.chosen").mark_rect(color=NEUTRAL, opacity=0.18, cornerRadius=4)
    # Last, so that it catches every click: a row is easier to hit than a mark.
    catch = band.mark_rect(color=NEUTRAL, opacity=0, cursor="pointer").add_params(click)
    return picture(
        alt.layer(lit, marks, *names, catch),
        f"Timeline of {rows} recurrent cells by the year of their paper, {first} to {last}; the shape is the family.",
    )


def timeline_data(keys: Sequence[str], chosen: str) -> Data:
    """The cells in the order of years."""
    order = by_year(keys)
    about = [CELLS[key].about for key in order]
    return {
        "cells": table(
            key=order,
            row=list(range(len(order))),
            year=[each.year for each in about],
            name=[each.name for each in about],
            shape=[SHAPES[each.family] for each in about],
            colour=[hue(key) for key in order],
            chosen=[key == chosen for key in order],
        )
    }


def by_year(keys: Sequence[str]) -> list[str]:
    """The cells from the oldest to the newest."""
    return sorted(keys, key=lambda key: (CELLS[key].about.year, CELLS[key].about.name))
