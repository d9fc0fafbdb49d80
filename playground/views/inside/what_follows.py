"""What a change by hand does, on the page "Inside a cell": to the answer, and to the unit that one looks at."""

import math

import numpy as np
import streamlit as st

from engine.observe.step.substituted import written
from engine.tasks import Reading, Tokens
from playground import words
from playground.shell.probe import verdict
from playground.views.inside import words as say
from playground.views.inside.panels import Scene, table


def answers(scene: Scene) -> None:
    """What the change does to the answer."""
    if not scene.without:
        return
    before, after = scene.without.seen, scene.seen
    same = np.array_equal(scene.layer_trace.state["h"], scene.without.layer_trace.state["h"])
    if same and np.array_equal(before.outputs, after.outputs):
        st.markdown(say.NO_DIFFERENCE)
    for label, seen in ((say.WITHOUT, before), (say.WITH, after)):
        said = ""
        if isinstance(seen.reading, Tokens) and sum(map(bool, seen.reading.answers)) > 1:
            said = " ".join(words.plain(answer) for answer in seen.reading.answers if answer)
            said = f" ({said})" if len(said) < 60 else ""
        loss = f" Loss {words.number(seen.loss)}." if math.isfinite(seen.loss) else ""
        st.markdown(f"**{label}:** {verdict(seen.reading, scene.frame.snapshot.experiment.task)}{said}{loss}")
    if known(after.reading) < known(before.reading):
        st.caption(scene.frame.snapshot.experiment.task.about.unknown)


def known(reading: Reading) -> int:
    """How many answers can be told right or wrong."""
    verdicts = reading.right if isinstance(reading, Tokens) else (reading.right,)
    return sum(right is not None for right in verdicts)


def unit(scene: Scene) -> None:
    """What the change does to the unit, at this step and the ones after it."""
    if scene.without:
        st.markdown(say.UNIT_TITLE.format(unit=scene.place.unit))
        table(("", "Without", "With", "Change"), _rows(scene, scene.without))


def _rows(scene: Scene, without: Scene) -> list[tuple[str, ...]]:
    """As far as there is room."""
    t, unit = scene.place.t - 1, scene.place.unit - 1
    old, new = (each.layer_trace.state["h"][:, unit] for each in (without, scene))
    rows = []
    for step in range(t, min(len(old), t + 8)):
        numbers = [written(float(value)).replace("-", "−") for value in (old[step], new[step], new[step] - old[step])]
        rows.append((f"$h_{{{step + 1}}}$", *numbers))
    return rows
