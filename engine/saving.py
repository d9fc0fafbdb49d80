"""A run as one file, and back; going on from the file is bit-equal to never having stopped.

The file is in the safetensors format: arrays as they are, and beside them, in the header's metadata, everything else as
JSON. Nothing in it can be executed. A file may come from anyone, so sizes are checked before anything is read, and
everything read is checked against what the file's own experiment calls for. A checksum tells a file that was damaged on
its way, which would otherwise be read as another network; files from before there was one have none.
"""

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as arrays_in
from safetensors.torch import save as file_of
from torch import Tensor

from engine.experiment import Experiment
from engine.film import MOST, Checkpoint
from engine.history import CAPACITY
from engine.run import Run
from engine.settings import FieldError, shown

FORMAT, VERSION = "rnn-playground run", 1
MAX_BYTES = 48_000_000
"""Of a file; that of the largest network a page takes has about 40 MB, its film included."""

MAX_HEADER_BYTES = 4_000_000
MOST_UPDATES = 10**12
HISTORIES = {"losses": 2, "held_out": 3, "norms": 3}


def save(run: Run, film: Sequence[Checkpoint] = ()) -> bytes:
    """The run as a file, with the moments of its `film` and those that the run still keeps itself. See `load`."""
    state = run.state_dict()
    arrays: dict[str, Tensor] = {_filed(name): value for name, value in state.pop("network").items()}
    arrays |= {f"{run.learner.filed}.{name}": value for name, value in state.pop("learner").items()}
    arrays["before"] = state.pop("before")
    for name in HISTORIES:
        history = state.pop(name)
        arrays[name] = torch.from_numpy(history["rows"])
        state[name] = {"stride": history["stride"], "seen": history["seen"]}
    checkpoints = [*film, *run.film.checkpoints]
    arrays["film.updates"] = torch.tensor([checkpoint.updates for checkpoint in checkpoints], dtype=torch.int64)
    arrays["film.weights"] = (
        torch.stack([m.weights for m in checkpoints]) if checkpoints else torch.empty(0, len(arrays["before"]))
    )
    metadata = {"format": FORMAT, "version": str(VERSION), "run": json.dumps(state, ensure_ascii=False)}
    # Copied one by one: the weights are views of one vector, and a file holds each array on its own.
    copies = {name: value.detach().clone().contiguous() for name, value in arrays.items()}
    return file_of(copies, metadata | {"checksum": checksum(metadata["run"], copies)})


def _filed(name: str) -> str:
    """What a parameter of the network is called in a file, where names never change, so that old files can be read."""
    return f"network.{name.replace('input_mlp', 'entrance')}"


def checksum(run: str, arrays: Mapping[str, Tensor]) -> str:
    """CRC-32 of the settings and of every array with its name, in the order of names; eight hexadecimal digits."""
    found = zlib.crc32(run.encode())
    for name in sorted(arrays):
        found = zlib.crc32(arrays[name].numpy().reshape(-1).view(np.uint8).data, zlib.crc32(name.encode(), found))
    return f"{found:08x}"


class Contents(NamedTuple):
    """What a file holds: a run of this experiment after so many updates."""

    experiment: Experiment
    updates: int


def contents(data: bytes) -> Contents:
    """What is in a file that somebody brings. Raises FieldError as `load`, and if there is nothing to see in it."""
    run = load(data)
    with torch.no_grad():
        if not run.network(run.probe(0).inputs).isfinite().all():
            _refuse("its weights are so large that the network's answers are no numbers")
    return Contents(run.experiment, run.updates)


