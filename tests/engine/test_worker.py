"""A worker: it makes runs again exactly as they were, faults stay a request's own, messages arrive whole."""

import io
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import Run, SettingError
from engine.messages import Message
from engine.saving import RunFileError, load, save
from engine.slices import ProbeRequest, one_update, slice_of, tuned
from engine.worker import LENGTH, Answer, Origin, Request, Worker, packed, receive, send
from tests.engine.runs import assert_same_place, started, trained

ROOT = Path(__file__).parents[2]
EXPLODING = {
    "cell": "rnn",
    "activation": "identity",
    "init": "identity",
    "optimizer": "sgd",
    "lr": "10",
    "clip": "0",
    "length": "20",
}
CASES = [
    {},
    {"cell": "esn"},
    {"task": "hello", "cell": "gru", "optimizer": "rmsprop"},
    {"cell": "rnn", "truncate": "3", "decay": "0.01"},
    EXPLODING,
]


def more(runs: Sequence[Run], updates: int) -> None:
    for run in runs:
        for _ in range(updates):
            run.update()


def files(runs: Sequence[Run]) -> list[bytes]:
    return [save(run) for run in runs]


def broken(runs: Sequence[Run]) -> None:
    more(runs, 1)
    raise ArithmeticError("out of numbers")


class Holder:
    """What a server holds of runs, and how it asks about them."""

    def __init__(self, *origins: Origin) -> None:
        self.origins, self.version, self.updates = origins, 0, (0,) * len(origins)

    def ask(self, worker: Worker, work: Any, *args: Any, keep: bool = False, known: bool = False) -> Answer:
        """known: that the runs are there."""
        origins = None if known else self.origins
        request = Request(work, args, "runs", self.version, origins, self.updates, keep)
        answer = worker.answer(pickle.loads(pickle.dumps(request)))  # noqa: S301  # our own
        if answer.fault is None and not answer.missing:
            self.version, self.updates = self.version + 1, answer.updates
            self.origins = answer.saved or self.origins
        return answer

    def runs(self, worker: Worker) -> list[Run]:
        """The runs as they are there."""
        answer = self.ask(worker, files)
        assert answer.fault is None, answer.fault
        return [load(file) for file in answer.result]


def experiment(**params: str) -> Any:
    return started(**params).experiment


def test_work_without_runs() -> None:
    worker = Worker()
    assert worker.answer(Request(divmod, (7, 2))).result == (3, 1)
    fault = worker.answer(Request(divmod, (7, 0))).fault
    assert isinstance(fault, ZeroDivisionError)
    assert "divmod" not in str(fault)
    assert "in answer" in fault.__notes__[0], "the log has to show where"


@pytest.mark.parametrize("params", CASES, ids=str)
def test_a_run_is_made_again_where_it_was(params: dict[str, str]) -> None:
    """By another worker, from how it began."""
    one, other, held = Worker(), Worker(), Holder(experiment(**params))
    for updates in (1, 30, 3):
        held.ask(one, more, updates)
    lone = trained(34, **params)
    (there,) = held.runs(one)
    assert_same_place(there, lone)
    (again,) = held.runs(other)
    assert_same_place(again, lone)
    held.ask(other, more, 5)
    (again,) = held.runs(other)
    assert_same_place(again, trained(39, **params))


@pytest.mark.parametrize("params", CASES, ids=str)
def test_a_run_is_made_again_from_where_it_was_kept(params: dict[str, str]) -> None:
    one, other, held = Worker(), Worker(), Holder(experiment(**params))
    held.ask(one, more, 10, keep=True)
    assert isinstance(held.origins[0], bytes)
    held.ask(one, more, 10)
    (again,) = held.runs(other)
    assert_same_place(again, trained(20, **params))


def test_a_tuned_run_is_made_again_with_both_its_settings() -> None:
    one, other, held, lone = Worker(), Worker(), Holder(experiment()), trained(5)
    changed = replace(lone.experiment.training, lr=0.1, batch=7, clip=0.5)
    held.ask(one, more, 5)
    held.ask(one, tuned, [changed], keep=True)
    held.ask(one, more, 5)
    lone.tune(changed)
    more([lone], 5)
    (again,) = held.runs(other)
    assert_same_place(again, lone)


