"""Real processes for tests and benchmarks: the playground's server, and a Dask scheduler with its workers."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[1]
LOGS = ROOT / "artefacts"
PYTHON = (sys.executable, "-m")
PATIENCE = 60.0
"""Seconds within which a process must have begun to answer."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Ask again and again. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not happen within {seconds:g} seconds.")
        time.sleep(0.02)


def ended(*command: str | Path, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that has ended, with what it printed."""
    return subprocess.run(  # noqa: S603  # our own command
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def printed(*command: str | Path, folder: Path = ROOT, **environment: str) -> str:
    """What a command prints; its failure is the test's."""
    done = ended(*command, folder=folder, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Process:
    """A command run as a process, its output in a log.

    folder: where it runs, and where Python looks for modules first.
    """

    def __init__(self, name: str, command: Sequence[str], folder: Path = ROOT, **environment: str) -> None:
        LOGS.mkdir(exist_ok=True)
        self.log = LOGS / f"{name}-{os.getpid()}-{free_port()}.log"
        with self.log.open("wb") as output:
            self._popen = subprocess.Popen(  # noqa: S603  # our own command
                command,
                cwd=folder,
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONPATH": str(folder), **environment},
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill −9."""
        self._end(signal.SIGKILL)

    def wait_for(self, true: Callable[[], bool]) -> None:
        """Until it answers. Raises RuntimeError with its log if it ended instead."""
        wait_until(lambda: true() or not self.alive, "An answer")
        if not self.alive:
            raise RuntimeError(f"It ended at once:\n{self.output}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        self.stop()
        if not failed:
            self.log.unlink(missing_ok=True)

    def _end(self, how: signal.Signals) -> None:
        if self.alive:
            self._popen.send_signal(how)
            try:
                self._popen.wait(20)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait(20)


class Server(Process):
    """The playground as `streamlit run` starts it, ready to be visited. `settings` are environment variables."""

    def __init__(self, port: int | None = None, options: Sequence[str] = (), **settings: str) -> None:
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        where = ("--server.port", str(self.port), "--server.address", "127.0.0.1")
        super().__init__(
            "server", (*PYTHON, "streamlit.web.cli", "run", "playground/app.py", *where, *options), **settings
        )
        self.wait_for(self.healthy)

    def healthy(self) -> bool:
        return answers(f"{self.address}/_stcore/health")


class Scheduler(Process):
    """A Dask scheduler."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        where = ("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-show")
        super().__init__("scheduler", (*PYTHON, "distributed.cli.dask_scheduler", *where))
        self.wait_for(lambda: listens(self.port))


class Worker(Process):
    """A Dask worker of one thread, without the nanny that would start another in its place.

    On this machine it stands behind the servers that draw pages, as a server's own threads that train do.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0")
        super().__init__(
            "worker", ("nice", "-n", "19", *PYTHON, "distributed.cli.dask_worker", scheduler.address, *options)
        )
        self.wait_for(lambda: "Registered to" in self.output)


def listens(port: int) -> bool:
    """Whether something listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(address: str) -> bool:
    """Whether there is an answer of 200 at an address."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  # our own server
            return bool(answer.status == 200)
    except OSError:
        return False


def apart(scenario: Coroutine[Any, Any, Any]) -> Any:
    """What `scenario` returns, run in a thread of its own: a browser test before may have left a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, scenario).result()
