"""The targets of the generated tasks, worked out again from the inputs in plain Python."""

from typing import Any

import pytest
import torch

from engine.tasks import TASKS, Batch
from tests.engine.tasks.examples import generator

SIZE = 200


def drawn(name: str, **settings: Any) -> Batch:
    return TASKS[name](**settings).batch(SIZE, generator())


def symbols(batch: Batch) -> list[list[int]]:
    return batch.inputs.argmax(-1).tolist()


@pytest.mark.parametrize("length", [2, 3, 7, 50])
def test_adding(length: int) -> None:
    batch = drawn("adding", length=length)
    firsts, seconds = set(), set()
    for sequence, target in zip(batch.inputs.tolist(), batch.targets.tolist(), strict=True):
        marked = [t for t, (_, mark) in enumerate(sequence) if mark == 1]
        assert all(mark in (0, 1) and 0 <= value < 1 for value, mark in sequence)
        first, second = marked
        assert first < length // 2 <= second
        assert target == [pytest.approx(sequence[first][0] + sequence[second][0])]
        firsts.add(first)
        seconds.add(second)
    if length <= 7:
        assert (firsts, seconds) == (set(range(length // 2)), set(range(length // 2, length)))


@pytest.mark.parametrize(("length", "letters"), [(1, 1), (5, 3), (20, 4)])
def test_copy(length: int, letters: int) -> None:
    batch = drawn("copy", length=length, symbols=letters)
    for tokens, targets, counts in zip(symbols(batch), batch.targets.tolist(), batch.mask.tolist(), strict=True):
        word, rest = tokens[:letters], tokens[letters:]
        assert all(letter < 8 for letter in word)
        assert rest == [8] * (length - 1) + [9] + [8] * letters
        assert targets == [8] * (letters + length) + word
        assert counts == [False] * (letters + length) + [True] * letters
    assert {tokens[0] for tokens in symbols(batch)} == set(range(8))


@pytest.mark.parametrize(("length", "delay", "letters"), [(2, 1, 2), (30, 3, 4), (10, 9, 8)])
def test_echo(length: int, delay: int, letters: int) -> None:
    batch = drawn("echo", length=length, delay=delay, symbols=letters)
    for tokens, targets, counts in zip(symbols(batch), batch.targets.tolist(), batch.mask.tolist(), strict=True):
        assert targets == [-100] * delay + [tokens[t - delay] for t in range(delay, length)]
        assert counts == [t >= delay for t in range(length)]
    assert set(batch.inputs.argmax(-1).unique().tolist()) == set(range(letters))


@pytest.mark.parametrize(("length", "distance"), [(3, 1), (20, 2), (9, 4)])
def test_neighbours(length: int, distance: int) -> None:
    task = TASKS["neighbours"](length=length, distance=distance)
    batch = task.batch(SIZE, generator())
    for tokens, targets in zip(symbols(batch), batch.targets.tolist(), strict=True):
        for t, target in enumerate(targets):
            if distance <= t < length - distance:
                pair = "AB"[tokens[t - distance]] + "AB"[tokens[t + distance]]
                assert task.answer_symbols[target] == pair  # type: ignore[attr-defined]
            else:
                assert target == -100
    assert torch.equal(batch.mask, batch.targets >= 0)


@pytest.mark.parametrize("length", [10, 19, 50, 105])
def test_order(length: int) -> None:
    task = TASKS["order"](length=length)
    batch = task.batch(SIZE, generator())
    tenth = length // 10
    places: set[tuple[int, int]] = set()
    for tokens, target in zip(symbols(batch), batch.targets.tolist(), strict=True):
        letters = [task.input_symbols[token] for token in tokens]  # type: ignore[attr-defined]
        first, second = (t for t, letter in enumerate(letters) if letter in "XY")
        assert (letters[0], letters[-1]) == ("E", "B")
        assert set(letters[1:-1]) <= set("abcdXY")
        assert tenth <= first <= 2 * tenth
        assert 5 * tenth <= second <= 6 * tenth
        assert task.answer_symbols[target] == letters[first] + letters[second]  # type: ignore[attr-defined]
        places.add((first, second))
    if length < 20:
        assert len(places) == 4, "every place in both windows occurs"
