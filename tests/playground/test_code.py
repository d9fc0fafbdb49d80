"""The PyTorch code as a person uses it: a file, run by a Python that has torch and nothing of this project.

tests/engine/test_script.py holds many more settings to the same losses, inside one process.
"""

import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from engine import CELLS, Experiment
from engine.script import script
from tests.engine.runs import SMALL, trained
from tests.engine.test_script import printed

HOSTILE = '"""; import os\\n\'{x}'


def test_a_file_of_its_own(tmp_path: Path) -> None:
    params = {"task": "hello", "word": HOSTILE, "cell": "gru", "layers": "2", "init": "orthogonal"}
    file = tmp_path / "network.py"
    file.write_text(script(Experiment.from_params({**SMALL, **params})), encoding="utf-8")
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-I", str(file)], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )
    losses = [float(line.split()[1]) for line in done.stdout.splitlines()]
    assert len(losses) == 100
    assert losses == pytest.approx(trained(100, **params).losses.table()[:, 1].tolist(), rel=1e-4)
    assert losses[:20] == pytest.approx(trained(20, **params).losses.table()[:, 1].tolist(), rel=1e-6)


@pytest.mark.parametrize(
    ("cell", "direction", "optimizer"),
    [*product(CELLS, ("forward", "backward", "bidirectional"), ("adam",)), ("lstm", "forward", "sgd")],
)
def test_twenty_updates_of_two_layers(cell: str, direction: str, optimizer: str) -> None:
    params = {"task": "order", "length": "20", "cell": cell, "layers": "2", "direction": direction}
    params |= {"optimizer": optimizer, "lr": "0.03"}
    expected = trained(20, **params).losses.table()[:, 1]
    found = printed(script(Experiment.from_params({**SMALL, **params})), 20)
    assert found == pytest.approx(expected.tolist(), rel=1e-6, abs=1e-6 * expected.max())
