"""Every cell's transcription, by the cell's key: a file in the folder papers."""

import importlib
import importlib.util
from types import ModuleType
from typing import Any

import numpy as np
import torch

from tests.engine.cells.papers.shared import Array, State, States, Tensors, Weights


def paper(key: str) -> ModuleType:
    """The transcription of a cell; papers/shared.py says what it has. Fails if there is none."""
    try:
        return importlib.import_module(f"tests.engine.cells.papers.{key}")
    except ModuleNotFoundError:
        raise AssertionError(f"{key} is not transcribed: tests/engine/cells/papers/{key}.py is missing.") from None


def transcribed_at_all(key: str) -> bool:
    """Whether there is such a file; test_declared.py names those that are missing."""
    return importlib.util.find_spec(f"tests.engine.cells.papers.{key}") is not None


def transcribed(key: str, options: dict[str, Any], weights: Weights, sequence: Array) -> States:
    """All states and gates of one sequence (T, I), and as `output` what the layer above reads: (T, units) each."""
    seen: States = paper(key).states(weights, sequence, **options)
    handed_up = getattr(paper(key), "HANDED_UP", ("h",))
    return {**seen, "output": np.concatenate([seen[part] for part in handed_up], axis=-1)}


def start(key: str, hidden: int) -> State:
    """The state before the first of the transcription's steps: all zeros."""
    sizes = {"h": hidden, **getattr(paper(key), "MEMORY", {})}
    return {name: torch.zeros(size or hidden, dtype=torch.float64) for name, size in sizes.items()}


def tensors_of(cell: torch.nn.Module) -> Tensors:
    """What the transcription's steps read of a cell: its numbers in double precision, by name."""
    tensors = {**dict(cell.named_parameters()), **dict(cell.named_buffers())}
    return {name: value.detach().double() for name, value in tensors.items()}
