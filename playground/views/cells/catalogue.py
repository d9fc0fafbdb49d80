"""The parts of the page "Cells": the choice of a cell, and its card, drawn from what the cell says of itself."""

from collections.abc import Iterable

import streamlit as st

from engine import CELLS, Experiment
from engine.cells import FAMILIES
from engine.cells.direct_path import NoDirectPath
from engine.cells.equations import described, over_time
from engine.cells.sizes import weights
from playground import words
from playground.charts.timeline import PICK, by_year, timeline, timeline_data
from playground.charts.wiring import wiring_picture
from playground.drawing.typeset import cell_display, expression, name, prose
from playground.shell import sidebar
from playground.shell.pictures import is_dark, show
from playground.views.cells import words as say

CHOSEN, FAMILY = "cells.cell", "cells.family"
GLYPHS = dict(zip(FAMILIES, "●■◆▲▼✚", strict=True))
"""The marks of the timeline, so that the pills are its key as well."""


def choose() -> str:
    """The cell to show: filtered by family, picked on the timeline or by name."""
    family = st.pills(
        "Family",
        FAMILIES,
        format_func=lambda family: f"{GLYPHS[family]} {say.FAMILIES[family][0]}",
        key=FAMILY,
        persist_state="session",
    )
    keys = by_year([key for key, cell in CELLS.items() if family in (None, cell.about.family)])
    st.session_state.setdefault(CHOSEN, st.session_state["experiment"].stack.cell)
    if st.session_state[CHOSEN] not in keys:
        st.session_state[CHOSEN] = keys[0]
    key: str = st.selectbox("Cell to show", keys, format_func=title, key=CHOSEN, persist_state="session")
    # Also the room that the chart's own buttons, which appear above it, would else take from the choice.
    st.caption(say.FAMILIES[family][1] if family else say.ALL_FAMILIES)
    _timeline(keys, key)
    return key


def _timeline(keys: list[str], chosen: str) -> None:
    # A chart of its own for every choice: on one that had been clicked, the same click again would change nothing.
    name = f"cells.timeline.{len(keys)}.{chosen}"

    def clicked() -> None:
        picked = st.session_state[name].selection[PICK]
        if picked:
            st.session_state[CHOSEN] = picked[0]["key"]

    picture = timeline(len(keys), is_dark())
    st.vega_lite_chart(
        picture.filled(timeline_data(keys, chosen)), key=name, alt=picture.alt, on_select=clicked, width="stretch"
    )


def title(key: str) -> str:
    """A cell's name and year."""
    about = CELLS[key].about
    return about.name if str(about.year) in about.name else f"{about.name} ({about.year})"


def purpose(key: str) -> None:
    """What it is, what it was invented for, what to try, and the way to try it."""
    about = CELLS[key].about
    st.header(about.name, anchor=False)
    st.caption(f"{about.year} · {say.FAMILIES[about.family][0]} · {words.plain(about.paper)}")
    st.markdown(prose(described(CELLS[key]).sentence))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**Invented for.** {prose(about.problem)}")
    with right:
        st.markdown(f"**Try.** {prose(about.look)}")
    if st.button("Open in the playground", icon=":material/play_circle:", type="primary", on_click=_take, args=(key,)):
        st.switch_page("../pages/train.py")


def _take(key: str) -> None:
    """Set the controls to the experiment that shows this cell best."""
    sidebar.show_next(Experiment.from_params({"cell": key, **CELLS[key].about.best}))


def equations(key: str) -> None:
    """The definition, typeset."""
    st.markdown("### Equations")
    with st.container(key="cells.equations"):
        st.latex(cell_display(described(CELLS[key]).equations), width="content")
    st.caption(say.EQUATIONS)
    st.markdown(_direct_path(key))


def _direct_path(key: str) -> str:
    """What of the old state a step hands on as it is, or why nothing."""
    direct, changing = CELLS[key].direct_path, over_time(described(CELLS[key]).equations)
    if isinstance(direct, NoDirectPath):
        return say.NO_DIRECT_PATH.format(reason=prose(direct.reason, changing))
    old, new = (f"${name(part, changing)}$" for part in (f"{direct.part}₋", direct.part))
    if direct.factor == "1":
        return say.WHOLE.format(old=old, new=new)
    return say.DIRECT_PATH.format(old=old, new=new, factor=f"${expression(direct.factor, changing)}$")


def wiring(key: str) -> None:
    """The definition, drawn."""
    st.markdown("### Wiring")
    show(wiring_picture(key, is_dark()), {})
    st.caption(say.WIRING)


def quantities(key: str) -> None:
    """What there is to watch in it."""
    st.markdown("### State and gates")
    about = CELLS[key].about
    rows = [
        (f"${name(quantity, (quantity,))}$", f"**{words.plain(heading)}**", prose(look_for))
        for quantity, (heading, look_for) in about.quantities.items()
    ]
    _table(("Name", "What it is", "What to look for"), rows)


def ranges(key: str) -> None:
    """Shapes and ranges."""
    text = described(CELLS[key])
    st.markdown("### Shapes and ranges")
    st.markdown(prose(text.shapes, over_time(text.equations)))


def source(key: str) -> None:
    """The source, and how it differs from what libraries ship."""
    text = described(CELLS[key])
    st.markdown("### Source, and what others do")
    st.markdown(prose(text.source, over_time(text.equations)))


def settings(key: str) -> None:
    """The options that are its own."""
    st.markdown("### Settings")
    options = CELLS[key].options
    if not options:
        st.markdown(say.NO_SETTINGS)
        return
    rows = [
        (
            f"**{words.plain(words.label(option))}.** {words.plain(words.help_for(option))}",
            words.plain(words.span(spec, option)),
            words.plain(words.usual(spec, option)),
        )
        for option, spec in options.items()
    ]
    _table(("Setting", "May be", "Usually"), rows)


def sizes(key: str) -> tuple[int, int, int]:
    """I, H and O as the visitor chooses them; those without a meaning for this cell are fixed."""
    cell = CELLS[key]
    with st.container(horizontal=True):
        inputs = st.slider(
            "Input size I",
            1,
            128,
            8,
            key="cells.inputs",
            persist_state="session",
            disabled=bool(cell.required_input_size(1)),
        )
        hidden = st.slider("Hidden size H", 1, 128, 32, key="cells.hidden", persist_state="session")
        answers = 1
        if cell.answers:
            answers = st.slider("Output size O", 1, 128, 8, key="cells.answers", persist_state="session")
    return inputs, hidden, answers


def parameters(key: str) -> tuple[int, int, int]:
    """How many numbers it has, for sizes to choose; the sizes."""
    st.markdown("### Parameters")
    inputs, hidden, answers = sizes(key)
    cell = CELLS[key]
    found = weights(cell, inputs, hidden, answers)
    st.markdown(counted(key, inputs, hidden, answers))
    required = cell.required_input_size(hidden)
    if required:
        st.caption(say.ENTRANCE.format(entrance=required))
    rows = [(f"`{each.name}`", " × ".join(map(str, each.shape)), f"{each.numbers:,}") for each in found]
    _table(("Name", "Shape", "Numbers"), rows)
    return inputs, hidden, answers


def counted(key: str, inputs: int, hidden: int, answers: int) -> str:
    """The number of parameters, in a sentence."""
    found = weights(CELLS[key], inputs, hidden, answers)
    trained = sum(each.numbers for each in found if each.trained)
    if trained:
        return say.COUNTED.format(trained=trained)
    return say.NONE_TRAINED.format(fixed=sum(each.numbers for each in found))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *rows]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
