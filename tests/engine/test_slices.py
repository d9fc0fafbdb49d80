"""A slice: how much of its time goes to looking, and that looking costs the course nothing."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from engine import Run, slices
from engine.progress import Known
from engine.saving import load
from engine.slices import LOOKING_SHARE, ProbeRequest, Seen, sample_of
from tests.engine.runs import assert_same_place, one_update, same, shown, slice_of, started, trained


def sample_of_run(run: Run, request: ProbeRequest) -> str | None:
    return sample_of(run.experiment, run.network, request)


def test_no_time_means_only_looking() -> None:
    run = trained(3)
    first = slice_of(run, ProbeRequest(), 0.0)
    assert first.result is not None
    again = slice_of(run, ProbeRequest(), 0.0, first.result.seen)
    assert again.result is not None
    assert run.updates == first.progress.updates == again.progress.updates == 3
    assert same(again.result.trace.layers[0][0].grad_h, first.result.trace.layers[0][0].grad_h)


def test_slice_shows_where_it_began_and_the_numbers_it_came_to() -> None:
    run, before = trained(3), trained(3)
    frame = slice_of(run, ProbeRequest(), 0.05)
    assert frame.progress.updates == run.updates > 3
    assert frame.result is not None
    assert frame.result.checkpoint.updates == 3
    assert frame.result.trace.loss == before.trace().loss
    assert frame.result.seen.at < run.seconds == pytest.approx(0.05, abs=0.05)
    assert 0 < frame.result.seen.cost < 1


def test_where_it_explodes_it_is_looked_at_again() -> None:
    run = started(cell="rnn", activation="relu", init="identity", optimizer="sgd", lr="2", clip="0", length="20")
    frame = slice_of(run, ProbeRequest(), 60.0)
    assert run.explosion is not None
    assert frame.result is not None
    assert frame.result.checkpoint.updates == frame.progress.updates == run.updates > 0
    assert frame.result.trace.loss == run.trace().loss


def costly(run_seconds: float, cost: float) -> Seen:
    """A last look that took `cost` seconds when the run had trained for `run_seconds`."""
    return Seen(ProbeRequest(), run_seconds, cost)


def test_slow_look_is_not_taken_again_beside_new_losses() -> None:
    run = trained(3)
    frame = slice_of(run, ProbeRequest(), 0.02, costly(0.0, cost=10.0))
    assert frame.result is None
    assert frame.progress.updates == run.updates > 3
    assert len(frame.progress.losses.rows) == run.updates


def test_a_look_is_due_earlier_if_it_may_take_a_larger_share() -> None:
    run, last = started(), costly(100.0, cost=0.02)
    run.seconds = 100.0 + 0.05
    assert slice_of(run, ProbeRequest(), 0.001, last).result is None
    run.seconds = 100.0 + 0.05
    assert slice_of(run, ProbeRequest(), 0.001, last, looking=0.0).result is None
    run.seconds = 100.0 + 0.05
    assert slice_of(run, ProbeRequest(), 0.001, last, looking=0.5).result is not None


def test_slow_look_happens_again_once_enough_was_trained() -> None:
    """A look of 0.02 s is due after 0.08 s of training: then it takes a quarter of that."""
    run, cost = started(), 0.02
    due = cost / LOOKING_SHARE
    last = costly(100.0, cost)
    run.seconds = 100.0 + due - 0.001
    assert slice_of(run, ProbeRequest(), 0.01, last).result is None
    run.seconds = 100.0 + due + 0.001
    fresh = slice_of(run, ProbeRequest(), 0.01, last).result
    assert fresh is not None
    assert fresh.seen.at == 100.0 + due + 0.001


@pytest.mark.parametrize(("cost", "trained_for"), [(0.0, 1.0), (0.1, 0.9), (0.4, 0.6), (3.0, 0.5)])
def test_looking_is_part_of_the_slice_and_leaves_half_of_it(
    monkeypatch: pytest.MonkeyPatch, cost: float, trained_for: float
) -> None:
    run, now, given = started(), [100.0], []

    def look_for_a_while(*_: object) -> None:
        now[0] += cost

    monkeypatch.setattr(slices.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(slices, "_probed", look_for_a_while)
    monkeypatch.setattr(slices, "advance", lambda runs, seconds: given.append(seconds))
    slice_of(run, ProbeRequest(), 1.0)
    assert given == [pytest.approx(trained_for)]


def test_over_many_slices_looking_keeps_to_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute of slices of 0.01 s and looks of 0.03 s, on a clock of our own."""
    run, looks = started(), 0

    def advance(runs: Sequence[Run], seconds: float) -> None:
        run.seconds += seconds

    monkeypatch.setattr(slices, "advance", advance)
    last = costly(0.0, cost=0.03)
    for _ in range(6000):
        frame = slice_of(run, ProbeRequest(), 0.01, last)
        if frame.result is not None:
            looks += 1
            last = replace(frame.result.seen, cost=0.03)
    assert looks > 0
    assert looks * 0.03 == pytest.approx(LOOKING_SHARE * run.seconds, rel=0.15)


