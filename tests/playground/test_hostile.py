"""Thousands of links, files and saved runs from anyone: each a run or a sentence, and the visitor's own run goes on."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Experiment
from engine.experiment import known_settings
from engine.messages import MessageError
from engine.saving import load, save
from engine.tables import read_table
from playground import words
from playground.runs.pool import Pool
from playground.runs.session import Session
from playground.shell.uploads import read_text
from tests.engine.runs import assert_same_place, trained
from tests.playground.visitors import chosen, run_of

pytestmark = pytest.mark.learning
MANY = settings(max_examples=1500, suppress_health_check=[HealthCheck.function_scoped_fixture])
FILE = save(trained(3))
HEADER = int.from_bytes(FILE[:8], "little")
NASTY = st.sampled_from(
    [
        "",
        "nan",
        "-0",
        "1e999",
        "９",
        "\x00",
        "../../etc/passwd",
        "<script>",
        "[a](javascript:b)",
        "🙂" * 50,
        "𝟙",
        "1" * 5000,
    ]
)
ANY = st.one_of(NASTY, st.text(max_size=40), st.integers().map(str), st.floats().map(str))


@pytest.fixture(scope="module")
def visitor(shared_pool: Pool) -> Iterator[Session]:
    """Three updates into a run, which nothing that follows may touch."""
    session = Session(chosen(), shared_pool)
    for _ in range(3):
        session.step()
    yield session
    assert_same_place(run_of(session), trained(3))
    session.step()
    assert_same_place(run_of(session), trained(4))


def is_a_sentence(problem: MessageError) -> None:
    shown = words.say(problem.message)
    assert shown.rstrip().endswith((".", "\\."))
    assert len(shown) < 1500
    assert "Traceback" not in shown
    assert not re.search(r"(?<!\\)[<>\[\]`]", shown), "markup gets through"


@MANY
@given(st.dictionaries(st.one_of(st.sampled_from(sorted(known_settings())), st.text(max_size=12)), ANY, max_size=8))
def test_links(visitor: Session, params: dict[str, str]) -> None:
    given_ = dict(parse_qsl(urlencode(params, errors="replace"), keep_blank_values=True, errors="replace"))
    experiment, problems = Experiment.read(given_)
    for problem in problems:
        is_a_sentence(problem)
        assert problem.instead is not None
        assert words.say(problem.instead, as_in_link=True)
    assert Experiment.from_params(experiment.to_params()) == experiment


@MANY
@given(st.one_of(st.binary(max_size=300), st.text("0123456789.,;\t\n\"'=-e nan\0", max_size=300).map(str.encode)))
def test_uploads(visitor: Session, data: bytes) -> None:
    for read in (read_text, read_table):
        try:
            read(data)
        except MessageError as problem:
            is_a_sentence(problem)


def attempt(data: bytes) -> None:
    """Take up a run from a file as the page does, and go on with it if there is one."""
    try:
        run = load(data)
    except MessageError as problem:
        is_a_sentence(problem)
    else:
        run.update()
        run.update()


@MANY
@given(st.lists(st.tuples(st.integers(0, len(FILE) - 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6))
def test_saved_runs_with_bytes_overwritten(visitor: Session, changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(FILE)
    for place, value in changes:
        data[place : place + len(value)] = value
    attempt(bytes(data))


@MANY
@given(st.integers(8, 8 + HEADER), st.binary(max_size=20), st.integers(0, 40))
def test_saved_runs_with_another_header(visitor: Session, place: int, inserted: bytes, removed: int) -> None:
    header = FILE[8:place] + inserted + FILE[place + removed : 8 + HEADER]
    attempt(len(header).to_bytes(8, "little") + header + FILE[8 + HEADER :])


@MANY
@given(
    st.lists(st.sampled_from(sorted(json.loads(FILE[8 : 8 + HEADER]))), min_size=1, max_size=3),
    st.sampled_from(["dtype", "shape", "data_offsets"]),
    st.one_of(st.none(), st.integers(-5, 2**70), st.text(max_size=5), st.lists(st.integers(-5, 2**65), max_size=4)),
)
def test_saved_runs_with_other_arrays_described(visitor: Session, names: list[str], key: str, value: Any) -> None:
    described = json.loads(FILE[8 : 8 + HEADER])
    for name in names:
        described[name] = {**described[name], key: value}
    header = json.dumps(described).encode()
    attempt(len(header).to_bytes(8, "little") + header + FILE[8 + HEADER :])
