"""Every sentence of the engine, provoked: the reason it tells is the true one, and none is left out."""

import ast
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from safetensors.torch import save as file_of

from engine import Experiment, FieldError, Run
from engine.architectures import Stack
from engine.budget import check_memory, check_together
from engine.generate.text import sample
from engine.learners import Training
from engine.observe.properties import measured
from engine.observe.reading import Band, Passage
from engine.observe.unit_search import best_units
from engine.saving import contents, load, save
from engine.script import script
from engine.sweep import Sweep, _asked, done_in, numbers
from engine.tables import read_table
from engine.tasks import TASKS
from tests.engine.own import MyTask, registered
from tests.engine.runs import trained
from tests.engine.test_saving import FILE, parts
from tests.engine.test_saving import REFUSED as REFUSED_FILES

ENGINE = Path(__file__).parents[2] / "engine"


class Case(NamedTuple):
    """What is done, and what the sentence must say: the setting, what was given, what is allowed, and the reason."""

    act: Callable[[], object]
    says: str


def link(**params: str) -> Callable[[], object]:
    return lambda: Experiment.from_params(params)


def own(**params: str) -> Callable[[], object]:
    """With cells, tasks and so on that somebody registered."""

    def act() -> object:
        with registered():
            return Experiment.from_params(params)

    return act


def own_script() -> object:
    with registered():
        return script(Experiment.from_params({"learner": "mine"}))


def task(name: str, **settings: Any) -> Callable[[], object]:
    return lambda: TASKS[name](**settings)


def table(data: bytes, **how: Any) -> Callable[[], object]:
    return lambda: read_table(data, **how)


def command(*arguments: str) -> Callable[[], object]:
    return lambda: _asked(list(arguments))


def searched(text: str, held: int, target: np.ndarray | None = None) -> Callable[[], object]:
    values = np.zeros((len(text), 2), dtype=np.float16)
    passage = Passage(text, held, values, (Band(1, "h", 0, 2, False, True),))
    return lambda: best_units(passage, measured(text, "vowel") if target is None else target)


def overflowing() -> object:
    experiment = Experiment.from_params({"task": "hello", "cell": "rnn"})
    network = Run(experiment).network
    with torch.no_grad():
        network.readout[-1].bias.fill_(math.inf)  # type: ignore[union-attr, operator]
    return sample(network, experiment.task, "h", 5, 1.0, torch.Generator())  # type: ignore[arg-type]


def huge_weights() -> object:
    arrays, metadata = parts()
    huge = {name: torch.full_like(value, 3e38) for name, value in arrays.items() if name.startswith("network.readout")}
    return contents(file_of(arrays | huge, metadata))


def flipped() -> bytes:
    """A saved run with one bit of its weights turned."""
    data = bytearray(FILE)
    data[-9] ^= 1
    return bytes(data)


def of_another() -> bytes:
    """A unitary network whose fixed order of units is not its own."""
    arrays, metadata = parts(save(trained(1, cell="unitary")))
    name = next(name for name, value in arrays.items() if not value.is_floating_point() and name.startswith("network."))
    return file_of(arrays | {name: arrays[name].flip(0).clone()}, metadata)


def old_table(tmp: Path) -> object:
    path = tmp / "sweep.csv"
    path.write_text("cell,lag\nrnn,5\n", encoding="utf-8")
    return done_in(path)


WAVE = tuple(math.sin(k) for k in range(40))
HEAVY = Experiment.from_params({"task": "adding", "length": "400", "hidden": "64", "batch": "8"})
WORD = Experiment.from_params({"task": "hello", "hidden": "128", "layers": "4"})
SUNSPOTS = Experiment.from_params({"task": "forecast", "series": "sunspots"})

