"""Who is let in, who waits, and when a place is free again."""

import pytest

from playground.server.admission import GRACE, Admission

WINDOW = 120.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def places(clock: Clock) -> Admission:
    return Admission(2, WINDOW, clock)


def test_as_many_as_there_are_places(places: Admission) -> None:
    assert [places.admit(name) for name in "abc"] == [True, True, False]
    assert (places.taken, places.waiting) == (2, 1)


def test_asking_again_takes_no_second_place(places: Admission) -> None:
    for _ in range(3):
        assert places.admit("a")
    assert places.taken == 1


def test_first_come_first_served(places: Admission) -> None:
    for name in "abcd":
        places.admit(name)
    assert [places.before(name) for name in "cd"] == [0, 1]
    places.gone("a", may_return=False)
    assert not places.admit("d"), "c came first"
    assert places.admit("c")
    assert not places.admit("d")


def test_a_new_visitor_does_not_overtake_those_who_wait(places: Admission) -> None:
    for name in "abc":
        places.admit(name)
    places.gone("a", may_return=False)
    assert not places.admit("e")
    assert places.admit("c")


def test_who_has_a_run_to_come_back_to_keeps_the_place_for_the_window(places: Admission, clock: Clock) -> None:
    for name in "abc":
        places.admit(name)
    places.gone("a", may_return=True)
    clock.now += WINDOW
    assert not places.admit("c")
    assert places.admit("a"), "back within the window"
    places.gone("a", may_return=True)
    clock.now += WINDOW + GRACE + 1
    assert places.admit("c")


def test_who_stays_is_never_put_out(places: Admission, clock: Clock) -> None:
    places.admit("a")
    clock.now += 1e6
    assert places.taken == 1


def test_who_waited_and_went_holds_nobody_up(places: Admission, clock: Clock) -> None:
    for name in "abcd":
        places.admit(name)
    places.gone("c", may_return=False)
    places.gone("a", may_return=False)
    assert places.admit("d")


def test_who_stopped_asking_holds_nobody_up(places: Admission, clock: Clock) -> None:
    for name in "abc":
        places.admit(name)
    clock.now += WINDOW + GRACE + 1
    assert not places.admit("d")
    places.gone("a", may_return=False)
    assert places.admit("d")
