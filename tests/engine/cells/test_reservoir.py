"""What makes the echo state network itself: a fixed reservoir of known radius that forgets where it began."""

import numpy as np
import pytest
import torch

from engine.cells import CELLS, Cell
from engine.learners.ridge import RidgeReadout
from tests.engine.cells.reference import generator
from tests.engine.runs import trained


def reservoir(hidden: int = 100, inputs: int = 1, seed: int = 1, **options: float) -> Cell:
    return CELLS["esn"](inputs, hidden, generator=generator(seed), **options).double()


@pytest.mark.parametrize("radius", [0.0, 0.5, 0.9, 1.25, 3.0])
@pytest.mark.parametrize("hidden", [5, 100])
def test_spectral_radius_is_what_was_asked(radius: float, hidden: int) -> None:
    eigenvalues = np.linalg.eigvals(reservoir(hidden, radius=radius, sparsity=0.2).W.numpy())
    assert np.abs(eigenvalues).max() == pytest.approx(radius, abs=1e-5)


@pytest.mark.parametrize("sparsity", [0.0, 0.5, 0.8, 0.99])
def test_share_of_zeros_is_what_was_asked(sparsity: float) -> None:
    w = reservoir(200, sparsity=sparsity).W
    assert float((w == 0).double().mean()) == pytest.approx(sparsity, abs=0.01)


def test_reservoir_without_a_cycle_is_no_trouble() -> None:
    """So sparse that no unit ever hears itself again: it has no radius to scale, and W is 0."""
    for seed in range(20):
        w = reservoir(3, seed=seed, sparsity=0.99).W
        assert bool(w.isfinite().all())
        assert not (w @ w @ w).any() or float(torch.linalg.eigvals(w).abs().max()) == pytest.approx(0.9, abs=1e-5)


def test_input_weights_and_biases_are_drawn_from_their_ranges() -> None:
    cell = reservoir(400, inputs=2)
    for values, bound in ((cell.W_in, 1.0), (cell.b, 0.1)):
        assert 0.98 * bound < float(values.abs().max()) <= bound
        assert float(values.square().mean()) == pytest.approx(bound**2 / 3, rel=0.1)


def apart(cell: Cell, steps: int) -> list[float]:
    """How far apart two different starts are after each step under the same input."""
    x = torch.rand(steps, 1, 1, generator=generator(3), dtype=torch.float64) - 0.5
    one, other = (
        cell.initial_state(1)._replace(h=2 * torch.rand(1, 100, generator=generator(k), dtype=torch.float64) - 1)
        for k in (4, 5)
    )
    distances = []
    for now in x:
        one, other = cell.step(now, one)[0], cell.step(now, other)[0]
        distances.append(float((one.h - other.h).norm()))
    return distances


@pytest.mark.parametrize("leak", [1.0, 0.3])
def test_start_is_forgotten_below_radius_one(leak: float) -> None:
    distances = apart(reservoir(radius=0.9, leak=leak), 800)
    assert distances[0] > 1
    assert distances[-1] < 1e-9


def test_start_is_remembered_far_above_radius_one() -> None:
    """So the radius is what decides."""
    assert apart(reservoir(radius=2.5, leak=1.0), 800)[-1] > 0.1


def capacity(leak: float, scale: float) -> float:
    """Σ over delays of the squared correlation between u(t−k) and a linear readout's answer, on steps it never saw.

    u is uniform and independent from step to step. Jaeger 2001, Short Term Memory in Echo State Networks.
    """
    cell, delays, steps = reservoir(20, radius=0.95, leak=leak, sparsity=0.5), 60, 6000
    u = 2 * torch.rand(1, steps, 1, generator=generator(7), dtype=torch.float64) - 1
    states = cell(scale * u)[0][0]
    read = states[delays:]
    wanted = torch.stack([u[0, delays - k : steps - k, 0] for k in range(1, delays + 1)], dim=1)
    readout = torch.nn.Linear(20, delays).double()
    half = len(read) // 2
    RidgeReadout(readout, 1e-10).learn(read[:half], wanted[:half])
    answers = readout(read[half:]).detach()
    columns = zip(answers.T.numpy(), wanted[half:].T.numpy(), strict=True)
    return float(sum(np.corrcoef(answer, asked)[0, 1] ** 2 for answer, asked in columns))


@pytest.mark.parametrize(("leak", "scale"), [(1.0, 0.05), (1.0, 1.0), (0.3, 1.0)])
def test_memory_is_no_larger_than_the_reservoir(leak: float, scale: float) -> None:
    assert 3 < capacity(leak, scale) <= 20


def test_nearly_linear_reservoir_remembers_more_than_a_saturated_one() -> None:
    assert capacity(1.0, 0.05) > capacity(1.0, 1.0) + 1


@pytest.mark.parametrize("fit", ["ridge", "gradient"])
@pytest.mark.parametrize("task", ["adding", "echo"])
def test_training_leaves_the_reservoir_alone(fit: str, task: str) -> None:
    """Whichever way the readout is found, and under weight decay too; the readout does change."""
    params = {"cell": "esn", "fit": fit, "task": task, "layers": "2", "decay": "0.1", "lr": "0.1"}
    before, after = trained(0, **params).network.state_dict(), trained(10, **params).network.state_dict()
    assert sum(key.endswith((".W", ".W_in", ".b")) for key in before) == 6
    for key, value in before.items():
        assert torch.equal(value, after[key]) is not key.startswith("readout"), key


@pytest.mark.parametrize("leak", [0.01, 0.3, 1.0])
def test_leak_is_how_far_a_step_goes(leak: float) -> None:
    """From h₋ the share `leak` of the way to what is squashed; at 1 nothing of h₋ is left but what W reads."""
    cell = reservoir(10, leak=leak)
    x, h = (torch.randn(1, size, generator=generator(size), dtype=torch.float64) for size in (1, 10))
    state, _ = cell.step(x, cell.initial_state(1)._replace(h=h))
    squashed = torch.tanh(x @ cell.W_in.T + h @ cell.W.T + cell.b)
    torch.testing.assert_close(state.h - h, leak * (squashed - h), rtol=0, atol=1e-14)