def load(data: bytes) -> Run:
    """The run in a file. Raises FieldError with a sentence about whatever is wrong with it."""
    metadata = _metadata(data)
    state = _state(metadata)
    try:
        arrays = arrays_in(data)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError):
        _refuse("its arrays are damaged")
    if "checksum" in metadata and metadata["checksum"] != _checksum(metadata["run"], arrays):
        _refuse("it is not as it was saved, as its checksum shows: a part of it was damaged or changed")
    run = Run(_experiment(state.get("experiment")))
    histories = {name: _history(name, state.get(name), arrays.pop(name, None)) for name in HISTORIES}
    film = arrays.pop("film.updates", None), arrays.pop("film.weights", None)
    before = f"{run.learner.filed}."
    learned = {name.removeprefix(before): arrays.pop(name) for name in [*arrays] if name.startswith(before)}
    expected = run.state_dict()
    weights = {_filed(name): value for name, value in expected["network"].items()} | {"before": expected["before"]}
    _same_layout(arrays, weights, "network")
    _same_places(arrays, weights)
    updates = _whole("updates", state.get("updates"), MOST_UPDATES)
    untrained = updates == 0 and learned.keys() == expected["learner"].keys()
    _same_layout(learned, expected["learner"] if untrained else run.learner.state_after(), run.learner.keeper)
    expected |= histories | {
        "network": {name: arrays[_filed(name)] for name in expected["network"]},
        "learner": learned,
        "before": arrays["before"],
        "updates": updates,
        "seconds": _amount("seconds", state.get("seconds")),
        "gradient_norm": None if state.get("gradient_norm") is None else _amount("norm", state["gradient_norm"]),
        "explosion": _explosion(state.get("explosion")),
    }
    loaded = Run.from_state_dict(expected)
    loaded.film.extend(_film(*film, updates, expected["before"]))
    return loaded


def _checksum(run: str, arrays: Mapping[str, Tensor]) -> str:
    """That of arrays that may be of any kind; "" where none can be worked out."""
    try:
        return checksum(run, arrays)
    except (TypeError, ValueError, RuntimeError):  # such as numbers of a kind that NumPy has not
        return ""


def _experiment(given: object) -> Experiment:
    """The experiment that a file tells of. Raises FieldError."""
    params = _params(given)
    try:
        return Experiment.from_params(params)
    except FieldError as problem:
        # Once, windows and passages longer than their data were made as long as it allows, under the length asked for.
        if problem.fields[0] != "length" or problem.nearest is None:
            raise FieldError("run", f"{problem} So the saved run cannot be continued.") from None
        return Experiment.from_params(params | {"length": problem.nearest})


def _metadata(data: bytes) -> dict[str, Any]:
    """What the header says beside the arrays."""
    if len(data) > MAX_BYTES:
        raise FieldError("run", f"The file has {len(data):,} bytes, and a saved run has {MAX_BYTES:,} at most.")
    size = int.from_bytes(data[:8], "little")
    if data[8:9] == b"{" and len(data) - 8 < size <= MAX_HEADER_BYTES:
        raise FieldError(
            "run",
            f"The file is cut short, or no saved run: its header alone should have {size:,} bytes, and it ends after "
            f"{len(data):,}. Bring it here once more.",
        )
    if len(data) < 8 or not 2 <= size <= len(data) - 8 or data[8:9] != b"{":
        raise FieldError("run", "The file is not a saved run. Choose one that was saved here with “Save run”.")
    if size > MAX_HEADER_BYTES:
        _refuse("its header is too long")
    try:
        metadata = json.loads(data[8 : 8 + size]).get("__metadata__")
    except (ValueError, RecursionError, AttributeError):
        _refuse("its header is damaged")
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise FieldError("run", "The file holds arrays, but not those of a run. Choose one that was saved here.")
    if metadata.get("version") != str(VERSION):
        raise FieldError(
            "run",
            f"The file is of version {shown(metadata.get('version'))}, and this playground reads version {VERSION}. "
            "Open it where it was saved.",
        )
    return metadata


