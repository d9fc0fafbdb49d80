"""The loss over updates."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import altair as alt
import numpy as np
import pyarrow as pa

from engine.tasks import Task
from playground.charts.base import (
    HERE,
    NEUTRAL,
    TRAINING,
    Data,
    Picture,
    log_axis,
    picture,
    table,
    update_axis,
)
from playground.charts.hues import hue

POINTS = 100
SMALLEST_LOSS = 1e-9
"""Where a loss of 0 is drawn: a log axis has no place for it."""


KINDS = {True: ("training", "held-out"), False: ("at every update", "measured now and then")}
"""The two lines, by whether the task has more than one sequence: with one, nothing can be held out."""


@lru_cache(maxsize=32)
def loss_curve(cell: str, varied: bool, earlier: bool = False) -> Picture:
    """Training loss (thin, grey) and held-out loss (thick, the cell's colour) on a log axis; dashed what is scored
    without looking, and without memory. earlier: pale lines of earlier runs as well."""
    kinds = list(KINDS[varied])
    x, y = update_axis(), log_axis("loss", "loss")
    # Numbers instead of words in every row; 1 is held out.
    curves = alt.layer(
        alt.Chart().mark_line(),
        # The first losses are single points, and a line of one point cannot be seen.
        alt.Chart().transform_filter("datum.update <= 3").mark_point(filled=True, size=40, opacity=1),
        data=alt.NamedData("losses"),
    )
    told = curves.transform_calculate(on=f"{kinds}[datum.held]").encode(
        x,
        y,
        color=alt.Color(
            "on:N",
            scale=alt.Scale(domain=kinds, range=[TRAINING, hue(cell)]),
            legend=alt.Legend(
                title=None, orient="top", symbolType="stroke", symbolStrokeWidth=3, columns=2 if varied else 1
            ),
        ),
        strokeWidth=alt.StrokeWidth("held:O", scale=alt.Scale(domain=[0, 1], range=[1, 2.4]), legend=None),
        tooltip=[
            alt.Tooltip("on:N", title="loss on"),
            alt.Tooltip("update:Q", format=","),
            alt.Tooltip("loss:Q", format=".5g"),
            alt.Tooltip("accuracy:Q", title="held-out accuracy", format=".1%"),
        ],
    )
    layers = (
        alt.Chart(alt.NamedData("frame")).mark_point(opacity=0, size=0).encode(x, y),
        *(earlier_lines(x, y) if earlier else ()),
        told,
        *baselines(alt.NamedData("baselines"), y),
        *here_marks(x),
    )
    return picture(
        alt.layer(*layers, height=220),
        "Line chart of the loss against updates on a logarithmic axis: training loss, held-out loss, "
        f"{'pale those of earlier runs, ' if earlier else ''}chance and the best answer without memory as dashed "
        "lines, and where in the film one is.",
    )


class EarlierLoss(NamedTuple):
    """The held-out loss of an earlier run, its rows (M, 2): update and loss; with its cell's colour and its name."""

    name: str
    colour: str
    rows: np.ndarray


def loss_data(
    losses: np.ndarray, held_out: np.ndarray, task: Task, here: int | None = None, earlier: Sequence[EarlierLoss] = ()
) -> Data:
    """losses (N, 2), held_out (M, 3): at most 100 points each, every one the mean of the updates around it.

    The loss before the first update stays a point of its own. here: the update looked back to, if any. earlier: other
    runs, drawn as far as the axis of this one goes.
    """
    end = round_end(losses[-1, 0] if len(losses) else 0)
    losses, held_out = thinned(losses), np.concatenate([held_out[:1], thinned(held_out[1:])])
    both = np.concatenate([losses, held_out[:, :2]])
    return {
        "losses": table(
            held=np.repeat([0, 1], [len(losses), len(held_out)]),
            update=both[:, 0].round().astype(int),
            loss=np.maximum(both[:, 1], SMALLEST_LOSS),
            accuracy=np.concatenate([np.full(len(losses), np.nan), held_out[:, 2]]),
        ),
        "baselines": baselines_data(task),
        "frame": frame_data(task, end),
        "here": here_data(here),
        **({"earlier": earlier_data(earlier, end, task)} if earlier else {}),
    }


def earlier_lines(x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """A pale line for each earlier run, and its name beside the end of it, on the side where there is room."""
    rows = alt.Chart(alt.NamedData("earlier")).encode(x, y, color=alt.Color("colour:N", scale=None))
    left, right = (rows.transform_filter(f"datum.early == {early}").encode(text="label:N") for early in (1, 0))
    names = [
        left.mark_text(opacity=0.85, align="left", dx=4, dy=-7, fontSize=12),
        right.mark_text(opacity=0.85, align="right", dx=-4, dy=-7, fontSize=12),
    ]
    return [rows.mark_line(opacity=0.4, strokeWidth=2).encode(detail="run:N"), *names]


def earlier_data(lines: Sequence[EarlierLoss], end: int, task: Task) -> pa.Table:
    """At most 50 points of each up to update `end`; early: whether a line ends in the left half.

    The first two rows are of no run, as an axis needs a row of every layer.
    """
    rows = [(0, 0.0, task.chance_loss, NEUTRAL, "", early) for early in (0, 1)]
    for number, line in enumerate(lines, 1):
        drawn = thinned(line.rows[line.rows[:, 0] <= end], POINTS // 2)
        early = int(drawn[-1, 0] < end / 2)
        names = [""] * (len(drawn) - 1) + [line.name]
        rows += [(number, at, loss, line.colour, name, early) for (at, loss), name in zip(drawn, names, strict=True)]
    run, updates, losses, colours, labels, early_ones = zip(*rows, strict=True)
    return table(
        run=run,
        update=np.round(updates).astype(int),
        loss=np.maximum(losses, SMALLEST_LOSS),
        colour=colours,
        label=labels,
        early=early_ones,
    )


def baselines(data: alt.NamedData, y: alt.Y) -> list[alt.Chart]:
    """Dashed lines across at the two rows of `data`, the label of chance above its line, that of no memory below.

    A line without a label is not drawn; its row is there all the same, as an axis needs one of every layer.
    """
    layers: list[alt.Chart] = []
    for number, dash, offset in ((0, [5, 4], -7), (1, [2, 3], 9)):
        row = alt.Chart(data).transform_filter(f"datum.number == {number}")
        layers += [
            row.mark_rule(color=NEUTRAL, strokeDash=dash, strokeWidth=1.5).encode(
                y=y, opacity=alt.condition("datum.label", alt.value(1), alt.value(0))
            ),
            row.mark_text(color=NEUTRAL, align="right", dx=-2, dy=offset, fontSize=12).encode(
                y=y, x=alt.value("width"), text="label:N"
            ),
        ]
    return layers


def baselines_data(task: Task) -> pa.Table:
    """Chance and no memory, one line if they are the same; a loss of 0 has no place on a log axis."""
    chance, without = task.chance_loss, task.no_memory_loss
    both = without == chance
    above = f"chance{', no memory' * both} {chance:.4g}" if chance else ""
    below = f"no memory {without:.4g}" if without and not both else ""
    unseen = max(chance, SMALLEST_LOSS)
    return table(number=[0, 1], loss=[chance if above else unseen, without if below else unseen], label=[above, below])


def frame_data(task: Task, end: int) -> pa.Table:
    """What the axes hold from the start: updates up to `end`, and chance."""
    return table(update=[0, end], loss=[max(task.chance_loss, SMALLEST_LOSS)] * 2)


def here_marks(x: alt.X) -> tuple[alt.Chart, alt.Chart]:
    """An upright line at the update looked back to, and which one that is."""
    here = alt.Chart(alt.NamedData("here"))
    return (
        here.mark_rule(color=HERE, strokeWidth=1.5).encode(
            x, opacity=alt.condition("datum.label", alt.value(1), alt.value(0))
        ),
        here.mark_text(color=HERE, align="left", dx=4, fontSize=12).encode(x, y=alt.value(8), text="label:N"),
    )


def here_data(update: int | None) -> pa.Table:
    """Where in the film one is; in the present an unseen point, as an axis needs one."""
    return table(update=[update or 0], label=["" if update is None else f"update {update:,}"])


def round_end(update: float) -> int:
    """Where the update axis ends: 100, 200, 500, 1,000, … so that it moves rarely."""
    power: int = 10 ** max(2, len(str(int(update))) - 1)
    return next(m * power for m in (1, 2, 5, 10) if m * power >= update)


def thinned(rows: np.ndarray, points: int = POINTS) -> np.ndarray:
    """At most so many rows: each the mean of as many neighbours as that takes."""
    group = -(-len(rows) // points)
    if group <= 1:
        return rows
    starts = np.arange(0, len(rows), group)
    counts = np.diff(np.append(starts, len(rows)))
    return np.asarray(np.add.reduceat(rows, starts, axis=0) / counts[:, None])
