"""A run computes on one core and without denormals, and leaves its process as it was."""

from collections.abc import Iterator

import pytest
import torch

from engine import Run
from engine.threads import Prepared, prepare_thread
from tests.engine.runs import started

DENORMAL = 5e-324


def flushed() -> bool:
    """Whether torch takes denormals as 0 here."""
    return float(torch.tensor([DENORMAL], dtype=torch.float64) * 1.0) == 0


@pytest.fixture
def plain() -> Iterator[None]:
    """Two cores, and denormals as they are; afterwards as it was."""
    threads, flush = torch.get_num_threads(), flushed()
    torch.set_num_threads(2)
    torch.set_flush_denormal(False)
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(flush)


def watched(run: Run, seen: list[tuple[int, bool]]) -> Run:
    """The run, whose batches note how they find the thread."""
    batches = run._batches

    class Noting:
        def __getitem__(self, number: int) -> object:
            seen.append((torch.get_num_threads(), flushed()))
            return batches[number]

    run._batches = Noting()  # type: ignore[assignment]
    return run


@pytest.mark.usefixtures("plain")
def test_a_run_in_a_notebook_leaves_the_process_as_it_was() -> None:
    seen: list[tuple[int, bool]] = []
    run = watched(started(), seen)
    for work in (run.update, lambda: run.advance(0.001), run.trace, started):
        work()
        assert (torch.get_num_threads(), flushed()) == (2, False)
    assert len(seen) >= 2
    assert set(seen) == {(1, True)}


@pytest.mark.usefixtures("plain")
def test_also_if_its_work_fails() -> None:
    run = started()
    run._batches = {}  # type: ignore[assignment]
    with pytest.raises(KeyError):
        run.update()
    assert (torch.get_num_threads(), flushed()) == (2, False)


@pytest.mark.usefixtures("plain")
def test_where_it_is_so_already_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_thread()
    for name in ("set_num_threads", "set_flush_denormal"):
        monkeypatch.setattr(torch, name, lambda _: pytest.fail("it was so already"))
    started().update()
    monkeypatch.undo()
    assert (torch.get_num_threads(), flushed()) == (1, True)


@pytest.mark.usefixtures("plain")
def test_one_inside_another_changes_nothing() -> None:
    with Prepared():
        with Prepared():
            pass
        assert (torch.get_num_threads(), flushed()) == (1, True)
    assert (torch.get_num_threads(), flushed()) == (2, False)
