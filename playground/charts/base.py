"""What all pictures share: colours, the time axis, and how a spec and its data reach the browser."""

import math
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa

# Colour-blind safe; a quantity keeps its colour on every page, as does a cell (hues.py).
SIGNED = ["#1f5fa8", "#8fb8de", "#f4f4f2", "#f3b27a", "#c2570c"]
UNSIGNED = ["#eef3f1", "#a5d3c9", "#4aa595", "#146b60", "#0b4740"]
# On the dark theme, 0 is near its ground; from there lightness grows evenly.
SIGNED_DARK = ["#8ac6fa", "#2e5d8c", "#0f1416", "#834c20", "#fbb27b"]
UNSIGNED_DARK = ["#10201f", "#164a43", "#2f7d70", "#63b3a1", "#bfe6db"]
GRADIENT = "#8e4b9e"
RIGHT, WRONG = "#2878b8", "#d0650f"
MARKED = "#c2408a"
NEUTRAL = "#8a9499"
TRAINING = "#7b6f63"
"""The line of the training loss, beside the held-out one in the cell's colour."""
HERE = "#c9a227"
"""Where in the film one is."""

GUTTER = 60
"""Pixels left of every picture's plot, so that step t stands at the same place in all of them."""

MARGIN = 4
"""And right of it."""

Data = Mapping[str, pa.Table]


@dataclass(frozen=True, eq=False)
class Picture:
    """A Vega-Lite spec over named data, and the words for those who do not see it. Equal to none but itself."""

    spec: dict[str, Any]
    alt: str

    def filled(self, data: Data) -> dict[str, Any]:
        return {**self.spec, "datasets": dict(data)}


GROWS = re.compile(
    "fontsize$|extent$|padding$|^height$|^offset$|^d[xy]$|^legend[xy]$|^gradient|^top$|^strokewidth$", re.I
)
"""What of a spec is larger where words are: the words, and the room for them."""

WORDS = {"axis": ("labelFontSize", "titleFontSize"), "legend": ("labelFontSize",), "text": ("fontSize",)}
"""Sizes of words that are 12 pixels where a spec does not say them."""


def enlarged(spec: dict[str, Any], by: float) -> dict[str, Any]:
    """A spec with words `by` times as large, for a projector."""

    def grown(part: Any, name: str = "") -> Any:
        if isinstance(part, dict):
            return {key: grown(value, key) for key, value in part.items()}
        if isinstance(part, list):
            return [grown(value) for value in part]
        return part * by if isinstance(part, int | float) and GROWS.search(name) else part

    sizes = {kind: {**spec["config"].get(kind, {}), **dict.fromkeys(keys, 12)} for kind, keys in WORDS.items()}
    found: dict[str, Any] = grown({**spec, "config": {**spec["config"], **sizes}})
    return found


KEY_HEIGHT = 40
"""Pixels above a plot for its colour key."""


def colour_key(low: float, high: float, labels: str = "", length: int = 120) -> alt.Legend:
    """A small key in the room above the plot, where it cannot move the plot. An angle's ends are written as such.

    labels: an expression of Vega for what stands at the ends and in the middle; the numbers if left out.
    length: pixels.
    """
    if high == math.pi:
        labels = "datum.value < 0 ? '−π' : datum.value > 0 ? 'π' : '0'"
    form: dict[str, Any] = {"labelExpr": labels} if labels else {"format": "~g"}
    return alt.Legend(
        title=None,
        orient="none",
        direction="horizontal",
        legendX=0,
        legendY=-KEY_HEIGHT + 2,
        gradientLength=length,
        gradientThickness=8,
        values=[low, (low + high) / 2, high],
        **form,
    )


TITLE_HEIGHT, SENTENCE_HEIGHT = 22, 15
"""Pixels that a title takes, and each line of the sentence under it."""

SENTENCE = 62
"""Characters in a line of that sentence: so many fit on a telephone."""


QUIET, QUIET_DARK = "#667176", "#98a3a7"
"""Of sentences beside pictures."""


