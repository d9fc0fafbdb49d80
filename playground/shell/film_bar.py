"""The film under the bar: a slider and a play button that go back through the checkpoints of the run."""

import streamlit as st

from engine.film import FEWEST
from playground import words
from playground.runs.session import Session
from playground.shell import presenting
from playground.shell.wishes import later

NOW = "now"

PLACE, NUMBER = "film.place", "film.number"
"""Where the slider is, on which page, and how often it was put elsewhere than where the visitor left it."""


def draw(session: Session) -> None:
    """The row under the bar; off while training, and as long as there is nothing to go back to."""
    player, times = session.player, options(session)
    off = not times
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="film"):
        st.button(
            "Stop film" if player.playing else "Play film",
            icon=":material/stop:" if player.playing else ":material/movie:",
            on_click=later,
            args=(_stop if player.playing else Session.play_film,),
            key="film.play",
            disabled=off,
            help=words.FILM_HELP,
        )
        place = player.at if player.at in times else NOW
        # A slider of its own for every place it is put to: a browser that has not heard of that yet tells with its next
        # tick where the one before stood, and nobody chose that. And one for every page: on another page the browser
        # has forgotten where the slider stood, and would put it at its lower end.
        if st.session_state.get(PLACE) != _where(place):
            st.session_state[PLACE], st.session_state[NUMBER] = _where(place), st.session_state.get(NUMBER, 0) + 1
        key = f"film.at.{st.session_state[NUMBER]}"
        st.session_state.setdefault(key, place)
        st.select_slider(
            "Film",
            [*times, NOW] if times else [0, NOW],
            key=key,
            format_func=lambda at: at if at == NOW else f"{at:,}",
            label_visibility="collapsed",
            on_change=lambda: _chosen(session, key),
            # While the film plays the counter tells where it is; a slider that moves by itself cannot be pressed.
            disabled=off or player.playing,
            width="stretch",
        )
        st.button(
            "Now",
            icon=":material/last_page:",
            on_click=later,
            args=(Session.look_back, None),
            key="film.now",
            disabled=player.at is None,
        )
        presenting.button()
    if sentence := _sentence(session):
        st.caption(sentence)


def options(session: Session) -> list[int]:
    """The checkpoints to choose from; none while training.

    There are more every second then, and a slider that gets other options tells the server of places nobody chose.
    """
    return [] if session.playing else session.player.times


def _chosen(session: Session, key: str) -> None:
    at = st.session_state[key]
    st.session_state[PLACE] = _where(at)
    session.touch()
    later(Session.look_back, None if at == NOW else at)


def _where(place: int | str) -> tuple[str, int | str]:
    return st.session_state.get("page", ""), place


def _stop(session: Session) -> None:
    """The film stands still at what it showed last."""
    session.look_back(session.player.shown or session.player.at)


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
