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
from engine.messages import Message, MessageError, Value, Word, quoted
from engine.run import Run
from engine.settings import SettingError

FORMAT, VERSION = "rnn-playground run", 1
MAX_BYTES = 48_000_000
"""Of a file; that of the largest network a page takes has about 40 MB, its film included."""

MAX_HEADER_BYTES = 4_000_000
MOST_UPDATES = 10**12
HISTORIES = {"losses": 2, "held_out": 3, "norms": 3}
HISTORY_NAMES = {"losses": Word("losses"), "held_out": Word("held-out losses"), "norms": Word("gradient norms")}


class RunFileError(MessageError):
    """A file that is no saved run, or one that cannot be continued."""


def save(run: Run, film: Sequence[Checkpoint] = ()) -> bytes:
    """The run as a file, with the checkpoints of its `film` and those that the run still keeps itself. See `load`."""
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
    """What is in a file that somebody brings. Raises RunFileError as `load`, and if there is nothing to see in it."""
    run = load(data)
    with torch.no_grad():
        if not run.network(run.probe(0).inputs).isfinite().all():
            _refuse("run_file.huge_weights")
    return Contents(run.experiment, run.updates)


def load(data: bytes) -> Run:
    """The run in a file. Raises RunFileError, which says what is wrong with it."""
    metadata = _metadata(data)
    state = _state(metadata)
    try:
        arrays = arrays_in(data)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError):
        _refuse("run_file.arrays")
    if "checksum" in metadata and metadata["checksum"] != _checksum(metadata["run"], arrays):
        _refuse("run_file.checksum")
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
    """The experiment that a file tells of. Raises RunFileError."""
    params = _params(given)
    try:
        return Experiment.from_params(params)
    except SettingError as problem:
        # Once, windows and passages longer than their data were made as long as it allows, under the length asked for.
        if problem.fields[0] != "length" or problem.nearest is None:
            raise RunFileError(Message("run_file.setting", problem=problem.message)) from None
        return Experiment.from_params(params | {"length": problem.nearest})


def _metadata(data: bytes) -> dict[str, Any]:
    """What the header says beside the arrays."""
    if len(data) > MAX_BYTES:
        raise RunFileError(Message("run_file.too_large", size=len(data), most=MAX_BYTES))
    size = int.from_bytes(data[:8], "little")
    if data[8:9] == b"{" and len(data) - 8 < size <= MAX_HEADER_BYTES:
        raise RunFileError(Message("run_file.cut_short", wanted=size, size=len(data)))
    if len(data) < 8 or not 2 <= size <= len(data) - 8 or data[8:9] != b"{":
        raise RunFileError(Message("run_file.other"))
    if size > MAX_HEADER_BYTES:
        _refuse("run_file.long_header")
    try:
        metadata = json.loads(data[8 : 8 + size]).get("__metadata__")
    except (ValueError, RecursionError, AttributeError):
        _refuse("run_file.header")
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise RunFileError(Message("run_file.other_arrays"))
    if metadata.get("version") != str(VERSION):
        raise RunFileError(Message("run_file.version", version=quoted(metadata.get("version")), own=VERSION))
    return metadata


