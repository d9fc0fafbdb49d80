"""A copy of a run's course, which follows it in what its slices bring."""

from dataclasses import fields

import pytest

from engine import Run, history
from engine.progress import Course, Snapshot
from engine.saving import load, save
from tests.engine.runs import same, started, trained

CASES = [
    {},
    {"cell": "esn"},
    {"task": "hello", "cell": "gru"},
    {"cell": "rnn", "activation": "identity", "init": "identity", "optimizer": "sgd", "lr": "10", "clip": "0"},
]


def assert_same_course(course: Course, run: Run) -> None:
    ours, own = course.snapshot(run.experiment), run.snapshot()
    for field in fields(Snapshot):
        assert same(getattr(ours, field.name), getattr(own, field.name)), field.name
    assert (course.updates, course.explosion) == (run.updates, run.explosion)


def follow(course: Course, run: Run) -> None:
    course.take_in(run.progress(course.known))


@pytest.mark.parametrize("params", CASES, ids=str)
def test_it_follows_a_run_slice_by_slice(monkeypatch: pytest.MonkeyPatch, params: dict[str, str]) -> None:
    """Also where rows are thinned out in between, and where an update is taken back."""
    monkeypatch.setattr(history, "CAPACITY", 64)
    run, course = started(**{"length": "20", **params}), Course()
    follow(course, run)
    for step in 5 * (0, 1, 2, 7, 30):
        for _ in range(step):
            run.update()
        follow(course, run)
        assert_same_course(course, run)


@pytest.mark.parametrize("how", ["repeated", "saved and loaded"])
def test_it_follows_a_run_that_was_made_again(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """At an earlier point, and repeated from there to where it was: its seconds are others, and nothing else is."""
    monkeypatch.setattr(history, "CAPACITY", 16)
    run, course = trained(40), Course()
    follow(course, run)
    again = trained(10) if how == "repeated" else load(save(trained(10)))
    while again.updates < run.updates:
        again.update()
    for _ in range(3):
        follow(course, again)
        assert_same_course(course, again)
        again.update()


def test_what_is_told_twice_changes_nothing() -> None:
    run, course = trained(30), Course()
    first = run.progress(course.known)
    course.take_in(first)
    course.take_in(first)
    follow(course, run)
    assert_same_course(course, run)


def test_what_is_known_is_not_told_again() -> None:
    run, course = trained(30), Course()
    follow(course, run)
    told = run.progress(course.known)
    assert (len(told.losses.rows), len(told.held_out.rows), len(told.norms.rows)) == (0, 0, 0)


def test_a_snapshot_is_a_copy() -> None:
    run, course = trained(3), Course()
    follow(course, run)
    kept = course.snapshot(run.experiment)
    run.update()
    follow(course, run)
    assert (kept.updates, len(kept.losses)) == (3, 3)


@pytest.mark.parametrize("updates", [0, 1, 24, 25, 40])
def test_until_is_what_it_was_then(updates: int) -> None:
    then, now = trained(updates).snapshot(), trained(40).snapshot()
    for field in fields(Snapshot):
        if field.name != "seconds":
            assert same(getattr(now.until(updates), field.name), getattr(then, field.name)), field.name
