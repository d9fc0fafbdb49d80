"""One thread, as on the server, and property tests that try the same cases in every run."""

from collections.abc import Iterator

import pytest
import torch
from hypothesis import settings

from playground.runs.pace import Pace
from playground.runs.pool import Pool
from playground.runs.session import Session
from tests.playground.visitors import chosen

torch.set_num_threads(1)
settings.register_profile("playground", deadline=None, derandomize=True)
settings.load_profile("playground")


@pytest.fixture(scope="session")
def shared_pool() -> Iterator[Pool]:
    """One worker process for all tests: starting one takes seconds."""
    made = Pool(1)
    yield made
    made.close()


@pytest.fixture
def pool(shared_pool: Pool) -> Pool:
    """That, with nobody training yet."""
    shared_pool.pace = Pace()
    return shared_pool


@pytest.fixture
def session(pool: Pool) -> Session:
    return Session(chosen(), pool)
