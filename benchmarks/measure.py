"""What the benchmarks share: options, clocks, and results as a table or as JSON."""

import argparse
import json
import platform
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch

Row = Mapping[str, Any]


def options(description: str | None, **flags: str) -> argparse.Namespace:
    """The command line: --json, and a flag for each of `flags` (name=help)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    for name, help_text in flags.items():
        parser.add_argument(f"--{name}", action="store_true", help=help_text)
    return parser.parse_args()


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    return {"python": platform.python_version(), "torch": torch.__version__, "machine": platform.machine()}


def repeat(work: Callable[[], object], seconds: float) -> float:
    """How often a second `work` was done, over about `seconds` of this thread's processor time.

    That is wall time less what other programs took, for work that never waits of itself.
    """
    start, count = time.thread_time(), 0
    while (passed := time.thread_time() - start) < seconds:
        work()
        count += 1
    return count / passed


def show(results: Mapping[str, Any], as_json: bool) -> None:
    """Print the results, one after the other: a list of rows as a table, anything else as a line."""
    if as_json:
        print(json.dumps({"machine": machine(), **results}, ensure_ascii=False, indent=1))
        return
    for name, value in {"machine": " ".join(machine().values()), **results}.items():
        if isinstance(value, list):
            print(f"\n{name}\n{table(value)}")
        else:
            print(f"{name}: {cell(value)}")


def table(rows: Iterable[Row]) -> str:
    """Rows of the same keys as aligned text, numbers to the right."""
    rows = list(rows)
    names = list(rows[0])
    written = [names, *([cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[k]) for line in written) for k in range(len(names))]
    right = [all(isinstance(row[name], int | float) or row[name] is None for row in rows) for name in names]
    lines = [
        "  ".join(text.rjust(width) if to_right else text.ljust(width) for text, width, to_right in columns).rstrip()
        for columns in (zip(line, widths, right, strict=True) for line in written)
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def cell(value: object) -> str:
    """One value as a person reads it: numbers to three or four figures."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "met" if value else "not met"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
