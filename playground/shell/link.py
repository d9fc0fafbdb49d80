"""The link in the browser's address: read when it is news, and written after every run of the page.

It is written here and not by the widgets' own binding, because a bound selectbox puts its label into the link, and the
link must carry the engine's identifiers.
"""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

import streamlit as st

from engine import ARCHITECTURES, CELLS, LEARNERS, TASKS, Experiment, SettingError, Stack, Training
from engine.experiment import UNWRITTEN, known_settings, nearest, unknown
from engine.messages import Message, quoted
from engine.settings import specs
from playground.links.page_settings import EVERYWHERE, PAGE_SETTINGS, Networks, PageSetting, key_of

LONGEST_LINK = 6000
"""Characters; longer addresses are cut by some browsers and servers."""

OWN_DATA = {"text": ("text", "corpus"), "values": ("forecast", "series")}
"""Settings that a visitor brings along, and can be too long for a link; their task, and its setting that asks for them
when it is "own"."""


def params(experiment: Experiment) -> tuple[dict[str, str], bool]:
    """The settings as they stand in a link, and whether own data was left out because it is too long for one.

    Those of the page on show are among them.
    """
    page = st.session_state.get("page", "")
    chosen = {name: st.session_state.get(key_of(page, name), spec.default) for name, spec in _of_page(page).items()}
    own = {
        name: spec.write(chosen[name])
        for name, spec in _of_page(page).items()
        if isinstance(spec, Networks) or chosen[name] != spec.default
    }
    whole = experiment.to_params() | own
    if len(urlencode(whole)) <= LONGEST_LINK:
        return whole, False
    return {name: text for name, text in whole.items() if name not in OWN_DATA}, True


def follow(page: str, show: Callable[[Experiment], None]) -> None:
    """Take over what the address says, if it is news: at the first visit, or after the browser's back button.

    `show` sets the widgets.
    """
    state = st.session_state
    given = st.query_params.to_dict()
    moved = state.get("page") != page and not given
    state["page"] = page
    for name, spec in _of_page(page).items():
        state.setdefault(key_of(page, name), spec.default)
    if "experiment.next" in state:
        show(state.pop("experiment.next"))
    elif "link" not in state or not (given == state["link"] or moved or _touched()):
        problems = _read_page(page, given)
        given, missing = _with_own_data({name: text for name, text in given.items() if _of_experiment(name)})
        found, more = Experiment.read(given)
        told = [_told(each) for each in (*problems, *more)] + [Message(f"link.no_{name}") for name in missing]
        state["problems"] = list(dict.fromkeys(told))
        show(found)
        for name in missing:  # so that there is where to hand it in
            task, setting = OWN_DATA[name]
            state[f"{task}.{setting}"] = "own"


def _told(problem: SettingError) -> Message:
    """What was wrong with a setting of the link, and what was taken instead."""
    if problem.instead is None:
        return problem.message
    return Message("link.problem", problem=problem.message, instead=problem.instead)


def _with_own_data(given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What a link says, with the visitor's own data if it asks for them and does not hold them.

    Data that are not there are asked for no longer; also their names.
    """
    found, missing = dict(given), []
    for name, (task, setting) in OWN_DATA.items():
        if found.get("task") != task or found.get(setting) != "own" or found.get(name):
            continue
        held = st.session_state.get(f"{task}.{name}")
        if held:
            found[name] = specs(TASKS[task])[name].write(held)
        else:
            missing.append(name)
            found = {key: text for key, text in found.items() if key not in (name, setting)}
    return found, missing


def _of_experiment(name: str) -> bool:
    """Whether it is a setting's name or a misspelt one; else it is a page's own, or was added by somebody else."""
    known = known_settings()
    of_a_page = any(name in own for own in (EVERYWHERE, *PAGE_SETTINGS.values()))
    return name in known or (not of_a_page and nearest(name, known) is not None)


def _of_page(page: str) -> Mapping[str, PageSetting]:
    return {**EVERYWHERE, **PAGE_SETTINGS.get(page, {})}


def _read_page(page: str, given: Mapping[str, str]) -> list[SettingError]:
    """Take over the page's own settings; what was wrong with them, and with their names."""
    problems = [
        unknown(name, meant)
        for name in given
        if name not in _of_page(page) and name not in known_settings() and (meant := nearest(name, _of_page(page)))
    ]
    for problem in problems:
        problem.instead = Message("setting.passed_over")
    for name, spec in _of_page(page).items():
        value: object = spec.default
        try:
            value = spec.read(name, given[name]) if name in given else value
        except SettingError as problem:
            usual = spec.write(spec.default)  # type: ignore[arg-type]  # its own default
            problem.instead = Message("link.taken", given=quoted(usual))
            problems.append(problem)
        st.session_state[key_of(page, name)] = value
    return problems


def _touched() -> bool:
    """Whether a widget changed since the last run; the address then lags behind it and is no news."""
    return any(st.session_state.get(key) != value for key, value in st.session_state.get("seen", {}).items())


def write(chosen: Experiment) -> None:
    address, _ = params(chosen)
    if st.query_params.to_dict() != address:
        st.query_params.from_dict(address)
    st.session_state["link"] = address
    keys = {"task", *UNWRITTEN, *specs(Stack), *specs(Training)}
    keys |= {f"{name}.{field}" for name, each in ARCHITECTURES.items() for field in specs(each)}
    keys |= {option for learner in LEARNERS.values() for option in learner.options}
    keys |= {f"{name}.{field}" for name, task in TASKS.items() for field in specs(task)}
    keys |= {f"{name}.{option}" for name, cell in CELLS.items() for option in cell.options}
    keys |= {key_of(page, name) for page, own in PAGE_SETTINGS.items() for name in own} | EVERYWHERE.keys()
    st.session_state["seen"] = {key: st.session_state[key] for key in keys if key in st.session_state}


def network_key(experiment: Experiment, name: str) -> str:
    """Where the control of a setting of the network keeps its value: a cell's own settings by the cell, as tasks' are,
    and those of another architecture than a stack by the architecture."""
    if not isinstance(experiment.network, Stack):
        return f"{experiment.arch_name}.{name}"
    return name if name in specs(Stack) else f"{experiment.stack.cell}.{name}"
