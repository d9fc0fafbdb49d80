"""The film under the bar: a slider and a play button that go back through the moments of the run."""

import math
import time
from collections import deque

import streamlit as st

from engine.film import FEWEST
from engine.slices import Frames
from playground import words
from playground.session import Session

NOW = "now"

ECHOES = 8
"""As many places as the slider was last moved to by itself count as heard back from a browser that lags behind."""

ENDED = 0.25
"""Seconds after a film that ran to its end was drawn so, in which they still count; nobody chooses a place so soon."""

SETTLING = 0.4
"""Seconds after other moments were put on offer while training, in which a browser may still tell a place among the
old ones; nobody has chosen among the new ones so soon."""


def draw(session: Session, frames: Frames) -> None:
    """The row under the bar; off as long as there is nothing to go back to."""
    player, times = session.player, options(session)
    off = not times
    if st.session_state.get("film.options") != times:
        st.session_state["film.options"], st.session_state["film.since"] = times, time.monotonic()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="film"):
        st.button(
            "Stop film" if player.playing else "Play film",
            icon=":material/stop:" if player.playing else ":material/movie:",
            on_click=session.click,
            args=((lambda: session.look_back(player.at)) if player.playing else session.play_film,),
            key="film.play",
            width=130,
            disabled=off,
            help=words.FILM_HELP,
        )
        if player.playing or st.session_state.get("film.playing"):
            st.session_state["film.played"] = time.monotonic()
        st.session_state["film.playing"] = player.playing
        at = player.shown if player.playing else player.at
        place = at if at in times else NOW
        if st.session_state.get("film.at") != place:  # said once more, it would move a slider that is being pressed
            st.session_state["film.at"] = place
            _recent().append(place)
        st.select_slider(
            "Film",
            [*times, NOW] if times else [0, NOW],
            key="film.at",
            format_func=lambda at: at if at == NOW else f"{at:,}",
            label_visibility="collapsed",
            on_change=lambda: _chosen(session),
            disabled=off,
            width="stretch",
        )
        st.button(
            "Now",
            icon=":material/last_page:",
            on_click=session.click,
            args=(lambda: session.look_back(None),),
            key="film.now",
            disabled=player.at is None,
        )
    st.caption(_sentence(session, frames))


def options(session: Session) -> list[int]:
    """The moments to choose from. While training those up to the last round number, so that the slider keeps still."""
    times = session.player.times
    if session.playing:
        end = round_start(session.updates)
        times = [updates for updates in times if updates <= end]
    return times


def round_start(updates: int) -> int:
    """The last of 1, 2, 5, 10, 20, 50, … that is not beyond `updates`."""
    if updates < 1:
        return 0
    power: int = 10 ** int(math.log10(updates))
    return next(m * power for m in (5, 2, 1) if m * power <= updates)


def _recent() -> deque[int | str]:
    """Where the slider was put lately."""
    recent: deque[int | str] = st.session_state.setdefault("film.recent", deque(maxlen=ECHOES))
    return recent


def _chosen(session: Session) -> None:
    at = st.session_state["film.at"]
    now = time.monotonic()
    settling = session.playing and now - st.session_state["film.since"] < SETTLING
    ended = session.player.at is None and now - st.session_state.get("film.played", -math.inf) < ENDED
    if settling or ((session.moving or ended) and at in _recent()):
        # Nobody moved it: with its next tick a slow browser tells where the slider was before it was put elsewhere.
        return
    session.touch()
    session.look_back(None if at == NOW else at)


def _sentence(session: Session, frames: Frames) -> str:
    player = session.player
    if any(not film.fits(frame.sight.moment.size) for film, frame in zip(player.films, frames, strict=True)):
        needed = sum(frame.sight.moment.size for frame in frames) / 1e6
        return words.FILM_TOO_LARGE.format(needed=needed, most=session.film_bytes / 1e6, count=FEWEST)
    if player.at is None:
        return words.FILM_NOW if player.times else words.FILM_EMPTY
    at = max(frame.snapshot.updates for frame in frames)
    return words.FILM_AT.format(at=at, now=session.updates)
