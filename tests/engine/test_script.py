"""The script a person downloads: torch alone, and the losses of the playground."""

import ast
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Self

import pytest

from engine import CELLS, TASKS, Experiment
from engine.cells import INITS
from engine.cells.jordan import FED_BACK
from engine.cells.simple import ACTIVATIONS
from engine.learners.optimizers import OPTIMIZERS
from engine.script import script
from tests.engine.runs import SMALL, trained

HOSTILE = "it's \"\"\" {brace} %s \\N{x} \\\n# <b>\u2028'''\x85 春\n__import__('os').abort()\n"

CLASSES = {"task": "order", "length": "12"}
AMOUNTS = {"task": "forecast", "series": "sine", "length": "12"}
DEEP = {"input_depth": "2", "transition_depth": "2", "output_depth": "1"}
PAIR = {"layers": "2", "direction": "bidirectional"}

VARIED = [
    *({"task": task, "length": "12"} for task in TASKS),
    *({"cell": cell} for cell in CELLS),
    *({"cell": cell, **CLASSES, "direction": "backward"} for cell in CELLS),
    *({"cell": cell, **PAIR} for cell in CELLS if cell not in ("jordan", "grid_lstm")),
    *({"cell": cell, **DEEP, **PAIR} for cell in ("rnn", "gru", "lstm", "lstm_peephole", "gru_cho", "goru", "indrnn")),
    *({"cell": cell, "activation": name} for cell, name in product(("rnn", "indrnn", "jordan"), ACTIVATIONS)),
    *({"cell": "jordan", **CLASSES, "feedback": feedback} for feedback in FED_BACK),
    *({"init": init, "cell": cell} for init, cell in product(INITS, ("gru", "goru"))),
    *({"optimizer": optimizer, "decay": "0.01"} for optimizer in OPTIMIZERS),
    *(
        {"cell": cell, "connection": connection, **PAIR, "layers": "3"}
        for cell, connection in product(("lstm", "scrn", "esn"), ("residual", "highway"))
        if (cell, connection) != ("esn", "highway")
    ),
    *({"cell": cell, "windows": "2,3", "layers": "4", "length": "11"} for cell in ("rnn", "lstm", "residual")),
    {"cell": "unitary", "windows": "3", **PAIR},
    {"cell": "lstm", "input_depth": "1", "output_depth": "2", "readout": "mean"},
    {"cell": "gru", "transition_depth": "1", "task": "echo", "length": "12"},
    {"cell": "grid_lstm", "layers": "3"},
    {"cell": "grid_lstm", "layers": "3", "input_depth": "1", "direction": "backward", "output_depth": "1"},
    {"cell": "clockwork", "periods": "1,3,4", "layers": "2"},
    {"cell": "scrn", "slow": "3", "alpha": "0.5", **PAIR},
    {"cell": "esn", **AMOUNTS},
    {"cell": "esn", **AMOUNTS, "readout": "mean", "ridge": "0.01", **PAIR},
    {"cell": "esn", **CLASSES},
    {"cell": "esn", **CLASSES, "fit": "gradient", "layers": "2", "connection": "highway", "output_depth": "1"},
    {"cell": "esn", **AMOUNTS, "fit": "gradient", "windows": "2", **PAIR},
    {"clip": "0"},
    {"clip": "0.05"},
    {"clip": "0.05", "cell": "goru"},
    {"readout": "mean", "forget_bias": "-2"},
    {**CLASSES, "readout": "mean", "direction": "bidirectional"},
    {"task": "hello", "word": "风吹水面层层浪"},
    {"task": "hello", "word": HOSTILE[:40]},
    {"task": "text", "corpus": "own", "text": HOSTILE * 2},
    {"task": "text", "corpus": "tang", "cell": "lstm_coupled"},
    {"task": "forecast", "series": "own", "values": ",".join(str(k * k % 17 / 7) for k in range(50))},
    {"seed": "2147483647"},
]


def drawn_at_random(count: int) -> list[dict[str, str]]:
    """Experiments of any settings; of those that do not fit together, some are left out."""
    names = {
        "task": TASKS,
        "cell": CELLS,
        "readout": ("last", "mean"),
        "length": ("11", "12"),
        "layers": "1234",
        "direction": ("forward", "backward", "bidirectional"),
        "init": INITS,
        "input_depth": "0012",
        "transition_depth": "0012",
        "output_depth": "0012",
        "connection": ("plain", "residual", "highway"),
        "windows": ("1", "2", "1,2"),
        "activation": ACTIVATIONS,
        "feedback": FED_BACK,
        "fit": ("ridge", "gradient"),
        "optimizer": OPTIMIZERS,
        "clip": ("0", "0.5"),
    }
    chance = random.Random(0)  # noqa: S311  # no secrets
    found: list[dict[str, str]] = []
    while len(found) < count:
        wish = {name: chance.choice(list(values)) for name, values in names.items()}
        params = {**SMALL, **wish, "corpus": "sonnets", "series": "sine", "lr": "0.001"}
        found.append(Experiment.read(params)[0].to_params())
    return found


RANDOM = drawn_at_random(60)
RUNNER = """
import contextlib, importlib.util, io, json, sys, traceback
import torch
assert not importlib.util.find_spec("engine") and not importlib.util.find_spec("playground")
for line in sys.stdin:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(json.loads(line), "network.py", "exec"), {"__name__": "__main__"})
        except Exception:
            traceback.print_exc(file=out)
    print(json.dumps(out.getvalue()), flush=True)
"""


