"""What stands around every page: the experiment at the left, the bar at the top, and the tick that moves it all."""

import gc
from collections.abc import Callable

import streamlit as st

from engine.config import Training
from engine.slices import Frame
from engine.training import Explosion
from playground import controls, share, words
from playground.executor import POOL, TICK
from playground.session import Session


@st.cache_resource
def prepare() -> None:
    """Once a server: what the imports made is kept out of every later garbage collection."""
    gc.collect()
    gc.freeze()


def open_page(page: str) -> None:
    """Draw the sidebar and bring the visitor's run in line with it."""
    prepare()
    experiment = controls.experiment(page)
    if "session" not in st.session_state:
        st.session_state["session"] = Session(experiment, POOL)
    visitor().adopt(experiment)
    with st.sidebar:
        share.draw(visitor())


def visitor() -> Session:
    """This visitor's session."""
    session: Session = st.session_state["session"]
    return session


def live(draw: Callable[[Frame], None]) -> None:
    """The bar, and under it what `draw` shows of the latest frame; again and again while the run is playing."""
    playing = visitor().playing

    @st.fragment(run_every=TICK if playing else None)
    def tick() -> None:
        session = visitor()
        session.tick()
        _bar(session)
        draw(session.frame)
        if session.playing != playing:
            st.rerun()

    tick()


def _bar(session: Session) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="bar"):
        # One button that changes its words, so that the keyboard's focus stays on it.
        st.button(
            "Pause" if session.playing else "Train",
            icon=":material/pause:" if session.playing else ":material/play_arrow:",
            type="primary",
            on_click=session.click,
            args=(session.pause if session.playing else session.play,),
            key="play",
            width=110,
            disabled=session.exploded or session.failed,
        )
        st.button(
            "Step",
            icon=":material/skip_next:",
            on_click=session.click,
            args=(session.step,),
            key="step",
            help="One update.",
            disabled=session.exploded or session.failed,
        )
        st.button(
            "Reset",
            icon=":material/replay:",
            on_click=session.click,
            args=(session.reset,),
            key="reset",
            help="The same seed: the same weights and the same course again.",
        )
        st.button(
            "New seed",
            icon=":material/casino:",
            on_click=session.click,
            args=(_new_seed,),
            key="new_seed",
            help="Other weights, other sequences.",
        )
        _metrics(session)
    if session.failed:
        st.error(words.FAILED, icon=":material/error:")
    if session.frame.snapshot.explosion:
        st.error(_exploded(session.frame.snapshot.explosion, session.experiment.training), icon=":material/error:")
    if session.tuned:
        st.caption(words.TUNED)


def _metrics(session: Session) -> None:
    snapshot = session.frame.snapshot
    chance = snapshot.experiment.task.chance_loss
    measured = snapshot.losses if len(snapshot.losses) else snapshot.held_out
    loss = words.number(measured[-1, 1]) if len(measured) else "–"
    rate = f"{session.rate:,.0f}" if session.playing and session.rate else "–"
    st.metric("Updates", f"{snapshot.updates:,}", width=80)
    st.metric("Updates/s", rate, width=80)
    st.metric(f"Loss (chance {chance:.4g})", loss, width=150)
    if len(snapshot.held_out):
        # With a single sequence, such as one word, nothing can be held out.
        label = "Held-out accuracy" if snapshot.experiment.task.varied else "Accuracy"
        st.metric(label, f"{snapshot.held_out[-1, 2]:.1%}", width=130)


def _exploded(explosion: Explosion, training: Training) -> str:
    what = explosion.quantity if explosion.update else "start"
    return words.EXPLODED[what].format(
        update=explosion.update,
        lr=training.lr,
        clip=f"now {training.clip:g}" if training.clip else "now off",
    )


def _new_seed() -> None:
    """Another seed, so another run; the sidebar and the link follow."""
    st.session_state["seed"] = (st.session_state["seed"] + 1) % 2**31
    st.rerun()
