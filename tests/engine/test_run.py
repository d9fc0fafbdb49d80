"""A run's course: it follows from the experiment alone, and it is what the plain training loop would do."""

import copy
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine import CELLS, Experiment, Run, SettingError, seeds
from engine.learners import Training
from engine.learners.optimizers import OPTIMIZERS
from engine.run import build
from engine.tasks import TASKS
from tests.engine.runs import SMALL, assert_same_place, place, same, started, trained

AWKWARD = ",".join(repr(math.sin(k) / 3) for k in range(60))

ALONE = {"jordan": {}, "grid_lstm": {"layers": "2"}}
"""These two read in one direction, and one of them in one layer."""

CELLWISE = [{"cell": name, **ALONE.get(name, {"layers": "2", "direction": "bidirectional"})} for name in CELLS]

VARIED = [
    *({"optimizer": name, "decay": "0.01"} for name in OPTIMIZERS),
    *CELLWISE,
    *({"task": name, "length": "12", "cell": "rnn"} for name in TASKS),
    {"cell": "esn", "task": "echo", "length": "12"},
    {"cell": "esn", "fit": "gradient", "output_depth": "1"},
    {"cell": "gru", "layers": "2", "windows": "3"},
    {"cell": "rnn", "layers": "3", "connection": "highway", "input_depth": "1", "transition_depth": "2"},
    {"clip": "0.0"},
    {"task": "forecast", "series": "own", "values": AWKWARD},
]

LOOKED_AT = [way for way in VARIED if "optimizer" not in way]


@pytest.mark.parametrize("params", VARIED, ids=lambda p: "-".join(v[:13] for v in p.values()))
def test_saving_and_going_on_is_never_having_stopped(params: dict[str, str]) -> None:
    """40 updates = 17 + save + load + 23, to the last bit of weights, optimiser, losses and held-out losses."""
    whole, begun = trained(40, **params), trained(17, **params)
    resumed = Run.from_state_dict(begun.state_dict())
    assert resumed.experiment == begun.experiment
    assert_same_place(resumed, begun)
    for _ in range(23):
        resumed.update()
    assert_same_place(resumed, whole)
    assert whole.updates == len(whole.losses.table()) == 40
    assert whole.held_out.table()[:, 0].tolist() == [0, 25]


def test_saving_on_the_update_that_measures() -> None:
    resumed = Run.from_state_dict(trained(25).state_dict())
    for _ in range(25):
        resumed.update()
    assert_same_place(resumed, trained(50))


def test_saved_state_is_a_copy_both_ways() -> None:
    run = trained(3)
    state = run.state_dict()
    kept = copy.deepcopy(state)
    run.update()
    Run.from_state_dict(state).update()
    assert same(state, kept)


@pytest.mark.parametrize("params", LOOKED_AT, ids=lambda p: "-".join(v[:13] for v in p.values()))
def test_looking_changes_nothing(params: dict[str, str]) -> None:
    watched = started(**params)
    for probe in range(12):
        watched.update()
        watched.trace(probe)
        watched.snapshot()
        watched.probe(probe)
    assert_same_place(watched, trained(12, **params))


def test_slices_of_time_and_pauses_change_nothing() -> None:
    paused = started()
    while paused.updates < 30:
        before = paused.updates
        assert paused.advance(0.003) == paused.updates - before > 0
        assert paused.advance(0.0) == 0
    assert_same_place(paused, trained(paused.updates))


def test_advance_makes_whole_updates_to_the_nearest_but_one_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    run, clock = started(), iter(range(100))
    monkeypatch.setattr("engine.run.time.perf_counter", lambda: next(clock))
    assert [run.advance(seconds) for seconds in (0.0, 0.1, 1.4, 1.6, 2.4, 2.6)] == [0, 1, 1, 2, 2, 3]
    assert run.seconds == run.updates == 9


def test_same_experiment_same_course() -> None:
    assert_same_place(trained(30), trained(30))


def test_another_seed_another_course() -> None:
    one, other = trained(5), trained(5, seed="2")
    assert not np.isclose(one.losses.table()[:, 1], other.losses.table()[:, 1]).any()


def test_global_random_state_plays_no_part() -> None:
    run = trained(5)
    torch.rand(7)
    np.random.default_rng().random(7)
    assert_same_place(run, trained(5))


