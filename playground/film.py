"""The film under the bar: a slider and a play button that go back through the moments of the run."""

import math

import streamlit as st

from engine.film import FEWEST
from playground import words
from playground.runs.session import Session

NOW = "now"


def draw(session: Session) -> None:
    """The row under the bar; off as long as there is nothing to go back to."""
    player, times = session.player, options(session)
    off = not times
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="film"):
        st.button(
            "Stop film" if player.playing else "Play film",
            icon=":material/stop:" if player.playing else ":material/movie:",
            on_click=(lambda: session.look_back(player.shown or player.at)) if player.playing else session.play_film,
            key="film.play",
            width=130,
            disabled=off,
            help=words.FILM_HELP,
        )
        place = player.at if player.at in times else NOW
        if st.session_state.get("film.at") != place:
            st.session_state["film.at"] = place
        st.select_slider(
            "Film",
            [*times, NOW] if times else [0, NOW],
            key="film.at",
            format_func=lambda at: at if at == NOW else f"{at:,}",
            label_visibility="collapsed",
            on_change=lambda: _chosen(session),
            # While the film plays the counter tells where it is; a slider that moves by itself cannot be pressed.
            disabled=off or player.playing,
            width="stretch",
        )
        st.button(
            "Now",
            icon=":material/last_page:",
            on_click=lambda: session.look_back(None),
            key="film.now",
            disabled=player.at is None,
        )
    if sentence := _sentence(session):
        st.caption(sentence)


def options(session: Session) -> list[int]:
    """The moments to choose from. While training those up to the last round number, so that the slider keeps still."""
    times = session.player.times
    if session.playing:
        end = round_start(session.updates)
        times = [updates for updates in times if updates <= end]
    return times


def round_start(updates: int) -> int:
    """The last of 1, 10, 100, 1000, 2000, 5000, 10 000, … that is not beyond `updates`."""
    if updates < 1:
        return 0
    power: int = 10 ** int(math.log10(updates))
    return next(m * power for m in ((5, 2, 1) if power >= 1000 else (1,)) if m * power <= updates)


def _chosen(session: Session) -> None:
    at = st.session_state["film.at"]
    session.touch()
    session.look_back(None if at == NOW else at)


def _sentence(session: Session) -> str:
    """What there is to say of the film unless it shows the present."""
    player = session.player
    if not player.fits:
        needed, most = sum(player.sizes) / 1e6, session.film_bytes / 1e6
        return words.FILM_TOO_LARGE.format(needed=needed, most=most, count=FEWEST)
    if player.playing:
        return words.FILM_PLAYS
    if player.at is None:
        return ""
    return words.FILM_AT.format(at=player.at, now=session.updates)
