"""A worker: a process that holds runs, and does one request after the other about them.

`python -m engine.worker` reads requests from its standard input and writes answers to its standard output. It ends when
its input does, so a server that is killed leaves none behind. A Dask worker takes the same requests: `answered`.

Requests and answers are pickled. Both ends are processes of the same server: nothing that a visitor sent is unpickled.
"""

import os
import pickle
import signal
import struct
import sys
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from engine.experiment import Experiment
from engine.film import Film
from engine.run import Run
from engine.saving import load, save
from engine.threads import prepare_thread

HEARTBEAT = 1.0
"""Seconds between two signs of life."""

BEHIND_PAGES = 5
"""The nice value of a worker: those that draw pages go first, so that a busy server is slow and not stuck."""

FIRST_TO_GO = 500
"""How much more than others a worker is to be chosen when memory runs out: the server can replace it."""

RESIDENT = 128
"""Runs that a worker keeps, unless told otherwise; the least used make room."""

LENGTH = struct.Struct("<Q")
"""Every message is so many bytes behind its length; a sign of life has none."""

Origin = Experiment | bytes
"""A run as it began, or as it was saved."""


@dataclass(frozen=True)
class Request:
    """Something to do: `work(*args)`; or, where `key` names runs, `work(runs, *args)`.

    version: how often these runs were worked on before. origins: from which to make them if they are not here as they
    were then, and updates: how far each is to be repeated from there; None where they are known to be here. keep: bring
    the runs back as saved files. forget: runs that nobody will ask about any more.
    """

    work: Callable[..., Any]
    args: tuple[Any, ...] = ()
    key: str = ""
    version: int = 0
    origins: tuple[Origin, ...] | None = None
    updates: tuple[int, ...] = ()
    keep: bool = False
    forget: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What became of a request. fault: what the work raised; the runs are then no longer here.

    updates: how far each run is now. saved: the runs as files, if they were to be kept or one has just exploded:
    repeating its updates would not tell that. missing: the runs are not here as they were, and there was nothing to
    make them from. seconds: how long the work on runs took, by the clock; 0 for other work.
    """

    result: Any = None
    updates: tuple[int, ...] = ()
    saved: tuple[bytes, ...] | None = None
    fault: Exception | None = None
    missing: bool = False
    seconds: float = 0.0


class Worker:
    """Holds up to `most` runs, or groups of them that train side by side, and works on them."""

    def __init__(self, most: int = RESIDENT) -> None:
        self._most = most
        self._held: OrderedDict[str, tuple[int, tuple[Run, ...]]] = OrderedDict()

    def answer(self, request: Request) -> Answer:
        """Do it. Whatever the work raises is in the answer."""
        for key in request.forget:
            self._held.pop(key, None)
        # Taken out: should the work fail in the middle, nobody can say where the runs are.
        version, runs = self._held.pop(request.key, (-1, ()))
        try:
            if not request.key:
                return Answer(request.work(*request.args))
            if version != request.version or tuple(run.updates for run in runs) != request.updates:
                if request.origins is None:
                    return Answer(missing=True)
                runs = rebuilt(request.origins, request.updates)
                if request.version:
                    for run in runs:
                        run.film = Film()  # the checkpoints until then have been brought back
            start = time.perf_counter()  # to repeat is nobody's share of the time
            before = [run.explosion for run in runs]
            result = request.work(runs, *request.args)
            exploded = [run.explosion for run in runs] != before
            saved = tuple(map(save, runs)) if request.keep or exploded else None
        except Exception as fault:
            fault.add_note(traceback.format_exc())
            return Answer(fault=fault)
        self._held[request.key] = request.version + 1, runs
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return Answer(result, tuple(run.updates for run in runs), saved, seconds=time.perf_counter() - start)


def rebuilt(origins: Sequence[Origin], updates: Sequence[int]) -> tuple[Run, ...]:
    """Runs as they were after so many updates: a run's course follows from its experiment, so it can be repeated."""
    runs = tuple(load(origin) if isinstance(origin, bytes) else Run(origin) for origin in origins)
    for run, target in zip(runs, updates, strict=True):
        start = time.perf_counter()
        while run.updates < target and not run.explosion:
            run.update()
        run.seconds += time.perf_counter() - start
    return runs


_HERE = Worker()


def answered(request: Request) -> Answer:
    """The answer of the one worker that this process is; for a process that somebody else runs, such as Dask."""
    prepare_thread()
    return _HERE.answer(request)


def send(stream: IO[bytes], message: bytes) -> None:
    """Write a message."""
    stream.write(LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """The next message, b"" for a sign of life; None when there will be no more."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    message = stream.read(length)
    return message if len(message) == length else None


def packed(answer: Answer) -> bytes:
    """An answer as bytes; one that cannot be sent says so instead."""
    try:
        message = pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL)
        if answer.fault is not None:  # many an exception can be pickled, and not be made again from that
            pickle.loads(message)  # noqa: S301  # from the line above
        return message
    except Exception as problem:  # whatever a result that is not for sending raises
        what = answer.result if answer.fault is None else answer.fault
        fault = RuntimeError(f"{type(what).__name__} cannot be sent: {problem!r}.")
        for note in getattr(answer.fault, "__notes__", ()):
            fault.add_note(note)
        return pickle.dumps(Answer(fault=fault))


def main() -> None:
    """Answer requests until there are no more."""
    inbox = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    outbox = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what anybody prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the server's, which ends this process by its input
    _step_back()
    prepare_thread()
    Run(Experiment.from_params({})).update()  # the first takes a second or two, which is nobody's turn
    worker, speaking = Worker(int(sys.argv[1]) if len(sys.argv) > 1 else RESIDENT), threading.Lock()

    def live() -> None:
        while True:
            try:
                with speaking:
                    send(outbox, b"")
            except OSError:
                os._exit(0)  # nobody listens any more, however long the work here may still take
            time.sleep(HEARTBEAT)

    threading.Thread(target=live, daemon=True).start()
    while (message := receive(inbox)) is not None:
        answer = packed(worker.answer(pickle.loads(message)))  # noqa: S301  # from the server that started this process
        with speaking:
            send(outbox, answer)


def _step_back() -> None:
    """Behind the pages for the processor, before them where memory runs out; where the system knows of such things."""
    if hasattr(os, "nice"):
        os.nice(BEHIND_PAGES)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as adjust:
        adjust.write(str(FIRST_TO_GO))


if __name__ == "__main__":
    # By its own name, under which the server knows what is pickled here.
    from engine import worker

    worker.main()
    sys.stdout.flush()
    os._exit(0)  # at once: there is nothing to put away, and the server waits
