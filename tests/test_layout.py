"""Imports run one way, and each outside library stands where it belongs. The table: `python -m tests.test_layout`."""

from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import grimp

Imports = Mapping[str, frozenset[str]]
"""Every module, with what it imports: at its top, inside functions, and for types alone."""

LAYERS = (
    ("engine",),
    ("playground.words",),
    ("playground.charts", "playground.drawing", "playground.links"),
    ("playground.runs",),
    ("playground.server",),
    ("playground.shell",),
    ("playground.views",),
    ("playground.app", "playground.command", "pages"),
)
"""A module imports from its own folder and from the lines above it. Folders of one line do not import each other."""

PAGE = ("playground.server", "playground.shell", "playground.views", "playground.app", "pages")
ALLOWED = {
    "streamlit": PAGE,
    "altair": ("playground.charts",),
    "pyarrow": ("playground.charts",),
    "pandas": ("playground.shell", "playground.views"),
    "distributed": ("playground.runs",),
}
"""Where an outside library may be imported."""

WITHOUT_STREAMLIT = ("words", "sentences")
"""Modules of a view that are sentences alone: they are read where there is no page."""


def imports() -> Imports:
    """What the product's modules import, outside libraries by the first part of their name."""
    graph = grimp.build_graph("engine", "playground", "pages", include_external_packages=True, cache_dir=None)
    ours = {module for module in graph.modules if module.split(".")[0] in {"engine", "playground", "pages"}}
    return {module: frozenset(graph.find_modules_directly_imported_by(module)) for module in sorted(ours)}


def inside(module: str, folder: str) -> bool:
    return module == folder or module.startswith(f"{folder}.")


def folder_of(module: str) -> str:
    """The folder of LAYERS that a module stands in; "" for the package `playground` itself."""
    return next((folder for line in LAYERS for folder in line if inside(module, folder)), "")


def height(module: str) -> int:
    return next(number for number, line in enumerate(LAYERS) if folder_of(module) in line)


def arrows(found: Imports) -> Iterator[tuple[str, str]]:
    """Each import of one of our modules by another."""
    for module, others in found.items():
        for other in others:
            if other in found:
                yield module, other


def wrong_way(found: Imports) -> list[str]:
    """Imports that do not run down the layers."""
    return [
        f"{module} imports {other}"
        for module, other in arrows(found)
        if folder_of(module) != folder_of(other) and not (folder_of(other) and height(module) > height(other))
    ]


def between_views(found: Imports) -> list[str]:
    """Imports of one page's view by another's."""
    views = [pair for pair in arrows(found) if all(inside(module, "playground.views") for module in pair)]
    return [f"{module} imports {other}" for module, other in views if module.split(".")[:3] != other.split(".")[:3]]


def out_of_place(found: Imports) -> list[str]:
    """Outside libraries where they do not belong."""
    return [
        f"{module} imports {library}"
        for module, others in found.items()
        for library, folders in ALLOWED.items()
        if library in others
        and (
            not any(inside(module, folder) for folder in folders)
            or (library == "streamlit" and module.split(".")[-1] in WITHOUT_STREAMLIT)
        )
    ]


def circle(found: Imports) -> list[str]:
    """Modules that import each other in a circle, one circle if there are several."""
    try:
        TopologicalSorter({module: (others & found.keys()) - {module} for module, others in found.items()}).prepare()
    except CycleError as problem:
        return list(problem.args[1])
    return []


def table(found: Imports) -> str:
    """How many imports there are from each folder (down) of each other (to the right), as Markdown."""
    names = [folder for line in LAYERS for folder in line]
    counts = Counter((folder_of(module), folder_of(other)) for module, other in arrows(found))
    short = [name.removeprefix("playground.") for name in names]
    rows = [
        [name, *(str(counts[folder, other] or "") for other in names)]
        for folder, name in zip(names, short, strict=True)
    ]
    lines = [["", *short], ["---"] * (len(names) + 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def test_imports_run_one_way() -> None:
    found = imports()
    assert {folder_of(module) for module in found} >= {folder for line in LAYERS for folder in line}
    assert wrong_way(found) == []


def test_views_do_not_import_each_other() -> None:
    assert between_views(imports()) == []


def test_outside_libraries_stand_where_they_belong() -> None:
    found = imports()
    used = frozenset[str]().union(*found.values())
    assert used >= ALLOWED.keys()
    assert out_of_place(found) == []


def test_no_circle_of_imports() -> None:
    assert circle(imports()) == []


def test_each_rule_names_what_breaks_it() -> None:
    """The rules themselves, on imports that break each of them once."""
    lower = ["engine.run", "playground.words", "playground.charts.base", "playground.links.link"]
    upper = ["playground.views.a.words", "playground.views.b.panels", "pages.a"]
    found = dict.fromkeys([*lower, *upper], frozenset[str]())
    assert (wrong_way(found), between_views(found), out_of_place(found), circle(found)) == ([], [], [], [])

    assert wrong_way(found | {"engine.run": frozenset({"playground.words"})}) == ["engine.run imports playground.words"]
    beside = {"playground.charts.base": frozenset({"playground.links.link"})}
    assert wrong_way(found | beside) == ["playground.charts.base imports playground.links.link"]
    other = {"playground.views.b.panels": frozenset({"playground.views.a.words"})}
    assert between_views(found | other) == ["playground.views.b.panels imports playground.views.a.words"]
    for module, library in (
        ("engine.run", "pandas"),
        ("pages.a", "altair"),
        ("playground.links.link", "streamlit"),
        ("playground.views.a.words", "streamlit"),
    ):
        assert out_of_place(found | {module: frozenset({library})}) == [f"{module} imports {library}"]
    both = {"pages.a": frozenset({"engine.run"}), "engine.run": frozenset({"pages.a"})}
    assert set(circle(found | both)) == {"pages.a", "engine.run"}


if __name__ == "__main__":
    print(table(imports()))
