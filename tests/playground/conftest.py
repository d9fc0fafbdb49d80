"""One thread, as on the server, and property tests that try the same cases in every run."""

from collections.abc import Iterator

import pytest
import torch
from hypothesis import settings

from playground.runs.pool import Pool
from playground.runs.session import Session
from tests.playground.visitors import chosen

torch.set_num_threads(1)
settings.register_profile("playground", deadline=None, derandomize=True)
settings.load_profile("playground")


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """One worker process for all tests: starting one takes seconds."""
    made = Pool(1)
    yield made
    made.close()


@pytest.fixture
def session(pool: Pool) -> Session:
    return Session(chosen(), pool)