def test_one_that_exploded_is_brought_back_at_once() -> None:
    """Side by side with one that goes on. Nothing about its updates would tell that it has exploded."""
    one, other, held = Worker(), Worker(), Holder(experiment(**EXPLODING), experiment(length="20"))
    lone = trained(200, **EXPLODING)
    assert lone.explosion is not None
    answers = [held.ask(one, more, lone.explosion.update - 2)]
    answers += [held.ask(one, more, 1) for _ in range(6)]
    assert sum(answer.saved is not None for answer in answers) == 1
    exploded, going = held.runs(other)
    assert_same_place(exploded, lone)
    assert_same_place(going, trained(held.updates[1], length="20"))


def test_runs_are_used_as_they_are_only_if_they_are_the_right_ones() -> None:
    worker, held = Worker(), Holder(experiment())
    assert held.ask(worker, more, 3, known=True).missing
    assert held.ask(worker, more, 3).updates == (3,)
    assert held.ask(worker, more, 3, known=True).updates == (6,)
    lost = Holder(experiment())
    lost.version, lost.updates = 1, (3,)  # whose second answer never came
    assert lost.ask(worker, more, 4, known=True).missing
    assert lost.ask(worker, more, 4).updates == (7,)
    (run,) = lost.runs(worker)
    assert_same_place(run, trained(7))


def test_a_run_that_somebody_trained_for_longer_is_not_the_one_that_is_asked_for() -> None:
    """A worker that was given up may have gone on with what it was asked for, which another has done as well."""
    given_up, other, held = Worker(), Worker(), Holder(experiment())
    request = Request(more, (9,), "runs", 0, held.origins, held.updates)
    given_up.answer(request)
    held.ask(other, more, 3)
    assert held.ask(given_up, more, 1, known=True).missing
    held.ask(given_up, more, 1)
    (run,) = held.runs(given_up)
    assert_same_place(run, trained(4))


def test_after_a_fault_the_run_is_made_again_as_it_was_before() -> None:
    worker, held = Worker(), Holder(experiment())
    held.ask(worker, more, 3)
    fault = held.ask(worker, broken, known=True).fault
    assert isinstance(fault, ArithmeticError)
    assert "in broken" in fault.__notes__[0], "the log has to show where"
    assert held.ask(worker, more, 0, known=True).missing
    (run,) = held.runs(worker)
    assert_same_place(run, trained(3))


def test_a_damaged_file_is_a_fault_and_no_run() -> None:
    worker, held = Worker(), Holder(b"no run")
    fault = held.ask(worker, more, 1).fault
    assert isinstance(fault, RunFileError)
    assert fault.message == Message("run_file.other")
    assert worker.answer(Request(divmod, (7, 2))).result == (3, 1)


def test_moments_that_were_brought_are_not_brought_again() -> None:
    """A run that is made again has them all anew."""
    one, other, held = Worker(), Worker(), Holder(experiment())
    held.ask(one, slice_of, ProbeRequest(), 0.0)
    for _ in range(3):
        held.ask(one, one_update, ProbeRequest())
    (brought,) = held.ask(other, one_update, ProbeRequest()).result
    assert [checkpoint.updates for checkpoint in brought.film] == [3]


def test_the_film_of_a_file_is_brought_first() -> None:
    """Also if the first worker it is given to does not live to say so."""
    for held in (Holder(save(trained(5))), Holder(save(trained(5)))):
        (brought,) = held.ask(Worker(), slice_of, ProbeRequest(), 0.0).result
        assert [checkpoint.updates for checkpoint in brought.film] == [0, 1, 2, 3, 4]


def test_the_least_used_make_room() -> None:
    worker = Worker(2)
    for name in ("a", "b", "a", "c"):
        version = 1 if name == "a" and worker._held.get("a") else 0
        worker.answer(Request(more, (1,), name, version, (experiment(),), (version,)))
    versions = {"a": 2, "b": 1, "c": 1}
    missing = [worker.answer(Request(more, (1,), *each, None, each[1:])).missing for each in versions.items()]
    assert missing == [False, True, False]


