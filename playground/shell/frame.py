"""What stands around every page: the experiment at the left, the bar at the top, and the tick that moves it all."""

import logging
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine import Experiment, SettingError, Training
from engine.budget import check_memory
from engine.progress import Explosion, Snapshot
from engine.slices import Frame, Frames
from playground import words
from playground.charts.base import TRAINING
from playground.charts.hues import hue
from playground.runs.pool import LostError
from playground.runs.session import Session
from playground.server import shared
from playground.server.settings import SETTINGS
from playground.server.shared import POOL
from playground.shell import browser, earlier, export, film_bar, presenting, sidebar, wishes
from playground.shell.pictures import begin_words
from playground.shell.wishes import later

log = logging.getLogger(__name__)

COUNTERS, DRAWN = "frame.counters", "frame.drawn"
"""Where the page has room for the counters, which change with every frame; and all else that the bar was drawn from."""

LOOK = Path(__file__).parent / "look.css"
"""What the theme's settings cannot say of how the page looks."""

STILL_THERE = 300.0
"""Seconds of the timer of a page on which nothing moves."""

ASK_AGAIN = 3.0
"""Seconds after which a page that waits for a place asks for one again."""


def open_page(page: str) -> None:
    """Draw the sidebar and bring the visitor's run in line with it; without a place, say so and stop.

    If what was chosen opens on another page, that one is gone to.
    """
    shared.prepare()
    st.html(LOOK)
    if (other := st.session_state.pop("page.next", page)) != page:
        st.switch_page(f"../pages/{other}.py")
    if not shared.admitted():
        _wait()
        st.stop()
    experiment = _affordable(sidebar.experiment(page))
    try:
        if "session" not in st.session_state:
            st.session_state["session"] = Session(
                experiment,
                POOL,
                film_bytes=SETTINGS.film_mb * 10**6,
                earlier_bytes=SETTINGS.earlier_mb * 10**6 / 2,  # the other half is for those side by side
            )
        shared.presence().sessions.add(visitor())
        visitor().touch()
        visitor().adopt(experiment)
    except (LostError, TimeoutError):
        log.exception("event=not_begun")
        wishes.forget()
        st.error(words.NOT_BEGUN, icon=":material/error:")
        st.stop()
    presenting.request()
    with st.sidebar:
        export.draw(visitor(), page)
        browser.close_drawer()
    _comes_back()


@st.fragment(run_every=STILL_THERE)
def _comes_back() -> None:
    """Draws nothing. A browser that has found the server again asks for the page anew only if it holds a timer."""


def _affordable(experiment: Experiment) -> Experiment:
    """The experiment, if its run fits into a visitor's memory; else the one there is, or what everybody starts from."""
    try:
        check_memory(experiment, SETTINGS.visitor_mb)
    except SettingError as problem:
        there = "session" in st.session_state
        instead = words.AS_IT_WAS if there else words.AS_USUAL
        st.sidebar.error(words.say(problem.message, task=experiment.task_name) + instead, icon=":material/error:")
        return visitor().experiment if there else Experiment.from_params({})
    return experiment


@st.fragment(run_every=ASK_AGAIN)
def _wait() -> None:
    """The page of a visitor for whom there is no place yet."""
    if shared.admitted():
        st.rerun()
    st.title(words.TITLE)
    before = shared.ADMISSION.before(shared.presence().visitor)
    st.info(words.FULL.format(limit=shared.ADMISSION.limit), title=words.FULL_TITLE, icon=":material/hourglass_top:")
    st.caption(words.BEFORE_YOU.format(count=before) if before else words.NEXT)


def visitor() -> Session:
    """This visitor's session."""
    session: Session = st.session_state["session"]
    return session


def bar(session: Session | None = None, names: Sequence[str] = ()) -> None:
    """Buttons and film of the visitor's run, or of another `session`: drawn with the page, not with every frame.

    The session is the one of the settings by now, so here is done what was clicked.
    names: what each of several runs is called.
    """
    session = session or visitor()
    try:
        wishes.carry_out(session)
    except (LostError, TimeoutError):
        log.exception("event=not_carried_out")
        st.error(words.NOT_BEGUN, icon=":material/error:")
    # As it is now: what changes while the page is being drawn is found by the first tick.
    st.session_state[DRAWN] = _standing(session, session.shown)
    about = (session.experiments, session.shown[0].request)
    begin_words(session.moving, about, max(frame.result.checkpoint.updates for frame in session.shown))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="bar"):
        over = session.exploded or bool(session.failed)
        # One button that changes its words, so that the keyboard's focus stays on it.
        st.button(
            "Pause" if session.playing else "Train",
            icon=":material/pause:" if session.playing else ":material/play_arrow:",
            type="primary",
            on_click=later,
            args=(Session.pause if session.playing else Session.play,),
            key="play",
            disabled=over,
        )
        st.button(
            "Update",
            icon=":material/skip_next:",
            on_click=later,
            args=(Session.step,),
            key="step",
            help=words.UPDATE,
            disabled=over,
        )
        st.button(
            "Reset", icon=":material/replay:", on_click=later, args=(Session.reset,), key="reset", help=words.RESET
        )
        st.button("New seed", icon=":material/casino:", on_click=sidebar.new_seed, key="new_seed", help=words.NEW_SEED)
        st.session_state[COUNTERS] = st.container(width="stretch", key="counters")
    film_bar.draw(session)
    earlier.draw(session)
    _notes(session, names or [""])
    if session is visitor():
        export.code(session.experiment)


