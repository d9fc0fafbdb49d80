"""Workers on a Dask cluster: the same requests and answers as over a pipe, and processes here while it is away."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from distributed import Client
from distributed.scheduler import KilledWorker

from engine.worker import Answer, Request, answered
from playground.runs.pool import SILENT, Pool, WorkerQueue

log = logging.getLogger(__name__)

TIMEOUT = 3.0
"""Seconds within which a scheduler must answer."""

ANEW_EVERY = 5.0
"""Seconds between two attempts to reach a cluster that is away."""


class DaskWorker:
    """One of the cluster's workers, by its address. It does one request at a time, so it needs one thread."""

    ready = True

    def __init__(
        self, client: Client, address: str, answered: Callable[[Answer], None], lost: Callable[[], None]
    ) -> None:
        self.address = address
        self.heard = self.began = time.monotonic()
        self._client, self._answered, self._lost = client, answered, lost
        self._ended = False
        self.died = False

    def send(self, request: Request) -> None:
        """Ask for an answer; a request that is refused ends this worker for us."""
        try:
            out = self._client.submit(
                answered, request, workers=[self.address], allow_other_workers=False, pure=False, retries=0
            )
            out.add_done_callback(self._done)
        except Exception as problem:  # a client that has just lost its scheduler refuses in several ways
            log.warning("event=cluster_refused problem=%r", problem)
            self.kill()

    def kill(self) -> None:
        """From now on it is no longer one of ours."""
        if not self._ended:
            self._ended = True
            self._lost()

    def close(self) -> None:
        """It belongs to the cluster, so it stays."""
        self._ended = True

    def _done(self, out: Any) -> None:
        if self._ended:
            return
        try:
            answer: Answer = out.result()
        except BaseException as problem:  # cancelled, or the worker died: the request did not raise, it catches its own
            log.warning("event=slice_lost problem=%r", problem)
            self.died = isinstance(problem, KilledWorker)
            self.kill()
            return
        self.heard = time.monotonic()
        self._answered(answer)


class Cluster(Pool):
    """A pool whose workers are those of a Dask cluster, and processes of this machine while there is none."""

    def __init__(self, workers: int, address: str, resident: int = 128) -> None:
        self._address = address
        self._client: Client | None = None
        self._tried = -ANEW_EVERY
        self._seen: dict[str, tuple[float, float]] = {}
        super().__init__(workers, resident)

    @property
    def away(self) -> bool:
        return not any(isinstance(queue.worker, DaskWorker) for queue in self._queues)

    def close(self) -> None:
        super().close()
        self._part()

    def _start_missing(self) -> None:
        """Take new workers of the cluster into service, and give up those that are gone or silent."""
        if self._client is None and time.monotonic() - self._tried > ANEW_EVERY:
            self._tried = time.monotonic()
            self._connect()
        silent = self._silent_for()
        for queue in self._of_cluster():
            worker = queue.worker
            assert isinstance(worker, DaskWorker)
            seconds = silent.get(worker.address)
            if seconds is None:
                worker.kill()
            else:
                # What the scheduler last heard of it; _check gives up one that is silent for too long.
                worker.heard = time.monotonic() - seconds
        known = {queue.worker.address for queue in self._of_cluster() if isinstance(queue.worker, DaskWorker)}
        for address, seconds in silent.items():
            if address not in known and seconds < SILENT:
                self._take(address)
        if self.away:
            super()._start_missing()
        else:
            self._check()
            self._dismiss()

    def _of_cluster(self) -> list[WorkerQueue]:
        return [queue for queue in self._queues if isinstance(queue.worker, DaskWorker)]

    def _take(self, address: str) -> None:
        client = self._client
        assert client is not None
        self._open(lambda answered, lost: DaskWorker(client, address, answered, lost))

    def _dismiss(self) -> None:
        """Processes of this machine end: their runs go to the cluster."""
        with self._lock:
            ours = [queue for queue in self._queues if not isinstance(queue.worker, DaskWorker)]
        for queue in ours:
            self._ended(queue)
            queue.worker.close()

    def _connect(self) -> None:
        try:
            self._client = Client(self._address, timeout=TIMEOUT, set_as_default=False, name="playground")
            log.info("event=cluster_found address=%s", self._address)
        except (OSError, TimeoutError, ValueError) as problem:
            log.warning("event=cluster_away address=%s problem=%r", self._address, str(problem))

    def _silent_for(self) -> dict[str, float]:
        """For every worker the scheduler knows, the seconds since it heard of it; without an answer there is none."""
        client = self._client
        if client is None:
            return {}
        try:
            if client.status != "running":
                raise OSError("The scheduler does not answer.")
            scheduler: Any = client.scheduler
            found = client.sync(scheduler.identity, n_workers=-1, callback_timeout=TIMEOUT)
        except (OSError, TimeoutError) as problem:
            log.warning("event=cluster_away address=%s problem=%r", self._address, str(problem))
            self._part()
            return {}
        # By our own clock: its clock is another, and may not even be asked for.
        now, before = time.monotonic(), self._seen
        self._seen = {}
        for address, each in found["workers"].items():
            seen, since = before.get(address, (None, now))
            self._seen[address] = (each["last_seen"], since if seen == each["last_seen"] else now)
        return {address: now - since for address, (_, since) in self._seen.items()}

    def _part(self) -> None:
        """Take leave of the cluster; whatever it was asked is asked again here."""
        client, self._client = self._client, None
        for queue in self._of_cluster():
            queue.worker.kill()
        if client is not None:
            with suppress(Exception):  # one that has lost its scheduler may fail at that in several ways
                client.close(timeout=1)
