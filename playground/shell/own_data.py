"""A visitor's own text or series: typed, pasted or uploaded. What does not work is said, and nothing is lost."""

from collections.abc import Callable

import streamlit as st

from engine.messages import Message, MessageError, quoted
from engine.tables import ENCODINGS
from engine.tasks.sequence.characters import MIN_CHARACTERS, NextCharacter
from playground import words
from playground.shell import own_table
from playground.shell.uploads import Read, cleaned, read_text

FILE, ENCODING, READ, SAID, PROBLEM = "text.file", "text.encoding", "text.read", "text.said", "text.problem"
FIRST_LINES, LINE = 5, 60


def ask(name: str, key: str) -> None:
    """Draw the controls that fill st.session_state[key] with a text ("text") or a tuple of numbers ("values")."""
    if name == "text":
        _ask_text(key)
    else:
        own_table.ask(key)


def _ask_text(key: str) -> None:
    state = st.session_state

    def read() -> None:
        for name in (READ, SAID, PROBLEM):
            state.pop(name, None)
        if state[FILE] is None:
            return
        try:
            found = read_text(state[FILE].getvalue(), state.get(ENCODING))
            NextCharacter(corpus="own", text=found.text, length=1)  # raises if nothing can be learned from it
            state[key], state[READ] = found.text, found
            state[SAID] = (Message("upload.file", name=quoted(state[FILE].name)), *found.said)
        except MessageError as problem:
            state[PROBLEM] = problem

    def uploaded() -> None:
        state[ENCODING] = None
        read()

    def typed() -> None:
        for name in (READ, PROBLEM):
            state.pop(name, None)
        state[key], state[SAID] = cleaned(state[key])

    st.file_uploader(
        "A text file (.txt, up to 200 kB)",
        type=["txt", "md"],
        key=FILE,
        on_change=uploaded,
        max_upload_size=1,
        help=f"In {', '.join(ENCODINGS.values())}.",
    )
    if PROBLEM in state:
        st.error(words.say(state[PROBLEM].message) + words.AS_IT_WAS, icon=":material/error:")
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
    if state.get(SAID):
        st.caption(words.say(*state[SAID]))
    if state.get(FILE) is not None and (READ in state or PROBLEM in state):
        _reading(state.get(READ), read)


def _reading(found: Read | None, again: Callable[[], None]) -> None:
    """How the file was read, its first lines, and a control to read it in another encoding."""
    with st.expander("How it was read", expanded=found is None, icon=":material/article:"):
        if found is not None:
            lines = found.text.split("\n", FIRST_LINES)[:FIRST_LINES]
            st.code("\n".join(line[:LINE] + "…" * (len(line) > LINE) for line in lines), language=None, wrap_lines=True)
        st.session_state.setdefault(ENCODING, None)
        itself = f"found: {ENCODINGS[found.encoding]}" if found and st.session_state[ENCODING] is None else "find it"
        st.selectbox(
            "Encoding",
            [None, *ENCODINGS],
            format_func=lambda name: itself if name is None else ENCODINGS[name],
            placeholder=itself,  # what Streamlit shows for None
            key=ENCODING,
            on_change=again,
            persist_state="session",
        )
