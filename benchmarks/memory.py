"""Who remembers how far back: adding at growing lags, and the gradient that reaches the first step.

The lag is the length of the sequences. Every network has 32 units and is trained alike: UPDATES updates of Adam, rate
.003 (benchmarks.learning's for a simple RNN and an IRNN, and one at which all four learn short lags), batch 64, clip 1.
RNN is the tanh network as PyTorch starts it, IRNN the ReLU network from the identity (Le et al. 2015); GRU and LSTM
are as the playground starts them, the LSTM with a forget bias of 1.

solved: in how many of the seeds held-out loss was once under .01, as in benchmarks.learning. updates: the first update
after which it was, the median over the seeds; a dash where most never solved it. Nobody stops there: what follows is
after all updates, or where the run exploded. loss / chance: held-out loss, the mean of the last ten times it was
measured, 25 updates apart. before, after training: ‖∂L/∂h_1‖ / ‖∂L/∂h_T‖ in double precision, the median over ten
probe sequences and then over the seeds. How wrong the answer is does not matter to it: the error is a factor of both
norms. In the LSTM h_1 is not all that step 1 leaves behind: what its cell state hands on directly does not pass through
h_1. exploded: in how many of the seeds loss or gradient became infinite, which ends a run. JSON has every seed as well.
"""

import math
import multiprocessing
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks import measure
from engine import Experiment, Run
from engine.observe.gradients import gradients
from engine.threads import prepare_thread

NETWORKS = {
    "RNN": {"cell": "rnn"},
    "IRNN": {"cell": "rnn", "activation": "relu", "init": "identity"},
    "GRU": {"cell": "gru"},
    "LSTM": {"cell": "lstm"},
}
LAGS = (10, 20, 50, 100, 200)
SETTINGS = {"task": "adding", "hidden": "32", "optimizer": "adam", "lr": "0.003", "batch": "64", "clip": "1"}
UPDATES = 3_000
SOLVED = 0.01
SEEDS = (1, 2, 3)
PROBES = 10
PROCESSES = 2


@dataclass(frozen=True)
class Course:
    """One seed's run. solved: the first update after which held-out loss was under SOLVED; infinity if none was.

    exploded: the update that ended the run, if one did.
    """

    solved: float
    loss: float
    before: float
    after: float
    exploded: int | None


def reach(run: Run) -> float:
    """‖∂L/∂h_1‖ / ‖∂L/∂h_T‖ of a run as it stands: the median over PROBES sequences it is never trained on."""
    seen = (gradients(run.network, run.experiment.task, run.probe(index)) for index in range(PROBES))
    norms = [each.strengths[0].full for each in seen]
    return statistics.median(float(norm[0] / norm[-1]) for norm in norms)


def course(network: str, lag: int, seed: int, updates: int) -> Course:
    """Train one network from one seed, for so many updates or until it explodes."""
    run = Run(Experiment.from_params({**SETTINGS, **NETWORKS[network], "length": str(lag), "seed": str(seed)}))
    before = reach(run)
    while run.updates < updates and not run.explosion:
        run.update()
    held_out = run.held_out.table()
    under = held_out[held_out[:, 1] < SOLVED, 0]
    # The untrained network's loss, which can be many times chance, counts only where there is no other.
    trained = held_out[1:] if len(held_out) > 1 else held_out
    return Course(
        solved=float(under[0]) if len(under) else math.inf,
        loss=float(trained[-10:, 1].mean()) / run.experiment.task.chance_loss,
        before=before,
        after=reach(run),
        exploded=run.explosion.update if run.explosion else None,
    )


def row(network: str, lag: int, courses: list[Course]) -> dict[str, Any]:
    """Medians over the seeds."""
    first = statistics.median(each.solved for each in courses)
    return {
        "network": network,
        "lag": lag,
        "solved": f"{sum(each.solved < math.inf for each in courses)} of {len(courses)}",
        "updates": round(first) if first < math.inf else None,
        "loss / chance": statistics.median(each.loss for each in courses),
        "before": statistics.median(each.before for each in courses),
        "after": statistics.median(each.after for each in courses),
        "exploded": sum(each.exploded is not None for each in courses),
    }


def seeds(network: str, lag: int, tried: Sequence[int], courses: list[Course]) -> list[dict[str, Any]]:
    """Every seed by itself."""
    return [
        {"network": network, "lag": lag, "seed": seed}
        | asdict(each)
        | {"solved": each.solved if each.solved < math.inf else None}
        for seed, each in zip(tried, courses, strict=True)
    ]


def main() -> None:
    chosen = measure.options(__doc__, quick="lags 10 and 20, one seed, 500 updates")
    start = time.perf_counter()
    lags, tried, updates = (LAGS[:2], SEEDS[:1], 500) if chosen.quick else (LAGS, SEEDS, UPDATES)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, spawn, initializer=prepare_thread) as pool:
        # The longest first, so that none is left for one process alone at the end.
        runs = {
            (network, lag): [pool.submit(course, network, lag, seed, updates) for seed in tried]
            for lag in reversed(lags)
            for network in NETWORKS
        }
        courses = {(network, lag): [run.result() for run in runs[network, lag]] for network in NETWORKS for lag in lags}
    settings = ", ".join(f"{name} {value}" for name, value in SETTINGS.items())
    results: dict[str, Any] = {
        "settings": f"{settings}; {updates:,} updates; seeds {', '.join(map(str, tried))}",
        "memory": [row(*place, found) for place, found in courses.items()],
        "minutes": (time.perf_counter() - start) / 60,
    }
    if chosen.json:
        results["seeds"] = [line for place, found in courses.items() for line in seeds(*place, tried, found)]
    measure.show(results, chosen.json)


if __name__ == "__main__":
    main()
