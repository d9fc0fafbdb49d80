"""What is registered in a notebook can be chosen at once: limits are read when they are asked for."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from engine import ARCHITECTURES, CELLS, LEARNERS, TASKS, Experiment, Run, SettingError, load, save
from engine.experiment import known_settings
from engine.learners import learner_for
from engine.script import script
from engine.settings import specs
from engine.sweep import Sweep
from tests.engine.own import MyArchitecture, MyCell, MyLearner, MyTask, registered
from tests.engine.runs import assert_same_place

EACH: dict[str, dict[str, Any]] = {
    "cell": {"cell": "mine", "zest": 0.25, "hidden": 6},
    "task": {"task": "mine", "length": 9, "hidden": 6},
    "arch": {"arch": "mine", "width": 4},
    "learner": {"learner": "mine", "inertia": 0.5, "hidden": 6},
    "all": {"task": "mine", "arch": "mine", "learner": "mine"},
    "another structure": {"task": "tree", "arch": "mine", "length": 6},
    "a reservoir": {"cell": "esn", "learner": "mine", "hidden": 6},
}


@pytest.fixture
def own() -> Iterator[None]:
    with registered():
        yield


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("params", EACH.values(), ids=EACH)
def test_a_registered_one_is_chosen_run_saved_and_goes_on(params: dict[str, Any]) -> None:
    """40 updates = 17 + save + load + 23, to the last bit; no part of Run, saving or the link knows it."""
    experiment = Experiment.from_params({"length": 8, **params, "batch": 4})
    written = experiment.to_params()
    assert Experiment.from_params(written) == experiment
    assert all(written[name] == str(value) for name, value in params.items())
    whole, begun = Run(experiment), Run(experiment)
    for _ in range(40):
        whole.update()
    for _ in range(17):
        begun.update()
    resumed = load(save(begun))
    assert_same_place(resumed, begun)
    for _ in range(23):
        resumed.update()
    assert_same_place(resumed, whole)
    assert whole.updates == 40
    assert np.isfinite(whole.losses.table()).all()
    assert len(whole.held_out.table()) == 2


@pytest.mark.usefixtures("own")
def test_each_is_what_was_registered() -> None:
    made = Experiment.from_params({"task": "mine", "cell": "mine", "learner": "mine"})
    run = Run(made)
    assert type(made.task) is MyTask
    assert made.task.steps == 7, "its own default"
    assert isinstance(run.network.layers[0].cells[0], MyCell)
    assert type(run.learner) is MyLearner
    assert run.learner.plan.learner_options == {"inertia": 0.9}
    assert type(Experiment.from_params({"arch": "mine"}).network) is MyArchitecture
    assert {"zest", "width", "inertia"} <= known_settings().keys()


def test_taken_away_again_it_is_unknown() -> None:
    with registered():
        Experiment.from_params({"cell": "mine"})
    for name, registry in (("cell", CELLS), ("task", TASKS), ("arch", ARCHITECTURES), ("learner", LEARNERS)):
        assert "mine" not in registry
        with pytest.raises(SettingError, match=rf"^{name} must be .*; it was given “mine”\.$"):
            Experiment.from_params({name: "mine"})
    assert not {"zest", "width", "inertia"} & known_settings().keys()


@pytest.mark.usefixtures("own")
def test_a_learner_of_ones_own_is_right() -> None:
    """Its updates are torch's SGD with momentum."""
    params = {"length": 8, "hidden": 6, "batch": 4, "lr": 0.05, "clip": 0}
    mine = Run(Experiment.from_params({**params, "learner": "mine"}))
    theirs = Run(Experiment.from_params({**params, "optimizer": "momentum"}))
    for _ in range(20):
        mine.update()
        theirs.update()
    torch.testing.assert_close(mine.learner.weights, theirs.learner.weights, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(mine.norms.table()[:, 1], theirs.norms.table()[:, 1], rtol=1e-4)


@pytest.mark.usefixtures("own")
def test_what_its_learner_can_tune_is_tuned_and_no_more() -> None:
    run = Run(Experiment.from_params({"learner": "mine", "length": 8}))
    run.tune(replace(run.experiment.training, lr=0.5))
    assert run.learner.plan.training.lr == 0.5
    with pytest.raises(ValueError, match="Only lr, batch can change"):
        run.tune(replace(run.experiment.training, clip=0.5))


@pytest.mark.usefixtures("own")
def test_a_sweep_tries_a_cell_of_ones_own() -> None:
    sweep = Sweep(Experiment.from_params({"hidden": 4}), ("mine", "rnn"), (5, 8), seeds=1, updates=25)
    jobs = sweep.jobs()
    assert [job.experiment.stack.cell for job in jobs] == ["mine", "rnn"] * 2
    assert jobs[0].experiment.network.settings()["zest"][1] == 0.5


@pytest.mark.usefixtures("own")
def test_a_network_that_cannot_read_the_task_is_refused() -> None:
    with pytest.raises(SettingError, match="The task tree has trees, and the architecture stack reads sequences") as e:
        Experiment.from_params({"task": "tree"})
    assert e.value.fields == ("arch", "task")
    assert str(e.value).endswith("Choose one of: mine.")
    experiment, (problem,) = Experiment.read({"task": "tree", "arch": "stack"})
    assert problem.fields[0] == "arch"
    assert experiment == Experiment.from_params({})


@pytest.mark.usefixtures("own")
def test_what_a_learner_cannot_train_it_says() -> None:
    with pytest.raises(SettingError, match=r"^The learner By hand cannot train this\. It trains nothing at all\.$"):
        Experiment.from_params({"learner": "picky"})
    with pytest.raises(SettingError, match="more to train than that"):
        Experiment.from_params({"learner": "ridge"})
    with pytest.raises(SettingError, match="the answers of this task are symbols"):
        Experiment.from_params({"learner": "ridge", "cell": "esn", "task": "echo"})
    with pytest.raises(SettingError, match=r"^truncate must be 0.*this architecture cannot be cut"):
        Experiment.from_params({"arch": "mine", "truncate": 5})
    with pytest.raises(SettingError, match="cannot be written as a script"):
        script(Experiment.from_params({"learner": "mine"}))


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("params", "learner"),
    [
        ({}, "gradient"),
        ({"cell": "esn"}, "ridge"),
        ({"cell": "esn", "fit": "gradient"}, "gradient"),
        ({"cell": "esn", "task": "echo"}, "gradient"),
        ({"cell": "esn", "learner": "gradient"}, "gradient"),
        ({"cell": "esn", "fit": "gradient", "learner": "ridge"}, "ridge"),
        ({"cell": "esn", "learner": "mine"}, "mine"),
    ],
    ids=str,
)
def test_the_usual_learner_is_the_one_that_the_cell_asks_for(params: dict[str, str], learner: str) -> None:
    assert learner_for(Experiment.from_params(params)) is LEARNERS[learner]


def test_links_stay_short_and_as_they_were() -> None:
    assert not {"arch", "learner"} & Experiment.from_params({}).to_params().keys()
    assert Experiment.from_params({"arch": "stack", "learner": "usual"}) == Experiment.from_params({})


@pytest.mark.usefixtures("own")
def test_a_name_means_one_thing_whoever_has_it() -> None:
    """Tasks may share a name among themselves, and architectures, cells, learners; no two of these kinds may."""
    groups = [
        {"task", "arch", "learner"},
        {name for task in TASKS.values() for name in specs(task)},
        {name for each in ARCHITECTURES.values() for name in specs(each)},
        {name for cell in CELLS.values() for name in cell.options},
        set(known_settings()) & {"optimizer", "lr", "batch", "clip", "truncate", "decay", "seed"},
        {name for learner in LEARNERS.values() for name in learner.options},
    ]
    assert sum(map(len, groups)) == len(set.union(*groups)) == len(known_settings())


def test_what_has_no_name_cannot_be_written_down() -> None:
    plain = Experiment.from_params({})
    with pytest.raises(SettingError, match="MyTask has no name yet"):
        Experiment(MyTask(), plain.network, plain.training).to_params()