@pytest.mark.parametrize("request_", [ProbeRequest(probe=1), ProbeRequest(prompt="h"), ProbeRequest(temperature=1.5)])
def test_another_look_is_taken_at_once(request_: ProbeRequest) -> None:
    run = started(task="hello")
    frame = slice_of(run, request_, 0.01, costly(0.0, cost=10.0))
    assert frame.result is not None
    assert frame.result.seen.request == request_


def test_looking_leaves_the_course_as_it_is() -> None:
    run, last = started(task="hello"), None
    for probe in range(10):
        slice_of(run, ProbeRequest(probe % 3, "hel"), 0.004, last)
        last = one_update(run, ProbeRequest(probe)).result.seen
    assert_same_place(run, trained(run.updates, task="hello"))


def test_one_update_is_one() -> None:
    run = trained(3)
    frame = one_update(run, ProbeRequest())
    assert frame.snapshot.updates == run.updates == 4
    assert frame.result.trace.loss == run.trace().loss


def test_only_what_is_new_is_told() -> None:
    run = trained(30)
    (first,) = slices.slice_of([run], ProbeRequest(), 0.0)
    assert [len(tail.rows) for tail in (first.progress.losses, first.progress.held_out, first.progress.norms)] == [
        30,
        2,
        30,
    ]
    (step,) = slices.one_update([run], ProbeRequest(), [Known(30, 2, 30)])
    assert step.progress.losses.rows.tolist() == run.losses.table()[30:].tolist()
    assert (len(step.progress.held_out.rows), len(step.progress.norms.rows)) == (0, 1)


def test_moments_for_the_film_are_brought_once() -> None:
    run = started()
    (first,) = slices.one_update([run], ProbeRequest())
    (second,) = slices.one_update([run], ProbeRequest())
    assert ([each.updates for each in first.film], [each.updates for each in second.film]) == ([0], [1])
    assert slice_of(run, ProbeRequest(), 0.0).film == ()


def test_side_by_side_all_make_the_same_updates() -> None:
    runs = [started(), started(cell="gru")]
    brought = slices.slice_of(runs, ProbeRequest(), 0.02)
    (updates,) = {each.progress.updates for each in brought}
    assert updates > 0
    for run, cell in zip(runs, ("lstm", "gru"), strict=True):
        assert_same_place(run, trained(updates, cell=cell))


def test_tuned_goes_on_with_other_settings_or_not_at_all() -> None:
    run, lone = trained(2), trained(2)
    changed = replace(run.experiment.training, lr=0.1)
    slices.tuned([run], [changed])
    lone.tune(changed)
    run.update()
    lone.update()
    assert_same_place(run, lone)
    with pytest.raises(ValueError, match="Only lr"):
        slices.tuned([run], [replace(changed, seed=5)])


def test_saved_with_a_film_that_is_kept_elsewhere() -> None:
    run, film = started(), []
    for _ in range(5):
        film += slices.one_update([run], ProbeRequest())[0].film
    (file,) = slices.saved([run], [film])
    assert [checkpoint.updates for checkpoint in load(file).film.checkpoints] == [0, 1, 2, 3, 4]
    assert_same_place(load(file), run)


def test_exploded_run_still_gives_frames() -> None:
    run = trained(
        200, cell="rnn", activation="identity", init="identity", optimizer="sgd", lr="10", clip="0", length="20"
    )
    assert run.explosion is not None
    frame = slice_of(run, ProbeRequest(), 0.05)
    assert frame.progress.explosion == run.explosion
    assert frame.progress.updates == run.updates


def test_only_text_is_written() -> None:
    assert sample_of_run(started(), ProbeRequest()) is None
    assert shown(started()).result.sample is None


def test_sample_follows_the_look_alone() -> None:
    run = trained(3, task="hello")
    sample = sample_of_run(run, ProbeRequest(2, "he", 0.5))
    assert sample is not None
    assert sample.startswith("he")
    assert len(sample) == len("hello"), "as long as the word"
    assert set(sample) <= set("helo")
    assert sample == sample_of_run(run, ProbeRequest(2, "he", 0.5))
    assert len({sample_of_run(run, ProbeRequest(probe)) for probe in range(5)}) > 1
    text = sample_of_run(started(task="text"), ProbeRequest()) or ""
    assert text.startswith("A"), "as Alice does"
    assert len(text) == 1 + 120


@pytest.mark.parametrize("request_", [ProbeRequest(temperature=0.0), ProbeRequest(prompt="x" * 401)])
def test_look_that_cannot_be_written_for(request_: ProbeRequest) -> None:
    assert sample_of_run(started(task="hello"), request_) is None