def live(draw: Callable[[Frame], None]) -> None:
    """What `draw` shows of the visitor's run; again and again while it or its film is playing."""
    live_together(visitor(), lambda frames: draw(frames[0]))


def live_together(session: Session, draw: Callable[[Frames], None]) -> None:
    """The same for all runs of a session. The visitor's other runs rest: nobody looks at them."""
    for other in shared.presence().sessions - {session}:
        other.rest()

    drawn: Hashable = st.session_state[DRAWN]
    every = POOL.pace.tick if session.moving else None
    counters: DeltaGenerator = st.session_state[COUNTERS]

    @st.fragment(run_every=every)
    def tick() -> None:
        session.tick()
        session.rest_if_idle(SETTINGS.idle_minutes)
        shared.PULSE_LINE.beat()
        frames = session.shown
        try:
            with POOL.turn.page():
                counters.html(figures(session, frames))
                draw(frames)
        except (LostError, TimeoutError):
            log.exception("event=not_drawn")
            st.error(words.NOT_DRAWN, icon=":material/error:")
        session.player.drawn()
        # Everything around the pictures is drawn with the page, so when that should change it takes a new page.
        if _standing(session, frames) != drawn:
            st.rerun()

    tick()


def _standing(session: Session, frames: Frames) -> Hashable:
    """All that stands around the pictures: bar, notes, which sequence is shown, and how often the page ticks."""
    return (
        frames[0].request.probe,
        session.playing,
        session.player.playing,
        session.failed,
        session.made_again,
        session.idle,
        session.tuned,
        POOL.away,
        POOL.pace.tick if session.moving else None,
        tuple(explosion is not None for explosion in session.explosions),
        tuple(film_bar.options(session)),
    )


def _notes(session: Session, names: Sequence[str]) -> None:
    """What there is to say of a run that does not just go on."""
    if session.failed:
        st.error(words.FAILED[session.failed], icon=":material/error:")
    for experiment, explosion, name in zip(session.experiments, session.explosions, names, strict=True):
        if explosion is not None:
            st.error(_exploded(explosion, experiment.training), title=name or None, icon=":material/error:")
    if session.made_again:
        st.info(words.MADE_AGAIN, icon=":material/autorenew:")
    if POOL.away:
        st.info(words.CLUSTER_AWAY, icon=":material/cloud_off:")
    if session.idle:
        st.info(words.IDLE.format(minutes=SETTINGS.idle_minutes), icon=":material/bedtime:")
    if session.tuned:
        st.caption(words.TUNED)


def figures(session: Session, frames: Frames) -> str:
    """The counters as one line of HTML. All of it is ours: words and numbers, nothing that a visitor typed."""
    rate = f"{session.rate:,.0f}" if session.playing and session.rate else "–"
    updates = max(frame.snapshot.updates for frame in frames)
    found = [("Updates", f"{updates:,}", ""), ("Updates/s", rate, "")]
    if len(frames) == 1:  # of several, the page says it beside their names
        found += _score(frames[0].snapshot)
    cells = "".join(
        f'<span{_underlined(colour)}><small>{label}</small><b data-figure="{label}">{value}</b></span>'
        for label, value, colour in found
    )
    return f'<div class="figures">{cells}</div>'


def _underlined(colour: str) -> str:
    """A line of that colour under a counter, that of its curve in the picture of the losses."""
    return f' style="box-shadow: 0 3px {colour}"' if colour else ""


def _score(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """Losses with the colours of their lines, what is scored without learning, and the accuracy."""
    task, colour = snapshot.experiment.task, hue(snapshot.experiment.stack.cell)

    def latest(rows: np.ndarray) -> str:
        return words.number(rows[-1, 1]) if len(rows) else "–"

    if task.varied:
        found = [("Training loss", latest(snapshot.losses), TRAINING)]
        found.append(("Held-out loss", latest(snapshot.held_out), colour))
    else:  # with a single sequence, such as one word, nothing can be held out
        found = [("Loss", latest(snapshot.losses if len(snapshot.losses) else snapshot.held_out), TRAINING)]
    found.append(("Chance", f"{task.chance_loss:.4g}", ""))
    if len(snapshot.held_out):
        label = "Held-out accuracy" if task.varied else "Accuracy"
        found.append((label, f"{snapshot.held_out[-1, 2]:.1%}", ""))
    return found


def _exploded(explosion: Explosion, training: Training) -> str:
    what = explosion.quantity if explosion.update else "start"
    return words.EXPLODED[what].format(
        update=explosion.update,
        lr=training.lr,
        clip=f"now {training.clip:g}" if training.clip else "now off",
    )
