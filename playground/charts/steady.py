"""A picture that arrives as an image, in a chart: the last one stays until the next one can be drawn.

A browser takes an image in only after the frame it came with is drawn, and Vega draws nothing in its place until then,
so with every frame the picture would vanish for a moment. That is why there are two slots for it: each new picture goes
into the slot of the last but one and is drawn on top of the last.
"""

import zlib
from collections.abc import Sequence

import altair as alt
import numpy as np

from playground.charts.base import Data, Picture, table
from playground.charts.image import GAP, OUTSIDE, data_url

ARRIVED, SHOWN = "next", "seen"
"""Signals: the row of the latest picture; and [the slot it took, the row in slot 0, the row in slot 1]."""

ADMISSION = [0, 1, 0]
"""From the bottom up, the slot that each of three images draws. Slot 0 is there twice, so that the latest can always be
above the last: Vega-Lite has no way to change what lies above what."""


def image_layers() -> list[alt.Chart]:
    """The layers that draw the data set `image`, once `steady` has given them their memory.

    The first draws nothing: it brings the data in.
    """
    source = alt.Chart(alt.NamedData("image")).mark_point(opacity=0, tooltip=None)
    row = f"{SHOWN}[datum.slot+1]"
    latest = f"datum.slot=={SHOWN}[0]"
    # Where there are gaps, what lies below is seen: it stays only if its gaps are the same.
    fits = f"{row}.gaps=={ARRIVED}.gaps"
    top = len(ADMISSION) - 1
    images = alt.Chart(alt.Data(values=[{"place": place, "slot": slot} for place, slot in enumerate(ADMISSION)]))
    drawn = images.mark_image(
        aspect=False,
        smooth=False,
        tooltip=None,
        url=alt.ExprRef(f"{row}.url"),
        opacity=alt.ExprRef(f"{latest}||datum.place!={top}&&{fits}?1:0"),
        width=alt.ExprRef("width"),
        height=alt.ExprRef("height"),
    )
    middle = {axis: alt.value(alt.ExprRef(f"{size}/2")) for axis, size in (("x", "width"), ("y", "height"))}
    return [source, drawn.encode(**middle)]


def steady(drawn: Picture) -> Picture:
    """`drawn`, which has image_layers() among its layers, with the memory of the last picture.

    The schema of Vega-Lite has no parameter that remembers, but what else a parameter says goes on to Vega as it is.
    """
    update = f"{SHOWN}[0]?[0,{ARRIVED},{SHOWN}[2]]:[1,{SHOWN}[1],{ARRIVED}]"
    params = [
        {"name": ARRIVED, "expr": "data('image')[0]||{url:''}"},
        {
            "name": SHOWN,
            "init": f"[0,{ARRIVED},{ARRIVED}]",
            "on": [{"events": {"signal": ARRIVED}, "update": update}],
        },
        *drawn.spec.get("params", []),
    ]
    return Picture({**drawn.spec, "params": params}, drawn.alt)


def image_data(
    cells: np.ndarray, colours: list[str], outside: tuple[str, str] = OUTSIDE, rows: Sequence[int] = ()
) -> Data:
    """cells: (rows, columns) of palette entries. gaps: the same for pictures whose gaps are at the same places.

    rows: what the rows are called, from the top; nothing if by their place.
    """
    missing = cells == GAP
    gaps = f"{zlib.crc32(np.packbits(missing).tobytes()):x}" if missing.any() else ""
    names = {"rows": [",".join(map(str, rows))]} if len(rows) else {}
    return {"image": table(url=[data_url(cells, colours, outside)], gaps=[gaps], **names)}


ROW_NAME = f"{ARRIVED}.rows ? split({ARRIVED}.rows, ',')[datum.value - 1] : datum.label"
"""The label of a tick on an axis of rows."""
