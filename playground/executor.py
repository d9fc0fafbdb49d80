"""Where slices run: a small pool of threads, shared by all visitors."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import torch

TICK = 0.25
"""Seconds between two frames of a visitor's page."""

MARGIN = 0.005
"""Seconds left over in each tick, so that a slice is back when the next tick asks for it."""

SHORTEST = 0.02

P = ParamSpec("P")
T = TypeVar("T")


def prepare_thread() -> None:
    """One core a thread, and no denormals: both settings are per thread, and vanishing gradients are full of them."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


class Pool:
    """Threads for slices: one fewer than there are cores, at least one, so that the page stays quick."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or max(1, (os.cpu_count() or 1) - 1)
        self._threads = ThreadPoolExecutor(self.workers, "slice", initializer=prepare_thread)
        self._lock = threading.Lock()
        self._out = 0

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        with self._lock:
            self._out += 1
        future = self._threads.submit(work, *args, **kwargs)
        future.add_done_callback(self._back)
        return future

    def slice_seconds(self) -> float:
        """How long a slice may take now, so that every visitor who trains gets one each tick."""
        return max(SHORTEST, (TICK - MARGIN) * min(1.0, self.workers / (self._out + 1)))

    def _back(self, _: "Future[T]") -> None:
        with self._lock:
            self._out -= 1


POOL = Pool()
