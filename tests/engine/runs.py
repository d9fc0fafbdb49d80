"""Small runs, and how to tell that two of them are in the same place to the last bit."""

from typing import Any

import numpy as np
import torch

from engine import Experiment, Run, slices

SMALL = {"task": "adding", "length": "8", "hidden": "6", "batch": "4"}


def started(**params: str) -> Run:
    return Run(Experiment.from_params({**SMALL, **params}))


def trained(updates: int, **params: str) -> Run:
    run = started(**params)
    for _ in range(updates):
        run.update()
    return run


def same(one: Any, other: Any) -> bool:
    """Equal all the way down, tensors and arrays bit for bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    return bool(one == other)


def place(run: Run) -> dict[str, Any]:
    """Everything about a run but the time it took."""
    state = run.state_dict()
    del state["seconds"]
    return state


def assert_same_place(one: Run, other: Run) -> None:
    for key, value in place(one).items():
        assert same(value, place(other)[key]), f"the runs differ in {key}"


def finite_weights(run: Run) -> bool:
    return all(bool(parameter.isfinite().all()) for parameter in run.network.parameters())


def slice_of(
    run: Run,
    request: slices.ProbeRequest,
    seconds: float,
    last: slices.Seen | None = None,
    looking: float = slices.LOOKING_SHARE,
) -> slices.Slice:
    """A slice of a single run."""
    (brought,) = slices.slice_of([run], request, seconds, last=(last,) if last else (), looking=looking)
    return brought


def frame_of(run: Run, brought: slices.Slice) -> slices.Frame:
    """What is shown of a run after that slice, in which it was looked at."""
    assert brought.result is not None
    return slices.Frame(run.snapshot(), brought.result)


def shown(run: Run, request: slices.ProbeRequest | None = None) -> slices.Frame:
    """A run as it is shown now."""
    return frame_of(run, slice_of(run, request or slices.ProbeRequest(), 0.0))


def one_update(run: Run, request: slices.ProbeRequest) -> slices.Frame:
    """One update of a single run, and what is shown then."""
    (brought,) = slices.one_update([run], request)
    return frame_of(run, brought)
