"""A passage of text as one unit has it; the units that follow a property; the moments that are like the chosen one."""

import numpy as np
import streamlit as st

from engine import CELLS, Experiment
from engine.observe.properties import CHARACTER, PROPERTIES, measured
from engine.observe.reading import Band, Passage
from engine.observe.similar import around, similar
from engine.observe.unit_search import Match
from engine.settings import SettingError
from playground import words
from playground.charts.base import limit
from playground.charts.letters import PICKED, letters_data, letters_picture, size_for, visible
from playground.links.presets import PRESETS
from playground.runs.reader import ReadCheckpoint, Reader
from playground.shell import sidebar
from playground.shell.frame import visitor
from playground.shell.kept import kept
from playground.shell.pictures import is_dark
from playground.views.text import words as say

WINDOW = 400
"""Characters shown at once."""

PROPERTY, SIGN = "text.property", "text.character"
LAYER, QUANTITY, UNIT = "text.show.layer", "text.show.quantity", "text.show.unit"
AT, EXTENT = "text.show.at", "text.show.extent"


def nothing_to_read() -> None:
    """What this page needs, and a way to get it."""
    st.info(say.NEEDS_TEXT, icon=":material/article:")
    st.button(say.OPEN_TEXT, key="text.open", on_click=_open_text)


def _open_text() -> None:
    sidebar.show_next(Experiment.from_params(PRESETS["Write like the text"]))
    st.rerun()


def moment_of(reader: Reader) -> ReadCheckpoint | None:
    """The moment on show, said in words, and a way to the present one; None before there is any."""
    checkpoint, playing = reader.checkpoint(), visitor().playing
    if checkpoint is None:
        st.caption(say.FIRST_LOOK)
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(say.AFTER_UPDATE.format(updates=checkpoint.updates) + say.LOOKS_AGAIN * playing, width="content")
        st.button(
            "Look again now",
            icon=":material/refresh:",
            key="text.look",
            on_click=reader.look_again,
            disabled=not playing,
        )
    return checkpoint


def coloured(checkpoint: ReadCheckpoint) -> tuple[Band, int]:
    """The passage, each character on the colour of one unit; the band on show and the chosen position, from 0."""
    st.header("One unit, character by character", anchor=False)
    passage = checkpoint.passage
    with st.container(horizontal=True, vertical_alignment="bottom"):
        band, unit = _choose_unit(passage)
        at = _choose_position(passage)
    first, text = _window(passage, at)
    values = passage.unit(band, unit)
    plain = band.gate and not band.bipolar
    cell = visitor().experiment.stack.cell
    high = 1.0 if plain else CELLS[cell].state_range.get(band.quantity) or limit(values[:, None])
    picture = letters_picture(band.quantity, "gate" if plain else "signed", high, size_for(passage.text), is_dark())
    title, _ = words.quantity(cell, band.quantity)
    st.markdown(say.UNIT.format(title=title, unit=unit, units=band.units, layer=band.layer))
    last = first + len(text)
    marked = _marks(checkpoint)
    data = letters_data(text, values[first:last], first + 1, at + 1, None if marked is None else marked[first:last])
    # A chart of its own for every choice: on one that had been clicked, the same click again would change nothing.
    key = f"text.passage.{at}"

    def clicked() -> None:
        picked = st.session_state[key].selection[PICKED]
        if picked:
            st.session_state[AT] = int(picked[0]["position"])

    st.vega_lite_chart(picture.filled(data), key=key, alt=picture.alt, on_select=clicked, width="stretch")
    part = say.PARTS[_part(passage, first, last)].format(held=passage.held + 1)
    below = "" if marked is None else say.UNDERLINED.format(property=say.PROPERTIES[_asked(checkpoint)[0]].lower())
    st.caption(say.PASSAGE.format(first=first + 1, last=last, all=len(passage.text), part=part) + below)
    return band, at


def _asked(checkpoint: ReadCheckpoint) -> tuple[str, str]:
    """The property that is searched for, and the character where it is one."""
    name = kept(PROPERTY, [*PROPERTIES, CHARACTER])
    return name, kept(SIGN, list(checkpoint.task.alphabet)) if name == CHARACTER else ""


def _marks(checkpoint: ReadCheckpoint) -> np.ndarray | None:
    """Where the property holds, (N,); None if it is an amount."""
    values = measured(checkpoint.passage.text, *_asked(checkpoint))
    return values if values.max() <= 1 else None


def _choose_unit(passage: Passage) -> tuple[Band, int]:
    state = st.session_state
    layers = sorted({band.layer for band in passage.bands})
    layer = kept(LAYER, layers)
    if len(layers) > 1:
        st.segmented_control("Layer", layers, key=LAYER, required=True, persist_state="session")
    names = [band.quantity for band in passage.bands if band.layer == layer]
    name = kept(QUANTITY, names)
    if len(names) > 1:
        st.segmented_control(
            "State or gate", names, format_func=words.short, key=QUANTITY, required=True, persist_state="session"
        )
    band = passage.band(layer, name)
    state[UNIT] = min(state.get(UNIT, 1), band.units)
    unit = st.number_input("Unit", 1, band.units, step=1, key=UNIT, width=130, persist_state="session")
    return band, unit