def titled(title: str, height: int, offset: int = 6, look_for: str = "", dark: bool = False) -> dict[str, Any]:
    """Height and title of a chart, if it has one: at the left, `offset` pixels above the plot.

    look_for: what to look for in the picture, under its title.
    """
    if not title:
        return {"height": height}
    lines = textwrap.wrap(look_for, SENTENCE)
    colour = QUIET_DARK if dark else QUIET
    more: dict[str, Any] = (
        {"subtitle": lines, "subtitleFontSize": 12, "subtitlePadding": 3, "subtitleColor": colour} if lines else {}
    )
    words = alt.TitleParams(
        title, anchor="start", frame="bounds", limit=10_000, fontSize=15, fontWeight=600, offset=offset, **more
    )
    return {"height": height + TITLE_HEIGHT + SENTENCE_HEIGHT * len(lines), "title": words}


def picture(chart: Any, words: str, above: int = 4) -> Picture:
    """Finish an Altair chart: drawn on a canvas, which keeps up with training where SVG does not."""
    spec = chart.to_dict()
    _say_axes_once(spec.get("layer", []))
    spec["usermeta"] = {"embedOptions": {"renderer": "canvas", "actions": False}}
    spec["padding"] = {"left": 0, "right": MARGIN, "top": above, "bottom": 3}
    spec["autosize"] = {"type": "fit", "contains": "padding"}
    spec["config"] = {
        "mark": {"aria": False},
        "view": {"stroke": None},
        "axis": {"titlePadding": TITLE_GAP, "titleFontSize": AXIS_TITLE},
    }
    del spec["$schema"]  # what it is can be told without, and it travels with every frame
    return Picture(spec, words)


def _say_axes_once(layers: list[dict[str, Any]]) -> None:
    """Axes and scales that layers share stand in the first of them alone: a spec travels with every frame."""
    said: dict[str, list[Any]] = {"x": [], "y": []}
    for layer in layers:
        for channel, before in said.items():
            encoding = layer.get("encoding", {}).get(channel, {})
            if encoding in before:
                layer["encoding"][channel] = {key: encoding[key] for key in ("field", "type")}
            elif encoding.get("axis") and "field" in encoding:
                before.append(encoding)


def table(**columns: Any) -> pa.Table:
    """An Arrow table; whole numbers as int16 or int32, others as float32, for few bytes a tick.

    What is not a finite float32 becomes null.
    """
    return pa.table({name: _column(values) for name, values in columns.items()})


def _column(values: Any) -> pa.Array:
    array = np.asarray(values)
    if array.dtype.kind == "f":
        with np.errstate(over="ignore"):
            single = array.astype(np.float32)
        return pa.array(single, mask=~np.isfinite(single))
    if array.dtype.kind == "i":
        small = array.size == 0 or abs(array).max() < 2**15
        return pa.array(array.astype(np.int16 if small else np.int32))
    return pa.array(list(values))


def ink(dark: bool) -> str:
    return "#e4eaeb" if dark else "#1c2326"


def ticks(count: int) -> list[int]:
    """About six whole numbers from 1 to `count`, the first and the last among them if there is room."""
    if count <= 10:
        return list(range(1, count + 1))
    stride = next(s for s in (2, 5, 10, 20, 25, 50, 100) if count / s <= 7)
    inner = [t for t in range(stride, count + 1, stride) if count - t >= stride / 2]
    return [1, *inner, count]


def time_scale(steps: int) -> alt.Scale:
    return alt.Scale(domain=[0.5, steps + 0.5], nice=False, zero=False)


TIME_TITLE = "time step t"


def time_axis(steps: int, title: str = TIME_TITLE, field: str = "x") -> alt.X:
    """Steps 1..T, each one unit wide and centred on its number."""
    return alt.X(
        f"{field}:Q",
        scale=time_scale(steps),
        axis=alt.Axis(
            values=ticks(steps),
            format="d",  # or Vega writes few steps as 1.0, 2.0
            grid=False,
            title=title,
            labelFlush=False,
        ),
    )


