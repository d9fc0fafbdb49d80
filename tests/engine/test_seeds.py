"""Randomness as a function of seed, stream and index."""

import itertools

import torch
from hypothesis import given
from hypothesis import strategies as st

from engine import seeds


def first_draws(seed: int, stream: int, index: int) -> tuple[int, ...]:
    generator = seeds.generator(seed, stream, index)
    return tuple(torch.randint(0, 2**62, (2,), generator=generator).tolist())


def test_same_place_same_numbers() -> None:
    assert first_draws(5, seeds.TRAIN, 7) == first_draws(5, seeds.TRAIN, 7)


def test_neighbouring_seeds_streams_and_indices_share_nothing() -> None:
    draws = [first_draws(*place) for place in itertools.product(range(20), range(5), range(20))]
    assert len({draw[0] for draw in draws}) == len(draws)


def test_streams_are_apart() -> None:
    names = (seeds.INIT, seeds.TRAIN, seeds.HELD_OUT, seeds.PROBE, seeds.SAMPLE)
    assert len(set(names)) == len(names)


def test_draws_at_successive_indices_look_uniform_and_independent() -> None:
    """One number an update, 4,000 updates: mean ½, variance 1/12, no correlation with the next (4 standard errors)."""
    drawn = torch.stack([torch.rand((), generator=seeds.generator(1, seeds.TRAIN, k)) for k in range(4000)]).double()
    centred = drawn - 0.5
    assert abs(float(centred.mean())) < 4 * (1 / 12 / 4000) ** 0.5
    assert abs(float(centred.square().mean()) - 1 / 12) < 4 * (1 / 180 / 4000) ** 0.5
    assert abs(float((centred[1:] * centred[:-1]).mean())) < 4 * (1 / 144 / 4000) ** 0.5


@given(st.integers(0, 2**31 - 1), st.integers(0, 4), st.integers(0, 2**40))
def test_any_place_gives_a_generator(seed: int, stream: int, index: int) -> None:
    assert len(first_draws(seed, stream, index)) == 2


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_mix_never_maps_two_numbers_to_one(one: int, other: int) -> None:
    assert 0 <= seeds.mix(one) < 2**64
    assert (seeds.mix(one) == seeds.mix(other)) == (one == other)


def test_mix_is_splitmix64() -> None:
    """The first three outputs of the reference implementation (Vigna, splitmix64.c) seeded with 1234567."""
    golden = 0x9E3779B97F4A7C15
    outputs = [seeds.mix((1234567 + k * golden) % 2**64) for k in range(3)]
    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]