@pytest.mark.parametrize("clip", ["0.0", "0.05", "1.0", "1000.0"])
@pytest.mark.parametrize("params", [{}, {"task": "copy"}, {"cell": "gru", "direction": "bidirectional"}], ids=str)
def test_course_is_the_plain_training_loops(clip: str, params: dict[str, str]) -> None:
    """The loop a person would write with torch's own Adam and clip_grad_norm_."""
    run = trained(20, clip=clip, **params)
    experiment = run.experiment
    network, task = build(experiment), experiment.task
    adam = torch.optim.Adam(network.parameters(), lr=0.01)
    for number in range(1, 21):
        batch = task.batch(4, seeds.generator(1, seeds.TRAIN, number))
        loss = task.loss(network(batch.inputs), batch)
        adam.zero_grad()
        loss.backward()
        if float(clip):
            torch.nn.utils.clip_grad_norm_(network.parameters(), float(clip))
        adam.step()
        assert run.losses.table()[number - 1] == pytest.approx((number, float(loss.detach())), rel=1e-5)
    for ours, theirs in zip(run.network.parameters(), network.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("clip", ["0.0", "0.05", "1000.0"])
def test_gradient_norm_is_measured_before_clipping(clip: str) -> None:
    run = started(clip=clip)
    batch = run.experiment.task.batch(4, seeds.generator(1, seeds.TRAIN, 1))
    loss = run.experiment.task.loss(run.network(batch.inputs), batch)
    gradients = torch.autograd.grad(loss, list(run.network.parameters()))
    expected = math.sqrt(sum(float(g.double().square().sum()) for g in gradients))
    run.update()
    assert run.gradient_norm == pytest.approx(expected, rel=1e-6)
    after = math.sqrt(
        sum(float(p.grad.double().square().sum()) for p in run.network.parameters() if p.grad is not None)
    )
    assert after == pytest.approx(min(expected, float(clip) or math.inf), rel=1e-4)


def test_held_out_sequences_are_of_their_own_stream() -> None:
    run = trained(25)
    batch = run.experiment.task.held_out(64, seeds.generator(1, seeds.HELD_OUT, 25))
    outputs = run.network(batch.inputs).detach()
    loss, accuracy = float(run.experiment.task.loss(outputs, batch)), run.experiment.task.accuracy(outputs, batch)
    assert run.held_out.table()[-1].tolist() == [25, loss, accuracy]
    trained_on = run.experiment.task.batch(64, seeds.generator(1, seeds.TRAIN, 25))
    assert not torch.equal(batch.inputs, trained_on.inputs)


def test_probe_comes_from_the_held_out_part() -> None:
    """A series whose last fifth is unlike the rest: what is looked at was never trained on."""
    values = ",".join(str(k) for k in range(100))
    run = started(task="forecast", series="own", values=values, length="10")
    assert all(min(run.trace(k).reading.values) >= 80 for k in range(20))  # type: ignore[union-attr]
    assert len({run.trace(k).reading.target for k in range(20)}) > 1  # type: ignore[arg-type, union-attr]


def test_snapshot_is_not_touched_by_what_comes_after() -> None:
    run = trained(26)
    snapshot, again = run.snapshot(), run.snapshot()
    trace, again_seen = run.trace(), run.trace()
    for _ in range(30):
        run.update()
    assert snapshot.updates == 26
    assert snapshot.losses.shape == (26, 2)
    assert snapshot.held_out.shape == (2, 3)
    assert same(snapshot.losses, run.losses.table()[:26])
    assert trace.loss == again_seen.loss != run.trace().loss
    assert same(trace.layers[0][0].state, again_seen.layers[0][0].state)
    assert snapshot.gradient_norm == again.gradient_norm != run.gradient_norm


def test_untrained_snapshot() -> None:
    """Something to see before anything is pressed."""
    run = started()
    snapshot = run.snapshot()
    assert snapshot.updates == snapshot.seconds == 0
    assert snapshot.losses.shape == (0, 2)
    assert snapshot.held_out.shape == (1, 3)
    assert snapshot.gradient_norm is snapshot.explosion is None
    assert run.trace().inputs.shape == (8, 2)


def tuned(run: Run, **changes: float | str) -> None:
    run.tune(replace(run.experiment.training, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [{"lr": 0.2}, {"batch": 9}, {"clip": 0.01}, {"decay": 0.5}], ids=str)
def test_tuning_acts_from_the_next_update_on(changes: dict[str, float]) -> None:
    run, plain = trained(5), trained(5)
    tuned(run, **changes)
    assert same(place(run)["network"], place(plain)["network"])
    run.update()
    plain.update()
    assert not same(place(run)["network"], place(plain)["network"])
    resumed = Run.from_state_dict(run.state_dict())
    assert resumed.experiment.training == replace(plain.experiment.training, **changes)  # type: ignore[arg-type]
    run.update()
    resumed.update()
    assert_same_place(run, resumed)


def test_tuned_from_the_start_is_started_so() -> None:
    changes = {"lr": "0.2", "batch": "9", "clip": "0.5", "decay": "0.125"}
    run = started()
    tuned(run, lr=0.2, batch=9, clip=0.5, decay=0.125)
    for _ in range(10):
        run.update()
    assert_same_place(run, trained(10, **changes))


@pytest.mark.parametrize("changes", [{"optimizer": "sgd"}, {"seed": 2}, {"lr": 0.2, "seed": 2}], ids=str)
def test_tuning_refuses_what_makes_another_run(changes: dict[str, float | str]) -> None:
    run, plain = trained(5), trained(5)
    with pytest.raises(ValueError, match="Only lr, batch, clip, decay can change"):
        tuned(run, **changes)
    assert_same_place(run, plain)


def test_tuning_keeps_to_the_limits() -> None:
    run = Run(Experiment.from_params({"task": "echo", "length": "500", "hidden": "128", "layers": "4", "batch": "1"}))
    with pytest.raises(SettingError, match="One update of this network would take about"):
        run.tune(Training(batch=256))
    assert run.experiment.training.batch == 1


def test_small_is_what_it_says() -> None:
    assert {**started().experiment.to_params(), **SMALL} == started().experiment.to_params()


def test_a_run_says_what_it_is_and_how_far() -> None:
    run = started(cell="gru", layers="2")
    assert repr(run) == "<Run adding · gru, 2 layers of 6 units, forward · Gradient: 0 updates>"
    run.update()
    loss = f"{run.losses.table()[-1, 1]:.4g}"
    assert repr(run) == f"<Run adding · gru, 2 layers of 6 units, forward · Gradient: 1 update, training loss {loss}>"
    assert "Ridge regression" in repr(started(cell="esn"))
    exploded = trained(60, cell="rnn", activation="identity", optimizer="sgd", lr="10", clip="0", length="50")
    assert exploded.explosion
    assert repr(exploded).endswith(
        f"stopped at update {exploded.explosion.update} as its {exploded.explosion.quantity} was too large>"
    )