CASES: dict[str, Case] = {
    # One setting by itself.
    "a word for a number": Case(link(hidden="many"), "hidden must be a whole number from 1 to 128 units.*“many”"),
    "a power of ten": Case(link(hidden="1e2"), "hidden must be a whole number.*given “1e2”"),
    "many digits": Case(link(hidden="0" * 60 + "200"), "hidden must be .*it was given “200”"),
    "a decimal comma": Case(link(lr="0,001"), "lr must be a number from 1e-06 to 10; it was given “0,001”"),
    "no choice": Case(link(cell="LSTM"), "cell must be one of rnn,.*; it was given “LSTM”"),
    "one choice": Case(link(task="text", direction="backward"), "direction must be forward;.*meet the next character"),
    "no text": Case(task("hello", word=3), "word must be text; it was given “3”"),
    "half a character": Case(task("hello", word="a\ud800"), "word holds characters that are not valid Unicode"),
    "too many bytes": Case(link(task="hello", word="春" * 70), "word may be up to 200 bytes long; it was given 210"),
    "a bell": Case(link(task="hello", word="ding\a"), "control characters.*the first, 0x07, is its character 5"),
    "no list": Case(task("forecast", values=[1.0]), "values must be a list of numbers"),
    "too many numbers": Case(task("forecast", values=(1.0,) * 50_001), "up to 50,000 numbers; it was given 50,001"),
    "one is no number": Case(link(task="forecast", values="1,2,x"), "number 3 is “x”"),
    "periods in words": Case(
        link(cell="clockwork", periods="one,two"), "periods must be 1 to 16 whole numbers.*“one,two”"
    ),
    "nothing to join": Case(
        link(windows="2"), "windows must be 1; it was given “2”. It acts between layers.*a single one"
    ),
    # Settings beside others.
    "too many windows": Case(link(layers="2", windows="2,3"), "each layer but the last, 1 here; it was given 2,3"),
    "of another cell": Case(
        lambda: Stack(cell="gru", options={"alpha": 0.5}), "alpha is not a setting of the cell gru"
    ),
    "another structure": Case(own(task="tree"), "The task tree has trees, and the architecture stack reads sequences"),
    "a learner that cannot": Case(
        link(learner="ridge"), "The learner Ridge regression cannot train this.*more to train than that"
    ),
    "of another learner": Case(
        lambda: replace(Experiment.from_params({}), learner_options={"inertia": 0.5}),
        "inertia is not a setting of the learner Gradient",
    ),
    "not registered": Case(
        lambda: replace(Experiment.from_params({}), task=MyTask()).to_params(), "MyTask has no name yet. Register it"
    ),
    "no script": Case(own_script, "The learner By hand cannot be written as a script of its own"),
    "throws weights away": Case(
        lambda: Training(lr=10.0, decay=0.2), r"decay times lr may be 1 at most.*0\.2 · 10 = 2"
    ),
    "an unknown name": Case(link(colour="red"), "“colour” is not the name of a setting"),
    "beats that fall": Case(
        link(cell="clockwork", periods="4,2"), "periods must rise from each to the next.*given 4,2"
    ),
    "more beats than units": Case(
        link(cell="clockwork", hidden="2", periods="1,2,4"), "at most as many as there are units, 2; it was given 1,2,4"
    ),
    "a delay beyond the end": Case(
        link(task="echo", length="9", delay="9"), "delay must be .* 1 to 8 .*length .9 steps"
    ),
    "a passage longer than its text": Case(
        link(task="text", corpus="own", text="the rain " * 20, length="30"),
        "length must be .* 1 to 17 characters; it was given “30”. The text has 180 characters, of which the last 18",
    ),
    "too much work": Case(
        link(task="order", length="500", layers="4", direction="bidirectional", hidden="128"),
        r"would take about \d+\.\d\d seconds, and 0\.5 is the limit. Lower one of: batch, hidden, layers, length\.",
    ),
    "too much work, one layer": Case(
        link(task="adding", cell="lstm", hidden="128", length="500", batch="256"),
        r"Lower one of: batch, hidden, length\.",  # a single layer cannot be lowered
    ),
    "too much work by windows": Case(
        link(task="order", length="500", layers="4", direction="bidirectional", truncate="20"),
        "or set truncate to 0, as windows of steps take longer than the whole sequence",
    ),
    "too much memory": Case(
        lambda: check_memory(HEAVY, 4), "would need about .* MB, and this server gives .* 4 MB.*length"
    ),
    "too much memory for a word": Case(lambda: check_memory(WORD, 1), r"Lower one of: hidden, layers\."),
    "too much together": Case(
        lambda: check_together([replace(HEAVY, training=Training(batch=128))] * 4, 10**6),
        "These 4 networks together would take about .* seconds for an update of each, and 0.5 is the limit",
    ),
    # A text, a word, a series.
    "one letter": Case(task("hello", word="aaa"), "at least two of them different.*it has 3 .1 different"),
    "no text yet": Case(
        task("text", corpus="own"), "text needs at least 20 characters to learn from; there is none yet"
    ),
    "a short text": Case(
        task("text", corpus="own", text="abc"), "at least 20 characters.*it has 3. Paste a longer piece"
    ),
    "a text of one letter": Case(task("text", corpus="own", text="a" * 99), "text is “a” all through"),
    "no series yet": Case(task("forecast", series="own"), "at least 20 numbers to learn from; there are none yet"),
    "a short series": Case(task("forecast", series="own", values=WAVE[:9]), "at least 20 numbers.*it has 9"),
    "a level series": Case(
        task("forecast", series="own", values=(7.0,) * 40), "values is 7 all through its first four"
    ),
    "a ripple": Case(
        task("forecast", series="own", values=(1e20, 1e20 + 16384) * 20), "changes by 1.64e.04 .* less than a billionth"
    ),
    "a sentinel": Case(
        task("forecast", series="own", values=(*WAVE[:30], 1e12, *WAVE[31:])),
        "one number far outside.*number 31 is 1e.12",
    ),
    "a sentinel to come": Case(
        task("forecast", series="own", values=(*WAVE[:38], 1e12, *WAVE[39:])),
        "one number far outside.*number 39 is 1e.12",
    ),
    # A table.
    "nothing": Case(table(b""), "no line of it holds anything"),
    "too large a file": Case(table(b"1" * 2_000_001), "has 2,000,001 bytes; up to 2,000,000"),
    "a separator that is none": Case(table(b"a\n1\n", separator="x"), "separator cannot be “x”"),
    "a mark that is none": Case(
        table(b"a\n1\n", decimal="-"), "decimal mark must be a point or a comma; it was given “-”"
    ),
    "an encoding that is none": Case(table(b"a\n1\n", encoding="rot13"), "utf_8, .*; it was given “rot13”"),
    "a header below the end": Case(table(b"a\n1\n2\n", header=9), "No line of the table begins on line 9"),
    "blank lines": Case(table(b"\n" * 1_000_000), "more than 200,000 lines, most of them blank or comments"),
    "a cell without end": Case(table(b"a\n1\n" + b"x" * 200_000), "a cell on line 3 has more than 131,072 characters"),
    "too many columns": Case(table((b"1," * 200 + b"1\n") * 2), "has 201 columns; up to 200"),
    "too many rows": Case(table(b"n\n" + b"1\n" * 50_001), "more than 50,000 rows"),
    "ragged lines": Case(
        table(b"a,b\n1,2\n1,2,3\n1,2,3,4\n1,2\n1,2\n"), "Line 3 of the file has 3 cells and most lines 2"
    ),
    "a picture": Case(table(b"\x89PNG\r\n\x1a\n\x00\x00"), "byte 9 is the control character 0x00"),
    "another encoding": Case(table(b"\xef\xbb\xbfcaf\xe9"), "not text in UTF-8: byte 7 does not belong to it"),
    "a bell in UTF-16": Case(table("a\a1".encode("utf-16")), "read in UTF-16, it holds control characters"),
    "no encoding at all": Case(table(b"\x81\x8d" * 3 + b"\x81\xff\xff a \x81"), "not text in one of the encodings"),
    # A text that is searched or written.
    "two characters": Case(lambda: measured("abc", "character", "ab"), "character must be exactly one.*given “ab”"),
    "no property": Case(
        lambda: measured("abc", "nouns"), "property must be one of .*, character; it was given “nouns”"
    ),
    "no second text": Case(searched("ab" * 50, 100), "A single word is too short for a search"),
    "too few to tell": Case(
        searched("b" * 100, 60), "at 0 of the 60 training characters that were read; .* at least 5"
    ),
    "outputs without end": Case(overflowing, "outputs are no longer finite"),
    # A sweep.
    "an empty sweep": Case(lambda: Sweep(SUNSPOTS, (), (5,)), "needs one cell and one lag at least"),
    "a long sweep": Case(
        lambda: Sweep(SUNSPOTS, ("rnn",), tuple(range(1, 61)), 20), "1,200 runs, and 300 is the limit"
    ),
    "no lag": Case(lambda: Sweep(WORD, ("rnn",), (5,)), "The task hello has no lag to sweep"),
    "a lag beyond the data": Case(
        lambda: Sweep(SUNSPOTS, ("rnn",), (50, 100, 200)),
        "length must be .* from 1 to 60 values; it was given “100”. The series has 309 values",
    ),
    "lags in words": Case(lambda: numbers("lags", "ten"), "whole numbers parted by commas.*given “ten”"),
    "a setting twice": Case(command("hidden=4", "hidden=8"), "“hidden” is given twice"),
    "a setting without value": Case(command("gru"), "“gru” has no value; write it as gru=value"),
    "a setting that is swept": Case(
        command("seed=3"), "seed is what the sweep tries out; leave it out and use --seeds"
    ),
    # A saved run.
    "a flipped bit": Case(lambda: load(flipped()), "not as it was saved, as its checksum shows"),
    "the order of another": Case(lambda: load(of_another()), "is not that of its own experiment"),
    "huge weights": Case(huge_weights, "weights are so large that the network's answers are no numbers"),
    **{f"file: {name}": Case(lambda data=data: load(data), says) for name, (data, says) in REFUSED_FILES.items()},  # type: ignore[misc]
}


