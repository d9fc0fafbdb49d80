"""What stands around every page: the experiment at the left, the bar at the top, and the tick that moves it all."""

from collections.abc import Callable, Sequence

import streamlit as st

from engine import Experiment, FieldError
from engine.budget import check_memory
from engine.slices import Frame, Frames
from engine.training import Snapshot
from playground import controls, film, server, share, words
from playground.server import POOL
from playground.session import Session
from playground.settings import SETTINGS

ASK_AGAIN = 3.0
"""Seconds after which a page that waits for a place asks for one again."""


def open_page(page: str) -> None:
    """Draw the sidebar and bring the visitor's run in line with it; without a place, say so and stop."""
    server.prepare()
    if not server.admitted():
        _wait()
        st.stop()
    experiment = _affordable(controls.experiment(page))
    if "session" not in st.session_state:
        st.session_state["session"] = Session(experiment, POOL, film_bytes=SETTINGS.film_mb * 10**6)
    server.presence().sessions.add(visitor())
    visitor().touch()
    visitor().adopt(experiment)
    with st.sidebar:
        share.draw(visitor(), page)


def _affordable(experiment: Experiment) -> Experiment:
    """The experiment, if its run fits into a visitor's memory; else the one there is, or what everybody starts from."""
    try:
        check_memory(experiment, SETTINGS.visitor_mb)
    except FieldError as problem:
        there = "session" in st.session_state
        instead = words.AS_IT_WAS if there else words.AS_USUAL
        st.sidebar.error(words.sentence(problem, experiment.task_name) + instead, icon=":material/error:")
        return visitor().experiment if there else Experiment.from_params({})
    return experiment


@st.fragment(run_every=ASK_AGAIN)
def _wait() -> None:
    """The page of a visitor for whom there is no place yet."""
    if server.admitted():
        st.rerun()
    st.title(words.TITLE)
    before = server.PLACES.before(server.presence().visitor)
    st.info(words.FULL.format(limit=server.PLACES.limit), title=words.FULL_TITLE, icon=":material/hourglass_top:")
    st.caption(words.BEFORE_YOU.format(count=before) if before else words.NEXT)


def visitor() -> Session:
    """This visitor's session."""
    session: Session = st.session_state["session"]
    return session


def live(draw: Callable[[Frame], None]) -> None:
    """The bar, and under it what `draw` shows of the visitor's run; again and again while it or its film is playing."""
    live_together(visitor(), lambda frames: draw(frames[0]))


def live_together(session: Session, draw: Callable[[Frames], None], names: Sequence[str] = ("",)) -> None:
    """The same for all runs of a session, called by `names`. The visitor's other runs rest: nobody looks at them."""
    for other in server.presence().sessions - {session}:
        other.rest()

    def pace() -> float | None:
        return POOL.tick if session.moving else None

    every = pace()

    @st.fragment(run_every=every)
    def tick() -> None:
        session.tick()
        session.rest_if_idle(SETTINGS.idle_minutes)
        server.PULSE_LINE.beat()
        frames = session.shown
        with POOL.turns.page():
            _bar(session, frames, names)
            draw(frames)
        # Ticks become rarer while many train; the new pace, like a new state of the run, takes a new page.
        if every != pace():
            st.rerun()

    tick()


def _bar(session: Session, frames: Frames, names: Sequence[str]) -> None:
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
        _metrics(session, frames)
    film.draw(session, frames)
    if session.failed:
        st.error(words.FAILED, icon=":material/error:")
    for name, frame in zip(names, session.frames, strict=True):
        if frame.snapshot.explosion:
            st.error(_exploded(frame.snapshot), title=name or None, icon=":material/error:")
    if POOL.away:
        st.info(words.CLUSTER_AWAY, icon=":material/cloud_off:")
    if session.idle:
        st.info(words.IDLE.format(minutes=SETTINGS.idle_minutes), icon=":material/bedtime:")
    if session.tuned:
        st.caption(words.TUNED)


def _metrics(session: Session, frames: Frames) -> None:
    rate = f"{session.rate:,.0f}" if session.playing and session.rate else "–"
    st.metric("Updates", f"{max(frame.snapshot.updates for frame in frames):,}", width=80)
    st.metric("Updates/s", rate, width=80)
    if len(frames) == 1:  # of several, the page says it beside their names
        _score(frames[0].snapshot)


def _score(snapshot: Snapshot) -> None:
    chance = snapshot.experiment.task.chance_loss
    measured = snapshot.losses if len(snapshot.losses) else snapshot.held_out
    loss = words.number(measured[-1, 1]) if len(measured) else "–"
    st.metric(f"Loss (chance {chance:.4g})", loss, width=150)
    if len(snapshot.held_out):
        # With a single sequence, such as one word, nothing can be held out.
        label = "Held-out accuracy" if snapshot.experiment.task.varied else "Accuracy"
        st.metric(label, f"{snapshot.held_out[-1, 2]:.1%}", width=130)


def _exploded(snapshot: Snapshot) -> str:
    explosion, training = snapshot.explosion, snapshot.experiment.training
    assert explosion is not None
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
