"""A film: which moments it keeps, that it keeps within its bytes, and that a moment shows what was to be seen then."""

import numpy as np
import pytest
import torch

from engine.film import FEWEST, MOST, PER_OCTAVE, Film, Moment, due
from engine.saving import load, save
from engine.slices import Ask, Frame, Look, look_back
from tests.engine.runs import one_update, same, shown, slice_of, started, trained


def moments(updates: int, parameters: int = 100) -> list[Moment]:
    return [Moment(number, torch.full((parameters,), float(number))) for number in range(updates + 1)]


def times(film: Film) -> list[int]:
    return [moment.updates for moment in film.moments]


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
    film.extend(moments(20_000, parameters=1))
    assert MOST / 3 < len(film.moments) <= MOST
    assert times(film)[:4] == [0, 1, 2, 3]
    assert times(film)[-1] > 20_000 * 0.9
    assert times(film) == [number for number in range(20_001) if due(number, film.per_octave)]


@pytest.mark.parametrize("most", [FEWEST, 7, 30])
def test_bytes_are_a_bound_at_any_moment(most: int) -> None:
    film, each = Film(most * 400), 400
    for moment in moments(3000):
        film.extend([moment])
        assert film.size == each * len(film.moments) <= most * 400
    assert len(film.moments) > most / 3


def test_what_is_too_large_for_a_few_moments_has_no_film() -> None:
    film = Film(FEWEST * 400 - 1)
    film.extend(moments(50))
    assert not film.moments
    assert not film.fits(400)


def test_less_room_thins_what_there_is() -> None:
    film, late = Film(), Film(5000)
    film.extend(moments(1000))
    late.extend(moments(1000))
    film.limit(5000)
    assert times(film) == times(late)
    film.limit(0)
    assert not film.moments


def test_a_run_keeps_its_moments_and_they_are_those_of_its_course() -> None:
    run = trained(20)
    assert times(run.film) == [number for number in range(20) if due(number)]
    for moment in run.film.moments[::5]:
        assert torch.equal(moment.weights, trained(moment.updates).moment().weights)


def test_keeping_a_film_in_slices_gives_the_same_film() -> None:
    run, film = started(), Film()
    while run.updates < 200:
        film.extend(slice_of(run, Look(), 0.01).film)
    whole = Film()
    whole.extend(trained(run.updates).film.moments)
    assert times(film) == times(whole)
    assert all(torch.equal(a.weights, b.weights) for a, b in zip(film.moments, whole.moments, strict=True))


@pytest.mark.parametrize(
    "params", [{}, {"task": "hello", "cell": "gru"}, {"cell": "esn"}, {"cell": "clockwork"}], ids=str
)
def test_an_earlier_moment_shows_what_was_to_be_seen_then(params: dict[str, str]) -> None:
    look = Look(probe=2)
    run = started(**params)
    seen = {0: shown(run, look)}
    for number in range(1, 30):
        seen[number] = one_update(run, look)
    for moment in trained(29, **params).film.moments:
        now, then = seen[29].snapshot, seen[moment.updates]
        (sight,) = look_back([Ask(now.experiment, moment, look, seen[29].sight.seen)])
        assert sight is not None
        found = Frame(now.until(moment.updates), sight)
        for name in ("updates", "losses", "norms", "gradient_norm", "explosion", "sizes", "parameters"):
            assert same(getattr(found.snapshot, name), getattr(then.snapshot, name)), name
        assert same(found.snapshot.held_out, then.snapshot.held_out)
        assert found.sight.sample == then.sight.sample
        for ours, theirs in zip(found.sight.trace.layers[0], then.sight.trace.layers[0], strict=True):
            assert same(ours.state, theirs.state)
            assert same(ours.grad_h, theirs.grad_h)


def test_an_update_that_was_taken_back_is_no_moment() -> None:
    run = trained(
        200, cell="rnn", activation="identity", init="identity", optimizer="sgd", lr="10", clip="0", length="20"
    )
    assert run.explosion is not None
    assert run.film.moments[-1].updates <= run.updates
    assert all(moment.weights.isfinite().all() for moment in run.film.moments)


def test_the_film_goes_along_in_a_saved_run() -> None:
    run = trained(40)
    first = run.film.take()
    for _ in range(10):
        run.update()
    loaded = load(save(run, first))
    assert times(loaded.film) == [number for number in range(50) if due(number)]
    assert all(torch.equal(a.weights, b.weights) for a, b in zip(loaded.film.moments, first, strict=False))
    assert load(save(loaded)).film.moments[-1].updates == loaded.film.moments[-1].updates