def test_messages_arrive_whole_and_apart() -> None:
    stream = io.BytesIO()
    messages = [b"one", b"", b"\0" * 100_000, b"four"]
    for message in messages:
        send(stream, message)
    stream.seek(0)
    assert [receive(stream) for _ in range(6)] == [*messages, None, None]


@pytest.mark.parametrize("short", [1, 4, 12])
def test_half_a_message_is_none(short: int) -> None:
    stream = io.BytesIO()
    send(stream, b"whole")
    assert len(stream.getvalue()) == LENGTH.size + 5
    assert receive(io.BytesIO(stream.getvalue()[:-short])) is None


class Unmakeable:
    """What can be pickled, and not be made again from that."""

    def __reduce__(self) -> tuple[type[int], tuple[str]]:
        return int, ("no number",)


class PickyError(Exception):
    """A fault that brings such a thing along."""

    def __init__(self) -> None:
        super().__init__("picky")
        self.thing = Unmakeable()


@pytest.mark.parametrize("answer", [Answer(lambda: 1), Answer(fault=PickyError())], ids=["result", "fault"])
def test_an_answer_that_cannot_be_sent_says_so(answer: Answer) -> None:
    if answer.fault:
        answer.fault.add_note("in line 5")
    sent = pickle.loads(packed(answer))  # noqa: S301  # our own
    assert isinstance(sent.fault, RuntimeError)
    assert ("PickyError" if answer.fault else "function") in str(sent.fault)
    assert getattr(sent.fault, "__notes__", []) == (["in line 5"] if answer.fault else [])


def test_a_sentence_for_the_visitor_arrives_as_it_was() -> None:
    fault = SettingError(["lags", "cells"], Message("sweep.empty"))
    fault.add_note("in line 5")
    sent = pickle.loads(packed(Answer(fault=fault))).fault  # noqa: S301  # our own
    assert (type(sent), str(sent), sent.fields, sent.__notes__) == (
        SettingError,
        "A sweep needs one cell and one lag at least. Choose some.",
        ("lags", "cells"),
        ["in line 5"],
    )


# The process.


class Program:
    """`python -m engine.worker`, spoken to by hand."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.worker", "2"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.inbox, self.outbox = self.process.stdin, self.process.stdout
        assert receive(self.outbox) == b"", "first of all a sign of life"

    def ask(self, request: Request) -> Answer:
        send(self.inbox, pickle.dumps(request))
        message = receive(self.outbox)
        while message == b"":
            message = receive(self.outbox)
        assert message is not None
        answer: Answer = pickle.loads(message)  # noqa: S301  # our own
        return answer


@pytest.fixture
def program() -> Iterator[Program]:
    started = Program()
    yield started
    started.process.kill()
    with started.process:
        pass  # closes its pipes


@pytest.mark.processes
def test_the_program_answers_and_takes_no_print_for_an_answer(program: Program) -> None:
    assert program.ask(Request(print, ("to", "standard", "output"))) == Answer()
    assert program.ask(Request(divmod, (7, 2))).result == (3, 1)
    assert isinstance(program.ask(Request(divmod, (7, 0))).fault, ZeroDivisionError)
    request = Request(slice_of, (ProbeRequest(), 0.02), "run", 0, (experiment(),), (0,), keep=True)
    answer = program.ask(request)
    assert answer.saved is not None
    assert_same_place(load(answer.saved[0]), trained(answer.updates[0]))
    assert program.ask(replace(request, version=1, origins=None, updates=answer.updates)).updates > answer.updates
    program.inbox.close()
    assert program.process.wait(10) == 0
    assert b"to standard output" in program.process.stderr.read()  # type: ignore[union-attr]  # a pipe


@pytest.mark.processes
def test_the_program_lives_while_it_works_and_ends_when_nobody_listens(program: Program) -> None:
    send(program.inbox, pickle.dumps(Request(time.sleep, (60,))))
    for _ in range(2):
        assert receive(program.outbox) == b""
    program.outbox.close()
    program.process.wait(10)
