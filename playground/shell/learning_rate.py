"""The learning rate: the one usual with the optimizer, until the visitor sets another."""

import streamlit as st

from engine.learners.optimizers import USUAL_RATES
from playground import words

OWN = "lr.own"


def note() -> None:
    """Remember whether the rate, as it now stands, is the visitor's own or the usual one."""
    state = st.session_state
    state[OWN] = state["lr"] != USUAL_RATES[state["optimizer"]]


def follow() -> None:
    """Another optimizer brings its usual rate, unless the visitor has set one."""
    state = st.session_state
    if not state.get(OWN):
        state["lr"] = USUAL_RATES[state["optimizer"]]


def unusual() -> str:
    """What is usual with the optimizer, where the rate is another; as a sentence."""
    optimizer, rate = st.session_state["optimizer"], st.session_state["lr"]
    usual = USUAL_RATES[optimizer]
    return "" if rate == usual else words.USUAL_RATE.format(optimizer=words.choice(optimizer), rate=usual)