AXIS_TITLE, TITLE_GAP = 12, 2
"""Pixels that the title of an axis takes, and between it and the labels."""


def left_axis(**options: Any) -> alt.Axis:
    """An axis that always takes the same room, with a title or without."""
    titled = options.get("title") is not None
    room = GUTTER - (AXIS_TITLE + TITLE_GAP if titled else 0)
    return alt.Axis(minExtent=room, maxExtent=room, **options)


def update_axis() -> alt.X:
    """Updates, from 0 to wherever the data ends."""
    return alt.X(
        "update:Q",
        scale=alt.Scale(nice=False),
        axis=alt.Axis(title="update", grid=False, format=",.0f", tickCount=4, titlePadding=4),
    )


POWER = (
    "datum.label && (datum.value < 1e-6 || datum.value >= 1e4)"
    " ? '1e' + format(log(datum.value) / LN10, '.0f') : datum.label"
)
"""A tick of a log axis, if it has a label, in few letters: 0.01, 1, 100, 1e12."""


def log_axis(name: str, title: str) -> alt.Y:
    """The column `name` on a log axis that ends at round numbers."""
    return alt.Y(
        f"{name}:Q",
        scale=alt.Scale(type="log", nice=True),
        axis=left_axis(title=title, tickCount=5, format="~g", labelExpr=POWER, gridOpacity=0.4),
    )


def level(data: Any, y: alt.Y) -> tuple[alt.Chart, alt.Chart]:
    """A dashed line across at the one row of `data`, its label at the right end."""
    row = alt.Chart(data)
    return (
        row.mark_rule(color=NEUTRAL, strokeDash=[5, 4], strokeWidth=1.5).encode(y=y),
        row.mark_text(color=NEUTRAL, align="right", dx=-2, dy=-7, fontSize=12).encode(
            y=y, x=alt.value("width"), text="label:N"
        ),
    )


def down_scale(count: int) -> alt.Scale:
    return alt.Scale(domain=[0.5, count + 0.5], reverse=True, nice=False, zero=False)


def down_axis(count: int, title: str, field: str = "y", labels: str = "") -> alt.Y:
    """1..count from the top down, each one unit high and centred on its number.

    labels: an expression of Vega for what stands at a tick; its number if left out.
    """
    form: dict[str, Any] = {"labelExpr": labels} if labels else {}
    return alt.Y(
        f"{field}:Q",
        scale=down_scale(count),
        axis=left_axis(values=ticks(count), format="d", grid=False, title=title, **form),
    )


def colour_scale(low: float, high: float, colours: list[str]) -> alt.Scale:
    """Fixed ends, the colours spread evenly between them."""
    ends = list(np.linspace(low, high, len(colours)))
    return alt.Scale(domain=ends, range=colours, clamp=True, interpolate="rgb")


def shades(low: float, dark: bool) -> list[str]:
    """The colours of a scale that begins at `low`: signed if that is below 0."""
    if low < 0:
        return SIGNED_DARK if dark else SIGNED
    return UNSIGNED_DARK if dark else UNSIGNED


def limit(values: np.ndarray) -> float:
    """The end of a colour scale for signed values (T, H): 1, 2, 5, 10, … whichever holds `common`."""
    return round_limit(common(values))


def common(values: np.ndarray) -> float:
    """How far all units go but the tenth that go furthest, and at least one of four or more: values (T, H).

    A unit goes as far as its largest finite amount. A single unit that drifts away would else take all the colours.
    """
    reached = np.sort(np.where(np.isfinite(values), np.abs(values), 0).max(axis=0))
    units = len(reached)
    apart = max(units // 10, int(units >= 4))
    return float(reached[units - 1 - apart])


def round_limit(top: float) -> float:
    """1, 2, 5, 10, … whichever is at least `top`."""
    if top <= 1:
        return 1.0
    power = 10.0 ** np.floor(np.log10(top))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= top))
