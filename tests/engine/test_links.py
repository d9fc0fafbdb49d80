"""A link is the same run for ever: thirty links, and the first losses of each as they once were.

To add one, write its query string into links.json with `"losses": []`; the failing test prints what belongs there.
"""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from engine import CELLS, Experiment, Run
from engine.learners import Training, learner_for
from engine.learners.optimizers import OPTIMIZERS
from engine.tasks import TASKS

LINKS = json.loads(Path(__file__).with_name("links.json").read_text(encoding="utf-8"))
"""link: a query string. losses: of its first ten updates, or of fewer where the run ends in an explosion."""

UPDATES = 10

TOLERANCE = 1e-5
"""Relative. Here the numbers are equal to the last digit; another processor may round differently, and weights that
are off by their last digit move no loss in the file by more than 3e-6."""

each = pytest.mark.parametrize("pinned", LINKS, ids=lambda pinned: pinned["link"][:60])


def chosen(link: str) -> Experiment:
    return Experiment.from_params(dict(parse_qsl(link)))


def first_losses(experiment: Experiment) -> list[float]:
    run = Run(experiment)
    for _ in range(UPDATES):
        run.update()
    return [float(loss) for _, loss in run.losses.table()]


def changed(experiment: Experiment, **settings: str) -> list[float]:
    return first_losses(Experiment.from_params(experiment.to_params() | settings))


@each
def test_losses_are_those_of_the_day_the_link_was_made(pinned: dict) -> None:
    assert first_losses(chosen(pinned["link"])) == pytest.approx(pinned["losses"], rel=TOLERANCE, abs=0)


@each
def test_another_seed_or_another_rate_would_be_noticed(pinned: dict) -> None:
    """A hundredth more of the learning rate is enough; ridge regression has none."""
    experiment = chosen(pinned["link"])
    same = pytest.approx(pinned["losses"], rel=TOLERANCE, abs=0)
    assert changed(experiment, seed="5") != same
    if learner_for(experiment).has_gradient:
        assert changed(experiment, lr=str(1.01 * experiment.training.lr)) != same


def test_every_cell_task_and_optimiser_has_a_link() -> None:
    experiments = [chosen(pinned["link"]) for pinned in LINKS]
    assert {experiment.network.cell for experiment in experiments} == set(CELLS)
    assert {experiment.task_name for experiment in experiments} == set(TASKS)
    assert {experiment.training.optimizer for experiment in experiments} == set(OPTIMIZERS)
    assert {experiment.training.seed for experiment in experiments} > {Training.seed}
    assert [len(pinned["losses"]) < UPDATES for pinned in LINKS].count(True) == 1
