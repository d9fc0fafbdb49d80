"""What these cells learn, and how soon, beside what was published or measured elsewhere.

Every yardstick is a run of the engine, once a seed, and the table shows the median over the seeds and the lowest and
highest; a dash stands for "not within 12,000 updates" (or 200,000 sequences). Figures marked with § are from
REFERENCE.md §4.
"""

import math
import multiprocessing
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks import measure
from engine import Experiment, Run, seeds
from engine.run import HELD_OUT_EVERY
from engine.tasks.sequence.forecast import Forecast
from engine.threads import prepare_thread

SEEDS = (1, 2, 3)
PROCESSES = 2
GIVE_UP = 12_000
MOST_SEQUENCES = 200_000
SUCCESS = 2_000
"""Sequences in a row that must be answered right, as Hochreiter & Schmidhuber 1997 ask for in experiments 4 and 6a."""


def first_under(level: float, run: Run) -> float:
    """The first update after which held-out loss is under `level`; infinity if none is."""
    while run.updates < GIVE_UP and not run.explosion:
        run.update()
        if run.updates % HELD_OUT_EVERY == 0 and run.held_out.table()[-1, 1] < level:
            return run.updates
    return math.inf


def loss_after(updates: int, run: Run) -> float:
    """Held-out loss after so many updates: the mean of the last ten times it was measured."""
    while run.updates < updates and not run.explosion:
        run.update()
    return float(run.held_out.table()[-10:, 1].mean())


def loss_in(seconds: float, run: Run) -> float:
    """Held-out loss after so many seconds of training, in processor time, which a busy machine does not shorten."""
    start = time.thread_time()
    while time.thread_time() - start < seconds and not run.explosion:
        run.advance(1.0)
    return loss_after(0, run)


def sequences_to_success(run: Run) -> float:
    """How many sequences it took until 2,000 fresh ones are all answered right; looked at every 25 updates."""
    task, training = run.experiment.task, run.experiment.training
    while run.updates * training.batch < MOST_SEQUENCES and not run.explosion:
        run.update()
        if run.updates % HELD_OUT_EVERY == 0 and run.held_out.table()[-1, 2] == 1:
            batch = task.held_out(SUCCESS, seeds.generator(training.seed, seeds.HELD_OUT, 10**6 + run.updates))
            if task.accuracy(run.network(batch.inputs).detach(), batch) == 1:
                return run.updates * training.batch
    return math.inf


def forecast_error(run: Run) -> float:
    """Root mean square error in the series' own units after 4,000 updates, the last 1,000 with a tenth of the rate."""
    task, training = run.experiment.task, run.experiment.training
    assert isinstance(task, Forecast)
    loss_after(3_000, run)
    run.tune(Experiment.from_params({**run.experiment.to_params(), "lr": str(training.lr / 10)}).training)
    loss_after(4_000, run)
    batch = task.held_out(2_000, seeds.generator(training.seed, seeds.HELD_OUT, 10**6))
    error = run.network(batch.inputs).detach() - batch.targets
    return float(np.sqrt(error.square().mean())) * task.scale[1]


def every_letter(run: Run) -> float:
    """The first update after which every letter is right."""
    task = run.experiment.task
    batch = run.probe(0)
    while task.accuracy(run.network(batch.inputs).detach(), batch) < 1:
        run.update()
    return run.updates


@dataclass(frozen=True)
class Yardstick:
    """One figure to be held beside another: the experiment, what is measured, and the other figure with its source."""

    name: str
    params: dict[str, str]
    figure: Callable[[Run], float]
    what: str
    other: str
    source: str
    quick: bool = False


def adding(cell: str, length: int, lr: str, **more: str) -> dict[str, str]:
    return {"task": "adding", "length": str(length), "cell": cell, "hidden": "32", "batch": "64", "lr": lr, **more}


def copying(cell: str) -> dict[str, str]:
    return {"task": "copy", "length": "20", "symbols": "4", "cell": cell, "hidden": "64", "lr": "0.005"}


