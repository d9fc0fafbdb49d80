"""Pictures of the gradient through time: the norm at every step, and along one row of the triangle."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from playground.charts.base import (
    GRADIENT,
    MARKED,
    NEUTRAL,
    Data,
    Picture,
    ink,
    left_axis,
    picture,
    table,
    time_axis,
    time_scale,
    titled,
)
from playground.charts.crosshair import crossed

SHADES = ["#8e4b9e", "#c77fb2", "#5b3a8c", "#a8a0d8"]
"""The colour of a gradient, for each layer."""

LOWS, HIGHS = (-4, -8, -16, -32, -64, -128, -330), (1, 4, 8, 16, 32, 64, 128, 310)
LABEL = "'1e' + format(datum.value, 'd')"

LINES = {
    "measured": (GRADIENT, [1, 0]),
    "direct": ("#2f9583", [6, 3]),
    "gamma": (MARKED, [2, 2]),
    "norms": (NEUTRAL, [6, 4]),
}
"""What is drawn along a row of the triangle: colour and dash."""


def powers(*parts: np.ndarray | None) -> tuple[int, int]:
    """Fixed ends of a log axis that holds every positive number: powers of ten that rarely change."""
    logs = np.concatenate([logarithms(part).ravel() for part in parts if part is not None])
    usable = logs[np.isfinite(logs)]
    if usable.size == 0:
        return -4, 1
    low = next((d for d in LOWS if d <= usable.min()), LOWS[-1])
    high = next((d for d in HIGHS if d >= usable.max()), HIGHS[-1])
    return low, high


def logarithms(values: np.ndarray) -> np.ndarray:
    """log₁₀; nan where it has none. Single precision, in which numbers travel, cannot hold 1e-50, but −50."""
    usable = np.isfinite(values) & (values > 0)
    return np.where(usable, np.log10(np.where(usable, values, 1.0)), np.nan)


def exponents(low: int, high: int) -> list[int]:
    """About six whole numbers between both ends, 0 among them."""
    stride = next(s for s in (1, 2, 4, 5, 10, 20, 25, 50, 100, 200) if (high - low) / s <= 6)
    return list(range(-(-low // stride) * stride, high + 1, stride))


def power_axis(low: int, high: int, title: str) -> alt.Y:
    """Exponents as powers of ten."""
    return alt.Y(
        "log:Q",
        scale=alt.Scale(domain=[low, high], nice=False, zero=False, clamp=True),
        # Small, as 1e-128 has to stand between the title and the plot.
        axis=left_axis(values=exponents(low, high), labelExpr=LABEL, labelFontSize=9, title=title, gridOpacity=0.4),
    )


def power_text() -> str:
    """An exponent as the number it stands for, however small."""
    return "format(pow(10, datum.log - floor(datum.log)), '.2f') + 'e' + format(floor(datum.log), 'd')"


def norm_of(part: str, relative: bool) -> str:
    """What stands at the axis: the norm, or its ratio to that at the last step."""
    return f"‖∂L/∂{part}‖" + (" / last" if relative else "")


def _paths(steps: int, cut: bool, whole: alt.Chart, learned: alt.Chart) -> list[Any]:
    """A line along every path; with `cut` faint, the paths of learning solid, and the last window shaded."""
    if not cut:
        return [whole.mark_line(strokeWidth=2)]
    window = alt.Chart(alt.NamedData("window")).mark_rect(color=NEUTRAL, opacity=0.16)
    return [
        window.encode(alt.X("x:Q", scale=time_scale(steps)), x2="x2:Q"),
        whole.mark_line(strokeWidth=2, strokeDash=[3, 3], opacity=0.6),
        learned.mark_line(strokeWidth=2.4),
        learned.mark_point(filled=True, size=18, opacity=1),
    ]


def _window(steps: int, cut: tuple[int, ...]) -> Data:
    """The last window of truncated backpropagation, if there are several."""
    return {"window": table(x=[cut[-1] - 0.5], x2=[steps + 0.5])} if cut else {}


PATHS = {True: "the paths that learning takes", False: "every path"}
KIND = f"datum.learned ? '{PATHS[True]}' : '{PATHS[False]}'"
LEFT_OUT = " Dashed: along every path; solid: along those that truncated backpropagation leaves."


@lru_cache(maxsize=128)
def gradient_curve(
    steps: int,
    low: int,
    high: int,
    title: str = "",
    look_for: str = "",
    dark: bool = False,
    relative: bool = False,
    cut: bool = False,
) -> Picture:
    """‖∂L/∂h_t‖ over time on a log axis from 10^low to 10^high; with `cut`, what learning does not see is dashed."""
    name = norm_of("h", relative)
    encoding: dict[str, Any] = {
        "x": time_axis(steps),
        "y": power_axis(low, high, name),
        "color": alt.value(GRADIENT),
        "tooltip": [
            alt.Tooltip("x:Q", title="time step"),
            *([alt.Tooltip("kind:N", title="along")] if cut else []),
            alt.Tooltip("value:N", title=name),
        ],
    }
    base = alt.Chart(alt.NamedData("gradient")).transform_calculate(value=power_text())
    if cut:
        parts = base.transform_calculate(kind=KIND).encode(**encoding)
        layers = _paths(steps, cut, parts.transform_filter("!datum.learned"), parts.transform_filter("datum.learned"))
    else:
        dots = {"filled": True, "color": GRADIENT, "size": 26 if steps <= 60 else 12, "opacity": 1}
        layers = [base.mark_line(strokeWidth=2, point=dots).encode(**encoding)]
    drawn = picture(
        alt.layer(*layers, **titled(title, 154, look_for=look_for, dark=dark)),
        f"Line chart of the gradient norm of the loss with respect to the hidden state at each of {steps} time steps, "
        f"on a logarithmic axis.{LEFT_OUT if cut else ''}",
    )
    return crossed(drawn, steps, dark)


def gradient_data(norms: np.ndarray, learned: np.ndarray | None = None, cut: tuple[int, ...] = ()) -> Data:
    """norms, and with a `cut` those that learning sees: (T,); a zero has no place on a log axis and leaves a gap."""
    steps = np.arange(1, len(norms) + 1)
    if learned is None:
        return {"gradient": table(x=steps, log=logarithms(norms))}
    rows = table(
        x=np.tile(steps, 2),
        log=logarithms(np.concatenate([learned, norms])),
        learned=[kind for kind in (True, False) for _ in steps],
    )
    return {"gradient": rows, **_window(len(norms), cut)}


@lru_cache(maxsize=64)
def strengths_picture(
    names: tuple[str, ...],
    steps: int,
    low: int,
    high: int,
    cut: bool,
    dark: bool,
    part: str = "h",
    relative: bool = False,
) -> Picture:
    """‖∂L/∂h_t‖ of every layer and direction on a log axis; with `cut`, what learning does not see is dashed.

    part: of which part of the state, if not of h.
    """
    name = norm_of(part, relative)
    shades = [SHADES[k % len(SHADES)] for k in range(len(names))]
    encoding: dict[str, Any] = {
        "x": time_axis(steps),
        "y": power_axis(low, high, name),
        "color": alt.Color(
            "name:N",
            scale=alt.Scale(domain=list(names), range=shades),
            legend=alt.Legend(title=None, orient="top", symbolType="stroke", columns=2, labelLimit=300)
            if len(names) > 1
            else None,
        ),
        "detail": "kind:N",
        "tooltip": [
            alt.Tooltip("name:N", title="of"),
            alt.Tooltip("kind:N", title="along"),
            alt.Tooltip("x:Q", title="time step"),
            alt.Tooltip("value:N", title=name),
        ],
    }
    base = alt.Chart(alt.NamedData("strengths")).transform_calculate(value=power_text(), kind=KIND)
    whole, learned = (base.transform_filter(each).encode(**encoding) for each in ("!datum.learned", "datum.learned"))
    drawn = picture(
        alt.layer(*_paths(steps, cut, whole, learned), height=240),
        f"Line chart of the gradient norm of the loss with respect to {'the hidden state' if part == 'h' else part} at "
        f"each of {steps} time steps, on a logarithmic axis, for {', '.join(names)}.{LEFT_OUT if cut else ''}",
    )
    return crossed(drawn, steps, dark, numbered="t")


def strengths_data(rows: Iterable[tuple[str, np.ndarray, np.ndarray]], cut: tuple[int, ...]) -> Data:
    """rows: name, full and learned norms (T,); a zero has no place on a log axis and leaves a gap."""
    named = list(rows)
    parts = [(name, True, learned) for name, _, learned in named] if cut else []
    parts += [(name, False, full) for name, full, _ in named]
    steps = len(named[0][1])
    data = {
        "strengths": table(
            name=[name for name, _, _ in parts for _ in range(steps)],
            learned=[kind for _, kind, _ in parts for _ in range(steps)],
            x=np.tile(np.arange(1, steps + 1), len(parts)),
            log=np.concatenate([logarithms(norms) for _, _, norms in parts]),
        )
    }
    return {**data, **_window(steps, cut)}


@lru_cache(maxsize=64)
def row_picture(steps: int, drawn: tuple[str, ...], names: tuple[str, ...], low: int, high: int, dark: bool) -> Picture:
    """One row of the triangle on a log axis with what can be said of it beforehand; k is marked."""
    colours, dashes = [LINES[line][0] for line in drawn], [LINES[line][1] for line in drawn]
    x, y = time_axis(steps, "k, the earlier step"), power_axis(low, high, "")
    encoding = {
        "x": x,
        "y": y,
        "color": alt.Color(
            "name:N",
            scale=alt.Scale(domain=list(names), range=colours),
            legend=alt.Legend(title=None, orient="top", symbolType="stroke", columns=2, labelLimit=400),
        ),
        "strokeDash": alt.StrokeDash("name:N", scale=alt.Scale(domain=list(names), range=dashes)),
        "tooltip": [
            alt.Tooltip("name:N", title="what"),
            alt.Tooltip("x:Q", title="k"),
            alt.Tooltip("value:N", title="size"),
        ],
    }
    lines = alt.Chart(alt.NamedData("row")).transform_calculate(value=power_text()).mark_line(strokeWidth=2)
    chosen = alt.Chart(alt.NamedData("chosen"))
    layers = (
        chosen.mark_rule(color=ink(dark), opacity=0.5).encode(x=x),
        lines.encode(**encoding),
        chosen.mark_point(shape="diamond", filled=True, size=90, opacity=1, color=ink(dark)).encode(x=x, y=y),
    )
    chart = picture(
        alt.layer(*layers, height=230),
        f"Line chart along one row of the triangle, on a logarithmic axis over {steps} steps: {', '.join(names)}.",
    )
    return crossed(chart, steps, dark, numbered="k")


def row_data(steps: np.ndarray, lines: Iterable[tuple[str, np.ndarray]], k: int, value: float) -> Data:
    """steps (n,), and for every line its name and (n,)."""
    named = list(lines)
    return {
        "row": table(
            name=[name for name, _ in named for _ in steps],
            x=np.tile(steps, len(named)),
            log=np.concatenate([logarithms(values) for _, values in named]),
        ),
        "chosen": table(x=[k], log=logarithms(np.array([value]))),
    }