class TorchAlone:
    """A Python that has torch and nothing of this project, kept open as torch takes seconds to import."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # our own code
            [sys.executable, "-I", "-W", "error", "-c", RUNNER],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self.process as process:
            assert process.stdin
            process.stdin.close()
            assert process.wait(20) == 0

    def losses(self, source: str, updates: int) -> list[float]:
        """The first losses that the script prints."""
        assert "range(1, 101)" in source
        assert self.process.stdin and self.process.stdout  # noqa: PT018  # both or neither
        print(
            json.dumps(source.replace("range(1, 101)", f"range(1, {updates + 1})")), file=self.process.stdin, flush=True
        )
        printed: str = json.loads(self.process.stdout.readline())
        assert "Traceback" not in printed, printed
        return [float(line.split()[1]) for line in printed.splitlines()]


@pytest.fixture(scope="module")
def torch_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TorchAlone]:
    with TorchAlone(tmp_path_factory.mktemp("elsewhere")) as python:
        yield python


def named(params: dict[str, str]) -> str:
    return ascii("-".join(value[:13] for value in params.values()))


@cache
def _written(items: tuple[tuple[str, str], ...]) -> str:
    return script(Experiment.from_params({**SMALL, **dict(items)}))


def written(params: dict[str, str]) -> str:
    return _written(tuple(params.items()))


@pytest.mark.parametrize("params", VARIED, ids=named)
def test_losses_are_the_playgrounds(params: dict[str, str], torch_alone: TorchAlone) -> None:
    expected = trained(5, **params).losses.table()[:, 1]
    assert torch_alone.losses(written(params), 5) == pytest.approx(expected.tolist(), rel=1e-6)


@pytest.mark.parametrize("params", RANDOM, ids=named)
def test_whatever_is_chosen(params: dict[str, str], torch_alone: TorchAlone) -> None:
    expected = trained(3, **params).losses.table()[:, 1]
    assert torch_alone.losses(written(params), 3) == pytest.approx(expected.tolist(), rel=1e-6)


@pytest.mark.parametrize(
    ("cell", "direction", "optimizer"),
    [
        *product(("rnn", "gru", "lstm"), ("forward", "backward", "bidirectional"), ("adam",)),
        ("lstm", "forward", "sgd"),
    ],
)
def test_twenty_updates_of_two_layers(cell: str, direction: str, optimizer: str, torch_alone: TorchAlone) -> None:
    """torch.nn computes the same in another order: it takes longer until rounding parts the two."""
    params = {"task": "order", "length": "20", "cell": cell, "layers": "2", "direction": direction}
    params |= {"optimizer": optimizer, "lr": "0.03"}
    expected = trained(20, **params).losses.table()[:, 1]
    found = torch_alone.losses(written(params), 20)
    assert found == pytest.approx(expected.tolist(), rel=1e-6, abs=1e-6 * expected.max())


@pytest.mark.parametrize("params", VARIED, ids=named)
def test_needs_torch_alone(params: dict[str, str]) -> None:
    imported = set()
    for node in ast.walk(ast.parse(written(params))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert {name.partition(".")[0] for name in imported if name} - sys.stdlib_module_names == {"torch"}


@pytest.mark.parametrize("params", [*VARIED, *RANDOM], ids=named)
def test_has_nothing_unused(params: dict[str, str]) -> None:
    tree = ast.parse(written(params))
    defined: dict[str, ast.AST] = {}
    for holder in ast.walk(tree):
        if isinstance(holder, ast.Module | ast.ClassDef):
            for node in holder.body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    defined[node.name] = node
                elif isinstance(node, ast.Assign):
                    defined |= {t.id: node for t in ast.walk(node.targets[0]) if isinstance(t, ast.Name)}

    def used(name: str, by: ast.AST) -> bool:
        """Anywhere but in its own definition."""
        own = {id(node) for node in ast.walk(by)}
        return any(
            name == (node.id if isinstance(node, ast.Name) else node.attr)
            for node in ast.walk(tree)
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load) and id(node) not in own
        )

    called_by_torch = {"__init__", "forward"}
    assert {name for name, node in defined.items() if not used(name, node)} <= called_by_torch


def test_names_are_defined_and_used(tmp_path: Path) -> None:
    for number, params in enumerate([*VARIED, *RANDOM]):
        (tmp_path / f"{number}.py").write_text(written(params), encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F", str(tmp_path)]
    done = subprocess.run(ruff, capture_output=True, text=True, check=False)  # noqa: S603  # our own code
    assert done.returncode == 0, done.stdout


def test_leaves_out_what_a_page_reads() -> None:
    for cell in CELLS:
        source = written({"cell": cell})
        assert not [word for word in ("About(", "options:", "signed", "limits", "SettingError") if word in source]


def test_keeps_the_equations() -> None:
    for cell, kind in CELLS.items():
        if cell not in ("rnn", "gru", "lstm"):
            assert kind.__doc__ and kind.__doc__ in written({"cell": cell})  # noqa: PT018


def test_does_not_take_long() -> None:
    """It is written while a visitor waits for it; other work on the machine may come between, so the best of five."""
    experiment = Experiment.from_params({"cell": "lstm_peephole", **DEEP, **PAIR})

    def duration() -> float:
        start = perf_counter()
        script(experiment)
        return perf_counter() - start

    assert min(duration() for _ in range(5)) < 0.1


def test_persons_text_stays_data() -> None:
    """Whatever the text holds, the program around it is the same."""

    def outline(text: str) -> str:
        tree = ast.parse(script(Experiment.from_params({"task": "text", "corpus": "own", "text": text})))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant):
                node.value = 0
        return ast.dump(tree)

    assert outline(HOSTILE * 2) == outline("the cat sat on the mat. " * 2)