def sites() -> dict[tuple[str, int], range]:
    """Every place of the engine that raises a sentence: file and line where it begins, and its lines."""
    found = {}
    for path in sorted(ENGINE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else node.value if isinstance(node, ast.Expr) else None
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("FieldError", "_refuse", "self._refuse"):
                name = str(path.relative_to(ENGINE))
                found[name, node.lineno] = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return found


def passed(trace: TracebackType | None, known: Mapping[tuple[str, int], range]) -> set[tuple[str, int]]:
    """The places that an error came by."""
    lines = set()
    while trace is not None:
        lines.add((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return {
        (name, first)
        for (name, first), span in known.items()
        if any((str(ENGINE / name), line) in lines for line in span)
    }


def provoked(case: Case) -> FieldError:
    with pytest.raises(FieldError) as caught:
        case.act()
    return caught.value


@pytest.mark.parametrize("name", CASES)
def test_the_reason_is_the_true_one(name: str) -> None:
    sentence = str(provoked(CASES[name]))
    assert re.search(CASES[name].says, sentence), sentence
    assert re.fullmatch(r"[^\n]{20,400}\.", sentence)
    assert sentence.isprintable()


def test_no_sentence_is_left_out(tmp_path: Path) -> None:
    """A new sentence comes with a case that provokes it."""
    known = sites()
    cases = [*CASES.values(), Case(lambda: old_table(tmp_path), "no table of a sweep")]
    seen: set[tuple[str, int]] = set()
    for case in cases:
        problem: BaseException | None = provoked(case)
        while problem is not None:  # with what it was raised from
            seen |= passed(problem.__traceback__, known)
            problem = problem.__context__
    assert sorted(known.keys() - seen) == [], "raised by none of the cases"
    assert len(known) > 80
