"""Slices on a Dask cluster: the run travels there and back with each slice, and is here again when the cluster is not.

A slice is a function of a saved run that gives the saved run and what is to be seen of it, so nothing is lost with a
worker: whatever does not come back is done again from the last slice that did, once more on the cluster and then here.
"""

import functools
import logging
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

from distributed import Client

from engine import Run
from engine.saving import load, save
from playground.executor import Pool, prepare_thread
from playground.held import Held

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

LATE = 5.0
"""Seconds after which a slice is not waited for any longer; it lasts a quarter of one, and has a way to go."""

ATTEMPTS = 2
LOOK_EVERY = 0.5
"""Seconds between two looks at the cluster and at what is under way."""

ANEW_EVERY = 5.0
"""Seconds between two attempts to reach a cluster that is away."""


@dataclass(frozen=True)
class Fault:
    """What work raised on a worker. Anything else that goes wrong there is the cluster's fault, not the work's."""

    exception: Exception


def elsewhere(saved: tuple[bytes, ...], work: Callable[..., Any], *args: Any) -> tuple[tuple[bytes, ...], Any] | Fault:
    """Do `work` on saved runs: the runs as they are afterwards, and what the work returned. Runs on a worker."""
    prepare_thread()
    runs = tuple(map(load, saved))
    try:
        result = work(runs, *args)
    except Exception as exception:
        exception.add_note(traceback.format_exc())
        return Fault(exception)
    return tuple(map(save, runs)), result


@dataclass(eq=False)
class Journey:
    """A slice under way: what is to be done, the attempt that is out, and the future that the visitor waits for."""

    work: Callable[..., Any]
    held: Held
    args: tuple[Any, ...]
    saved: tuple[bytes, ...]
    out: "Future[Any]" = field(default_factory=Future)
    attempts: int = 0
    since: float = 0.0
    under_way: "Future[Any] | None" = None
    on_cluster: bool = False


class Cluster(Pool):
    """A pool whose slices run on a Dask cluster while there is one, and on its own threads while there is not."""

    near = False
    margin = 0.05
    """Seconds of each tick for the way there and back."""
    shortest = 0.06
    """The way costs this server and the worker some milliseconds each, so a slice takes it for more than that."""

    def __init__(self, workers: int, address: str) -> None:
        super().__init__(workers)
        self._address = address
        self._threads_here = workers
        self._client: Client | None = None
        self._has_workers = False
        self._journeys: set[Journey] = set()
        self._closing = threading.Event()
        self._connect()
        self._watch = threading.Thread(target=self._look_after, name="cluster", daemon=True)
        self._watch.start()

    @property
    def away(self) -> bool:
        return self._client is None or not self._has_workers

    def slice(
        self, work: Callable[Concatenate[tuple[Run, ...], P], T], held: Held, *args: P.args, **kwargs: P.kwargs
    ) -> "Future[T]":
        """Work on runs, on the cluster if there is one."""
        if self.away:
            return super().slice(work, held, *args, **kwargs)
        work = functools.partial(work, **kwargs) if kwargs else work
        journey = Journey(work, held, args, held.saved)
        with self._lock:
            self._journeys.add(journey)
        self._send(journey)
        return journey.out

    def close(self) -> None:
        self._closing.set()
        self._watch.join()
        self._part()
        super().close()

    def _send(self, journey: Journey) -> None:
        """Try once more: on the cluster, or here if that was tried often enough or is not possible."""
        client = self._client
        with self._lock:
            journey.attempts += 1
            journey.since = time.monotonic()
            journey.on_cluster = client is not None and journey.attempts <= ATTEMPTS and self._has_workers
            journey.under_way = None
        try:
            if client is None or not journey.on_cluster:
                arrival = self.submit(elsewhere, journey.saved, journey.work, *journey.args)
            else:
                executor = client.get_executor(pure=False, retries=0)
                arrival = executor.submit(elsewhere, journey.saved, journey.work, *journey.args)
        except Exception as problem:  # a client that has just lost its scheduler refuses in several ways
            log.warning("event=cluster_refused problem=%r", problem)
            journey.on_cluster = False
            arrival = self.submit(elsewhere, journey.saved, journey.work, *journey.args)
        journey.under_way = arrival
        arrival.add_done_callback(lambda done: self._arrived(journey, done))

    def _arrived(self, journey: Journey, done: "Future[Any]") -> None:
        with self._lock:
            if journey.under_way is not done or journey not in self._journeys:
                return  # an attempt that was given up
            lost = done.cancelled() or done.exception() is not None
            if not lost:
                self._journeys.discard(journey)
        if lost:
            self._again(journey)
        elif isinstance(result := done.result(), Fault):
            journey.out.set_exception(result.exception)
        else:
            saved, brought = result
            journey.held.came_back(saved)
            journey.out.set_result(brought)

    def _again(self, journey: Journey) -> None:
        log.warning("event=slice_lost attempt=%d", journey.attempts)
        # Not from this thread, which may be the client's own and has to go on listening.
        threading.Thread(target=self._send, args=(journey,), daemon=True).start()

    def _look_after(self) -> None:
        """Until closed: find what is late, and keep in touch with the cluster."""
        tried = time.monotonic()
        while not self._closing.wait(LOOK_EVERY):
            try:
                self._find_lost()
                if self._client is not None:
                    self._count_workers()
                elif time.monotonic() - tried > ANEW_EVERY:
                    tried = time.monotonic()
                    self._connect()
            except Exception:  # whatever a client in trouble raises: without this thread visitors could wait for ever
                log.exception("event=cluster_watch")

    def _find_lost(self) -> None:
        """Send again what is late or stranded."""
        now = time.monotonic()
        with self._lock:
            # Without a client everything that is out there is stranded. What waits here for a thread is not lost.
            out_there = [j for j in self._journeys if j.on_cluster and j.under_way is not None]
            lost = [j for j in out_there if self._client is None or now - j.since > LATE]
        for journey in lost:
            given_up, journey.under_way = journey.under_way, None
            self._again(journey)
            if given_up is not None:
                given_up.cancel()

    def _connect(self) -> None:
        try:
            self._client = Client(self._address, timeout=3, set_as_default=False, name="playground")
        except (OSError, TimeoutError, ValueError) as problem:
            log.warning("event=cluster_away address=%s problem=%r", self._address, str(problem))
            self._part()
        else:
            self._count_workers()
            log.info("event=cluster_found address=%s threads=%d", self._address, self.workers)

    def _count_workers(self) -> None:
        """How many threads the cluster has now; without an answer it is away."""
        client = self._client
        try:
            if client is None or client.status != "running":
                raise OSError("The scheduler does not answer.")
            threads = sum(client.sync(client.scheduler.ncores, callback_timeout=3).values())  # type: ignore[union-attr]  # sync runs the coroutine
        except (OSError, TimeoutError) as problem:
            log.warning("event=cluster_away address=%s problem=%r", self._address, str(problem))
            self._part()
        else:
            self._has_workers = threads > 0
            self.workers = threads or self._threads_here

    def _part(self) -> None:
        """Take leave of the cluster; slices run here from now on."""
        client, self._client = self._client, None
        self._has_workers = False
        self.workers = self._threads_here
        if client is not None:
            try:
                client.close(timeout=1)
            except Exception as problem:  # one that has lost its scheduler may fail at that in several ways
                log.warning("event=cluster_parting problem=%r", problem)
