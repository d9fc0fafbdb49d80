"""The PyTorch code as a person uses it: a file, run by a Python that has torch and nothing of this project.

tests/engine/test_script.py holds many more settings to the same losses, inside one process.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from engine import Experiment
from engine.script import script
from tests.engine.runs import SMALL, trained

HOSTILE = '"""; import os\\n\'{x}'


@pytest.mark.parametrize(
    "params",
    [
        {"task": "hello", "word": HOSTILE, "cell": "gru", "layers": "2", "init": "orthogonal"},
        {"task": "hello", "word": HOSTILE, "cell": "lstm_coupled", "layers": "2", "connection": "highway"},
    ],
    ids=("of torch", "of the engine"),
)
def test_a_file_of_its_own(params: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "network.py"
    file.write_text(script(Experiment.from_params({**SMALL, **params})), encoding="utf-8")
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-I", str(file)], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )
    losses = [float(line.split()[1]) for line in done.stdout.splitlines()]
    assert len(losses) == 100
    assert losses == pytest.approx(trained(100, **params).losses.table()[:, 1].tolist(), rel=1e-4)
    assert losses[:20] == pytest.approx(trained(20, **params).losses.table()[:, 1].tolist(), rel=1e-6)
