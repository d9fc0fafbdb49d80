"""The reader: what moment it shows, that it never touches a run that is out, and that answers come in turn."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import torch

from engine.film import Checkpoint
from engine.settings import SettingError
from playground.runs.background import BackgroundResult
from playground.runs.pool import Pool
from playground.runs.reader import ReadCheckpoint, Reader
from playground.runs.session import Session
from tests.playground.visitors import alone, chosen, losses, tick_until

TEXT = {"task": "text", "corpus": "tang", "length": "10"}


@pytest.fixture
def text(pool: Pool) -> Session:
    return Session(chosen(**TEXT), pool)


def now(reader: Reader) -> ReadCheckpoint:
    checkpoint = reader.checkpoint()
    assert checkpoint is not None
    return checkpoint


def tick_for(session: Session, reader: Reader, done: Callable[[ReadCheckpoint], bool]) -> ReadCheckpoint:
    """Tick and draw as the page does until there is such a moment."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        session.tick()
        checkpoint = reader.checkpoint()
        if checkpoint is not None and done(checkpoint):
            return checkpoint
        time.sleep(0.005)
    raise AssertionError("no such moment")


def test_a_run_that_stands_still_is_shown_as_it_is(text: Session) -> None:
    reader = Reader(text)
    assert now(reader).updates == 0
    assert now(reader) is now(reader), "nothing is read twice"
    text.step()
    assert now(reader).updates == 1
    text.reset()
    assert now(reader).updates == 0


def test_a_run_that_trains_is_shown_at_frozen_moments(text: Session) -> None:
    reader = Reader(text)
    text.play()
    text.tick()
    assert reader.checkpoint() is None, "nobody waits for a look while the page ticks"
    first = tick_for(text, reader, lambda checkpoint: True)
    weights = first.weights.weights.clone()
    tick_until(text, first.updates + 20)
    assert torch.equal(first.weights.weights, weights)
    reader.look_again()
    again = tick_for(text, reader, lambda checkpoint: checkpoint is not first)
    assert again.updates > first.updates
    text.pause()
    assert now(reader).updates == text.updates


@pytest.mark.parametrize(("share", "again"), [(1e9, True), (0.0, False)])
def test_it_looks_by_itself_once_enough_was_trained(
    text: Session, monkeypatch: pytest.MonkeyPatch, share: float, again: bool
) -> None:
    monkeypatch.setattr("playground.runs.reader.READING_SHARE", share)
    reader = Reader(text)
    text.play()
    first = tick_for(text, reader, lambda checkpoint: True)
    for _ in range(3):
        tick_until(text, text.updates + 1)
        reader.checkpoint()
    if again:
        assert tick_for(text, reader, lambda checkpoint: checkpoint is not first).updates > first.updates
    else:
        assert now(reader) is first
    text.pause()


def test_reading_leaves_the_course_as_it_is(text: Session) -> None:
    reader = Reader(text)
    text.play()
    for _ in range(3):
        checkpoint = tick_for(text, reader, lambda checkpoint: True)
        reader.written(checkpoint, "", 1.0, 0, 0)
        reader.best(checkpoint, "punctuation", "")
        reader.look_again()
        tick_until(text, text.frame.snapshot.updates + 1)
    text.pause()
    assert losses(text, 3) == alone(3, **TEXT)


def test_a_new_run_is_a_new_text(text: Session) -> None:
    reader = Reader(text)
    now(reader)
    text.adopt(chosen(task="hello"))
    assert now(reader).passage.text == "hello"


def test_what_is_asked_of_a_moment(text: Session) -> None:
    reader = Reader(text)
    checkpoint = now(reader)
    assert reader.best(checkpoint, "punctuation", "")
    with pytest.raises(SettingError, match="at least 5"):
        reader.best(checkpoint, "digit", "")
    one, other = (reader.written(checkpoint, "", 1.0, 0, number) for number in (0, 1))
    assert one is not None
    assert other is not None
    assert one.text != other.text
    gone = replace(
        checkpoint, weights=Checkpoint(checkpoint.updates, torch.full_like(checkpoint.weights.weights, torch.inf))
    )
    with pytest.raises(SettingError, match="no longer finite"):
        reader.written(gone, "", 1.0, 0, 2)


def test_the_same_question_about_other_weights_is_another(text: Session) -> None:
    """After as many updates, but with another learning rate."""
    reader = Reader(text)
    text.step()
    one = reader.best(now(reader), "punctuation", ""), reader.written(now(reader), "", 1.0, 0, 0)
    text.adopt(replace(text.experiment, training=replace(text.experiment.training, lr=1.0)))
    text.reset()
    text.step()
    other = reader.best(now(reader), "punctuation", ""), reader.written(now(reader), "", 1.0, 0, 0)
    assert one != other


def slow(divisor: int) -> int:
    time.sleep(0.3)
    return 1 // divisor


def test_answers_come_in_turn(pool: Pool) -> None:
    answers: BackgroundResult[int] = BackgroundResult(pool)
    assert answers.ask("one", partial(slow, 1), wait=False) is None
    assert answers.ask("two", partial(int, 2), wait=False) is None, "nothing new while an answer is on its way"
    assert answers.ask("two", partial(int, 2), wait=True) == 2
    assert answers.question == "two"
    assert answers.ask("two", partial(int, 3), wait=True) == 2, "nothing is asked twice"
    assert answers.ask("three", partial(slow, 0), wait=False) == 2
    with pytest.raises(ZeroDivisionError):
        answers.ask("three", partial(int, 3), wait=True)
    assert answers.latest is None
    answers.forget()
    assert answers.ask("three", partial(int, 3), wait=True) == 3 == answers.latest
