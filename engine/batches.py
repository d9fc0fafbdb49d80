"""The batches that a run learns from, in order."""

from engine import seeds
from engine.structures import size_of
from engine.tasks import Batch, Task

AHEAD = 15
AHEAD_BYTES = 1 << 20


class Batches:
    """Batch k of a run, k from 1: drawn from generator(seed, TRAIN, k), so it depends on nothing but k.

    Up to AHEAD further ones, and AHEAD_BYTES of them, are drawn with it: an update of a long sequence drives the code
    that draws out of the processor's cache, and fetching it again can take longer than drawing (benchmarks.batches).
    """

    def __init__(self, task: Task, size: int, seed: int) -> None:
        self._task, self._size, self._seed = task, size, seed
        self._drawn: dict[int, Batch] = {}

    def __getitem__(self, number: int) -> Batch:
        """Batch `number`; asking in order, each once, is quickest."""
        batch = self._drawn.pop(number, None)
        if batch is None:
            batch = self._draw(number)
            more = min(AHEAD, AHEAD_BYTES // size_of(batch))
            self._drawn = {later: self._draw(later) for later in range(number + 1, number + 1 + more)}
        return batch

    def _draw(self, number: int) -> Batch:
        return self._task.batch(self._size, seeds.generator(self._seed, seeds.TRAIN, number))
