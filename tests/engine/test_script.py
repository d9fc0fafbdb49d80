"""The script a person downloads: torch alone, and the losses of the playground."""

import ast
import contextlib
import io

import pytest

from engine import CELLS, TASKS, Experiment
from engine.cells import INITS
from engine.optimizers import OPTIMIZERS
from engine.script import script
from tests.engine.runs import SMALL, trained

HOSTILE = "it's \"\"\" {brace} %s \\N{x} \\\n# <b>\u2028'''\x85 春\n__import__('os').abort()\n"

VARIED = [
    *({"task": task, "length": "12"} for task in TASKS),
    *({"cell": cell, "layers": "2", "direction": "bidirectional"} for cell in CELLS),
    *(
        {"cell": "rnn", "activation": activation, "direction": "backward"}
        for activation in ("relu", "sigmoid", "identity")
    ),
    *({"init": init, "cell": "gru"} for init in INITS),
    *({"optimizer": optimizer, "decay": "0.01"} for optimizer in OPTIMIZERS),
    {"clip": "0"},
    {"clip": "0.05"},
    {"readout": "mean", "forget_bias": "-2"},
    {"task": "order", "length": "12", "readout": "mean", "direction": "bidirectional"},
    {"task": "hello", "word": "风吹水面层层浪"},
    {"task": "hello", "word": HOSTILE[:40]},
    {"task": "text", "corpus": "own", "text": HOSTILE * 2},
    {"task": "text", "corpus": "tang"},
    {"task": "forecast", "series": "own", "values": ",".join(str(k * k % 17 / 7) for k in range(40))},
    {"seed": "2147483647"},
]


def printed(source: str, updates: int) -> list[float]:
    """The first losses that the script prints, with nothing but builtins to begin with."""
    assert "range(1, 101)" in source
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(source.replace("range(1, 101)", f"range(1, {updates + 1})"), "script", "exec"), {})  # noqa: S102
    return [float(line.split()[1]) for line in output.getvalue().splitlines()]


@pytest.mark.parametrize("params", VARIED, ids=lambda p: ascii("-".join(v[:13] for v in p.values())))
def test_losses_are_the_playgrounds(params: dict[str, str]) -> None:
    source = script(Experiment.from_params({**SMALL, **params}))
    expected = trained(5, **params).losses.table()[:, 1]
    assert printed(source, 5) == pytest.approx(expected.tolist(), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("params", VARIED, ids=lambda p: ascii("-".join(v[:13] for v in p.values())))
def test_needs_torch_alone(params: dict[str, str]) -> None:
    imported = set()
    for node in ast.walk(ast.parse(script(Experiment.from_params({**SMALL, **params})))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert imported <= {"math", "torch"}


def test_persons_text_stays_data() -> None:
    """Whatever the text holds, the program around it is the same."""

    def outline(text: str) -> str:
        tree = ast.parse(script(Experiment.from_params({"task": "text", "corpus": "own", "text": text})))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant):
                node.value = 0
        return ast.dump(tree)

    assert outline(HOSTILE * 2) == outline("the cat sat on the mat. " * 2)
