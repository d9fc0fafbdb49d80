"""A run driven to infinity: it stops at that update, and what it keeps and reports is finite."""

import math

import numpy as np
import pytest
import torch

from engine import CELLS, Experiment, Run, seeds
from engine.learners.optimizers import OPTIMIZERS
from engine.progress import Explosion
from engine.run import build
from tests.engine.runs import assert_same_place, finite_weights, place, same, started, trained

WILD = [
    {"cell": "rnn", "activation": "identity", "init": "identity", "optimizer": "sgd", "lr": "10", "clip": "0"},
    {"cell": "rnn", "activation": "relu", "init": "identity", "optimizer": "sgd", "lr": "10", "clip": "0"},
    {"cell": "rnn", "activation": "identity", "init": "identity", "optimizer": "momentum", "lr": "10", "clip": "1"},
    {"cell": "rnn", "activation": "relu", "init": "identity", "optimizer": "adam", "lr": "10", "clip": "1"},
    {"cell": "rnn", "activation": "identity", "optimizer": "nesterov", "lr": "10", "clip": "0", "task": "echo"},
]


def assert_stopped(run: Run) -> None:
    assert run.explosion is not None
    assert run.explosion.update == run.updates + 1
    assert finite_weights(run)
    assert np.isfinite(run.losses.table()).all()
    assert np.isfinite(run.held_out.table()).all()
    assert run.gradient_norm is None or math.isfinite(run.gradient_norm)


def wild(updates: int = 200, **params: str) -> Run:
    return trained(updates, length="20", **params)


every_wild = pytest.mark.parametrize("params", WILD, ids=lambda p: "-".join(p.values()))


@every_wild
def test_run_driven_to_infinity_stops(params: dict[str, str]) -> None:
    run = wild(**params)
    assert_stopped(run)
    assert run.updates < 200
    before = place(run)
    run.update()
    assert run.advance(0.01) == 0
    assert same(place(run), before), "no further update, and nothing else moves"


@every_wild
def test_what_is_kept_is_the_last_network_whose_loss_was_finite(params: dict[str, str]) -> None:
    """Bit for bit the run up to there. An update that made the loss infinite is taken back; its own loss was finite."""
    run = wild(**params)
    assert run.explosion is not None
    twin = wild(run.updates, **params)
    assert twin.explosion is None
    for part in ("network", "held_out", "updates"):
        assert same(place(run)[part], place(twin)[part])
    made = run.updates + (run.explosion.quantity == "loss")
    assert len(run.losses.table()) == made
    assert same(run.losses.table()[: run.updates], twin.losses.table())
    batch = twin.experiment.task.batch(4, seeds.generator(1, seeds.TRAIN, twin.updates + 1))
    loss = float(twin.experiment.task.loss(twin.network(batch.inputs), batch).detach())
    assert math.isfinite(loss)
    if run.explosion.quantity == "loss":
        assert run.losses.table()[-1].tolist() == [run.explosion.update, loss]


@every_wild
def test_run_saved_just_before_explodes_the_same(params: dict[str, str]) -> None:
    """To take an update back, a run that was loaded needs the weights from before it."""
    exploded = wild(**params)
    for updates in range(len(exploded.losses.table()) + 1):
        resumed = Run.from_state_dict(wild(updates, **params).state_dict())
        for _ in range(200):
            resumed.update()
        assert_same_place(resumed, exploded)


@every_wild
def test_advance_never_counts_below_zero(params: dict[str, str]) -> None:
    run = wild(len(wild(**params).losses.table()), **params)
    assert run.explosion is None
    assert run.advance(0.1) == 0
    assert_stopped(run)


def test_held_out_loss_is_watched_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Infinite on the fresh sequences after update 25: taken back to 24."""
    run, twin = trained(24), trained(24)
    task = type(run.experiment.task)
    original = task.loss
    monkeypatch.setattr(task, "loss", lambda self, o, b: original(self, o, b) * (math.inf if len(o) == 64 else 1))
    run.update()
    assert run.explosion == Explosion(25, "loss")
    assert_stopped(run)
    assert same(place(run)["network"], place(twin)["network"])
    assert run.held_out.table()[:, 0].tolist() == [0]


def test_explosion_is_saved_with_the_run() -> None:
    run = wild(**WILD[0])
    again = Run.from_state_dict(run.state_dict())
    assert again.explosion == run.explosion
    again.update()
    assert_same_place(again, run)
    snapshot = again.snapshot()
    assert snapshot.explosion == run.explosion
    assert snapshot.updates == run.updates


FEW = {"sgd": "0", "adam": "0.1"}


@pytest.mark.parametrize(
    ("cell", "optimizer", "decay"),
    [
        (cell, optimizer, decay)
        for cell in CELLS
        for optimizer in OPTIMIZERS
        for decay in ("0", "0.1")
        if cell in ("rnn", "gru", "lstm") or FEW.get(optimizer) == decay
    ],
)
def test_whatever_the_settings_weights_stay_finite(cell: str, optimizer: str, decay: str) -> None:
    """The wildest learning rate without clipping: whether or not it explodes, nothing infinite is kept."""
    wild = {"lr": "10", "clip": "0", "decay": decay, "optimizer": optimizer, "cell": cell}
    run = trained(120, task="hello", forget_bias="10", **wild)
    assert finite_weights(run)
    assert np.isfinite(run.losses.table()).all()
    assert np.isfinite(run.held_out.table()).all()


def test_gradient_too_large_to_step_along() -> None:
    """Between 10¹⁸ and what float32 holds: no optimiser survives stepping along it, but clipped to 1 it is harmless."""
    for clip, stops in (("0", True), ("1", False)):
        run = started(cell="rnn", clip=clip)
        with torch.no_grad():
            run.network.readout[-1].weight.mul_(2e9)
        before = place(run)["network"]
        run.update()
        assert (run.explosion == Explosion(1, "gradient")) is stops
        assert same(place(run)["network"], before) is stops
        assert run.updates == (0 if stops else 1)
        if not stops:
            assert run.gradient_norm is not None
            assert 1e18 < run.gradient_norm < math.inf


def test_network_that_starts_out_infinite() -> None:
    """One linear unit with |u| > 1.3 over 500 steps: it cannot even be measured, and says so."""

    def params(seed: int) -> dict[str, str]:
        network = {"cell": "rnn", "activation": "identity", "init": "xavier", "hidden": "1", "seed": str(seed)}
        return {"task": "adding", "length": "500", **network}

    def factor(seed: int) -> float:
        network = build(Experiment.from_params(params(seed)))
        return abs(float(network.layers[0].cells[0].weight_hh.detach()))  # type: ignore[index, union-attr]

    seed = next(seed for seed in range(100) if factor(seed) > 1.3)
    run = Run(Experiment.from_params(params(seed)))
    assert run.explosion == Explosion(0, "loss"), "before any update"
    assert finite_weights(run)
    run.update()
    assert run.updates == 0
    snapshot = run.snapshot()
    assert snapshot.losses.shape == (0, 2)
    assert snapshot.held_out.shape == (0, 3)


def test_calm_run_does_not_stop() -> None:
    run = trained(100)
    assert run.explosion is None
    assert run.updates == 100