def _state(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """All of a run but its arrays."""
    try:
        state = json.loads(metadata["run"])
    except (ValueError, RecursionError, KeyError, TypeError):
        _refuse("run_file.settings")
    if not isinstance(state, dict):
        _refuse("run_file.settings")
    return state


def _params(given: object) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        _refuse("run_file.settings")
    return given


def _same_layout(arrays: Mapping[str, Tensor], expected: Mapping[str, Tensor], owner: str) -> None:
    """Names, shapes and types as expected of the network or optimiser that owns them, and finite numbers."""
    if arrays.keys() != expected.keys():
        wrong = sorted(arrays.keys() ^ expected.keys())[0]
        code = "run_file.missing" if wrong in expected else "run_file.unexpected"
        _refuse(code, owner=Word(owner), array=quoted(wrong))
    for name, value in arrays.items():
        like = expected[name]
        array, whose = quoted(name), Word(owner)
        if value.shape != like.shape:
            _refuse("run_file.shape", array=array, shape=_shape(value), owner=whose, wanted=_shape(like))
        if value.dtype != like.dtype:
            _refuse("run_file.kind", array=array, kind=_kind(value), owner=whose, wanted=_kind(like))
        if not value.isfinite().all():
            _refuse("run_file.not_finite", array=array)


def _kind(array: Tensor) -> str:
    """What kind of numbers it holds, such as float32."""
    return str(array.dtype).removeprefix("torch.")


def _shape(array: Tensor) -> str:
    """Its sizes, such as (17, 3)."""
    return f"{tuple(array.shape)}"


def _same_places(arrays: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    """Whole numbers say where to look, such as a permutation; they follow from the experiment and are not learned."""
    for name, like in expected.items():
        if not like.is_floating_point() and not torch.equal(arrays[name], like):
            _refuse("run_file.other_places", array=quoted(name))


def _history(name: str, counters: object, rows: Tensor | None) -> dict[str, object]:
    """A history as `History.restored` takes it."""
    columns, history = HISTORIES[name], HISTORY_NAMES[name]
    if rows is None:
        _refuse("run_file.no_history", history=history)
    if rows.dtype != torch.float64:
        _refuse("run_file.history_kind", history=history, kind=_kind(rows))
    if rows.dim() != 2 or rows.shape[1] != columns:
        _refuse("run_file.history_columns", history=history, columns=columns)
    if len(rows) >= CAPACITY:
        _refuse("run_file.history_rows", history=history, count=len(rows), most=CAPACITY)
    if not rows.isfinite().all():
        _refuse("run_file.history_not_finite", history=history)
    if not (rows[1:, 0] > rows[:-1, 0]).all():
        _refuse("run_file.history_order", history=history)
    if not isinstance(counters, dict):
        _refuse("run_file.no_counters", history=history)
    stride, seen = (_whole(f"{name}.{key}", counters.get(key), MOST_UPDATES) for key in ("stride", "seen"))
    if stride < 1 or stride & (stride - 1) or -(-seen // stride) != len(rows):
        _refuse("run_file.counters", history=history)
    return {"rows": rows.numpy(), "stride": stride, "seen": seen}


def _film(times: Tensor | None, weights: Tensor | None, updates: int, like: Tensor) -> list[Checkpoint]:
    """The checkpoints of a film; a file without one, such as an older one, has none."""
    if times is None and weights is None:
        return []
    if times is None or weights is None:
        _refuse("run_file.no_film_times" if times is None else "run_file.no_film_weights")
    if times.dtype != torch.int64 or times.dim() != 1:
        _refuse("run_file.film_times")
    if len(times) > MOST:
        _refuse("run_file.film_length", count=len(times), most=MOST)
    if weights.shape != (len(times), len(like)):
        _refuse("run_file.film_shape", shape=_shape(weights), wanted=f"{(len(times), len(like))}")
    if weights.dtype != like.dtype:
        _refuse("run_file.film_kind", kind=_kind(weights), wanted=_kind(like))
    if not weights.isfinite().all():
        _refuse("run_file.film_not_finite")
    if len(times) and not (times[0] >= 0 and times[-1] <= updates and (times[1:] > times[:-1]).all()):
        _refuse("run_file.film_order")
    # Copied, so that each can be let go on its own.
    return [Checkpoint(int(time), row.clone()) for time, row in zip(times, weights, strict=True)]


def _explosion(given: object) -> tuple[int, str] | None:
    if given is None:
        return None
    if not isinstance(given, list) or len(given) != 2 or given[1] not in ("loss", "gradient"):
        _refuse("run_file.explosion")
    return _whole("explosion", given[0], MOST_UPDATES), given[1]


def _whole(name: str, value: object, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        _refuse("run_file.whole", name=name, most=most, given=quoted(value))
    return value


def _amount(name: str, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < math.inf:
        _refuse("run_file.amount", name=name, given=quoted(value))
    return float(value)


def _refuse(code: str, **values: Value) -> NoReturn:
    raise RunFileError(Message("run_file.refused", fault=Message(code, **values)))
