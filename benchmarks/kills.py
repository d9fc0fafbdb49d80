"""Workers killed again and again while visitors train: nothing may be lost.

`python -m benchmarks.kills [--json]` starts a pool of one worker and eight visitors who train, and kills the worker a
hundred times (kill -9), each time once everybody has gone on. In the end every run is compared, bit for bit, with one
that was never disturbed.
"""

import os
import signal
import statistics
import time
from contextlib import closing

import torch

from benchmarks import measure
from engine import Experiment
from playground.runs.pool import Pool
from playground.runs.process import ProcessWorker
from playground.runs.session import Session
from tests.engine.runs import assert_same_place
from tests.playground.visitors import run_of

KILLS, VISITORS = 100, 8
SETTINGS = {"task": "adding", "length": "20", "hidden": "16"}


def tick_until(sessions: list[Session], updates: list[int]) -> None:
    """Tick all of them until each has made more than so many updates."""
    while any(session.updates <= before for session, before in zip(sessions, updates, strict=True)):
        for session in sessions:
            session.tick()
            assert not session.failed, "a run was stopped"
        time.sleep(0.05)


def main() -> None:
    asked = measure.options(__doc__)
    torch.set_num_threads(1)
    pauses = []
    with closing(Pool(1)) as pool:
        cells = ("lstm", "gru", "rnn", "scrn") * (VISITORS // 4)
        chosen = [Experiment.from_params({**SETTINGS, "cell": cell, "seed": str(k)}) for k, cell in enumerate(cells, 1)]
        sessions = [Session(experiment, pool) for experiment in chosen]
        for session in sessions:
            session.play()
        tick_until(sessions, [0] * VISITORS)
        for _ in range(KILLS):
            (queue,) = pool._queues
            assert isinstance(queue.worker, ProcessWorker)
            before, start = [session.updates for session in sessions], time.perf_counter()
            os.kill(queue.worker.pid, signal.SIGKILL)
            tick_until(sessions, before)
            pauses.append(time.perf_counter() - start)
        for session in sessions:
            session.pause()
        made = [session.updates for session in sessions]
        for session, experiment, updates in zip(sessions, chosen, made, strict=True):
            run = run_of(session)
            undisturbed = type(run)(experiment)
            while undisturbed.updates < updates:
                undisturbed.update()
            assert_same_place(run, undisturbed)
    rows = [
        {"measure": "kills", "value": KILLS, "unit": ""},
        {"measure": "runs compared, all the same to the last bit", "value": len(sessions), "unit": ""},
        {"measure": "updates of the run with most", "value": max(made), "unit": ""},
        {"measure": "until everybody has gone on, median", "value": statistics.median(pauses), "unit": "s"},
        {"measure": "the longest", "value": max(pauses), "unit": "s"},
    ]
    measure.show({"kills": rows}, asked.json)


if __name__ == "__main__":
    main()
