"""A film: which moments it keeps, that it keeps within its bytes, and that a moment shows what was to be seen then."""

import numpy as np
import pytest
import torch

from engine.film import FEWEST, MOST, PER_OCTAVE, Checkpoint, Film, due
from engine.saving import load, save
from engine.slices import Ask, Frame, ProbeRequest, look_back
from tests.engine.runs import one_update, same, shown, slice_of, started, trained


def checkpoints(updates: int, parameters: int = 100) -> list[Checkpoint]:
    return [Checkpoint(number, torch.full((parameters,), float(number))) for number in range(updates + 1)]


def times(film: Film) -> list[int]:
    return [checkpoint.updates for checkpoint in film.checkpoints]


def test_every_early_update_is_kept_and_later_ones_at_equal_ratios() -> None:
    kept = [number for number in range(5000) if due(number)]
    assert kept[: PER_OCTAVE + 1] == list(range(PER_OCTAVE + 1))
    assert [sum(low < number <= 2 * low for number in kept) for low in (32, 64, 500, 2000)] == [PER_OCTAVE] * 4
    ratios = np.divide(kept[100:], kept[99:-1])
    assert ratios.max() / ratios.min() < 1.03


def test_half_the_density_is_a_part_of_the_same_moments() -> None:
    for density in (16, 8, 4, 2, 1, 0.5, 0.25):
        sparse, dense = ({n for n in range(3000) if due(n, d)} for d in (density / 2, density))
        assert sparse < dense


def test_a_long_run_stays_within_the_most_moments_and_reaches_from_start_to_end() -> None:
    film = Film()
    film.extend(checkpoints(20_000, parameters=1))
    assert MOST / 3 < len(film.checkpoints) <= MOST
    assert times(film)[:4] == [0, 1, 2, 3]
    assert times(film)[-1] > 20_000 * 0.9
    assert times(film) == [number for number in range(20_001) if due(number, film.per_octave)]


@pytest.mark.parametrize("most", [FEWEST, 7, 30])
def test_bytes_are_a_bound_at_any_moment(most: int) -> None:
    film, each = Film(most * 400), 400
    for checkpoint in checkpoints(3000):
        film.extend([checkpoint])
        assert film.size == each * len(film.checkpoints) <= most * 400
    assert len(film.checkpoints) > most / 3


def test_what_is_too_large_for_a_few_moments_has_no_film() -> None:
    film = Film(FEWEST * 400 - 1)
    film.extend(checkpoints(50))
    assert not film.checkpoints
    assert not film.fits(400)


def test_less_room_thins_what_there_is() -> None:
    film, late = Film(), Film(5000)
    film.extend(checkpoints(1000))
    late.extend(checkpoints(1000))
    film.limit(5000)
    assert times(film) == times(late)
    film.limit(0)
    assert not film.checkpoints


def test_a_run_keeps_its_moments_and_they_are_those_of_its_course() -> None:
    run = trained(20)
    assert times(run.film) == [number for number in range(20) if due(number)]
    for checkpoint in run.film.checkpoints[::5]:
        assert torch.equal(checkpoint.weights, trained(checkpoint.updates).checkpoint().weights)


def test_keeping_a_film_in_slices_gives_the_same_film() -> None:
    run, film = started(), Film()
    while run.updates < 200:
        film.extend(slice_of(run, ProbeRequest(), 0.01).film)
    whole = Film()
    whole.extend(trained(run.updates).film.checkpoints)
    assert times(film) == times(whole)
    assert all(torch.equal(a.weights, b.weights) for a, b in zip(film.checkpoints, whole.checkpoints, strict=True))


@pytest.mark.parametrize(
    "params", [{}, {"task": "hello", "cell": "gru"}, {"cell": "esn"}, {"cell": "clockwork"}], ids=str
)
def test_an_earlier_moment_shows_what_was_to_be_seen_then(params: dict[str, str]) -> None:
    request = ProbeRequest(probe=2)
    run = started(**params)
    seen = {0: shown(run, request)}
    for number in range(1, 30):
        seen[number] = one_update(run, request)
    for checkpoint in trained(29, **params).film.checkpoints:
        now, then = seen[29].snapshot, seen[checkpoint.updates]
        (result,) = look_back([Ask(now.experiment, checkpoint, request, seen[29].result.seen)])
        assert result is not None
        found = Frame(now.until(checkpoint.updates), result)
        for name in ("updates", "losses", "norms", "gradient_norm", "explosion", "sizes", "parameters"):
            assert same(getattr(found.snapshot, name), getattr(then.snapshot, name)), name
        assert same(found.snapshot.held_out, then.snapshot.held_out)
        assert found.result.sample == then.result.sample
        for ours, theirs in zip(found.result.trace.layers[0], then.result.trace.layers[0], strict=True):
            assert same(ours.state, theirs.state)
            assert same(ours.grad_h, theirs.grad_h)


def test_an_update_that_was_taken_back_is_no_moment() -> None:
    run = trained(
        200, cell="rnn", activation="identity", init="identity", optimizer="sgd", lr="10", clip="0", length="20"
    )
    assert run.explosion is not None
    assert run.film.checkpoints[-1].updates <= run.updates
    assert all(checkpoint.weights.isfinite().all() for checkpoint in run.film.checkpoints)


def test_the_film_goes_along_in_a_saved_run() -> None:
    run = trained(40)
    first = run.film.take()
    for _ in range(10):
        run.update()
    loaded = load(save(run, first))
    assert times(loaded.film) == [number for number in range(50) if due(number)]
    assert all(torch.equal(a.weights, b.weights) for a, b in zip(loaded.film.checkpoints, first, strict=False))
    assert load(save(loaded)).film.checkpoints[-1].updates == loaded.film.checkpoints[-1].updates
