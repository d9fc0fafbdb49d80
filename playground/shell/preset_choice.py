"""The choice of a ready experiment. Its name stays on show, with its story and what was changed in it since."""

from collections.abc import Callable

import streamlit as st

from engine import Experiment
from playground import words
from playground.links.presets import PRESETS, SIDE_BY_SIDE
from playground.links.variants import CHOSEN, Wanted
from playground.words.presets import STORIES

MOST = 4
"""Changed settings that are named."""


def choose(show_next: Callable[[Experiment], None]) -> None:
    """The list; what compares networks opens Side by side."""

    def chosen() -> None:
        name = st.session_state["preset"]
        if name is None:
            return
        show_next(Experiment.from_params(PRESETS[name]))
        if name in SIDE_BY_SIDE:
            st.session_state[CHOSEN] = tuple(map(Wanted, SIDE_BY_SIDE[name]))
            st.session_state["page.next"] = "side"

    st.selectbox(
        "Start from",
        list(PRESETS),
        index=None,
        placeholder="Choose a ready experiment",
        key="preset",
        persist_state="session",
        on_change=chosen,
        help="Sets task, network and training at once.",
    )


def named(experiment: Experiment) -> str | None:
    """The preset that this experiment is."""
    return next((name for name in PRESETS if Experiment.from_params(PRESETS[name]) == experiment), None)


def tell(name: str | None, experiment: Experiment) -> None:
    """The story of the preset that was started from, and what was changed in it since."""
    if name is None:
        return
    begun, now = Experiment.from_params(PRESETS[name]), experiment
    if now.task_name == begun.task_name:
        story = STORIES[name]
        st.caption(f"**Do.** {story.do}  \n**Predict.** {story.predict}  \n**Watch for.** {story.watch}")
    before, after = begun.to_params(), now.to_params()
    changed = [each for each in {**after, **before} if before.get(each) != after.get(each)]
    if changed:
        labels = [words.label(each, now.task_name) for each in changed]
        more = f" and {len(labels) - MOST} more" if len(labels) > MOST else ""
        st.caption(f"Changed since: {', '.join(labels[:MOST])}{more}.")
