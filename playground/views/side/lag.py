"""The part of the page Side by side about the lag: a dial for all networks, and how far back each can remember."""

from functools import partial

import streamlit as st

from engine import Experiment, SettingError
from engine.tasks.lag import at_lag, lag_of
from playground import words
from playground.runs.lengthening import BUDGET, FACTOR, SOLVED, Lengthening, solved_at
from playground.runs.session import Session
from playground.server.settings import SETTINGS
from playground.shell import sidebar
from playground.shell.frame import visitor
from playground.shell.wishes import later
from playground.views.side import words as say
from playground.views.side.session import Side

LENGTHENING, PROBLEM, UPDATES = "side.lengthening", "side.problem", "side.budget"


def tick() -> None:
    """Let the experiment under way go on; if that changed the lag or ended it, the page around follows."""
    under_way: Lengthening | None = st.session_state.get(LENGTHENING)
    if under_way is None or not under_way.going:
        return
    longer = under_way.tick()
    if longer:
        sidebar.show_changed(under_way.base)
    if longer or not under_way.going:
        st.rerun()


def lag(side: Side) -> None:
    """The dial, the button, and what was found."""
    base = visitor().experiment
    found = lag_of(base.task)
    if found is None:
        return
    under_way: Lengthening | None = st.session_state.get(LENGTHENING)
    left, middle, right = st.columns([3, 2, 3], gap="medium", vertical_alignment="bottom")
    with left:
        sidebar.dial(found.name, found.spec, found.value, base.task_name, _turn)
        if found.why:
            st.caption(words.AT_MOST.format(high=found.spec.high, why=words.say(found.why, task=base.task_name)))
    with middle:
        st.number_input(
            say.BUDGET,
            BUDGET.low,
            BUDGET.high,
            BUDGET.default,
            step=500,
            key=UPDATES,
            help=say.BUDGET_HELP,
            persist_state="session",
        )
    with right:
        going = under_way is not None and under_way.going
        st.button(
            say.STOP if going else say.LENGTHEN,
            icon=":material/stop:" if going else ":material/trending_up:",
            on_click=later,
            args=(_stop,) if going else (_start, side),
            key="side.lengthen",
            width="stretch",
            help=say.LENGTHEN_HELP.format(share=f"{SOLVED:.0%}", factor=FACTOR),
        )
    if PROBLEM in st.session_state:
        problem = words.say(st.session_state[PROBLEM].message, task=base.task_name)
        st.error(problem + words.AS_IT_WAS, icon=":material/error:")


def found(side: Side) -> None:
    """What the experiment under way, or the last one, has found so far."""
    under_way: Lengthening | None = st.session_state.get(LENGTHENING)
    if under_way:
        st.markdown(_sentence(under_way))
        st.markdown(_table(under_way))
        if not _applies(under_way, side):
            st.caption(say.EARLIER)


def _turn(text: str) -> None:
    sidebar.change_next(partial(_at_lag, int(text)))


def _at_lag(lag: int, experiment: Experiment) -> Experiment:
    """The experiment at another lag; as it is if there is none such."""
    st.session_state.pop(PROBLEM, None)
    try:
        return at_lag(experiment, lag)
    except SettingError as problem:
        st.session_state[PROBLEM] = problem
        return experiment


def _start(session: Session, side: Side) -> None:
    st.session_state.pop(PROBLEM, None)
    wanted = [member.wanted for member in side.members]
    st.session_state[LENGTHENING] = Lengthening(
        session, visitor().experiment, wanted, st.session_state[UPDATES], SETTINGS.visitor_mb
    )


def _stop(_: Session) -> None:
    st.session_state[LENGTHENING].stop()


def _sentence(under_way: Lengthening) -> str:
    """What is going on, or how it ended."""
    at = f"{_setting(under_way)} = {under_way.lag}"
    if under_way.end is None:
        return (say.GOING if under_way.session.playing else say.WAITING).format(lag=at, budget=under_way.budget)
    if under_way.end.by == "gave up":
        solved = zip(under_way.names, under_way.outcomes[-1].solved_at, strict=True)
        lost = words.listed([name for name, update in solved if update is None])
        return say.GAVE_UP.format(names=lost, lag=at, budget=under_way.budget)
    reason = words.say(under_way.end.reason, task=under_way.base.task_name)
    if under_way.end.by == "longest":
        return say.LONGEST.format(lag=at, reason=reason)
    if under_way.end.by == "too much":
        return say.TOO_MUCH.format(lag=at, next=under_way.end.lag, reason=reason)
    return (say.STOPPED if under_way.end.by == "stopped" else say.DISTURBED).format(lag=at)


def _setting(under_way: Lengthening) -> str:
    """What the lag is called beside its control."""
    found = lag_of(under_way.base.task)
    assert found is not None
    return words.label(found.name, under_way.base.task_name)


def _applies(under_way: Lengthening, side: Side) -> bool:
    """Whether it was about what is on the page now, at whatever lag."""
    try:
        same = at_lag(visitor().experiment, under_way.lag) == under_way.base
    except SettingError:
        return False
    return same and list(under_way.wanted) == [member.wanted for member in side.members]


def _table(under_way: Lengthening) -> str:
    """A row a lag, a column a network; the lag under way is the last row."""
    rows = [[str(each.lag), *map(_cell, each.solved_at)] for each in under_way.outcomes]
    if under_way.going:
        rows.append([str(under_way.lag), *_so_far(under_way)])
    head = [_setting(under_way), *under_way.names]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---:", *["---"] * len(under_way.names)], *rows))


def _cell(at: int | None) -> str:
    return say.GAVE_UP_CELL if at is None else say.SOLVED_CELL.format(updates=at)


def _so_far(under_way: Lengthening) -> list[str]:
    snapshots = [frame.snapshot for frame in under_way.session.frames]
    found = [solved_at(each, under_way.budget) for each in snapshots]
    return [
        _cell(at) if at is not None else say.EXPLODED_CELL if each.explosion else say.TRYING_CELL
        for at, each in zip(found, snapshots, strict=True)
    ]
