"""The length of every update's gradient, before and after it was clipped."""

from functools import lru_cache

import altair as alt
import numpy as np

from engine.learners.clipping import after_clipping
from playground.charts.base import GRADIENT, NEUTRAL, Data, Picture, level, log_axis, picture, table, update_axis
from playground.charts.curves import round_end, thinned

SMALLEST, LARGEST = 1e-30, 1e30


@lru_cache(maxsize=2)
def norms_picture(threshold: bool) -> Picture:
    """Before clipping (grey), after it (in colour) and the threshold (dashed), on a log axis over updates."""
    x, y = update_axis(), log_axis("norm", "‖gradient‖")
    names = ["before clipping", "stepped along"]
    curves = alt.Chart(alt.NamedData("norms")).encode(
        x,
        y,
        color=alt.Color(
            "name:N",
            scale=alt.Scale(domain=names, range=[NEUTRAL, GRADIENT]),
            legend=alt.Legend(title=None, orient="top", symbolType="stroke"),
        ),
        tooltip=[
            alt.Tooltip("name:N", title="gradient"),
            alt.Tooltip("update:Q", format=","),
            alt.Tooltip("norm:Q", format=".3g"),
        ],
    )
    layers = [
        alt.Chart(alt.NamedData("frame")).mark_point(opacity=0, size=0).encode(x, y),
        curves.transform_filter(f"datum.name == '{names[0]}'").mark_line(strokeWidth=1.4),
        curves.transform_filter(f"datum.name == '{names[1]}'").mark_line(strokeWidth=1.8),
        # The first updates are single points, and a line of one point cannot be seen.
        curves.mark_point(filled=True, size=30).encode(
            opacity=alt.condition("datum.update > 0 && datum.update <= 3", alt.value(1), alt.value(0))
        ),
    ]
    if threshold:
        layers += level(alt.NamedData("threshold"), y)
    return picture(
        alt.layer(*layers, height=230),
        "Line chart of the norm of every update's gradient on a logarithmic axis: before clipping and after it"
        + (", with the threshold as a dashed line." if threshold else "."),
    )


def norms_data(norms: np.ndarray, clip: float) -> Data:
    """norms (N, 3): at most 160 points a curve, each the mean of the updates around it. clip: the threshold now."""
    before = thinned(norms[:, :2])
    after = thinned(np.stack([norms[:, 0], after_clipping(norms)], axis=1))
    both = np.concatenate([before, after])
    end, level = round_end(norms[-1, 0] if len(norms) else 0), clip or 1.0
    if not len(norms):  # an unseen point, as an axis needs one
        before = after = np.array([[0, level]])
        both = np.concatenate([before, after])
    data = {
        "norms": table(
            name=["before clipping"] * len(before) + ["stepped along"] * len(after),
            update=both[:, 0].round().astype(int),
            norm=both[:, 1].clip(SMALLEST, LARGEST),
        ),
        "frame": table(update=[0, end], norm=[level, level]),
    }
    if clip:
        data["threshold"] = table(norm=[clip], label=[f"threshold {clip:g}"])
    return data