EARLY, LATE, IN_45_S = partial(first_under, 0.01), partial(loss_after, 5_000), partial(loss_in, 45)
UNDER = "first update under .01"
H_S = "Hochreiter & Schmidhuber 1997"
IDENTITY = {"activation": "relu", "init": "identity"}
SUCCEEDED = "sequences to success"
# As in 1997, few sequences an update and a cell that forgets little (there, nothing): a forget bias of 3.
OF_1997 = {"cell": "lstm", "length": "100", "hidden": "32", "batch": "8", "lr": "0.005", "forget_bias": "3"}
ORDER, LONG_ADDING = {"task": "order", **OF_1997}, {"task": "adding", **OF_1997}
MACKEY_GLASS = {"task": "forecast", "length": "50", "cell": "lstm", "hidden": "32", "batch": "64", "lr": "0.01"}

YARDSTICKS = (
    Yardstick("adding T=50 lstm", adding("lstm", 50, "0.01"), EARLY, UNDER, "~500", "§", True),
    Yardstick("adding T=100 lstm", adding("lstm", 100, "0.01"), EARLY, UNDER, "~800", "§"),
    Yardstick("adding T=50 gru", adding("gru", 50, "0.01"), EARLY, UNDER, "~200", "§", True),
    Yardstick("adding T=100 gru", adding("gru", 100, "0.01"), EARLY, UNDER, "~300", "§"),
    Yardstick("adding T=50 rnn", adding("rnn", 50, "0.003"), LATE, "loss after 5,000", ".011", "§"),
    Yardstick("adding T=100 rnn", adding("rnn", 100, "0.003"), LATE, "loss after 5,000", "chance, .167", "§"),
    Yardstick(
        "adding T=100 relu rnn from I", adding("rnn", 100, "0.003", **IDENTITY), EARLY, UNDER,
        "~4,300", "§",
    ),
    Yardstick("copy T=20 K=4 lstm", copying("lstm"), IN_45_S, "loss after 45 s", ".085", "§"),
    Yardstick("copy T=20 K=4 rnn", copying("rnn"), IN_45_S, "loss after 45 s", "chance, .297", "§"),
    Yardstick("order T=100 lstm", ORDER, sequences_to_success, SUCCEEDED, "31,390", f"{H_S}, 6a"),
    Yardstick("adding T=100 lstm to the end", LONG_ADDING, sequences_to_success, SUCCEEDED, "74,000", f"{H_S}, 4"),
    Yardstick(
        "forecast Mackey–Glass lstm", MACKEY_GLASS, forecast_error, "RMSE one step ahead", "ESN .0020",
        "§; a point of reference",
    ),
    Yardstick("hello lstm", {"task": "hello"}, every_letter, "updates to every letter", "10 s", "preset’s name", True),
)  # fmt: skip


def measured(index: int, seed: int) -> tuple[float, int, float]:
    """The figure of a yardstick with one seed, the updates it took, and the seconds."""
    yardstick = YARDSTICKS[index]
    start = time.perf_counter()
    run = Run(Experiment.from_params({**yardstick.params, "seed": str(seed)}))
    return yardstick.figure(run), run.updates, time.perf_counter() - start


def finite(figure: float) -> float | None:
    return figure if math.isfinite(figure) else None


def row(yardstick: Yardstick, runs: list[tuple[float, int, float]]) -> dict[str, Any]:
    figures, updates, seconds = zip(*runs, strict=True)
    return {
        "yardstick": yardstick.name,
        "figure": yardstick.what,
        "median": finite(statistics.median(figures)),
        "lowest": finite(min(figures)),
        "highest": finite(max(figures)),
        "other": yardstick.other,
        "source": yardstick.source,
        "updates": round(statistics.median(updates)),
        "seconds": statistics.median(seconds),
    }


def main() -> None:
    chosen = measure.options(__doc__, quick="three yardsticks, one seed, under a minute")
    start = time.perf_counter()
    indices = [k for k, yardstick in enumerate(YARDSTICKS) if yardstick.quick or not chosen.quick]
    tried = SEEDS[:1] if chosen.quick else SEEDS
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, spawn, initializer=prepare_thread) as pool:
        # Seeds one after the other, so that a long yardstick does not come last on one process alone.
        runs = {k: [pool.submit(measured, k, seed) for seed in tried] for k in reversed(indices)}
        rows = [row(YARDSTICKS[k], [run.result() for run in runs[k]]) for k in indices]
    measure.show({"learning": rows, "minutes": (time.perf_counter() - start) / 60}, chosen.json)


if __name__ == "__main__":
    main()
