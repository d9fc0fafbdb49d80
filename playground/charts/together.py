"""Several networks in one picture: their losses over updates, and their gradients over time."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from engine.tasks import Task
from playground.charts.base import (
    Data,
    Picture,
    log_axis,
    picture,
    table,
    time_axis,
    update_axis,
)
from playground.charts.crosshair import crossed
from playground.charts.curves import (
    SMALLEST_LOSS,
    baselines,
    baselines_data,
    frame_data,
    here_data,
    here_marks,
    round_end,
    thinned,
)
from playground.charts.hues import hue
from playground.charts.reach import logarithms, power_axis, power_text

HEIGHT = 280

SHORT = 24
"""Letters of a name up to which two stand beside each other in the legend."""

FURTHER = (("#e69f00", (6, 3)), ("#cc79a7", (2, 2)), ("#7f7f7f", (9, 3, 2, 3)))
"""Colour and dash of the second, third and fourth network with a cell that is already drawn."""


class Line(NamedTuple):
    """What a network is drawn as: the same in every picture."""

    name: str
    colour: str
    dash: tuple[int, ...]


def lines(networks: Sequence[tuple[str, str]]) -> tuple[Line, ...]:
    """Those of the networks, each given by its cell and its name: the cell's own colour, or one of FURTHER."""
    drawn: list[Line] = []
    cells = [cell for cell, _ in networks]
    for place, (cell, name) in enumerate(networks):
        first = cells.index(cell) == place
        colour, dash = (hue(cell), (1, 0)) if first else FURTHER[_further(cells[:place])]
        drawn.append(Line(name, colour, dash))
    return tuple(drawn)


def _further(cells: Sequence[str]) -> int:
    """How many of them share their cell with one before."""
    return len(cells) - len(set(cells))


def _channels(lines: Sequence[Line]) -> dict[str, Any]:
    """Colour and dash by name, explained in one legend above the plot."""
    names = [each.name for each in lines]
    legend = alt.Legend(
        title=None,
        orient="top",
        symbolType="stroke",
        symbolSize=400,
        symbolStrokeWidth=2.4,
        symbolOpacity=1,
        columns=2 if max(map(len, names)) <= SHORT else 1,
        columnPadding=2,
        labelLimit=320,
    )
    colours = alt.Scale(domain=names, range=[each.colour for each in lines])
    dashes = alt.Scale(domain=names, range=[list(each.dash) for each in lines])
    return {
        "color": alt.Color("name:N", scale=colours, legend=legend),
        "strokeDash": alt.StrokeDash("name:N", scale=dashes, legend=legend),
    }


@lru_cache(maxsize=64)
def losses_picture(lines: tuple[Line, ...]) -> Picture:
    """Of every network the training loss (thin) and the held-out loss (thick); dashed, chance and no memory."""
    x, y = update_axis(), log_axis("loss", "loss")
    tooltip = [
        alt.Tooltip("name:N", title="network"),
        alt.Tooltip("series:N", title="loss on"),
        alt.Tooltip("update:Q", format=","),
        alt.Tooltip("loss:Q", format=".5g"),
        alt.Tooltip("accuracy:Q", title="held-out accuracy", format=".1%"),
    ]
    curves = alt.Chart(alt.NamedData("losses")).encode(x, y, tooltip=tooltip, **_channels(lines))
    kinds = ["training", "held-out"]
    lines_drawn = curves.mark_line().encode(
        strokeWidth=alt.StrokeWidth("series:O", scale=alt.Scale(domain=kinds, range=[0.8, 2.4]), legend=None),
        opacity=alt.Opacity("series:O", scale=alt.Scale(domain=kinds, range=[0.4, 1]), legend=None),
    )
    layers = (
        alt.Chart(alt.NamedData("frame")).mark_point(opacity=0, size=0).encode(x, y),
        lines_drawn,
        # The first losses are single points, and a line of one point cannot be seen.
        curves.transform_filter("datum.update <= 3").mark_point(filled=True, size=34, opacity=1),
        *baselines(alt.NamedData("baselines"), y),
        *here_marks(x),
    )
    return picture(
        alt.layer(*layers, height=HEIGHT),
        "Line chart of the losses of several networks against updates on a logarithmic axis, training and held-out, "
        f"with chance and the best answer without memory as dashed lines: {_listed(lines)}.",
    )


def losses_data(courses: Sequence[tuple[str, np.ndarray, np.ndarray]], task: Task, here: int | None = None) -> Data:
    """courses: name, losses (N, 2) and held-out measurements (M, 3), at most 100 points of each. here: in the film."""
    end = round_end(max((losses[-1, 0] for _, losses, _ in courses if len(losses)), default=0))
    names: list[str] = []
    series: list[str] = []
    rows: list[np.ndarray] = []
    for name, losses, held_out in courses:
        training = thinned(losses)
        measured = np.concatenate([held_out[:1], thinned(held_out[1:])])
        rows += [np.pad(training, ((0, 0), (0, 1)), constant_values=np.nan), measured]
        names += [name] * (len(training) + len(measured))
        series += ["training"] * len(training) + ["held-out"] * len(measured)
    every = np.concatenate(rows)
    return {
        "losses": table(
            name=names,
            series=series,
            update=every[:, 0].round().astype(int),
            loss=np.maximum(every[:, 1], SMALLEST_LOSS),
            accuracy=every[:, 2],
        ),
        "baselines": baselines_data(task),
        "frame": frame_data(task, end),
        "here": here_data(here),
    }


@lru_cache(maxsize=64)
def gradients_picture(lines: tuple[Line, ...], steps: int, low: int, high: int, dark: bool) -> Picture:
    """‖∂L/∂h_t‖ of every network over time, on a log axis from 10^low to 10^high."""
    base = alt.Chart(alt.NamedData("gradients")).transform_calculate(value=power_text())
    drawn = base.mark_line(strokeWidth=2).encode(
        x=time_axis(steps),
        y=power_axis(low, high, "‖∂L/∂h‖"),
        tooltip=[
            alt.Tooltip("name:N", title="network"),
            alt.Tooltip("x:Q", title="time step"),
            alt.Tooltip("value:N", title="‖∂L/∂h‖"),
        ],
        **_channels(lines),
    )
    chart = picture(
        alt.layer(drawn, height=HEIGHT),
        "Line chart of the gradient norm of the loss with respect to the hidden state of several networks at each of "
        f"{steps} time steps, on a logarithmic axis: {_listed(lines)}.",
    )
    return crossed(chart, steps, dark, numbered="t")


def gradients_data(norms: Sequence[tuple[str, np.ndarray]]) -> Data:
    """norms: name and (T,); a zero has no place on a log axis and leaves a gap."""
    return {
        "gradients": table(
            name=[name for name, values in norms for _ in values],
            x=np.concatenate([np.arange(1, len(values) + 1) for _, values in norms]),
            log=np.concatenate([logarithms(values) for _, values in norms]),
        )
    }


def _listed(lines: Sequence[Line]) -> str:
    return ", ".join(each.name for each in lines)
