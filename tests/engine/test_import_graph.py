"""The engine from a notebook: torch and NumPy are all it needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "engine").rglob("*.py")
)

WITHOUT = """
import sys
from importlib.machinery import PathFinder

class Bare(PathFinder):
    '''Finds what is installed, less what the page needs.'''

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in {"streamlit", "pandas", "altair", "pyarrow", "playground", "pages"}:
            return None
        return super().find_spec(name, path, target)

sys.meta_path[:] = [Bare if finder is PathFinder else finder for finder in sys.meta_path]
"""

NOTEBOOK = """
import numpy as np
from engine import CELLS, TASKS, Experiment, Run

for cell in CELLS:
    for task in TASKS if cell == "lstm" else ["adding", "echo"]:
        run = Run(Experiment.from_params({"task": task, "cell": cell, "length": "12", "hidden": "8"}))
        before = run.snapshot()
        run.advance(0.02)
        after = run.snapshot()
        assert after.updates > before.updates == 0, (cell, task)
        assert np.isfinite(after.losses).all()
        inside = run.trace()
        assert inside.layers[0][0].grad_norm.shape == inside.layers[0][0].state["h"].shape[:1]
        run = Run.from_state_dict(run.state_dict())
        run.update()
        assert run.snapshot().parameters > 0
print("learned")
"""


def python(code: str) -> str:
    """What a clean interpreter prints for `code`; its failure is the test's."""
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        # One thread as everywhere: two on a busy machine wait for each other.
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_is_known() -> None:
    assert {
        "engine",
        "engine.experiment",
        "engine.cells.gru",
        "engine.tasks.sequence.forecast",
        "engine.observe.trace",
    } <= set(MODULES)


def test_no_module_loads_what_belongs_to_the_page() -> None:
    imports = "".join(f"import {module}\n" for module in MODULES)
    loaded = set(python(f"{imports}import sys; print(*sys.modules)").split())
    assert set(MODULES) <= loaded
    assert not {"streamlit", "pandas", "altair", "pyarrow", "playground", "pages", "hypothesis", "onnx"} & loaded


@pytest.mark.parametrize("module", ["engine.architectures.stack", "engine.tasks"])
def test_a_module_in_the_middle_can_be_imported_first(module: str) -> None:
    """There is no circle of imports that only some entries survive."""
    python(f"{WITHOUT}import {module}")


def test_bare_interpreter_is_bare() -> None:
    code = "try:\n    import streamlit\nexcept ModuleNotFoundError:\n    print('missing')"
    assert python(WITHOUT + code) == "missing\n"


def test_notebook_without_streamlit() -> None:
    assert python(WITHOUT + NOTEBOOK) == "learned\n"


def test_example_in_the_docstring() -> None:
    assert python(WITHOUT + "import doctest, engine; print(doctest.testmod(engine))") == (
        "TestResults(failed=0, attempted=4)\n"
    )


def test_what_a_notebook_wants_is_at_hand() -> None:
    """Names that are also modules are the modules: a function there would hide what lies in them."""
    names = "ARCHITECTURES CELLS LEARNERS TASKS Architecture Experiment Run Stack Training gradients load save trace"
    code = f"""
from engine import {", ".join(names.split())}, script, sweep
import engine.script.frame, engine.sweep
run = Run(Experiment(TASKS["adding"](length=9), Stack(cell="gru", hidden=4), Training(batch=2)))
run.advance(0.01)
assert load(save(run)).updates == run.updates > 0
assert trace(run.network, run.experiment.task, run.probe(0)).loss > 0
assert callable(gradients)
assert "import torch" in script.script(run.experiment)
assert len(sweep.Sweep(run.experiment, ("rnn",), (5,), seeds=1).jobs()) == 1
print(sorted({{"stack", "gradient", "ridge", "gru", "echo"}} - {{*ARCHITECTURES, *LEARNERS, *CELLS, *TASKS}}))
"""
    assert python(WITHOUT + code) == "[]\n"


def test_the_sweep_still_starts_as_a_program() -> None:
    done = subprocess.run(  # our own code
        [sys.executable, "-W", "error", "-m", "engine.sweep", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "--cells" in done.stdout
