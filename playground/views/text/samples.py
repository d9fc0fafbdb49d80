"""What a network writes, each character with the probabilities it was drawn from."""

import numpy as np
import streamlit as st

from engine.generate.text import PROMPT, TEMPERATURE, TOP_K, Written
from engine.settings import SettingError
from playground import words
from playground.charts.letters import PICKED, letters_data, letters_picture, size_for, visible
from playground.charts.probabilities import MOST, probabilities_data, probabilities_picture
from playground.runs.reader import ReadCheckpoint, Reader
from playground.shell.pictures import is_dark, show
from playground.views.text import words as say

PLACE, NUMBER = "text.write.place", "text.write.number"
FEW = 5


def written(reader: Reader, checkpoint: ReadCheckpoint) -> None:
    """The controls, the text in colours, and the bars of one place in it."""
    st.header("It writes", anchor=False)
    prompt, temperature, top_k = _controls(checkpoint)
    prompt = checkpoint.task.spelled(prompt)
    unknown = "".join(sorted(set(prompt) - set(checkpoint.task.alphabet)))
    if unknown:
        st.caption(words.UNKNOWN.format(characters=words.plain("".join(map(visible, unknown)))))
    try:
        PROMPT.check("prompt", prompt)
        text = reader.written(checkpoint, prompt, temperature, top_k, st.session_state.get(NUMBER, 0))
    except SettingError as problem:
        st.info(words.say(problem.message), icon=":material/edit_off:")
        return
    if text is None or not text.text:
        return
    left, right = st.columns([2, 1], gap="medium")
    with left:
        place = _letters(text)
    with right:
        only = say.ONLY_TOP.format(count=top_k) if 0 < top_k < len(text.alphabet) else ""
        st.markdown(say.COULD_COME.format(place=place, temperature=temperature, top_k=only))
        data = probabilities_data(text.likeliest(place - 1, MOST), text.text[place - 1])
        show(probabilities_picture(is_dark()), data)


def _controls(checkpoint: ReadCheckpoint) -> tuple[str, float, int]:
    """Prompt, temperature, and among how many of the likeliest characters is drawn (0: all)."""
    state = st.session_state
    size = len(checkpoint.task.alphabet)
    state.setdefault("text.write.temperature", TEMPERATURE.default)
    state["text.write.top_k"] = min(state.get("text.write.top_k", TOP_K.default), size)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        prompt = st.text_input(
            "Prompt",
            key="text.write.prompt",
            width=260,
            persist_state="session",
            help="What the text begins with. Press Enter.",
        )
        temperature = st.slider(
            "Temperature",
            TEMPERATURE.low,
            TEMPERATURE.high,
            step=0.1,
            key="text.write.temperature",
            width=220,
            persist_state="session",
            help="Low: the likeliest characters. High: more surprises.",
        )
        top_k = st.number_input(
            "Top k",
            0,
            size,
            step=1,
            key="text.write.top_k",
            width=130,
            persist_state="session",
            help="Draw among the k likeliest characters only; 1 takes the likeliest each time, 0 is off.",
        )
        st.button("Write again", icon=":material/casino:", on_click=_again, key="text.write.again")
    if top_k == size:
        st.caption(say.ALL_COUNT.format(count=size))
    return prompt or "", temperature, top_k


def _again() -> None:
    st.session_state[NUMBER] = st.session_state.get(NUMBER, 0) + 1


def _letters(text: Written) -> int:
    """The prompt and what was written after it; the chosen place among what was written, from 1."""
    before = len(text.prompt)
    st.session_state[PLACE] = min(st.session_state.get(PLACE, 1), len(text.text))
    place = st.number_input("Place", 1, len(text.text), step=1, key=PLACE, width=130, persist_state="session")
    whole = text.prompt + text.text
    values = np.concatenate([np.full(before, np.nan), text.chosen])
    tips = [""] * before + [
        ", ".join(f"{visible(c)} {share:.0%}" for c, share in text.likeliest(k, FEW)) for k in range(len(text.text))
    ]
    picture = letters_picture("probability", "share", 1.0, size_for("".join(text.alphabet), len(whole)), is_dark())
    key = f"text.written.{place}"

    def clicked() -> None:
        picked = st.session_state[key].selection[PICKED]
        if picked and picked[0]["position"] >= 1:
            st.session_state[PLACE] = int(picked[0]["position"])

    data = letters_data(whole, values, 1 - before, place, likeliest=tips)
    st.vega_lite_chart(picture.filled(data), key=key, alt=picture.alt, on_select=clicked, width="stretch")
    st.caption(say.WRITTEN)
    return place
