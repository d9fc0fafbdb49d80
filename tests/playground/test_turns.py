"""Turns: one at a time, pages first, and nobody waits for ever."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from playground import turns as turns_module
from playground.turns import HELD_UP, LEAST_ROOM, LONG, PATIENT, Turns


def test_never_two_at_once() -> None:
    turns, inside, most = Turns(), 0, 0

    def go(kind: str) -> None:
        nonlocal inside, most
        for _ in range(20):
            with turns.page() if kind == "page" else turns.work():
                inside += 1
                most = max(most, inside)
                time.sleep(0.0005)
                inside -= 1

    threads = [threading.Thread(target=go, args=(kind,)) for kind in ("page", "work") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert most == 1


def after(turns: Turns, order: list[str], name: str) -> threading.Thread:
    """A thread that waits for a turn and notes when it had it."""

    def go() -> None:
        with turns.page() if name.startswith("page") else turns.work():
            order.append(name)

    thread = threading.Thread(target=go)
    thread.start()
    return thread


def test_a_page_goes_before_work_that_came_earlier() -> None:
    turns, order = Turns(), []
    with turns.work():
        work = after(turns, order, "work")
        time.sleep(PATIENT / 4)
        page = after(turns, order, "page")
        time.sleep(PATIENT / 4)
    page.join(5)
    work.join(5)
    assert order == ["page", "work"]


def test_who_comes_first_goes_first() -> None:
    turns, order = Turns(), []
    for kind in ("page", "work"):
        with turns.page():
            threads = []
            for number in range(4):
                threads.append(after(turns, order, f"{kind} {number}"))
                time.sleep(0.01)
        for thread in threads:
            thread.join(5)
    assert order == [f"{kind} {number}" for kind in ("page", "work") for number in range(4)]


def test_others_have_their_turn_while_a_page_waits_aside() -> None:
    turns, order = Turns(), []
    with turns.page():
        other = after(turns, order, "page")
        with turns.aside():
            other.join(5)
            assert order == ["page"]
        other = after(turns, order, "page")
        time.sleep(0.02)
        assert order == ["page"], "the turn was taken up again"
    other.join(5)
    with turns.aside():
        pass


def test_pages_alone_leave_all_the_room_to_work() -> None:
    turns = Turns()
    with turns.page():
        page = after(turns, [], "page")
        time.sleep(1.5 * HELD_UP)
    page.join(5)
    assert turns.room == 1


def test_work_gets_its_turn_among_pages_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "LONG", 1000.0)
    turns, stop = Turns(), threading.Event()

    def pages() -> None:
        while not stop.is_set():
            with turns.page():
                time.sleep(0.002)

    drawing = [threading.Thread(target=pages) for _ in range(4)]
    for thread in drawing:
        thread.start()
    try:
        order: list[str] = []
        for _ in range(3):
            work = after(turns, order, "work")
            work.join(20 * PATIENT)
            assert not work.is_alive()
    finally:
        stop.set()
        for thread in drawing:
            thread.join(5)


def test_a_page_may_wait_for_work_that_stands_behind_other_work() -> None:
    """One thread for work, and two slices before what the page waits for."""
    turns = Turns()

    def in_turn() -> None:
        with turns.work():
            pass

    with ThreadPoolExecutor(1) as threads, turns.page():
        for _ in range(2):
            threads.submit(in_turn)
        assert threads.submit(lambda: "answer").result(timeout=20 * LONG) == "answer"


def test_a_turn_that_fails_ends() -> None:
    turns = Turns()
    for turn in (turns.page, turns.work):
        try:
            with turn():
                raise ArithmeticError
        except ArithmeticError:
            pass
    with turns.page():
        pass


def test_there_is_less_room_for_work_while_pages_are_held_up_and_more_again_when_they_are_not() -> None:
    turns = Turns()
    for _ in range(3):
        with turns.work():
            page = after(turns, [], "page")
            time.sleep(1.5 * HELD_UP)
        page.join(5)
    held_up = turns.room
    assert LEAST_ROOM < held_up < 1
    for _ in range(20):
        with turns.page():
            pass
    assert held_up < turns.room < 1
