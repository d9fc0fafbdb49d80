"""The fast way through a cell against the plain loop, torch.nn and finite differences: values and every gradient."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.cells import CELLS, Cell, GRUCell, OnlyH, mingru
from engine.cells.gru import GRUGates, GRUScan
from engine.cells.mingru import parallel, step_by_step
from engine.cells.simple import ACTIVATIONS, ElmanScan
from tests.engine.cells.reference import (
    CASES,
    SHAPES,
    assert_same,
    cell_and_sequences,
    generator,
    last_of,
    looped,
    outputs_of,
    sequences,
    values_and_gradients,
)

DTYPES = [torch.float32, torch.float64]
FAST = [case for case in CASES if CELLS[case[0]].scan is not Cell.scan]
"""Those with a way of their own beside the plain loop."""

SHARED = [
    case
    for case in CASES
    if case[0] in ("rnn", "lstm", "gru") and case[1].get("activation") not in ("sigmoid", "identity")
]
"""Those that torch.nn has."""

every_cell = pytest.mark.parametrize(("name", "options"), FAST, ids=str)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def torch_module(name: str, options: dict[str, Any], cell: Cell) -> nn.RNNBase:
    """torch.nn's module of that cell with the cell's parameters."""
    sizes = {"input_size": cell.input_size, "hidden_size": cell.hidden_size, "batch_first": True}
    module: nn.RNNBase
    if name == "rnn":
        module = nn.RNN(**sizes, nonlinearity=options["activation"])
    else:
        module = {"lstm": nn.LSTM, "gru": nn.GRU}[name](**sizes)
    module.to(cell.weight_hh.dtype)
    module.load_state_dict({f"{key}_l0": value for key, value in cell.state_dict().items()})
    return module


def assert_matches_torch(name: str, options: dict[str, Any], cell: Cell, inputs: Tensor) -> None:
    module = torch_module(name, options, cell)
    theirs = values_and_gradients(lambda x: module(x)[0], module, inputs)
    assert_same(
        values_and_gradients(outputs_of(cell), cell, inputs),
        {key.removesuffix("_l0"): value for key, value in theirs.items()},
    )


@every_cell
@every_shape
@every_dtype
def test_fast_equals_plain_loop(name: str, options: dict[str, Any], shape: tuple[int, ...], dtype: torch.dtype) -> None:
    cell, x = cell_and_sequences(name, options, shape, dtype)
    assert_same(
        values_and_gradients(outputs_of(cell), cell, x),
        values_and_gradients(lambda x: looped(cell, x), cell, x),
    )


@every_cell
@every_shape
@every_dtype
def test_last_step_is_the_loop_s(
    name: str, options: dict[str, Any], shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    cell, x = cell_and_sequences(name, options, shape, dtype)
    assert_same(
        values_and_gradients(last_of(cell), cell, x),
        values_and_gradients(lambda x: looped(cell, x)[:, -1], cell, x),
    )


@pytest.mark.parametrize(("name", "options"), SHARED, ids=str)
@every_shape
@every_dtype
def test_fast_equals_torch(name: str, options: dict[str, Any], shape: tuple[int, ...], dtype: torch.dtype) -> None:
    assert_matches_torch(name, options, *cell_and_sequences(name, options, shape, dtype))


@pytest.mark.parametrize("onednn", [True, False])
@every_shape
def test_lstm_is_torch_s_to_the_last_bit(monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], onednn: bool) -> None:
    """Called with torch's wrapper or without it, it is one kernel."""
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: onednn)
    cell, x = cell_and_sequences("lstm", {}, shape, torch.float32)
    module = torch_module("lstm", {}, cell)
    every = outputs_of(cell), lambda x: module(x)[0]
    last = last_of(cell), lambda x: module(x)[0][:, -1]
    for ours, torchs in (every, last):
        theirs = values_and_gradients(torchs, module, x)
        for key, value in values_and_gradients(ours, cell, x).items():
            assert torch.equal(value, theirs.get(key, theirs.get(f"{key}_l0"))), key


