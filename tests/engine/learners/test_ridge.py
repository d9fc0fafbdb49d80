"""The readout in closed form: least squares over every sequence seen so far."""

import numpy as np
import pytest
import torch

from engine import CELLS, Experiment, Run, seeds
from engine.learners.ridge import RidgeReadout
from engine.run import build
from engine.tasks import Forecast
from tests.engine.cells.papers.around import ridge
from tests.engine.runs import started, trained

STRENGTHS = pytest.mark.parametrize("strength", [1e-8, 1e-3, 10.0])


def batches(count: int = 3) -> list[tuple[torch.Tensor, torch.Tensor]]:
    generator = torch.Generator().manual_seed(0)
    sizes = [(7 + 4 * k, size) for k in range(count) for size in (5, 2)]
    drawn = [torch.randn(*size, generator=generator, dtype=torch.float64) for size in sizes]
    return list(zip(drawn[::2], drawn[1::2], strict=True))


def learned(shown: list[tuple[torch.Tensor, torch.Tensor]], strength: float) -> np.ndarray:
    """[V, c] after these batches: (O, K+1)."""
    readout = torch.nn.Linear(5, 2).double()
    fitted = RidgeReadout(readout, strength)
    for r, y in shown:
        fitted.learn(r, y)
    return torch.cat([readout.weight, readout.bias[:, None]], dim=1).detach().numpy()


def least_squares(r: np.ndarray, y: np.ndarray, strength: float) -> np.ndarray:
    """By numpy's lstsq, the penalty as further rows: √λ·[V, c] = 0."""
    rows = np.hstack([r, np.ones((len(r), 1))])
    size = rows.shape[1]
    rows = np.vstack([rows, np.sqrt(strength) * np.eye(size)])
    solution, *_ = np.linalg.lstsq(rows, np.vstack([y, np.zeros((size, y.shape[1]))]), rcond=None)
    return np.asarray(solution.T)


@STRENGTHS
def test_equals_least_squares_on_all_batches_together(strength: float) -> None:
    shown = batches()
    r, y = (torch.cat(parts).numpy() for parts in zip(*shown, strict=True))
    found = learned(shown, strength)
    np.testing.assert_allclose(found, least_squares(r, y, strength), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found, ridge(r, y, strength), rtol=1e-9, atol=1e-12)


@STRENGTHS
def test_order_and_division_into_batches_change_nothing(strength: float) -> None:
    shown = batches()
    whole = [(torch.cat([r for r, _ in shown]), torch.cat([y for _, y in shown]))]
    for other in (shown[::-1], whole, [(r[k : k + 1], y[k : k + 1]) for r, y in shown for k in range(len(r))]):
        np.testing.assert_allclose(learned(other, strength), learned(shown, strength), rtol=1e-9, atol=1e-12)


def test_penalty_pulls_towards_zero() -> None:
    norms = [float(np.linalg.norm(learned(batches(), strength))) for strength in (1e-6, 1.0, 100.0, 1e6)]
    assert norms == sorted(norms, reverse=True)
    assert norms[-1] < 1e-3 * norms[0]


def test_state_goes_on_where_it_was() -> None:
    first, *rest = batches()
    one, other = (RidgeReadout(torch.nn.Linear(5, 2).double(), 0.1) for _ in range(2))
    one.learn(*first)
    other.restore(one.state())
    kept = one.state()
    for r, y in rest:
        one.learn(r, y)
        other.learn(r, y)
    assert torch.equal(one.readout.weight, other.readout.weight)
    assert not torch.equal(kept["gram"], one.gram), "what was taken out is a copy"


@pytest.mark.parametrize(
    "params", [{}, {"layers": "2", "direction": "bidirectional"}, {"readout": "mean"}, {"task": "forecast"}], ids=str
)
def test_run_fits_its_readout_to_all_that_it_was_shown(params: dict[str, str]) -> None:
    """After 9 updates: least squares over the 9 batches of the training stream, through the untrained reservoir."""
    run = trained(9, cell="esn", ridge="0.01", **params)
    network, task = build(run.experiment), run.experiment.task
    shown = [task.batch(4, seeds.generator(1, seeds.TRAIN, number)) for number in range(1, 10)]
    with torch.no_grad():
        r = torch.cat([network.run(batch.inputs).read for batch in shown]).double().numpy()
    y = torch.cat([batch.targets for batch in shown]).double().numpy()
    readout = run.network.readout[-1]
    found = torch.cat([readout.weight, readout.bias[:, None]], dim=1).detach().numpy()
    np.testing.assert_allclose(found, least_squares(r, y, 0.01), rtol=1e-4, atol=1e-5)


def test_loss_is_that_before_the_fit() -> None:
    """As with gradients: what a batch scores before anything is learned from it."""
    run = started(cell="esn")
    task = run.experiment.task
    batch = task.batch(4, seeds.generator(1, seeds.TRAIN, 1))
    expected = float(task.loss(run.network(batch.inputs), batch).detach())
    run.update()
    assert run.losses.table()[0, 1] == pytest.approx(expected, rel=1e-6)
    assert float(task.loss(run.network(batch.inputs), batch).detach()) < expected / 10
    assert run.gradient_norm is None


@pytest.mark.parametrize("strength", ["1e-12", "1e-5"])
@pytest.mark.parametrize("values", ["0,1", "0,0,0,1"])
def test_fewer_different_states_than_units_are_no_trouble(values: str, strength: str) -> None:
    """A series that repeats: R Rᵀ has a rank of 2 or 4 for 60 units, and the penalty is lost in its rounding."""
    repeated = ",".join(values.split(",") * 25)
    given = {"task": "forecast", "series": "own", "values": repeated, "hidden": "60", "batch": "64"}
    run = trained(40, cell="esn", ridge=strength, **given)
    assert run.explosion is None
    assert run.losses.table()[-1, 1] < 1e-6
    assert run.held_out.table()[-1, 1] < 1e-6


def test_mackey_glass_one_step_ahead() -> None:
    """The yardstick: 100 units, spectral radius 1.25, leak 0.3, ridge 10⁻⁵. RMSE ≤ 0.003 in the units of the series.

    On windows of the held-out end of the series; the settings are those of the cell's card.
    """
    run = Run(Experiment.from_params({"cell": "esn", **CELLS["esn"].about.best}))
    task, options = run.experiment.task, run.experiment.network.options
    assert isinstance(task, Forecast)
    assert (task.series, run.experiment.network.hidden) == ("mackey_glass", 100)
    assert (options["radius"], options["leak"], options["ridge"]) == (1.25, 0.3, 1e-5)
    for _ in range(100):
        run.update()
    batch = task.held_out(300, seeds.generator(99, seeds.HELD_OUT, 0))
    with torch.no_grad():
        error = float((run.network(batch.inputs) - batch.targets).square().mean().sqrt())
    assert error * task.scale[1] < 0.003
    assert task.last_value_loss**0.5 * task.scale[1] > 0.02, "the same again is ten times as far off"
