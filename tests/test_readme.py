"""The README says what there is."""

from pathlib import Path

from engine import CELLS
from engine.cells.equations import described

README = Path(__file__).parents[1] / "README.md"


def cells_table() -> str:
    """The table of cells as it has to stand in the README, from the oldest to the newest."""
    lines = ["| cell | name | year | paper | what it is |", "| --- | --- | --- | --- | --- |"]
    for key, cell in sorted(CELLS.items(), key=lambda item: (item[1].about.year, item[1].about.name)):
        about = cell.about
        lines.append(f"| `{key}` | {about.name} | {about.year} | {about.paper} | {described(cell).sentence} |")
    return "\n".join(lines)


def test_the_table_of_cells() -> None:
    wanted = cells_table()
    assert wanted in README.read_text(encoding="utf-8"), f"The README's table of cells has to read:\n\n{wanted}"
