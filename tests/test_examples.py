"""The notebooks under examples/ run from top to bottom, and show the product's pictures."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.processes import ROOT

pytestmark = pytest.mark.processes

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def executed(path: Path) -> nbformat.NotebookNode:
    """The notebook with its outputs, from a kernel of this interpreter. Raises CellExecutionError."""
    notebook = nbformat.read(path, as_version=4)
    # One thread as everywhere: two on a busy machine wait for each other.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": ROOT / "examples"}}
    )
    return client.execute(env=environment)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_two() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["a_cell_of_your_own", "train_and_look_inside"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_draws(path: Path) -> None:
    written = nbformat.read(path, as_version=4)
    assert not any(cell.outputs or cell.execution_count for cell in code(written)), "Clear all outputs before a commit."
    assert "streamlit" not in "".join(cell.source for cell in written.cells)
    notebook = executed(path)
    drawn = 0
    for cell in code(notebook):
        last = cell.source.strip().splitlines()[-1]
        pages = [output.data["text/html"] for output in cell.outputs if "text/html" in output.get("data", {})]
        assert len(pages) == last.startswith("notebook."), cell.source
        drawn += len(pages)
        assert all('"datasets"' in page and "vega-lite" in page for page in pages)
        assert not [output for output in cell.outputs if output.get("name") == "stderr"], cell.outputs
    assert drawn >= 5