@every_cell
def test_long_sequence_in_single_precision(name: str, options: dict[str, Any]) -> None:
    """Rounding hardly piles up over 200 steps of 32 units at the scale a network starts with."""
    cell = CELLS[name](8, 32, generator=generator(), **options)
    x = sequences(16, 200, 8, torch.float32)
    assert_same(
        values_and_gradients(outputs_of(cell), cell, x),
        values_and_gradients(lambda x: looped(cell, x), cell, x),
        slack=10,
    )


class FlippedGRU(GRUCell):
    """A GRU whose z keeps the candidate instead of the old state: same shapes, other equations."""

    def advance(self, projected: Tensor, state: OnlyH, weights: None) -> tuple[OnlyH, GRUGates]:
        right, gates = super().advance(projected, state, weights)
        return OnlyH(state.h + gates.n - right.h), gates

    scan = Cell.scan


def test_flipped_update_gate_is_noticed() -> None:
    cell = FlippedGRU(4, 5, generator=generator())
    with pytest.raises(AssertionError, match="not close"):
        assert_matches_torch("gru", {}, cell, sequences(3, 9, 4, torch.float32))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("steps", [1, 5])
def test_elman_scan_gradients_are_finite_differences(activation: str, steps: int) -> None:
    projected = torch.randn(2, steps, 3, generator=generator(5), dtype=torch.float64, requires_grad=True)
    weight = torch.randn(3, 3, generator=generator(6), dtype=torch.float64, requires_grad=True)
    start = torch.randn(2, 3, generator=generator(8), dtype=torch.float64, requires_grad=True)
    f = ACTIVATIONS[activation]
    assert torch.autograd.gradcheck(lambda p, w: ElmanScan.apply(p, w, None, f), (projected, weight))
    assert torch.autograd.gradcheck(lambda p, w, h: ElmanScan.apply(p, w, h, f), (projected, weight, start))


@pytest.mark.parametrize("steps", [1, 5])
def test_gru_scan_gradients_are_finite_differences(steps: int) -> None:
    projected = torch.randn(2, steps, 9, generator=generator(5), dtype=torch.float64, requires_grad=True)
    weight = torch.randn(9, 3, generator=generator(6), dtype=torch.float64, requires_grad=True)
    bias = torch.randn(9, generator=generator(7), dtype=torch.float64, requires_grad=True)
    start = torch.randn(2, 3, generator=generator(8), dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda p, w, b: GRUScan.apply(p, w, b, None), (projected, weight, bias))
    assert torch.autograd.gradcheck(GRUScan.apply, (projected, weight, bias, start))


@every_cell
@every_shape
def test_fast_way_leaves_its_inputs_alone(name: str, options: dict[str, Any], shape: tuple[int, ...]) -> None:
    """The scans write in place, into copies."""
    cell, x = cell_and_sequences(name, options, shape)
    before = [value.detach().clone() for value in (x, *cell.parameters())]
    h = cell(x)[0]
    weighting = torch.randn(h.shape, generator=generator(8), dtype=h.dtype)
    kept = weighting.clone()
    h.backward(weighting)
    for value, old in zip((x, *cell.parameters(), weighting), (*before, kept), strict=True):
        assert torch.equal(value.detach(), old)


@pytest.mark.parametrize("steps", [1, 2, 3, 8, 50])
@pytest.mark.parametrize("way", [parallel, step_by_step])
def test_both_scans_of_the_mingru_are_the_loop(
    monkeypatch: pytest.MonkeyPatch, way: Callable[[Tensor, Tensor], Tensor], steps: int
) -> None:
    """Whichever is taken for the number of units: values, and the gradients by input, state and every parameter."""
    monkeypatch.setattr(mingru, "linear_scan", way)
    cell, x = cell_and_sequences("mingru", {}, (3, steps, 4, 5))
    start = OnlyH(torch.randn(3, 5, generator=generator(9), dtype=x.dtype))
    assert_same(
        values_and_gradients(lambda x: cell(x, start)[0], cell, x),
        values_and_gradients(lambda x: cell.unroll(x, start)[0], cell, x),
    )
    a, b = torch.rand(2, steps, 2, 3, generator=generator(10), dtype=x.dtype).requires_grad_()
    assert torch.autograd.gradcheck(mingru.LinearScan.apply, (a, b))
