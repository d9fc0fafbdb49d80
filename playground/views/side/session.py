"""The runs side by side of this visitor, in line with the sidebar and with the choice of networks."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from engine import Experiment, SettingError
from playground.charts.together import Line, lines
from playground.links.variants import CHOSEN, FEWEST, Member, Wanted, together
from playground.runs.session import Session
from playground.server import shared
from playground.server.settings import SETTINGS
from playground.shell.frame import visitor

SIDE = "side"


@dataclass
class Side:
    """The session, and its networks in the same order."""

    session: Session
    members: tuple[Member, ...]

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        return tuple(member.experiment for member in self.members)

    @property
    def lines(self) -> tuple[Line, ...]:
        """How they are drawn."""
        return lines([(member.experiment.stack.cell, member.name) for member in self.members])


def chosen() -> tuple[Wanted, ...]:
    """The networks that the visitor wants to see."""
    wanted: tuple[Wanted, ...] = st.session_state[CHOSEN]
    return wanted


def choose(wanted: Sequence[Wanted]) -> None:
    """From now on these."""
    st.session_state[CHOSEN] = tuple(wanted)


def present() -> tuple[Side | None, dict[int, SettingError]]:
    """What there is side by side now, and by its place why another that was chosen cannot be there.

    If fewer than two can, the last ones stay; None if there are none yet.
    """
    members, problems = together(visitor().experiment, chosen(), SETTINGS.visitor_mb)
    side: Side | None = st.session_state.get(SIDE)
    if len(members) >= FEWEST:
        if side is None:
            side = st.session_state[SIDE] = Side(_session(members), members)
        side.members = members
        side.session.adopt(*side.experiments)
        side.session.about = visitor().experiment, chosen()
    if side is not None:
        side.session.touch()
        shared.presence().sessions.add(side.session)
    return side, problems


def _session(members: Sequence[Member]) -> Session:
    """The room for films is for all of a visitor's runs, so the run of the other pages has half of it from now on."""
    first, *others = (member.experiment for member in members)
    half = SETTINGS.film_mb * 10**6 / 2
    visitor().limit_film(half)
    earlier = SETTINGS.earlier_mb * 10**6 / 2
    return Session(first, visitor().pool, *others, film_bytes=half, earlier_bytes=earlier)
