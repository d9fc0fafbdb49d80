"""A visitor's own text or series: typed, pasted or uploaded. What does not work is said, and nothing is lost."""

import streamlit as st

from engine.fields import FieldError
from engine.tasks.characters import MIN_CHARACTERS, NextCharacter
from engine.tasks.forecast import MIN_VALUES, Forecast
from playground import words
from playground.uploads import MAX_BYTES, checked_column, likeliest, read_csv, read_text


def ask(name: str, key: str) -> None:
    """Draw the controls that fill st.session_state[key] with a text ("text") or a tuple of numbers ("values")."""
    if name == "text":
        _ask_text(key)
    else:
        _ask_values(key)


def _ask_text(key: str) -> None:
    def uploaded() -> None:
        file = st.session_state["text.file"]
        st.session_state.pop("text.problem", None)
        if file is not None:
            try:
                text = read_text(file.getvalue())
                NextCharacter(corpus="own", text=text)  # raises if nothing can be learned from it
                st.session_state[key] = text
            except FieldError as problem:
                st.session_state["text.problem"] = problem

    st.file_uploader(
        "A text file (.txt, UTF-8, up to 200 kB)",
        type=["txt", "md"],
        key="text.file",
        on_change=uploaded,
        max_upload_size=1,
    )
    _problem("text.problem")
    st.text_area(
        words.label("text"),
        height=140,
        max_chars=MAX_BYTES["text"],
        key=key,
        persist_state="session",
        placeholder=f"Paste at least {MIN_CHARACTERS} characters, then click outside.",
        help=words.help_for("text"),
    )


def _ask_values(key: str) -> None:
    def uploaded() -> None:
        file = st.session_state["values.file"]
        for name in ("values.problem", "values.columns"):
            st.session_state.pop(name, None)
        if file is not None:
            try:
                st.session_state["values.columns"] = read_csv(file.getvalue())
            except FieldError as problem:
                st.session_state["values.problem"] = problem

    st.file_uploader(
        f"A CSV file with a column of at least {MIN_VALUES} numbers, up to 2 MB",
        type=["csv", "tsv", "txt"],
        key="values.file",
        on_change=uploaded,
        max_upload_size=2,
    )
    _problem("values.problem")
    columns = st.session_state.get("values.columns")
    if columns:
        names = list(columns)
        column = st.selectbox("Column", names, index=names.index(likeliest(columns)), key="values.column")
        try:
            values = checked_column(column, columns[column])
            Forecast(series="own", values=values)  # raises if nothing can be learned from them
            st.session_state[key] = values
        except FieldError as problem:
            st.error(words.sentence(problem, "forecast") + words.AS_IT_WAS, icon=":material/error:")
    if st.session_state[key]:
        st.caption(f"{len(st.session_state[key]):,} values.")


def _problem(key: str) -> None:
    if key in st.session_state:
        st.error(words.sentence(st.session_state[key], "") + words.AS_IT_WAS, icon=":material/error:")
