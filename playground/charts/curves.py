"""The loss over updates."""

from functools import lru_cache

import altair as alt
import numpy as np
import pyarrow as pa

from playground.charts.base import (
    CELL_COLOURS,
    HERE,
    Data,
    Picture,
    level,
    log_axis,
    picture,
    table,
    update_axis,
)

POINTS = 100
SMALLEST_LOSS = 1e-9
"""Where a loss of 0 is drawn: a log axis has no place for it."""


@lru_cache(maxsize=16)
def loss_curve(cell: str, chance: float) -> Picture:
    """Training loss (thin) and held-out loss (thick) on a log axis, chance as a dashed line."""
    colour = CELL_COLOURS[cell]
    x, y = update_axis(), log_axis("loss", "loss")
    # Numbers instead of words in every row; 1 is held out.
    told = alt.Chart(alt.NamedData("losses")).transform_calculate(on="['training', 'held-out'][datum.held]")
    curves = told.encode(
        x,
        y,
        strokeWidth=alt.StrokeWidth("held:O", scale=alt.Scale(domain=[0, 1], range=[1, 2.4]), legend=None),
        opacity=alt.Opacity("held:O", scale=alt.Scale(domain=[0, 1], range=[0.5, 1]), legend=None),
        tooltip=[
            alt.Tooltip("on:N", title="loss on"),
            alt.Tooltip("update:Q", format=","),
            alt.Tooltip("loss:Q", format=".5g"),
            alt.Tooltip("accuracy:Q", title="held-out accuracy", format=".1%"),
        ],
    )
    layers = (
        alt.Chart(alt.NamedData("frame")).mark_point(opacity=0, size=0).encode(x, y),
        curves.mark_line(color=colour),
        # The first losses are single points, and a line of one point cannot be seen.
        curves.transform_filter("datum.update <= 3").mark_point(color=colour, filled=True, size=40),
        *level(alt.Data(values=[{"loss": chance, "label": f"chance {chance:.4g}"}]), y),
        *here_marks(x),
    )
    return picture(
        alt.layer(*layers, height=300),
        "Line chart of the loss against updates on a logarithmic axis: training loss, held-out loss, the chance level "
        "as a dashed line, and where in the film one is.",
    )


def loss_data(losses: np.ndarray, held_out: np.ndarray, chance: float, here: int | None = None) -> Data:
    """losses (N, 2), held_out (M, 3): at most 100 points each, every one the mean of the updates around it.

    The loss before the first update stays a point of its own. here: the update looked back to, if any.
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
        "frame": table(update=[0, end], loss=[chance, chance]),
        "here": here_data(here),
    }


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


def thinned(rows: np.ndarray) -> np.ndarray:
    """At most 100 rows: each the mean of as many neighbours as that takes."""
    group = -(-len(rows) // POINTS)
    if group <= 1:
        return rows
    starts = np.arange(0, len(rows), group)
    counts = np.diff(np.append(starts, len(rows)))
    return np.asarray(np.add.reduceat(rows, starts, axis=0) / counts[:, None])
