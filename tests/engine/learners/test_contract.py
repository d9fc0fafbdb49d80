"""What every learner keeps to, so that Run and saving need not know which it is."""

import math
from dataclasses import replace
from typing import Any

import pytest
import torch

from engine import LEARNERS, Experiment, Run
from engine.structures import Batch
from tests.engine.own import registered
from tests.engine.runs import SMALL, same

CASES: dict[str, dict[str, Any]] = {
    "gradient": {"cell": "gru", "truncate": 3},
    "ridge": {"cell": "esn"},
    "mine": {"learner": "mine"},
}


def started(name: str, **more: Any) -> Run:
    return Run(Experiment.from_params({**SMALL, **CASES[name], **more}))


@pytest.fixture(autouse=True)
def own() -> Any:
    with registered():
        yield


def test_every_learner_has_a_case() -> None:
    assert CASES.keys() == LEARNERS.keys() - {"picky"}
    assert all(type(started(name).learner) is LEARNERS[name] for name in CASES)


@pytest.mark.parametrize("name", CASES)
def test_weights_are_noted_right_before_they_change(name: str) -> None:
    run = started(name)
    for number in range(1, 4):
        before, noted = run.learner.weights.detach().clone(), []
        batch = run.experiment.task.batch(4, torch.Generator().manual_seed(number))
        expected = float(run.experiment.task.loss(run.network(batch.inputs), batch).detach())
        update = run.learner.update(batch, lambda noted=noted, run=run: noted.append(run.learner.weights.clone()))
        assert update.stepped
        assert update.loss == pytest.approx(expected, rel=1e-5), "measured before the step"
        assert len(noted) == 1
        assert torch.equal(noted[0], before)
        assert not torch.equal(run.learner.weights, before)
        assert (update.gradient_norm is not None) == run.learner.has_gradient


@pytest.mark.parametrize("name", CASES)
def test_a_loss_that_is_no_number_changes_nothing(name: str) -> None:
    run = started(name)
    run.update()
    weights, state = run.learner.weights.detach().clone(), run.learner.state()
    batch = run.experiment.task.batch(4, torch.Generator().manual_seed(1))
    broken = Batch(batch.inputs, torch.full_like(batch.targets, math.inf), batch.mask)
    update = run.learner.update(broken, lambda: pytest.fail("nothing is to be noted"))
    assert not math.isfinite(update.loss)
    assert torch.equal(run.learner.weights, weights)
    assert same(run.learner.state(), state)


@pytest.mark.parametrize("name", CASES)
def test_its_state_is_all_it_carries(name: str) -> None:
    """Another one with the same weights and this state makes the same updates."""
    run, other = started(name), started(name)
    for _ in range(5):
        run.update()
    with torch.no_grad():
        other.learner.weights.copy_(run.learner.weights)
    state = run.learner.state()
    kept = {key: value.clone() for key, value in state.items()}
    other.learner.restore(state)
    for number in range(3):
        batch = run.experiment.task.batch(4, torch.Generator().manual_seed(number))
        assert run.learner.update(batch, int) == other.learner.update(batch, int)
        assert torch.equal(run.learner.weights, other.learner.weights)
    assert same(state, kept), "what was given and taken are copies"


@pytest.mark.parametrize("name", CASES)
def test_the_shape_of_its_state_is_known_before(name: str) -> None:
    """A file is held to it."""
    run = started(name)
    expected = run.learner.state_after()
    run.update()
    found = run.learner.state()
    assert found.keys() == expected.keys()
    for key, value in found.items():
        assert (value.shape, value.dtype) == (expected[key].shape, expected[key].dtype)


@pytest.mark.parametrize("name", CASES)
def test_all_it_says_is_tunable_can_be_tuned(name: str) -> None:
    run = started(name)
    values = {"lr": 0.02, "batch": 5, "clip": 0.5, "decay": 0.1}
    assert set(run.learner.tunable) <= values.keys()
    training = replace(run.experiment.training, **{key: values[key] for key in run.learner.tunable})
    run.tune(training)
    assert run.learner.plan.training == training == run.experiment.training
    with pytest.raises(ValueError, match="can change while a run goes on"):
        run.tune(replace(training, seed=9))
