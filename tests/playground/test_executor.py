"""The pool: its threads' time in equal shares, and pages that tick more rarely the more of them there are."""

import threading
import time
from collections.abc import Iterator

import pytest

from playground import executor
from playground.executor import LATEST, MARGIN, QUIET, TICK, TICKS_A_SECOND, Pool


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(1)
    yield made
    made.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(executor.time, "monotonic", lambda: now[0])
    return now


def train(pool: Pool, count: int) -> None:
    for visitor in range(count):
        pool.trains(visitor)


def test_one_alone_has_the_whole_tick(pool: Pool) -> None:
    train(pool, 1)
    assert pool.slice_seconds(0, TICK) == TICK - MARGIN


def test_one_alone_whose_updates_are_brief_trains_until_called_back(pool: Pool) -> None:
    """A late page keeps no thread idle; a page that is gone has none for long."""
    train(pool, 1)
    assert pool.slice_seconds(0, TICK, brief=True) == pool.slice_seconds(0, 0.0, brief=True) == LATEST > TICK
    train(pool, 10)
    assert pool.slice_seconds(0, 0.5, brief=True) < TICK


def test_shares_of_all_who_train_add_up_to_the_threads_time(pool: Pool) -> None:
    for count in (2, 5, 10, 30):
        train(pool, count)
        assert count * pool.slice_seconds(0, 0.5) <= 0.5


def test_who_waited_longer_gets_more(pool: Pool) -> None:
    train(pool, 10)
    assert pool.slice_seconds(0, 0.4) == pytest.approx(2 * pool.slice_seconds(0, 0.2), rel=0.02)


def test_a_slice_never_outlasts_a_tick(pool: Pool) -> None:
    train(pool, 1)
    assert pool.slice_seconds(0, 1e6) < TICK
    assert pool.slice_seconds(0, 0.0) <= MARGIN


def test_a_long_wait_is_not_made_good_at_once(pool: Pool) -> None:
    train(pool, 10)
    assert pool.slice_seconds(0, 1e6) == 2 * pool.slice_seconds(1, TICK)


def test_who_had_less_gets_more_until_all_are_even(pool: Pool) -> None:
    train(pool, 10)
    (even,) = {pool.slice_seconds(visitor, 0.25) for visitor in range(10)}
    for visitor in range(1, 10):
        pool.spent(visitor, 0.02)
    assert pool.slice_seconds(1, 0.25) == pytest.approx(even)
    assert even < pool.slice_seconds(0, 0.25) <= 2 * even
    pool.spent(0, 0.02)
    assert pool.slice_seconds(0, 0.25) == pytest.approx(even)
    pool.spent(0, 0.02)
    assert 0 < pool.slice_seconds(0, 0.25) < even


def test_shares_are_even_in_the_end_whatever_a_slice_does(pool: Pool) -> None:
    """Every update of one visitor takes half a second, longer than its slices; another's slices do but a quarter."""
    train(pool, 10)
    done, waited = [0.0] * 10, [0.0] * 10
    for _ in range(800):
        for visitor in range(10):
            waited[visitor] += 0.25
            if seconds := pool.slice_seconds(visitor, waited[visitor]):
                work = max(seconds, 0.5) if visitor == 0 else 0.25 * seconds if visitor == 1 else seconds
                waited[visitor] = 0.0
                done[visitor] += work
                pool.spent(visitor, work)
    assert done[0] < 1.2 * done[5]
    assert done[1] > 0.4 * done[5]
    assert max(done[2:]) < 1.05 * min(done[2:])


def test_what_was_done_while_alone_is_no_debt(pool: Pool) -> None:
    train(pool, 1)
    assert pool.slice_seconds(0, 0.25) > 0.2
    pool.spent(0, 100)
    train(pool, 10)
    for visitor in range(1, 10):
        pool.slice_seconds(visitor, 0.25)
    assert pool.slice_seconds(0, 0.25) == pytest.approx(pool.slice_seconds(5, 0.25))


def test_too_little_for_a_slice_is_kept_until_it_is_enough(pool: Pool) -> None:
    train(pool, 200)
    assert pool.slice_seconds(0, 0.5) == 0
    assert pool.slice_seconds(0, 2.0) > 0


def test_slices_are_shorter_where_pages_leave_less_room(pool: Pool) -> None:
    train(pool, 10)
    whole = pool.slice_seconds(0, 0.25)
    pool.turns.room = 0.5
    assert pool.slice_seconds(0, 0.25) == pytest.approx(whole / 2)


def test_a_few_who_tick_rarely_hold_nobody_up(pool: Pool) -> None:
    train(pool, 10)
    (even,) = {pool.slice_seconds(visitor, 0.5) for visitor in range(10)}
    for visitor in range(3, 10):
        pool.spent(visitor, 5)
    assert pool.slice_seconds(9, 0.5) == pytest.approx(even)


def test_who_comes_late_is_not_owed_the_time_before(pool: Pool) -> None:
    train(pool, 5)
    assert len({pool.slice_seconds(visitor, 0.5) for visitor in range(5)}) == 1
    for visitor in range(5):
        pool.spent(visitor, 50)
    pool.trains("late")
    assert pool.slice_seconds("late", 0.5) == pytest.approx(pool.slice_seconds(0, 0.5))


def test_two_threads_give_two_visitors_a_whole_tick_each() -> None:
    pool = Pool(2)
    train(pool, 2)
    assert pool.slice_seconds(0, TICK) == TICK - MARGIN
    pool.close()


def test_who_rests_or_stops_ticking_does_not_count(pool: Pool, clock: list[float]) -> None:
    train(pool, 3)
    pool.rests(0)
    assert pool.training == 2
    clock[0] += QUIET + 1
    pool.trains(1)
    assert pool.training == 1


def test_pages_tick_more_rarely_with_company_and_no_faster_at_the_first_who_leaves(pool: Pool) -> None:
    for count in (1, 5, 15, 30, 60, 100, 300):
        train(pool, count)
        assert count / pool.tick <= TICKS_A_SECOND
    slow = pool.tick
    pool.rests(0)
    assert pool.tick == slow
    for visitor in range(300):
        pool.rests(visitor)
    assert pool.tick == TICK


def test_rate_counts_the_last_seconds_only(pool: Pool, clock: list[float]) -> None:
    pool.made(50)
    pool.made(70)
    assert pool.rate == 12
    clock[0] += 60
    assert pool.rate == 0


def test_a_page_that_waits_for_work_lets_others_have_their_turn_and_one_that_need_not_keeps_it(pool: Pool) -> None:
    order: list[str] = []

    def other() -> None:
        with pool.turns.page():
            order.append("other")

    with pool.turns.page():
        ready = pool.submit(lambda: "answer")
        ready.result()
        thread = threading.Thread(target=other)
        thread.start()
        time.sleep(0.02)
        assert pool.wait(ready).result() == "answer"
        assert order == [], "there was nothing to wait for"
        pool.wait(pool.submit(thread.join, 5))
        assert order == ["other"]
