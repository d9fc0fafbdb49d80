"""Every message of the engine, provoked: the reason it tells is the true one, and none is left out."""

import ast
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from safetensors.torch import save as file_of

from engine import CELLS, Experiment, Run
from engine.architectures import Stack
from engine.budget import check_memory, check_together
from engine.generate.text import sample
from engine.learners import Training
from engine.messages import MESSAGES, Message, MessageError
from engine.observe.properties import measured
from engine.observe.reading import Band, Passage
from engine.observe.unit_search import best_units
from engine.saving import contents, load, save
from engine.script import script
from engine.structures import SEQUENCE
from engine.sweep import Sweep, _asked, done_in, numbers
from engine.tables import decode, read_table
from engine.tasks import TASKS
from engine.tasks.lag import lag_of
from playground.words.messages import TEMPLATES as OF_THE_PAGE
from tests.engine.own import MyArchitecture, MyTask, registered
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


def read_by_nothing() -> object:
    """A task of a structure that no architecture reads."""
    with registered(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(MyArchitecture, "reads", frozenset({SEQUENCE}))
        return Experiment.from_params({"task": "tree"})


def own_script() -> object:
    with registered():
        return script(Experiment.from_params({"learner": "mine"}))


def task(name: str, **settings: Any) -> Callable[[], object]:
    return lambda: TASKS[name](**settings)


def table(data: bytes, **how: Any) -> Callable[[], object]:
    return lambda: read_table(data, **how)


def command(*arguments: str) -> Callable[[], object]:
    return lambda: _asked(list(arguments), "sweep")


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
    "no seed": Case(link(seed="-1"), "seed must be a whole number from 0 to 2,147,483,647; it was given “-1”"),
    "a number with a unit": Case(
        link(task="forecast", series="sine", period="1"), "period must be a number from 3 to 500 values; .*“1.0”"
    ),
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
    "too many windows": Case(link(layers="2", windows="2,3"), "each layer but the last, 1 here; it was given “2,3”"),
    "of another cell": Case(
        lambda: Stack(cell="gru", options={"alpha": 0.5}), "alpha is not a setting of the cell gru"
    ),
    "another structure": Case(own(task="tree"), "The task tree has trees, and the architecture stack reads sequences"),
    "symbols for ridge regression": Case(
        link(learner="ridge", cell="esn", task="echo"), "fits numbers, and the answers of this task are symbols"
    ),
    "a deep readout for ridge regression": Case(
        link(cell="esn", output_depth="1"), "output_depth must be 0.*with fit = gradient there may be more"
    ),
    "a gradient that cannot be cut": Case(
        own(arch="mine", truncate="5"), "truncate must be 0.*gradient of this architecture cannot be cut"
    ),
    "a structure that nothing reads": Case(read_by_nothing, "reads sequences. Choose another task"),
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
    "an unknown name": Case(link(colour="red"), r"^“colour” is not the name of a setting\.$"),
    "a misspelt name": Case(link(lenght="9"), "“lenght” is not the name of a setting; the nearest is length"),
    "no matrix to scale": Case(
        link(cell="residual_input", recurrent_scale="2"),
        "recurrent_scale must be 1; .* no matrix for its state alone",
    ),
    "joined windows and more": Case(
        link(layers="2", windows="2", connection="residual"), "connection must be plain; .*wider than what they"
    ),
    "joined steps for many answers": Case(
        link(task="echo", layers="2", windows="2"), "windows must be 1; .*asks for an answer at every step"
    ),
    "a distance beyond the middle": Case(
        link(task="neighbours", distance="10"), r"from 1 to 9 steps; .*under half the length \(20 steps\)"
    ),
    "an answer beyond the end": Case(
        link(task="neighbours", length="450", late="60"),
        r"late and length \(450 steps\) together .*500 steps",
    ),
    "too much to copy": Case(
        link(task="copy", length="450", symbols="26"), r"length \(450\) plus twice the symbols .* 500 steps"
    ),
    "beats that fall": Case(
        link(cell="clockwork", periods="4,2"), "periods must rise from each to the next.*given “4,2”"
    ),
    "more beats than units": Case(
        link(cell="clockwork", hidden="2", periods="1,2,4"),
        "at most as many as there are units, 2; it was given “1,2,4”",
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
    "too much memory together": Case(
        lambda: check_together([HEAVY] * 3, 10), "These 3 networks together would need about .* 10 MB"
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
    "two sentinels": Case(
        task("forecast", series="own", values=(*WAVE[:30], 1e12, 1e12, *WAVE[32:])),
        "2 numbers far outside the rest: number 31 is 1e.12. Beside them",
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
    "too few to score": Case(
        searched("b" * 20 + "a" * 10 + "b" * 50, 50), "at 0 of the 30 held-out characters that were read; .* at least 5"
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
    "lags in words": Case(lambda: numbers("lags", "ten"), "whole numbers separated by commas.*given “ten”"),
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


def read_of(params: dict[str, str]) -> list[Message]:
    """What is said of a link that is read in spite of what is wrong with it."""
    _, problems = Experiment.read(params)
    return [each for problem in problems for each in (problem.message, problem.instead) if each]


def column_of(data: bytes) -> list[Message]:
    (column,) = read_table(data).numbers
    return [*column.said, *column.far_said]


def lag_of_echo() -> list[Message | str]:
    lag = lag_of(Experiment.from_params({"task": "echo", "length": "490"}).task)
    assert lag is not None
    return [lag.why]


LEVELS = "".join(f"{k % 7}.5\n" for k in range(40))
PAIRS = "".join(f"{k},{k % 7}.5\n" for k in range(40))


class Told(NamedTuple):
    """What is done, and what is told of it, although all went well."""

    act: Callable[[], Sequence[Message | str]]
    says: str


def notes(text: str, **how: Any) -> Callable[[], Sequence[Message]]:
    return lambda: read_table(text.encode("cp1252") if "é" in text else text.encode(), **how).notes


TOLD: dict[str, Told] = {
    "a setting of a link": Told(lambda: read_of({"hidden": "400"}), "given “400”.*Taken instead: hidden = “32”"),
    "a setting that is gone": Told(
        lambda: read_of({"task": "text", "corpus": "own", "text": "short"}), "text needs at least 20 .*no text"
    ),
    "a name that is none": Told(lambda: read_of({"colour": "red"}), "not the name of a setting.*It was passed over"),
    "how long a sequence may be": Told(lag_of_echo, "The length of the sequence grows with it, .* 500 steps at most"),
    "UTF-8": Told(lambda: decode("déjà vu".encode()).said, r"^Read as UTF-8\.$"),
    "a likely encoding": Told(lambda: decode("déjà vu".encode("cp1252")).said, "Windows-1252, the likeliest encoding"),
    "one wrong byte": Told(
        lambda: decode(("春眠不觉晓" * 9).encode() + b"\xff").said, "One place does not belong to it, at byte 136"
    ),
    "wrong bytes": Told(
        lambda: decode(b"\xff".join([("春眠不觉晓" * 9).encode()] * 3)).said, "2 places do not .* the first at byte 136"
    ),
    "a table in a likely encoding": Told(notes("é,b\n1,2\n3,4\n"), "It was read as Windows-1252, the likeliest"),
    "a decimal comma": Told(notes("a;b\n1,234;2\n1,240;3\n"), "“1,234” .* 1234 with a decimal point, 1.234 .* a comma"),
    "a decimal point": Told(notes("a,b\n1.234,2\n1.240,3\n"), "“1.234” .* 1.234 with a decimal point, 1234 .* a point"),
    "one column": Told(notes("".join(f"1,{200 + k * 7 % 50}\n" for k in range(60))), "read as one column"),
    "two columns": Told(notes("".join(f"{k % 3},{k % 7 + 12}\n" for k in range(60))), "read as two columns"),
    "a comment": Told(notes("# by hand\nyear,level\n" + PAIRS), "Line 1 was left out as a comment"),
    "comments": Told(notes("# by\n# hand\nyear,level\n" + PAIRS), "Lines 1, 2 were left out as comments"),
    "a blank line": Told(notes("year,level\n" + PAIRS + "\n" + PAIRS), "Line 42 was left out: it is blank"),
    "blank lines": Told(
        notes("year,level\n" + PAIRS + "\n\n\n\n" + PAIRS), "Lines 42, 43, 44 and 1 more were left out: they are blank"
    ),
    "a title": Told(notes("Lake\nyear,level\n" + PAIRS), "Line 1 was left out, above the table: “Lake”"),
    "titles": Told(notes("Lake\nby hand\nyear,level\n" + PAIRS), "Lines 1, 2 were left out, above the table: “Lake”"),
    "a sum": Told(notes("year,level\n" + PAIRS + "Total,9\n"), "Line 42 was left out, below the table: “Total 9”"),
    "remarks": Told(notes("year,level\n" + PAIRS + "Mean,1\nMax,2\n"), "Lines 42, 43 were left out, below the table"),
    "an empty column": Told(notes("year,level,\n" + PAIRS.replace("\n", ",\n")), "the empty last column is left out"),
    "a short line": Told(
        notes("year,level\n9\n" + PAIRS), r"Line 2 has fewer cells than the 2 columns \(1 on line 2\)"
    ),
    "short lines": Told(notes("year,level\n9\n9\n" + PAIRS), "Lines 2, 3 have fewer cells than the 2 columns"),
    "a long line": Told(
        notes("year,level\n" + PAIRS + "9,8,7\n"), "Line 42 has more cells .* from line 42, “7” is left"
    ),
    "long lines": Told(notes("year,level\n" + PAIRS + "9,8,7\n9,8,6\n"), "Lines 42, 43 have more cells .* “7” is left"),
    "units": Told(notes("year,level\n,m\n" + PAIRS), "Line 2 was taken as units"),
    "names that could be a row": Told(notes("2019,2020\n" + PAIRS), "Line 1 could be names or a row of numbers"),
    "a word among numbers": Told(
        lambda: column_of(f"level\n{LEVELS}broken\n{LEVELS}".encode()),
        r"Column “level”: 1 cell is no number \(line 42: “broken”\)",
    ),
    "gaps": Told(
        lambda: column_of(f"level\n{LEVELS}\nbroken\n\n\n{LEVELS}".encode()),
        r"4 cells are no number \(line 42: empty, line 43: “broken”, line 44: empty and 1 more\)",
    ),
    "one value far off": Told(
        lambda: column_of(f"level\n{LEVELS}99999\n{LEVELS}".encode()),
        r"1 value is far outside the rest \(line 42: 99999\)\. It may stand for “no value”",
    ),
    "values far off": Told(
        lambda: column_of(f"level\n{LEVELS}-999\n-999\n{LEVELS}".encode()),
        r"2 values are far outside the rest \(line 42: -999, line 43: -999\)\. They may stand for “no value”",
    ),
}


def sites() -> dict[tuple[str, int], range]:
    """Every place of the engine that raises an error with a message: file and line where it begins, and its lines."""
    errors = ("SettingError", "RunFileError", "DataFileError", "_refuse", "self._refuse")
    found = {}
    for path in sorted(ENGINE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else node.value if isinstance(node, ast.Expr) else None
            if isinstance(call, ast.Call) and ast.unparse(call.func) in errors:
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


def provoked(case: Case) -> MessageError:
    with pytest.raises(MessageError) as caught:
        case.act()
    return caught.value


def with_parts(value: object) -> Iterator[Message]:
    """A message and those that it is made of."""
    if isinstance(value, Message):
        yield value
    inner = value.values.values() if isinstance(value, Message) else value if isinstance(value, tuple) else ()
    for each in inner:
        yield from with_parts(each)


@pytest.mark.parametrize("name", CASES)
def test_the_reason_is_the_true_one(name: str) -> None:
    sentence = str(provoked(CASES[name]))
    assert re.search(CASES[name].says, sentence), sentence
    assert re.fullmatch(r"[^\n]{20,400}\.", sentence)
    assert sentence.isprintable()


@pytest.mark.parametrize("name", TOLD)
def test_what_is_told_is_true(name: str) -> None:
    told = " ".join(map(str, TOLD[name].act()))
    assert re.search(TOLD[name].says, told), told


def test_no_message_is_left_out(tmp_path: Path) -> None:
    """A new message comes with a case that provokes it, and so does every place that raises one."""
    known = sites()
    cases = [*CASES.values(), Case(lambda: old_table(tmp_path), "not a table")]
    seen: set[tuple[str, int]] = set()
    told: set[str] = set()
    for case in cases:
        problem: BaseException | None = provoked(case)
        assert isinstance(problem, MessageError)
        told |= {each.code for each in with_parts(problem.message)}
        while problem is not None:  # with what it was raised from
            seen |= passed(problem.__traceback__, known)
            problem = problem.__context__
    for kind in TOLD.values():
        told |= {each.code for message in kind.act() for each in with_parts(message)}
    for cell in CELLS.values():  # tests/engine/test_limits.py provokes every one of these
        told |= {each.code for limit in cell.limits(cell.defaults(8)).values() for each in with_parts(limit.why)}
    assert sorted(known.keys() - seen) == [], "raised by none of the cases"
    assert len(known) > 80
    assert sorted(MESSAGES.keys() - OF_THE_PAGE.keys() - told) == [], "told by none of the cases"
