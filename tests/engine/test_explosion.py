"""A run driven to infinity: it stops at that update, and what it keeps and reports is finite."""

import math

import numpy as np
import pytest
import torch

from engine import CELLS, Experiment, Run
from engine.optimizers import OPTIMIZERS
from engine.training import Explosion, build
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


@pytest.mark.parametrize("params", WILD, ids=lambda p: "-".join(p.values()))
def test_run_driven_to_infinity_stops(params: dict[str, str]) -> None:
    run = trained(200, length="20", **params)
    assert_stopped(run)
    assert 0 < run.updates < 200
    assert len(run.losses.table()) == run.updates
    before = place(run)
    run.update()
    assert run.advance(0.01) == 0
    assert same(place(run), before), "no further update, and nothing else moves"


@pytest.mark.parametrize("params", WILD, ids=lambda p: "-".join(p.values()))
def test_what_is_kept_is_what_the_last_good_update_left(params: dict[str, str]) -> None:
    exploded = trained(200, length="20", **params)
    twin = trained(exploded.updates, length="20", **params)
    assert twin.explosion is None
    for part in ("network", "optimizer", "losses", "held_out", "gradient_norm", "updates"):
        assert same(place(exploded)[part], place(twin)[part])


def test_explosion_is_saved_with_the_run() -> None:
    run = trained(200, length="20", **WILD[0])
    again = Run.from_state_dict(run.state_dict())
    assert again.explosion == run.explosion
    again.update()
    assert_same_place(again, run)
    snapshot = again.snapshot()
    assert snapshot.explosion == run.explosion
    assert snapshot.updates == run.updates


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("decay", ["0", "0.1"])
def test_whatever_the_settings_weights_stay_finite(optimizer: str, cell: str, decay: str) -> None:
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
            run.network.readout.weight.mul_(2e9)
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
    assert run.explosion == Explosion(1, "held-out loss")
    assert_stopped(run)
    run.update()
    assert run.updates == 0
    snapshot = run.snapshot()
    assert snapshot.losses.shape == (0, 2)
    assert snapshot.held_out.shape == (0, 3)


def test_calm_run_does_not_stop() -> None:
    run = trained(100)
    assert run.explosion is None
    assert run.updates == 100
