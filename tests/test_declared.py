"""What belongs to a cell or a task is declared with it: whatever is taken away, a test says what is missing."""

import inspect
import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import partial
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from engine import CELLS, TASKS
from engine.cells import About, Cell
from engine.cells.direct_path import DirectPath, NoDirectPath
from engine.cells.equations import described, equations, over_time
from engine.cells.expression import parsed
from engine.cells.wiring import shown
from engine.settings import specs
from engine.tasks import Task
from playground.charts.hues import HUES
from tests.engine.cells.reference import make
from tests.engine.cells.transcribed import paper
from tests.engine.tasks.examples import recomputation
from tests.test_docs import rows_of_cells, text

Taken = pytest.MonkeyPatch
Removal = tuple[str, Callable[[Taken], None]]
"""What is taken away, as the test has to call it, and how."""

NUMBERS = ("blocks", "seconds_a_step")
DOCSTRING = ("sentence", "equations", "shapes", "source")
SEVERAL = ("quantities", "settings")
LINK = "link in tests/engine/links.json"
COUNTED = ("CASES", "LEARNED", "NUMBERS")


def missing_of_a_cell(cell: type[Cell], table: str) -> list[str]:
    """What a cell does not declare, each thing by its name."""
    if not vars(cell).get("key"):
        return ["key"]
    if "about" not in vars(cell):
        return ["about"]
    without = [name for name in (*NUMBERS, "direct_path") if not hasattr(cell, name)]
    if without:  # none can be made
        return without
    about, parts = cell.about, described(cell)
    given = {part: bool(getattr(parts, part)) for part in DOCSTRING}
    given["sentence"] = parts.sentence.endswith(".") and "=" not in parts.sentence
    found = [f"docstring: {part}" for part in DOCSTRING if not given[part]]
    single = [each.name for each in fields(About) if each.name not in SEVERAL]
    found += [f"about.{name}" for name in single if not getattr(about, name)]
    found += [f"about.quantities[{name}]" for name in {*shown(cell).states, *shown(cell).gates} - {*about.quantities}]
    found += [f"about.settings[{name}]" for name in cell.options.keys() - about.settings.keys()]
    found += [f"symbols()[{name}]" for name in constants(cell) - known(cell)]
    found += missing_of_a_paper(cell)
    found += [] if rows_of_cells()[cell.key] in table else ["row in docs/cells.md"]
    return found if f"cell={cell.key}" in linked() else [*found, LINK]


def missing_of_a_paper(cell: type[Cell]) -> list[str]:
    try:
        module = paper(cell.key)
    except AssertionError:
        return ["transcription"]
    wanted = ["states", *COUNTED, *(["step"] if shown(cell).gates or cell.memory else [])]
    return [f"transcription: {name}" for name in wanted if not hasattr(module, name)]


def linked() -> set[str]:
    """What the pinned links choose, such as cell=gru; what a link leaves out, it chooses as well."""
    links = json.loads((Path(__file__).parent / "engine" / "links.json").read_text(encoding="utf-8"))
    return {"cell=lstm", *(part for each in links for part in each["link"].split("&"))}


def constants(cell: type[Cell]) -> set[str]:
    """What the changing equations of a cell read that does not change from step to step."""
    changing = over_time(equations(cell))
    lines = [equation for equation in equations(cell) if set(equation.names) <= changing]
    names = {name for equation in lines for name in parsed(equation.rhs).names() if not name.endswith("₋")}
    return names - changing - {"x", "t"}


def known(cell: type[Cell]) -> set[str]:
    return {*make(cell.key, cell.defaults(5), 3, 5).symbols()}


def missing_of_a_task(task: type[Task]) -> list[str]:
    if not vars(task).get("key"):
        return ["key"]
    if "about" not in vars(task):
        return ["about"]
    about, text = task.about, inspect.getdoc(task) or ""
    found = [f"docstring: {part}" for part in ("Chance", "No memory") if f"{part}: " not in text]
    wanted = ("name", "sentence", "unknown", *(["by_heart"] if task.finite else []))
    found += [f"about.{name}" for name in wanted if not getattr(about, name)]
    found += [f"about.settings[{name}]" for name in specs(task).keys() - about.settings.keys()]
    try:
        module = recomputation(task.key)
    except AssertionError:
        return [*found, "recomputed targets"]
    found += [f"recomputed targets: {name}" for name in ("SETTINGS", "check") if not hasattr(module, name)]
    return found if f"task={task.key}" in linked() else [*found, LINK]


