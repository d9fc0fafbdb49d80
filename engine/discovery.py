"""Finds what a package's modules declare, so that a new file there is all that a cell or a task needs."""

import importlib
import pkgutil
from collections.abc import Sequence
from typing import TypeVar

Kind = TypeVar("Kind")


def keyed(paths: Sequence[str], package: str, kind: type[Kind]) -> dict[str, type[Kind]]:
    """The subclasses of `kind` with a `key` of their own, by that key, in all modules of a package.

    paths: the package's `__path__`. Raises ValueError if two have the same key.
    """
    found: dict[str, type[Kind]] = {}
    for info in pkgutil.iter_modules(paths, f"{package}."):
        for each in vars(importlib.import_module(info.name)).values():
            if not (isinstance(each, type) and issubclass(each, kind) and each.__module__ == info.name):
                continue
            key = vars(each).get("key", "")
            if key in found:
                raise ValueError(f"{found[key].__name__} and {each.__name__} have the same key, {key}.")
            if key:
                found[key] = each
    return found
