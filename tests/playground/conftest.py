"""One thread, as on the server, and property tests that try the same cases in every run."""

from collections.abc import Iterator

import pytest
import torch
from hypothesis import settings

from playground.session import Session
from tests.playground.visitors import CountingPool, chosen

torch.set_num_threads(1)
settings.register_profile("playground", deadline=None, derandomize=True)
settings.load_profile("playground")


@pytest.fixture
def pool() -> Iterator[CountingPool]:
    made = CountingPool()
    yield made
    made.close()


@pytest.fixture
def session(pool: CountingPool) -> Session:
    return Session(chosen(), pool)
