"""A visitor's own text or series: typed, pasted or uploaded. What does not work is said, and nothing is lost."""

import streamlit as st

from engine.fields import FieldError
from engine.tasks.characters import MIN_CHARACTERS, NextCharacter
from playground import own_table, words
from playground.uploads import composed, read_text


def ask(name: str, key: str) -> None:
    """Draw the controls that fill st.session_state[key] with a text ("text") or a tuple of numbers ("values")."""
    if name == "text":
        _ask_text(key)
    else:
        own_table.ask(key)


def _ask_text(key: str) -> None:
    def uploaded() -> None:
        file = st.session_state["text.file"]
        for name in ("text.problem", "text.said"):
            st.session_state.pop(name, None)
        if file is not None:
            try:
                text, said = read_text(file.getvalue())
                NextCharacter(corpus="own", text=text, length=1)  # raises if nothing can be learned from it
                st.session_state[key] = text
                st.session_state["text.said"] = f"From {file.name}. {said}"
            except FieldError as problem:
                st.session_state["text.problem"] = problem

    def typed() -> None:
        for name in ("text.problem", "text.said"):
            st.session_state.pop(name, None)
        st.session_state[key] = composed(st.session_state[key])

    st.file_uploader(
        "A text file (.txt, up to 200 kB)",
        type=["txt", "md"],
        key="text.file",
        on_change=uploaded,
        max_upload_size=1,
        help="In UTF-8, UTF-16, GBK, Big5 or Windows-1252.",
    )
    if "text.problem" in st.session_state:
        problem = st.session_state["text.problem"]
        st.error(words.sentence(problem, "") + words.AS_IT_WAS, icon=":material/error:")
    # Without max_chars: the browser would cut a longer paste without a word; the engine refuses it with a sentence.
    st.text_area(
        words.label("text"),
        height=140,
        key=key,
        on_change=typed,
        persist_state="session",
        placeholder=f"Paste at least {MIN_CHARACTERS} characters, then click outside.",
        help=words.help_for("text"),
    )
    if "text.said" in st.session_state:
        st.caption(words.plain(st.session_state["text.said"]))
