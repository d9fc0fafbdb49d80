"""One server and one browser for all tests; a fresh context, and a clean console, for each."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.browser.visit import Visit

Opener = Callable[..., Visit]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not chromium.executable():
        if os.environ.get("CI") == "true":
            pytest.fail(chromium.HOW_TO_GET_ONE)
        pytest.skip(chromium.HOW_TO_GET_ONE)
    with chromium.chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def address(browser: Browser) -> Iterator[str]:
    with chromium.server() as address:
        yield address


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Opener]:
    """Makes visitors, each with a context of its own; none of them may have met an error in the end."""
    visits: list[Visit] = []
    contexts = []

    def arrive(**options: Any) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1400, "height": 1000}, **options})
        contexts.append(context)
        visits.append(Visit(context, address))
        return visits[-1]

    yield arrive
    problems = [problem for visit in visits for problem in visit.problems]
    for context in contexts:
        context.close()
    assert not problems


@pytest.fixture
def visit(visitor: Opener) -> Visit:
    return visitor()
