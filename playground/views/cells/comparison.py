"""Two cells side by side: their equations aligned and their difference marked, and what it costs."""

import streamlit as st

from engine import CELLS
from engine.cells.equations import Equation, equations, over_time
from playground import words
from playground.charts.timeline import by_year
from playground.drawing.comparing import Pair, aligned, differing
from playground.drawing.typeset import marked, name, prose
from playground.views.cells import words as say
from playground.views.cells.catalogue import counted, title


def draw(key: str, sizes: tuple[int, int, int]) -> None:
    """The choice of a second cell, and both."""
    st.header("Side by side", anchor=False)
    others = [each for each in by_year(list(CELLS)) if each != key]
    if st.session_state.get("cells.other") not in others:
        st.session_state["cells.other"] = None
    other = st.selectbox(
        f"Compare {CELLS[key].about.name} with",
        others,
        index=None,
        format_func=title,
        placeholder="Choose a second cell",
        key="cells.other",
        persist_state="session",
    )
    if other is None:
        return
    pairs = aligned(equations(CELLS[key]), equations(CELLS[other]))
    changing = over_time(equations(CELLS[key])) | over_time(equations(CELLS[other]))
    st.markdown(prose(in_words(key, other, pairs), changing))
    st.caption(say.COMPARED)
    with st.container(border=True, gap="medium"):
        for column, each, mark in zip(st.columns(2, gap="xsmall"), (key, other), "12", strict=True):
            with column:
                st.markdown(f"**{mark}   {words.plain(title(each))}**  \n{counted(each, *sizes)}")
        for pair in pairs:
            left, right = st.columns(2, gap="xsmall")
            with left:
                _side("1", key, pair, pair.first, pair.second)
            with right:
                _side("2", other, pair, pair.second, pair.first)


def _side(mark: str, key: str, pair: Pair, own: Equation | None, others: Equation | None) -> None:
    changing = over_time(equations(CELLS[key]))
    if own is None:
        symbols = ", ".join(f"${name(each, (each,))}$" for each in pair.lhs.split(", "))
        st.caption(f"{mark}   {say.NO_COUNTERPART.format(name=symbols)}")
    else:
        st.latex(marked(mark, own, differing(own, others), changing), width="content")


def in_words(key: str, other: str, pairs: list[Pair]) -> str:
    """What is the same and what is not, in a sentence or two."""
    first, second = CELLS[key].about.name, CELLS[other].about.name
    same = [pair.lhs for pair in pairs if pair.same]
    differ = [pair.lhs for pair in pairs if pair.first and pair.second and not pair.same]
    said = [
        say.SAME.format(names=words.listed(same)) if same else "",
        say.DIFFER.format(names=words.listed(differ)) if differ else "",
        *(
            say.ONLY.format(cell=cell, names=words.listed(only))
            for cell, only in (
                (first, [pair.lhs for pair in pairs if pair.second is None]),
                (second, [pair.lhs for pair in pairs if pair.first is None]),
            )
            if only
        ),
    ]
    return " ".join(sentence for sentence in said if sentence)
