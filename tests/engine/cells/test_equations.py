"""The cells against their papers' equations in NumPy: every state, every gate, every gradient."""

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from engine.cells import Cell
from engine.cells.jordan import FED_BACK
from engine.cells.simple import ACTIVATIONS
from tests.engine.cells.reference import CASES, NAMES, cell_and_sequences, generator, unrolled, weights_of
from tests.engine.cells.transcribed import transcribed

OTHERS: list[tuple[str, dict[str, Any]]] = [
    *(("jordan", {"activation": f, "feedback": g}) for f, g in product(ACTIVATIONS, FED_BACK)),
    *(("indrnn", {"activation": activation}) for activation in ("sigmoid", "identity")),
    *(("clockwork", {"periods": periods}) for periods in ((1,), (3,), (1, 2, 4, 8), (1, 2, 3, 5, 7))),
    ("scrn", {"alpha": 0.0, "slow": 1}),
    ("scrn", {"alpha": 1.0, "slow": 16}),
    ("esn", {"leak": 0.01, "radius": 2.5, "sparsity": 0.0}),
]
"""Further settings of the same equations."""

every_setting = pytest.mark.parametrize(("name", "options"), CASES + OTHERS, ids=lambda v: str(v).replace(" ", ""))
every_case = pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)


def seen_in(cell: Cell, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """Every state and gate of the plain loop by name, and what is handed up: (B, T, units)."""
    states, gates = unrolled(cell, x)
    rows = [{**cell.shown(state), **gate._asdict()} for state, gate in zip(states, gates, strict=True)]
    seen = {name: torch.stack([row[name] for row in rows], dim=1) for name in rows[0]}
    return {**seen, "output": cell(x)[0]}


@every_setting
@torch.no_grad()
def test_states_and_gates_follow_the_paper(name: str, options: dict[str, Any]) -> None:
    """H = 5 divides into neither 2 nor 3 nor 4 modules."""
    cell, x = cell_and_sequences(name, options, (3, 20, 4, 5))
    seen, weights = seen_in(cell, x), weights_of(cell)
    expected = [transcribed(name, options, weights, row) for row in x.numpy()]
    assert seen.keys() == expected[0].keys()
    for part, values in seen.items():
        theirs = np.stack([row[part] for row in expected])
        np.testing.assert_allclose(values.numpy(), theirs, rtol=1e-11, atol=1e-12, err_msg=part)


@every_setting
def test_gradients_are_differences_of_the_paper(name: str, options: dict[str, Any]) -> None:
    """∂L by the inputs and by every parameter, along a direction at random, up and down by 10⁻⁵ in the transcription.

    L is a weighted sum of all that the cell hands up; nothing of the engine enters the difference but the numbers.
    """
    cell, x = cell_and_sequences(name, options, (1, 7, 3, 4))
    output = cell(x)[0]
    weighting = torch.randn(output.shape, generator=generator(4), dtype=output.dtype)
    trained = dict(cell.named_parameters())
    found = torch.autograd.grad((output * weighting).sum(), [x, *trained.values()])

    def loss(nudged: str, nudge: np.ndarray) -> float:
        weights, sequence = weights_of(cell), x.detach()[0].numpy()
        if nudged == "x":
            sequence = sequence + nudge
        else:
            weights[nudged] = weights[nudged] + nudge
        return float((transcribed(name, options, weights, sequence)["output"] * weighting[0].numpy()).sum())

    for part, gradient in zip(["x", *trained], found, strict=True):
        shape = gradient[0].shape if part == "x" else gradient.shape
        direction = torch.randn(shape, generator=generator(5), dtype=torch.float64).numpy()
        difference = (loss(part, 1e-5 * direction) - loss(part, -1e-5 * direction)) / 2e-5
        slope = float((gradient.numpy().reshape(shape) * direction).sum())
        assert slope == pytest.approx(difference, rel=1e-6, abs=1e-7), part


@every_case
def test_gradients_are_finite_differences(name: str, options: dict[str, Any]) -> None:
    """By every input and every single trained number, along the way that training takes."""
    cell, x = cell_and_sequences(name, options, (2, 4, 2, 3))
    names = list(dict(cell.named_parameters()))

    def run(inputs: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        given = {f"cell.{name}": value for name, value in zip(names, values, strict=True)}
        handed_up: torch.Tensor = torch.func.functional_call(Taken(cell), given, (inputs,))
        return handed_up

    assert torch.autograd.gradcheck(run, (x, *cell.parameters()))


class Taken(torch.nn.Module):
    """A cell as a module that is called."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.cell(inputs)[0]