def _state(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """All of a run but its arrays."""
    try:
        state = json.loads(metadata["run"])
    except (ValueError, RecursionError, KeyError, TypeError):
        _refuse("its settings are damaged")
    if not isinstance(state, dict):
        _refuse("its settings are damaged")
    return state


def _params(given: object) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        _refuse("its settings are damaged")
    return given


def _same_layout(arrays: Mapping[str, Tensor], expected: Mapping[str, Tensor], owner: str) -> None:
    """Names, shapes and types as expected of the network or optimiser that owns them, and finite numbers."""
    if arrays.keys() != expected.keys():
        wrong = sorted(arrays.keys() ^ expected.keys())[0]
        fault = "is missing" if wrong in expected else "is none of them"
        _refuse(f"it has not the arrays of its own {owner}: {shown(wrong)} {fault}")
    for name, value in arrays.items():
        like = expected[name]
        if value.shape != like.shape:
            _refuse(
                f"the array {shown(name)} has shape {tuple(value.shape)}, and its {owner} needs {tuple(like.shape)}"
            )
        if value.dtype != like.dtype:
            _refuse(f"the array {shown(name)} holds {_kind(value)} numbers, and its {owner} needs {_kind(like)} ones")
        if not value.isfinite().all():
            _refuse(f"the array {shown(name)} holds values that are no numbers")


def _kind(array: Tensor) -> str:
    """What kind of numbers it holds, such as float32."""
    return str(array.dtype).removeprefix("torch.")


def _same_places(arrays: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    """Whole numbers say where to look, such as a permutation; they follow from the experiment and are not learned."""
    for name, like in expected.items():
        if not like.is_floating_point() and not torch.equal(arrays[name], like):
            _refuse(f"the array {shown(name)} is not that of its own experiment")


def _history(name: str, counters: object, rows: Tensor | None) -> dict[str, object]:
    """A history as `History.restored` takes it."""
    columns = HISTORIES[name]
    if rows is None:
        _refuse(f"its {name} are missing")
    if rows.dtype != torch.float64:
        _refuse(f"its {name} are {_kind(rows)} numbers, and should be float64 ones")
    if rows.dim() != 2 or rows.shape[1] != columns:
        _refuse(f"its {name} are no table of {columns} columns")
    if len(rows) >= CAPACITY:
        _refuse(f"its {name} have {len(rows):,} rows, and a run keeps fewer than {CAPACITY:,}")
    if not rows.isfinite().all():
        _refuse(f"its {name} hold values that are no numbers")
    if not (rows[1:, 0] > rows[:-1, 0]).all():
        _refuse(f"its {name} are not in order")
    if not isinstance(counters, dict):
        _refuse(f"its {name} have no counters")
    stride, seen = (_whole(f"{name}.{key}", counters.get(key), MOST_UPDATES) for key in ("stride", "seen"))
    if stride < 1 or stride & (stride - 1) or -(-seen // stride) != len(rows):
        _refuse(f"its {name} do not fit their counters")
    return {"rows": rows.numpy(), "stride": stride, "seen": seen}


def _film(times: Tensor | None, weights: Tensor | None, updates: int, like: Tensor) -> list[Checkpoint]:
    """The moments of a film; a file without one, such as an older one, has none."""
    if times is None and weights is None:
        return []
    if times is None or weights is None:
        _refuse(f"of its film, the {'times' if times is None else 'weights'} are missing")
    if times.dtype != torch.int64 or times.dim() != 1:
        _refuse("the times of its film are no list of int64 numbers")
    if len(times) > MOST:
        _refuse(f"its film has {len(times):,} moments, and {MOST} are the most")
    if weights.shape != (len(times), len(like)):
        _refuse(
            f"its film has weights of shape {tuple(weights.shape)}, and its network needs {(len(times), len(like))}"
        )
    if weights.dtype != like.dtype:
        _refuse(f"its film has {_kind(weights)} weights, and its network needs {_kind(like)} ones")
    if not weights.isfinite().all():
        _refuse("the weights of its film hold values that are no numbers")
    if len(times) and not (times[0] >= 0 and times[-1] <= updates and (times[1:] > times[:-1]).all()):
        _refuse("the moments of its film are not in order")
    # Copied, so that each can be let go on its own.
    return [Checkpoint(int(time), row.clone()) for time, row in zip(times, weights, strict=True)]


def _explosion(given: object) -> tuple[int, str] | None:
    if given is None:
        return None
    if not isinstance(given, list) or len(given) != 2 or given[1] not in ("loss", "gradient"):
        _refuse("how it ended is damaged")
    return _whole("explosion", given[0], MOST_UPDATES), given[1]


def _whole(name: str, value: object, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        _refuse(f"{name} must be a whole number from 0 to {most:,}, and is {shown(value)}")
    return value


def _amount(name: str, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < math.inf:
        _refuse(f"{name} must be a number, 0 or more, and is {shown(value)}")
    return float(value)


def _refuse(what: str) -> NoReturn:
    raise FieldError("run", f"The saved run cannot be continued: {what}. Save it again where it comes from.")