def _choose_position(passage: Passage) -> int:
    """The chosen position, from 0; the buttons go a window back or on."""
    size = len(passage.text)
    begin = passage.held if passage.held < size else 0
    if st.session_state.get(EXTENT) != (size, begin):  # another text, so another place in it
        st.session_state[EXTENT] = (size, begin)
        st.session_state[AT] = min(begin + WINDOW // 4, (begin + size + 1) // 2)
    st.session_state[AT] = max(1, min(st.session_state.get(AT, 1), size))

    at = st.number_input("Position", 1, size, step=1, key=AT, width=150, persist_state="session")
    if size > WINDOW:
        first, text = _window(passage, at - 1)
        _move("Earlier", "back", max(1, at - WINDOW), off=first == 0)
        _move("Later", "forward", min(size, at + WINDOW), off=first + len(text) == size)
    return at - 1


def _move(label: str, way: str, to: int, off: bool) -> None:
    """A button that goes to another position, one window further."""

    def act() -> None:
        st.session_state[AT] = to

    st.button(label, icon=f":material/arrow_{way}:", on_click=act, key=f"text.{way}", disabled=off)


def _window(passage: Passage, at: int) -> tuple[int, str]:
    """The window that holds position `at`, one of those laid end to end from where the held-out text begins."""
    begin = passage.held + (at - passage.held) // WINDOW * WINDOW
    first = max(0, begin)
    return first, passage.text[first : begin + WINDOW]


def _part(passage: Passage, first: int, last: int) -> str:
    if passage.held == len(passage.text):
        return "word"
    if first >= passage.held:
        return "held-out"
    return "training" if last <= passage.held else "both"


def followers(reader: Reader, checkpoint: ReadCheckpoint) -> None:
    """The units that follow a property best."""
    st.header("Units that follow something", anchor=False)
    st.caption(say.SEARCH)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name, character = _asked(checkpoint)
        st.selectbox(
            "Property",
            [*PROPERTIES, CHARACTER],
            format_func=say.PROPERTIES.__getitem__,
            key=PROPERTY,
            persist_state="session",
        )
        if character:
            alphabet = list(checkpoint.task.alphabet)
            st.selectbox("Character", alphabet, format_func=visible, key=SIGN, width=130, persist_state="session")
    try:
        found = reader.best(checkpoint, name, character)
    except SettingError as problem:
        st.info(words.say(problem.message), icon=":material/search_off:")
        return
    if found:
        _table(found, checkpoint.passage.bands, f"text.best.{checkpoint.updates}.{name}.{character}")
        st.caption(say.SCORE)


def _table(found: list[Match], bands: tuple[Band, ...], key: str) -> None:
    def clicked() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            match = found[rows[0]]
            st.session_state.update({LAYER: match.layer, QUANTITY: match.quantity, UNIT: match.unit})

    order = ["quantity", "unit", "r", "found"]
    shown = [
        {"layer": match.layer, "quantity": match.quantity, "unit": match.unit, "r": match.score, "found": match.found}
        for match in found
    ]
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        on_select=clicked,
        selection_mode="single-row",
        column_order=["layer", *order] if len({band.layer for band in bands}) > 1 else order,
        column_config={
            "layer": st.column_config.NumberColumn("Layer", width=50),
            "quantity": st.column_config.TextColumn("State or gate", width=90),
            "unit": st.column_config.NumberColumn("Unit", width=50),
            "r": st.column_config.NumberColumn("Score r", format="%.2f", width=70),
            "found": st.column_config.NumberColumn("r in training", format="%.2f", width=85),
        },
        alt="Table of the units that follow the property best, with their scores.",
    )


def alike(checkpoint: ReadCheckpoint, band: Band, at: int) -> None:
    """The moments whose hidden state is nearest to the chosen one, in their context."""
    st.header("Similar moments", anchor=False)
    passage = checkpoint.passage
    st.caption(say.SIMILAR.format(layer=band.layer, at=at + 1))
    found = similar(passage.text, passage.units(passage.band(band.layer, "h")), at)
    if not found:
        st.info(say.TOO_SHORT, icon=":material/search_off:")
        return
    key = f"text.alike.{checkpoint.updates}.{band.layer}.{at}"

    def clicked() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            st.session_state[AT] = found[rows[0]].at + 1

    def seen(text: str) -> str:
        return "".join(map(visible, text))

    shown = [
        {"near": one.similarity, "before": seen(one.before), "here": seen(one.here), "after": seen(one.after)}
        for one in found
    ]
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        on_select=clicked,
        selection_mode="single-row",
        column_config={
            "near": st.column_config.NumberColumn("Similarity", format="%.3f", width=80),
            "before": st.column_config.TextColumn("Before", alignment="right"),
            "here": st.column_config.TextColumn("Here", alignment="center", width=50),
            "after": st.column_config.TextColumn("After"),
        },
        alt="Table of the positions whose hidden state is nearest, with the text around each.",
    )
    margin = around(len(passage.text))
    st.caption(say.COSINE + (say.LEFT_OUT.format(around=margin) if margin else ""))
