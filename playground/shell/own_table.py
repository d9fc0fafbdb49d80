"""A visitor's own table: how it was read is shown and can be changed; what to do with gaps is asked."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from engine.messages import Message, quoted
from engine.settings import SettingError
from engine.tables import ENCODINGS, Column, DataFileError, Table, filled, longest, read_table
from engine.tables.columns import few
from engine.tasks.sequence.forecast import MIN_VALUES, Forecast
from playground import words
from playground.charts.column import column_data, column_picture
from playground.shell.pictures import is_dark, show

FILE, TABLE, PROBLEM = "values.file", "values.table", "values.problem"
HANDED, IN_USE = "values.handed", "values.in_use"
"""The file as it came, name and content; the values taken from one, and where from."""
COLUMN, GAPS, FAR = "values.column", "values.gaps", "values.far"
DECISIONS = ("separator", "decimal", "header", "encoding")
SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar |", " ": "space", "": "none, one column"}
DECIMAL_NAMES = {".": "point", ",": "comma"}
STRETCH, FILL = "stretch", "fill"
MOST_NAMES = 60


def ask(key: str) -> None:
    """Draw the controls that fill st.session_state[key] with a tuple of numbers, as soon as there are such."""
    state = st.session_state
    st.file_uploader(
        f"A table (CSV) with a column of at least {MIN_VALUES} numbers, up to 2 MB",
        type=["csv", "tsv", "txt"],
        key=FILE,
        on_change=_uploaded,
        args=(key,),
        max_upload_size=2,
    )
    if HANDED in state:
        _handed_in(key)
    if PROBLEM in state:
        st.error(words.say(state[PROBLEM].message) + words.AS_IT_WAS, icon=":material/error:")
    table: Table | None = state.get(TABLE)
    if table or PROBLEM in state:
        _reading(table)
    if table is not None and PROBLEM not in state:
        _column(table, key)
    if state[key]:
        values, where = state.get(IN_USE, ((), ""))
        where = where if values == state[key] else "from the link or a saved run"
        st.caption(words.plain(f"In use: {len(state[key]):,} values {where}."))


def _uploaded(key: str) -> None:
    """Read another file, from nothing; without one, as it was taken away, there is none any more."""
    file = st.session_state[FILE]
    if file is None:
        _remove(key)
        return
    _forget()
    st.session_state[HANDED] = (file.name, file.getvalue())
    _read()


def _forget() -> None:
    """Nothing of a file handed in before is left, but the values that are in use."""
    for name in (HANDED, TABLE, COLUMN, GAPS, FAR, PROBLEM):
        st.session_state.pop(name, None)
    for name in DECISIONS:
        st.session_state[f"values.{name}"] = None


def _remove(key: str) -> None:
    """No file and no values of it."""
    _forget()
    if st.session_state.get(IN_USE, ((), ""))[0] == st.session_state[key]:
        st.session_state[key] = ()


def _handed_in(key: str) -> None:
    """Which file it is where the browser shows none any more, as after a change of pages; and a way to remove it."""
    if st.session_state.get(FILE) is None:
        name, _ = st.session_state[HANDED]
        st.caption(words.plain(f"Handed in: {name}"))
        st.button("Remove it", icon=":material/close:", key="values.remove", on_click=_remove, args=(key,))


def _read() -> None:
    """Read the file with what was decided by hand; a table that was read before stays if that does not work."""
    state = st.session_state
    state.pop(PROBLEM, None)
    if HANDED not in state:  # it was taken away by the same request
        return
    _, data = state[HANDED]
    try:
        table = read_table(data, **{name: state.get(f"values.{name}") for name in DECISIONS})
    except DataFileError as problem:
        state[PROBLEM] = problem
        return
    state[TABLE] = table
    state.pop(GAPS, None)
    best = table.likeliest
    if best is None:
        names = few([quoted(column.name) for column in table.columns], most=5)
        state[PROBLEM] = DataFileError(Message("upload.no_numbers", columns=names))
    elif state.get(COLUMN) not in [column.name for column in table.numbers]:
        state[COLUMN] = best.name


def _reading(table: Table | None) -> None:
    """What was decided, and a control for each of it."""
    with st.expander("How it was read", expanded=table is None, icon=":material/table:"):
        if table is not None:
            st.caption(words.plain(_summary(table)))
            st.dataframe(_first_rows(table), height="content")
            if len(table.columns) > MOST_NAMES:
                st.caption(f"The first {MOST_NAMES} of {len(table.columns)} columns are shown.")
        found = {
            "separator": SEPARATOR_NAMES[table.separator] if table else "",
            "decimal": DECIMAL_NAMES[table.decimal] if table else "",
            "header": (f"line {table.header:,}" if table.header else "none") if table else "",
            "encoding": ENCODINGS[table.encoding] if table else "",
        }
        lines = {line: f"line {line:,}: {' | '.join(cells)[:40]}" for line, cells in table.first} if table else {}
        _decision("Separator", "separator", SEPARATOR_NAMES, found)
        _decision("Decimal mark", "decimal", DECIMAL_NAMES, found)
        _decision("Line of names", "header", {0: "none", **lines}, found)
        _decision("Encoding", "encoding", ENCODINGS, found)
    if table is not None and table.notes:
        st.caption(words.say(*table.notes))


def _decision(label: str, name: str, options: dict[Any, Any], found: dict[str, str]) -> None:
    key = f"values.{name}"
    kept = st.session_state.setdefault(key, None)
    choices = [None, *options] if kept is None or kept in options else [None, kept, *options]
    itself = f"found: {found[name]}" if kept is None and found[name] else "find it"
    st.selectbox(
        label,
        choices,
        format_func=lambda value: itself if value is None else str(options.get(value, value)),
        placeholder=itself,  # what Streamlit shows for None
        key=key,
        on_change=_read,
        persist_state="session",
    )


def _summary(table: Table) -> str:
    between = f"{SEPARATOR_NAMES[table.separator]} between the columns" if table.separator else "one column"
    header = f"names on line {table.header:,}" if table.header else "no line of names"
    return (
        f"{ENCODINGS[table.encoding]}, {between}, decimal {DECIMAL_NAMES[table.decimal]}, {header}; "
        f"{len(table.columns)} column{'s' * (len(table.columns) != 1)}, {len(table.lines):,} rows. The first rows:"
    )


def _first_rows(table: Table) -> pd.DataFrame:
    """The first rows as text, by the line of the file."""
    columns = table.columns[:MOST_NAMES]
    texts = {column.name: list(column.texts) for column in columns}
    lines = [f"line {line:,}" for line in table.lines[: len(columns[0].texts)]]
    return pd.DataFrame(texts, index=pd.Index(lines))


def _column(table: Table, key: str) -> None:
    """Choose a column; its numbers go to st.session_state[key] once they have no gap."""
    names = [column.name for column in table.numbers]
    if st.session_state.get(COLUMN) not in names and table.likeliest is not None:
        st.session_state[COLUMN] = table.likeliest.name
    name = st.selectbox(
        "Column", names, key=COLUMN, persist_state="session", on_change=lambda: st.session_state.pop(GAPS, None)
    )
    words_only = [column.name for column in table.columns if column.kind == "text"]
    if words_only:
        more = f" and {len(words_only) - 5:,} more" if len(words_only) > 5 else ""
        st.caption(words.plain(f"Not offered, as most cells are no number: {', '.join(words_only[:5])}{more}."))
    column = table.column(name)
    values = _without_far(column)
    show(column_picture(is_dark()), column_data(column.values))
    if column.said:
        st.warning(words.say(*column.said), icon=":material/rule:")
    rows = np.arange(len(values))
    if np.isnan(values).any():
        choice = _gaps(column, values)
        if choice is None:
            st.info(f"Choose what to do with the gaps.{words.AS_IT_WAS}", icon=":material/rule:")
            return
        if choice == STRETCH:
            start, stop = longest(values)
            values, rows = values[start:stop], rows[start:stop]
        else:
            values = filled(values)
    try:
        taken = tuple(map(float, values))
        Forecast(series="own", values=taken, length=1)  # raises if nothing can be learned from them
        st.session_state[key] = taken
        st.session_state[IN_USE] = (taken, f"of “{name}” in {st.session_state[HANDED][0]}")
    except SettingError as problem:
        st.error(words.say(problem.message, task="forecast") + words.AS_IT_WAS, icon=":material/error:")


def _without_far(column: Column) -> np.ndarray:
    """The column's values; those far outside the rest are gaps if the visitor says so."""
    if not column.far:
        return column.values
    st.warning(words.say(*column.far_said), icon=":material/rule:")
    far = st.checkbox("Count such values as gaps", key=FAR, persist_state="session")
    return column.without_far() if far else column.values


def _gaps(column: Column, values: np.ndarray) -> str | None:
    start, stop = longest(values)
    first, last = column.lines[start], column.lines[stop - 1]
    options = {
        STRETCH: f"Take the longest stretch without a gap: lines {first:,} to {last:,}, {stop - start:,} values",
        FILL: f"Fill {int(np.isnan(values).sum()):,} gaps on straight lines between the values beside them",
    }
    choice: str | None = st.radio(
        "Gaps", list(options), format_func=options.__getitem__, index=None, key=GAPS, persist_state="session"
    )
    return choice