def leaves(base: type[Any]) -> Iterator[type[Any]]:
    """Every class of the engine that says what it is, whether it can be chosen or not."""
    for each in base.__subclasses__():
        if each.__module__.startswith("engine.") and ("about" in vars(each) or vars(each).get("key")):
            yield each
        yield from leaves(each)


@pytest.mark.parametrize("cell", sorted(set(leaves(Cell)), key=str), ids=lambda cell: cell.__name__)
def test_nothing_of_a_cell_is_missing(cell: type[Cell]) -> None:
    missing = missing_of_a_cell(cell, text("cells.md"))
    assert not missing, f"{cell.__name__} does not declare: {', '.join(missing)}. CONTRIBUTING.md says what that is."


@pytest.mark.parametrize("task", sorted(set(leaves(Task)), key=str), ids=lambda task: task.__name__)
def test_nothing_of_a_task_is_missing(task: type[Task]) -> None:
    missing = missing_of_a_task(task)
    assert not missing, f"{task.__name__} does not declare: {', '.join(missing)}. CONTRIBUTING.md says what that is."


def of_about(owner: type[Any], about: Any, name: str) -> Removal:
    empty = 0 if name == "year" else {} if name == "best" else ""
    return f"about.{name}", lambda taken: taken.setattr(owner, "about", replace(about, **{name: empty}))


def of_table(owner: type[Any], about: Any, table: str, name: str) -> Removal:
    left = {key: value for key, value in getattr(about, table).items() if key != name}
    return f"about.{table}[{name}]", lambda taken: taken.setattr(owner, "about", replace(about, **{table: left}))


def of_module(module: ModuleType, called: str, name: str) -> Removal:
    return f"{called}: {name}", lambda taken: taken.delattr(module, name)


def without_symbol(cell: type[Cell], name: str) -> Removal:
    whole = cell.symbols

    def fewer(self: Cell) -> dict[str, torch.Tensor]:
        return {key: value for key, value in whole(self).items() if key != name}

    return f"symbols()[{name}]", lambda taken: taken.setattr(cell, "symbols", fewer)


def docstring_without(cell: type[Cell], part: str) -> Removal:
    text = described(cell)
    parts = {
        "sentence": f"{text.sentence}\n",
        "equations": "\n".join(f"{each.lhs} = {each.rhs}" for each in text.equations) + "\n",
        "shapes": text.shapes,
        "source": f"Source: {text.source}",
    }
    left = "\n".join(each for name, each in parts.items() if name != part)
    return f"docstring: {part}", lambda taken: taken.setattr(cell, "__doc__", left)


def of_a_cell(cell: type[Cell]) -> Iterator[Removal]:
    about, module = cell.about, paper(cell.key)
    yield "key", lambda taken: taken.delattr(cell, "key")
    yield "about", lambda taken: taken.delattr(cell, "about")
    yield from (docstring_without(cell, part) for part in DOCSTRING)
    yield from (of_about(cell, about, each.name) for each in fields(About) if each.name not in SEVERAL)
    yield from (of_table(cell, about, table, name) for table in SEVERAL for name in getattr(about, table))
    yield from ((name, partial(_without, cell, name)) for name in (*NUMBERS, "direct_path"))
    yield from (without_symbol(cell, name) for name in sorted(constants(cell)))
    yield "transcription", partial(_gone, module)
    members = ("states", "step", *COUNTED)
    yield from (of_module(module, "transcription", name) for name in members if hasattr(module, name))


def of_a_task(task: type[Task]) -> Iterator[Removal]:
    about, module = task.about, recomputation(task.key)
    yield "key", lambda taken: taken.delattr(task, "key")
    yield "about", lambda taken: taken.delattr(task, "about")
    yield from (of_about(task, about, name) for name in ("name", "sentence", "unknown"))
    if task.finite:
        yield of_about(task, about, "by_heart")
    yield from (of_table(task, about, "settings", name) for name in about.settings)
    for part in ("Chance", "No memory"):
        left = (inspect.getdoc(task) or "").replace(f"{part}: ", "")
        yield f"docstring: {part}", lambda taken, left=left: taken.setattr(task, "__doc__", left)
    yield "recomputed targets", partial(_gone, module)
    yield from (of_module(module, "recomputed targets", name) for name in ("SETTINGS", "check"))


