"""A worker process of this machine, and the pipe to it."""

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import engine
from engine.worker import Answer, Request, receive, send

ROOT = Path(engine.__file__).parents[1]

GRACE = 5.0
"""Seconds that a process has to end by itself before it is killed."""


class ProcessWorker:
    """`python -m engine.worker`, which ends with its pipe. It does one request at a time.

    said: called with every answer; lost: called once, when the process has ended; begun: once it takes requests. All
    of them come on a thread of its own.
    heard: when there was the last sign of life; 0 as long as there was none.
    """

    died = True

    def __init__(
        self, resident: int, answered: Callable[[Answer], None], lost: Callable[[], None], begun: Callable[[], object]
    ) -> None:
        self.heard = 0.0
        self.began = time.monotonic()
        self._answered, self._lost, self._begun = answered, lost, begun
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-m", "engine.worker", str(resident)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # One core a worker: torch's own threads would stand in each other's way.
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        )
        threading.Thread(target=self._listen, name="worker", daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether it takes requests; as it starts it takes some seconds to import what it needs."""
        return self.heard > 0

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, request: Request) -> None:
        """Ask for an answer. A process that is ending says so through `lost`."""
        assert self._process.stdin is not None
        try:
            message = pickle.dumps(request, pickle.HIGHEST_PROTOCOL)
        except Exception as problem:  # whatever a request that is not for sending raises
            self._answered(Answer(fault=problem))
            return
        with suppress(OSError, ValueError):
            send(self._process.stdin, message)

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._process.kill()

    def close(self) -> None:
        """Let it end, and wait for that."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            with self._process.stdout as stream:
                while (message := receive(stream)) is not None:
                    first, self.heard = not self.heard, time.monotonic()
                    if first:
                        self._begun()
                    if message:
                        self._answered(pickle.loads(message))  # noqa: S301  # from the process that was started here
        finally:
            self._process.kill()  # also one whose answer could not be read: nobody listens to it any more
            self._process.wait()
            with suppress(OSError):
                self._process.stdin.close()
            self._lost()
