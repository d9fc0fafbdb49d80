"""The sequence on which a page looks at the network: what goes in, what is asked, what it answers, and the next one."""

from dataclasses import replace
from functools import partial

import streamlit as st

from engine.observe.trace import Trace
from engine.tasks import Quantity, Task, Tokens
from playground import words
from playground.charts.sequence import marked_picture, series_picture, values_data
from playground.charts.tokens import ROWS, key_of, positions, tokens_data, tokens_picture, widest
from playground.drawing import findings
from playground.runs.session import Session
from playground.shell.pictures import is_dark, show

LINE = 16
"""Letters in a line of the task's picture."""

WIDE = 100
"""Letters that fit into one line across two thirds of the page; with more, colours and marks remain."""


def sequence(trace: Trace, task: Task) -> None:
    """The answer in words; above it the sequence in lines of letters where they do not fit into one line."""
    reading = trace.reading
    if isinstance(reading, Tokens) and len(reading.inputs) * widest(reading) > WIDE:
        drawn = positions(len(reading.inputs))
        rows = 1 if sum(map(bool, reading.targets)) == 1 else len(ROWS)  # a single answer stands in the verdict
        columns = min(LINE // widest(reading), len(drawn))
        picture = tokens_picture(len(drawn), columns, rows, key_of(reading, rows), is_dark())
        show(picture, tokens_data(reading, drawn, rows), partial(findings.answered, reading))
    st.markdown(verdict(reading, task))


def sequence_above(trace: Trace, rows: int = len(ROWS)) -> None:
    """The probe sequence on the time axis of the pictures below it; of symbols, the first `rows` of it."""
    reading = trace.reading
    if isinstance(reading, Tokens):
        steps = len(reading.inputs)
        said = partial(findings.answered, reading) if rows == len(ROWS) else None
        drawing = tokens_picture(steps, steps, rows, key_of(reading, rows), is_dark())
        show(drawing, tokens_data(reading, range(1, steps + 1), rows), said)
        return
    drawn = marked_picture if any(reading.marked) else series_picture
    show(drawn(len(reading.values), is_dark()), values_data(reading), partial(findings.sequence, reading))


def verdict(reading: Tokens | Quantity, task: Task) -> str:
    """The answer in words: right and wrong by a mark, a word and a colour, and where what counts as right is from."""
    if isinstance(reading, Quantity):
        if reading.right is None:
            return words.NOBODY_KNOWS.format(answer=words.number(reading.answer))
        mark = ":blue[**✓ right**]" if reading.right else ":orange[**✗ wrong**]"
        off = abs(reading.answer - reading.target)
        return (
            f"Target **{words.number(reading.target)}**, answer **{words.number(reading.answer)}** — {mark}, "
            f"off by {words.number(off, 3)} (right: within {words.number(reading.tolerance, 3)}, "
            f"{words.tolerance(task)})."
        )
    counted = [t for t, right in enumerate(reading.right) if right is not None]
    if not counted:
        said = "".join(answer for answer in reading.answers if answer)
        return words.NOBODY_KNOWS.format(answer=words.plain(said))
    right = sum(bool(reading.right[t]) for t in counted)
    if len(counted) == 1:
        mark = ":blue[**✓ right**]" if right else ":orange[**✗ wrong**]"
        target, answer = (words.plain(row[counted[0]]) for row in (reading.targets, reading.answers))
        return f"Target **{target}**, answer **{answer}** — {mark}."
    mark = ":blue[**✓ all right**]" if right == len(counted) else f":orange[**✗ {len(counted) - right} wrong**]"
    return f"{right} of {len(counted)} answers right — {mark}."


def next_probe(session: Session) -> None:
    """Another of the sequences that training never sees."""
    session.request_probe(replace(session.request, probe=session.request.probe + 1))
