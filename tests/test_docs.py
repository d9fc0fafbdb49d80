"""README and docs/ say what there is, and the site builds from them without a warning."""

import re
import sys
from html import unescape
from inspect import getdoc
from pathlib import Path

import pytest

from engine import CELLS, TASKS
from engine.cells.equations import described
from tests.engine.test_import_graph import MODULES
from tests.processes import ROOT, ended
from tests.test_layout import LAYERS

DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def folders_in(table: str) -> set[str]:
    """What a table of folders has in its first column."""
    return {name.rstrip("/") for name in re.findall(r"^\| `([^`]+)` \|", table, re.M)}


def rows_of_cells() -> dict[str, str]:
    """The row of every cell in the table of docs/cells.md, from the oldest to the newest."""
    return {
        key: f"| `{key}` | {cell.about.name} | {cell.about.year} | {cell.about.paper} | {described(cell).sentence} |"
        for key, cell in sorted(CELLS.items(), key=lambda item: (item[1].about.year, item[1].about.name))
    }


def cells_table() -> str:
    """The table of cells as it has to stand in docs/cells.md."""
    head = ["| cell | name | year | paper | what it is |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *rows_of_cells().values()])


def test_the_table_of_cells() -> None:
    wanted = cells_table()
    assert wanted in text("cells.md"), f"The table of cells in docs/cells.md has to read:\n\n{wanted}"


def test_every_task_is_named() -> None:
    row = next(line for line in text("choices.md").splitlines() if line.startswith("| tasks |"))
    assert re.findall(r"`(\w+)`", row) == list(TASKS)


def test_the_readme_stays_one_screen_and_names_the_folders() -> None:
    assert len(README.splitlines()) <= 70
    tracked = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))}
    assert folders_in(README) == tracked - {"artefacts", "site", "build", "dist"}


def test_the_architecture_has_each_folder_in_a_line() -> None:
    page = text("architecture.md")
    found = {
        path.parent.relative_to(ROOT).as_posix()
        for top in ("engine", "playground")
        for path in (ROOT / top).glob("*/__init__.py")
    }
    others = folders_in(README) - {"engine", "playground", "docs"}
    assert folders_in(page) == found | others | {"engine/*.py"}
    lines = [", ".join(folder.removeprefix("playground.") for folder in line) for line in LAYERS[:-1]]
    assert " ← ".join([*lines, "pages"]) in page


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")], ids=lambda p: p.name
)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_what_ships_in_data_has_a_source_and_terms() -> None:
    data = ROOT / "engine" / "tasks" / "data"
    entries = dict(
        re.findall(r"^- `([^`]+)`:(.*?)(?=^- |\Z)", (data / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    )
    assert entries.keys() == {path.name for path in data.iterdir()} - {"README.md"}
    for name, entry in entries.items():
        assert re.search(r"Source: \S.*Terms: \S", entry, re.S), f"{name} needs `Source: …` and `Terms: …`."


@pytest.mark.processes
def test_the_site_builds_without_a_warning_and_has_every_module_of_the_engine(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site")
    done = ended(*command, NO_MKDOCS_2_WARNING="1", NO_COLOR="1")
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    pages = {path: path.read_text(encoding="utf-8") for path in (tmp_path / "site" / "api").rglob("index.html")}
    shown = {name for page in pages.values() for name in re.findall(r'id="(engine[\w.]*)"', page)}
    assert set(MODULES) - {"engine"} <= shown, set(MODULES) - shown
    lines = unescape(re.sub("<[^>]+>", "", "".join(pages.values()))).splitlines()
    for cell in CELLS.values():
        equations = [line for line in (getdoc(cell) or "").splitlines() if re.match(r"\w+ = .*[₋⊙]", line)]
        assert equations
        assert set(equations) <= set(lines), "An equation does not stand on a line of its own."
    # Nothing is fetched from elsewhere.
    for page in pages.values():
        assert not re.findall(r'<(?:script|img|iframe)[^>]+src="(?:https?:)?//[^"]+"', page)
        assert not re.findall(r'<link[^>]+rel="stylesheet"[^>]+href="(?:https?:)?//', page)
