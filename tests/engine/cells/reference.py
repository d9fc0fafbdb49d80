"""Every equation on offer, cells that bend their squashing functions, and how to compare values and gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.cells import CELLS, AnyCell
from engine.observe.notes import passage
from tests.engine.cells.transcribed import paper, transcribed_at_all

CASES: list[tuple[str, dict[str, Any]]] = [
    (key, options) for key in CELLS if transcribed_at_all(key) for options in paper(key).CASES
]
"""Every equation on offer."""

NAMES = ["-".join([name, *map(str, options.values())]).replace(" ", "") for name, options in CASES]

SHAPES = [(3, 9, 4, 5), (1, 1, 1, 1), (4, 1, 2, 3), (1, 12, 3, 2)]
"""(B, T, I, H), with the corners where a transpose copies nothing."""

TOLERANCE = {torch.float32: 1e-6, torch.float64: 1e-13, torch.int64: 0}

Weights = dict[str, np.ndarray]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(name: str, options: dict[str, Any], inputs: int, hidden: int, dtype: torch.dtype = torch.float64) -> AnyCell:
    """A cell with weights large enough to bend its squashing functions; it reads `inputs`, or what it needs to."""
    cell = CELLS[name](CELLS[name].required_input_size(hidden) or inputs, hidden, generator=generator(1), **options).to(
        dtype
    )
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.add_(0.5 * torch.randn(parameter.shape, generator=generator(2), dtype=dtype))
    return cell


def sequences(batch: int, steps: int, inputs: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(batch, steps, inputs, generator=generator(3), dtype=dtype, requires_grad=True)


def cell_and_sequences(
    name: str, options: dict[str, Any], shape: tuple[int, ...] = (3, 9, 4, 5), dtype: torch.dtype = torch.float64
) -> tuple[AnyCell, Tensor]:
    """A cell and (B, T, I) for it, by a shape (B, T, I, H)."""
    batch, steps, inputs, hidden = shape
    cell = make(name, options, inputs, hidden, dtype)
    return cell, sequences(batch, steps, cell.input_size, dtype)


def outputs_of(cell: AnyCell) -> Callable[[Tensor], Tensor]:
    """What it hands up at every step."""
    return lambda inputs: cell(inputs)[0]


def last_of(cell: AnyCell) -> Callable[[Tensor], Tensor]:
    """What it hands up at the last step, from its final state."""
    return lambda inputs: cell.output(cell(inputs)[1])


def looped(cell: AnyCell, inputs: Tensor) -> Tensor:
    """What the plain loop hands up at every step."""
    return cell.unroll(inputs)[0]


def values_and_gradients(run: Callable[[Tensor], Tensor], owner: torch.nn.Module, inputs: Tensor) -> dict[str, Tensor]:
    """What `run` puts out, and the gradients of a random weighted sum of it by the inputs and by every parameter."""
    h = run(inputs)
    weighting = torch.randn(h.shape, generator=generator(4), dtype=h.dtype)
    wanted = {"inputs": inputs, **dict(owner.named_parameters())}
    gradients = torch.autograd.grad(
        (h * weighting).sum(), list(wanted.values()), allow_unused=True, materialize_grads=True
    )
    return {"h": h.detach(), **dict(zip(wanted, gradients, strict=True))}


def assert_same(actual: dict[str, Tensor], expected: dict[str, Tensor], slack: float = 1) -> None:
    """Equal, each to within `slack` tolerances of its type times the largest number in it."""
    assert actual.keys() == expected.keys()
    for name, value in expected.items():
        scale = max(1.0, float(value.abs().max()))
        tolerance = slack * TOLERANCE[value.dtype] * scale
        torch.testing.assert_close(actual[name], value, rtol=0, atol=tolerance, msg=lambda text, n=name: f"{n}: {text}")


def weights_of(cell: torch.nn.Module) -> Weights:
    """Every number the cell is made of, trained or not."""
    return {name: value.detach().numpy() for name, value in cell.state_dict().items()}


def unrolled(cell: AnyCell, inputs: Tensor) -> tuple[list[Any], list[Any]]:
    """The states and the gates of every step, by the plain loop."""
    noted = passage(cell, inputs)[0]
    return noted.states, noted.gates
