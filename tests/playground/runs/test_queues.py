"""Who waits for a worker, and what becomes of that when one is slow, silent, crowded or gone: with workers by hand."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from typing import Any

import pytest

from engine.slices import slice_of
from engine.worker import Answer, Request
from playground.runs import pool as pool_module
from playground.runs.pool import (
    CROWDED,
    DEATHS,
    KEEP_EVERY,
    ROUND,
    SHORTEST,
    SLICE,
    Item,
    LostError,
    Pool,
    RunHandle,
    WorkerQueue,
)
from tests.playground.visitors import chosen


def item(handle: RunHandle | None = None, awaited: bool = False) -> Item:
    return Item(slice_of, (), handle or RunHandle(chosen()), awaited=awaited)


def given(queue: WorkerQueue, seconds: float, costs: list[float]) -> tuple[list[RunHandle], list[float]]:
    """How many seconds each run gets whose slices cost so much, with all of them always in line again."""
    runs, had = [RunHandle(chosen()) for _ in costs], [0.0] * len(costs)
    for handle in runs:
        queue.put(item(handle))
    while sum(had) < seconds:
        turn = queue.take()
        assert turn is not None
        number = runs.index(turn.handle)
        had[number] += costs[number]
        turn.handle.used += costs[number]
        queue.put(item(turn.handle))
    return runs, had


def test_what_is_waited_for_goes_before_slices_and_in_order() -> None:
    queue, items = WorkerQueue(), [item(), item(awaited=True), item(), item(awaited=True)]
    for each in items:
        queue.put(each)
    assert [queue.take() for _ in range(5)] == [items[1], items[3], items[0], items[2], None]


def test_what_is_no_longer_wanted_is_passed_over() -> None:
    queue, items = WorkerQueue(), [item(awaited=True), item(awaited=True), item(), item()]
    for each in items:
        queue.put(each)
    items[0].out.cancel()
    items[2].out.cancel()
    assert [queue.take() for _ in range(3)] == [items[1], items[3], None]


def test_equal_runs_get_equal_turns() -> None:
    _, had = given(WorkerQueue(), 2.5, [0.03] * 6)
    assert max(had) - min(had) <= 0.031


def test_heavy_updates_get_the_same_time_and_not_more() -> None:
    _, had = given(WorkerQueue(), 60, [0.3, *[0.03] * 5])
    assert had == pytest.approx([10] * 6, abs=0.31)


def test_who_comes_late_is_owed_nothing_for_the_time_before() -> None:
    queue, late = WorkerQueue(), RunHandle(chosen())
    given(queue, 60, [0.03] * 5)
    queue.put(item(late))
    turns = 0
    for _ in range(60):
        turn = queue.take()
        assert turn is not None
        assert turn.handle is not None
        turns += turn.handle is late
        turn.handle.used += 0.03
        queue.put(item(turn.handle))
    assert 9 <= turns <= 11


def test_who_paused_is_owed_nothing_for_the_pause() -> None:
    queue = WorkerQueue()
    (paused, *_), _ = given(queue, 3, [0.03] * 3)
    queue.training.clear()
    given(queue, 60, [0.03])
    queue.put(item(paused))
    assert paused.used == queue.clock > 10


class Puppet:
    """A worker that does what the test says."""

    def __init__(self, answered: Callable[[Answer], None], lost: Callable[[], None]) -> None:
        self.died = True
        self.heard = self.began = time.monotonic()
        self.ready = True
        self.answered, self.lost = answered, lost
        self.asked: list[Request] = []
        self.killed = self.closed = False

    def send(self, request: Request) -> None:
        self.asked.append(request)

    def kill(self) -> None:
        self.killed = True

    def close(self) -> None:
        self.closed = True

    def answer(self, **what: Any) -> Request:
        """Answer the last request, as a worker does that made an update of each run."""
        request = self.asked[-1]
        updates = tuple(each + 1 for each in request.updates)
        saved = tuple(b"at %d" % each for each in updates) if request.keep else None
        self.answered(Answer(**{"updates": updates, "saved": saved, "seconds": 0.03, **what}))
        return request


class ByHand(Pool):
    """A pool of puppets."""

    def _start_missing(self) -> None:
        with self._lock:
            for _ in range(0 if self._queues else self._wanted):
                self._open(Puppet)

    def puppet(self, number: int) -> Puppet:
        worker = self._queues[number].worker
        assert isinstance(worker, Puppet)
        return worker

    def train(self, handle: RunHandle, **how: Any) -> "Future[Any]":
        return self.slice(slice_of, handle, awaited=False, **how)


@pytest.fixture
def one() -> Iterator[ByHand]:
    made = ByHand(1)
    yield made
    made.close()


@pytest.fixture
def two() -> Iterator[ByHand]:
    made = ByHand(2)
    yield made
    made.close()


def test_a_worker_is_asked_one_thing_at_a_time(one: ByHand) -> None:
    worker, outs = one.puppet(0), [one.submit(divmod, 7, number) for number in (1, 2)]
    assert [request.args for request in worker.asked] == [(7, 1)]
    worker.answer(result="first")
    assert [request.args for request in worker.asked] == [(7, 1), (7, 2)]
    worker.answer(result="second")
    assert [one.wait(out) for out in outs] == ["first", "second"]


def test_what_a_visitor_waits_for_overtakes_slices(one: ByHand) -> None:
    runs = [RunHandle(chosen()) for _ in range(3)]
    for handle in runs:
        one.train(handle)
    one.slice(slice_of, runs[2], "now")
    one.submit(divmod, 7, 2)
    worker = one.puppet(0)
    order = [worker.answer() for _ in range(5)]
    assert [request.args for request in order] == [(), ("now",), (7, 2), (), ()]


def test_runs_are_sent_once_and_then_known(one: ByHand) -> None:
    handle, worker = RunHandle(chosen()), one.puppet(0)
    for version in range(3):
        one.slice(slice_of, handle)
        request = worker.answer()
        assert (request.key, request.version, request.updates) == (handle.key, version, (version,))
        assert request.origins == (None if version else (chosen(),))
    assert (handle.version, handle.updates) == (3, (3,))


@pytest.mark.parametrize("what", [{"fault": ArithmeticError()}, {"missing": True}], ids=["fault", "missing"])
def test_runs_that_are_not_there_any_more_are_sent_again(one: ByHand, what: dict[str, Any]) -> None:
    handle, worker = RunHandle(chosen()), one.puppet(0)
    one.slice(slice_of, handle)
    worker.answer()
    out = one.slice(slice_of, handle)
    worker.answer(**what)
    if "fault" in what:
        assert out.exception(5) is what["fault"]
        out = one.slice(slice_of, handle)
    assert not out.done()
    request = worker.answer(result="done")
    assert (request.origins, request.version, request.updates) == ((chosen(),), 1, (1,))
    assert out.result(5) == "done"


def test_runs_are_brought_back_now_and_then(one: ByHand) -> None:
    handle, worker = RunHandle(chosen()), one.puppet(0)
    one.slice(slice_of, handle)
    assert not worker.answer().keep
    handle.kept -= KEEP_EVERY + 1
    one.slice(slice_of, handle)
    assert worker.answer().keep
    assert handle.origins == (b"at 2",)
    one.slice(slice_of, handle)
    assert not worker.answer().keep


def test_a_run_whose_worker_is_gone_counts_as_lost_until_it_is_made_again(one: ByHand) -> None:
    training, resting, new = (RunHandle(chosen()) for _ in range(3))
    for handle in (training, resting):
        one.slice(slice_of, handle)
        one.puppet(0).answer()
    one.train(training)
    gone = one.puppet(0)
    gone.lost()
    assert (training.lost, resting.lost) == (True, False), "nobody waits for the other yet"
    one._start_missing()
    assert training.lost, "until it has answered"
    one.puppet(0).answer()
    assert not training.lost
    for handle in (resting, new):
        one.slice(slice_of, handle)
        assert handle.lost == (handle is resting)
        one.puppet(0).answer()
        assert not handle.lost


def test_new_runs_go_where_fewest_train(two: ByHand) -> None:
    runs = [RunHandle(chosen()) for _ in range(4)]
    for handle in runs:
        two.train(handle)
    assert [two._queues.index(queue) for queue in (runs[0].home, runs[1].home)] == [0, 1]
    assert [queue.load for queue in two._queues] == [2, 2]


def test_work_without_runs_goes_where_least_is_waited_for(two: ByHand) -> None:
    for _ in range(4):
        two.submit(divmod, 7, 2)
    for number in (0, 1):
        two.puppet(number).answer()
        assert len(two.puppet(number).asked) == 2


def test_a_run_moves_to_a_worker_that_has_long_had_less_to_do(two: ByHand) -> None:
    """First it is brought back, so that nothing has to be repeated."""
    first, second = RunHandle(chosen()), RunHandle(chosen())
    for handle in (first, second):
        handle.home = two._queues[0]
    two.train(first)
    two.train(second)
    worker, other = two.puppet(0), two.puppet(1)
    for _ in range(2 * CROWDED):
        request = worker.answer()
        two.train(first if request.key == first.key else second)
        if other.asked:
            break
    request = other.answer()
    moved = first if request.key == first.key else second
    assert worker.asked[-1].key != moved.key
    assert request.origins == (b"at %d" % request.updates,)
    assert request.version == request.updates[0] >= CROWDED
    for _ in range(2 * CROWDED):
        two.train(moved)
        assert other.answer().origins is None
        worker.answer()
        two.train(second if moved is first else first)
    assert other.asked[-1].key == moved.key, "it stays there"


def test_a_run_that_is_waited_for_does_not_move(two: ByHand) -> None:
    handle, worker = RunHandle(chosen()), two.puppet(0)
    handle.home, handle.crowded = two._queues[0], CROWDED + 1
    two.slice(slice_of, handle)
    assert len(worker.asked) == 1


def test_what_a_lost_worker_was_asked_is_asked_of_another(two: ByHand) -> None:
    runs = [RunHandle(chosen()) for _ in range(3)]
    for handle in runs:
        handle.home = two._queues[0]
    lost, other = two.puppet(0), two.puppet(1)
    for handle in runs:
        handle.used = 100.0
    outs = [two.train(runs[0]), two.train(runs[1]), two.slice(slice_of, runs[2])]
    lost.lost()
    order = [other.answer(result=number).key for number in range(3)]
    assert order[0] in (runs[0].key, runs[2].key)
    assert sorted(order) == sorted(handle.key for handle in runs)
    assert {out.result(5) for out in outs} == {0, 1, 2}
    assert all(request.origins == (chosen(),) for request in other.asked)
    assert all(handle.used < 1 for handle in runs), "what they had elsewhere does not count here"
    lost.answered(Answer(updates=(99,)))
    assert runs[0].updates == (1,), "it is heard no more"


def test_a_request_that_ends_several_workers_is_taken_to_be_the_reason(one: ByHand) -> None:
    handle = RunHandle(chosen())
    out, other = one.train(handle), one.train(RunHandle(chosen()))
    for death in range(DEATHS):
        assert not out.done()
        assert not other.done()
        while one.puppet(0).asked[-1].key != handle.key:
            one.puppet(0).answer()
            other = one.train(RunHandle(chosen()))
        one.puppet(0).lost()
        one._start_missing()
        assert len(one._queues) == 1, death
    with pytest.raises(LostError):
        out.result(5)
    assert (handle.version, handle.updates) == (0, (0,))
    one.puppet(0).answer(result="other")
    assert other.result(5) == "other"


def test_a_worker_that_is_silent_is_ended_and_one_that_starts_has_longer(two: ByHand) -> None:
    silent, starting = two.puppet(0), two.puppet(1)
    silent.heard -= pool_module.SILENT - 1
    starting.ready, starting.heard, starting.began = False, 0.0, time.monotonic() - pool_module.SILENT - 1
    two._check()
    assert not silent.killed
    silent.heard -= 2
    two._check()
    assert silent.killed
    assert not starting.killed
    starting.began -= pool_module.STARTING
    two._check()
    assert starting.killed


def test_a_worker_that_starts_is_the_last_choice_and_is_served_when_it_has_begun(two: ByHand) -> None:
    starting, other = two.puppet(0), two.puppet(1)
    starting.ready = False
    for _ in range(3):
        two.submit(divmod, 7, 2)
    assert len(other.asked) == 1
    for _ in range(3):
        other.answer()
    other.ready = False
    two.submit(divmod, 7, 3)
    assert starting.asked == []
    starting.ready = True
    two._check()
    assert [request.args for request in starting.asked] == [(7, 3)]


def test_without_a_worker_requests_wait_for_one(one: ByHand) -> None:
    lost = one.puppet(0)
    out = one.submit(divmod, 7, 2)
    one._wanted = 0
    lost.lost()
    assert not one._queues
    more = one.submit(divmod, 7, 3)
    assert not out.done()
    one._wanted = 1
    one._start_missing()
    for _ in range(2):
        one.puppet(0).answer(result="done")
    assert (out.result(5), more.result(5)) == ("done", "done")


def test_who_waits_for_workers_that_do_not_start_is_told_and_nobody_else(two: ByHand) -> None:
    """Also one whose worker was lost before, which nobody can cancel any more."""
    first = two.submit(divmod, 7, 1)
    two.puppet(0).lost()
    (worker,) = [queue.worker for queue in two._queues]
    assert isinstance(worker, Puppet)
    second = two.submit(divmod, 7, 2)
    two._give_up()
    assert not first.done()
    assert not second.done(), "its worker works"
    worker.ready = False
    two._give_up()
    with pytest.raises(LostError, match="No worker can be started"):
        second.result(5)


def test_slices_are_shorter_where_many_train_so_that_all_have_a_turn_soon(one: ByHand) -> None:
    runs = [RunHandle(chosen()) for _ in range(100)]
    assert one.slice_seconds(runs[0]) == SLICE
    seen = []
    for count, handle in enumerate(runs, 1):
        one.train(handle)
        seconds = one.slice_seconds(runs[0])
        assert SHORTEST <= seconds <= SLICE
        assert count * seconds <= ROUND or seconds == SHORTEST
        seen.append(seconds)
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] < seen[0]


def test_closed_it_takes_nothing_more_and_cancels_what_waits(one: ByHand) -> None:
    under_way, waiting = one.submit(divmod, 7, 1), one.submit(divmod, 7, 2)
    puppet = one.puppet(0)
    one.close()
    assert puppet.closed
    assert waiting.cancelled()
    assert one.submit(divmod, 7, 2).cancelled()
    with pytest.raises(LostError):
        under_way.result(5)
    with pytest.raises(CancelledError):
        one.wait(waiting)