def _without(owner: Any, name: str, taken: Taken) -> None:
    taken.delattr(owner, name)


def _gone(module: ModuleType, taken: Taken) -> None:
    """As if there were no such file."""
    taken.setitem(sys.modules, module.__name__, None)


@pytest.mark.parametrize("key", CELLS)
def test_whatever_is_taken_from_a_cell_is_named(key: str) -> None:
    table, cell = text("cells.md"), CELLS[key]
    for called, remove in of_a_cell(cell):
        with Taken.context() as taken:
            remove(taken)
            assert called in missing_of_a_cell(cell, table), called
    assert missing_of_a_cell(cell, table.replace(rows_of_cells()[key], "")) == ["row in docs/cells.md"]
    with Taken.context() as taken:
        taken.setattr(sys.modules[__name__], "linked", lambda: set())
        assert missing_of_a_cell(cell, table) == ["link in tests/engine/links.json"]
    assert not missing_of_a_cell(cell, table)


@pytest.mark.parametrize("key", TASKS)
def test_whatever_is_taken_from_a_task_is_named(key: str) -> None:
    task = TASKS[key]
    for called, remove in of_a_task(task):
        with Taken.context() as taken:
            remove(taken)
            assert called in missing_of_a_task(task), called
    with Taken.context() as taken:
        taken.setattr(sys.modules[__name__], "linked", lambda: set())
        assert missing_of_a_task(task) == ["link in tests/engine/links.json"]
    assert not missing_of_a_task(task)


def test_hues_are_told_apart_and_seen_on_both_grounds() -> None:
    """Contrast with the grounds of both themes, and distance from each other in OKLab, for those in use and in wait."""
    used = [cell.about.colour for cell in CELLS.values()]
    assert sorted(used) == sorted(set(used)), "two cells have the same hue"
    assert set(used) <= set(HUES), f"HUES has no {set(used) - set(HUES)}; free are {set(HUES) - set(used)}"
    for one, other in combinations(HUES.values(), 2):
        assert math.dist(oklab(one), oklab(other)) > 0.09, (one, other)
    for hue in HUES.values():
        for ground in ("#ffffff", "#0e1117"):
            low, high = sorted((luminance(hue), luminance(ground)))
            assert (high + 0.05) / (low + 0.05) > 2.5, (hue, ground)


def linear(colour: str) -> list[float]:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def oklab(colour: str) -> list[float]:
    """Ottosson 2020."""
    to_lms = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566]]
    to_lms.append([0.0883024619, 0.2817188376, 0.6299787005])
    lms = [sum(w * p for w, p in zip(row, linear(colour), strict=True)) ** (1 / 3) for row in to_lms]
    to_lab = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099]]
    to_lab.append([0.0259040371, 0.7827717662, -0.8086757660])
    return [sum(w * p for w, p in zip(row, lms, strict=True)) for row in to_lab]


@pytest.mark.parametrize("cell", CELLS.values(), ids=list(CELLS))
def test_a_direct_path_is_what_the_equation_says(cell: type[Cell]) -> None:
    """One summand of the part's equation is the factor times the old part; where none is declared, none is there."""
    kept = {}
    for equation in equations(cell):
        term = parsed(equation.rhs)
        for summand in term.parts if term.kind == "+" else (term,):
            factors = [str(part) for part in (summand.parts if summand.kind in ("⊙", "product") else (summand,))]
            old = [part for part in factors if part.endswith("₋")]
            if old and old[0].removesuffix("₋") in equation.names:
                factors.remove(old[0])
                kept[old[0].removesuffix("₋")] = " ".join(factors) or "1"
    path = cell.direct_path
    assert kept == ({path.part: path.factor} if isinstance(path, DirectPath) else {})
    if isinstance(path, NoDirectPath):
        assert path.reason.endswith(".")
