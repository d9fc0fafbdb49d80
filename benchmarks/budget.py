"""How well the duration of an update is estimated before it is run, and what the heaviest ones accepted really take.

Random experiments, the same ones each time, are timed on one thread; the coefficients of engine/budget.py, and the two
that every cell declares, are fitted to them anew, each experiment counting by its relative error, and shown beside
those in use.
"""

import random
import statistics
import time
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks import measure
from engine import CELLS, TASKS, Experiment, Run, budget
from engine.threads import prepare_thread

EXPERIMENTS = 18
"""Of each cell."""
UPDATES = 3
SHARED = {"a flop": budget.SECONDS_A_FLOP, "an input": budget.SECONDS_AN_INPUT}
HEAVIEST = {
    "wide and deep": {"task": "echo", "length": "500", "hidden": "128", "layers": "4"},
    "both ways": {"task": "echo", "length": "500", "hidden": "32", "layers": "4", "direction": "bidirectional"},
    "long and thin": {"task": "adding", "length": "500", "hidden": "4", "layers": "1"},
    "ordinary": {"task": "adding", "length": "100", "hidden": "64", "layers": "2"},
    "many letters": {
        "task": "text", "corpus": "own", "text": "".join(chr(0x4E00 + k % 600) for k in range(6000)), "length": "500",
        "hidden": "16",
    },
}  # fmt: skip


def anywhere(low: int, high: int, chance: random.Random) -> str:
    """A whole number from low to high, every order of magnitude as likely as another."""
    return str(round(low * (high / low) ** chance.random()))


def experiments(count: int) -> list[Experiment]:
    """Random ones, among those that are accepted."""
    chance = random.Random(1)  # noqa: S311  # no secret
    found: list[Experiment] = []
    while len(found) < count:
        task = chance.choice(list(TASKS))
        params = {
            "task": task,
            "cell": list(CELLS)[len(found) % len(CELLS)],
            "hidden": anywhere(1, 128, chance),
            "layers": anywhere(1, 4, chance),
            "batch": anywhere(1, 256, chance),
            "direction": chance.choice(["forward", "backward", "bidirectional"]),
        }
        if task != "hello":
            params["length"] = anywhere(10, 500, chance)
        experiment, problems = Experiment.read(params)
        if not any("batch" in problem.fields for problem in problems):
            found.append(experiment)
    return found


def seconds(experiment: Experiment) -> float:
    """What an update takes: the median of a few, in processor time, which a busy machine does not stretch."""
    run, taken = Run(experiment), []
    run.update()
    for _ in range(UPDATES):
        start = time.thread_time()
        run.update()
        taken.append(time.thread_time() - start)
    return statistics.median(taken)


def work(experiment: Experiment) -> tuple[float, ...]:
    return experiment.network.work(experiment.task, experiment.training.batch)


def estimate(experiment: Experiment) -> float:
    return budget.seconds_per_update(experiment.task, experiment.network, experiment.training.batch)


def design(works: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """What each coefficient multiplies: steps and gate values, a column for each cell, then flops and inputs for
    all."""
    steps, flops, gates, inputs = works.T
    own = [column * (cells == cell) for cell in CELLS for column in (steps, gates)]
    return np.array([*own, flops, inputs]).T


def fitted(works: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """The coefficients, none below 0, whose relative errors have the smallest squares."""
    columns = list(range(works.shape[1]))
    while True:
        found = np.linalg.lstsq(works[:, columns] / measured[:, None], np.ones(len(measured)), rcond=None)[0]
        if (found >= 0).all():
            coefficients = np.zeros(works.shape[1])
            coefficients[columns] = found
            return coefficients
        del columns[int(found.argmin())]


def spread(name: str, ratios: np.ndarray) -> dict[str, Any]:
    low, middle, high = np.quantile(ratios, (0.05, 0.5, 0.95))
    return {
        "cell": name,
        "experiments": len(ratios),
        "lowest": float(ratios.min()),
        "5 %": float(low),
        "median": float(middle),
        "95 %": float(high),
        "highest": float(ratios.max()),
    }


def enlarged(experiment: Experiment) -> Experiment:
    """The same with the largest batch that is accepted."""
    batch = min(256, budget.largest_batch(experiment.task, experiment.network))
    return replace(experiment, training=replace(experiment.training, batch=batch))


def heaviest(cell: str, name: str) -> dict[str, Any]:
    """A kind of network, as far as the cell allows, with the largest batch accepted, and what its update takes."""
    experiment, _ = Experiment.read({**HEAVIEST[name], "cell": cell, "batch": "1"})
    experiment = enlarged(experiment)
    return {
        "cell": cell,
        "network": name,
        "batch": experiment.training.batch,
        "estimated s": estimate(experiment),
        "measured s": seconds(experiment),
    }


def main() -> None:
    chosen = measure.options(__doc__, quick="three experiments of each cell")
    prepare_thread()
    tried = experiments(len(CELLS) * (3 if chosen.quick else EXPERIMENTS))
    measured = np.array([seconds(experiment) for experiment in tried])
    cells = np.array([experiment.stack.cell for experiment in tried])
    columns = design(np.array([work(experiment) for experiment in tried]), cells)
    coefficients = fitted(columns, measured)
    ratios = np.array([estimate(experiment) for experiment in tried]) / measured
    own, shared = coefficients[: 2 * len(CELLS)].reshape(-1, 2), coefficients[2 * len(CELLS) :]
    limit = [experiment for experiment in map(enlarged, tried) if estimate(experiment) > 0.9 * budget.MAX_SECONDS]
    at_limit = {
        cell: np.array([seconds(experiment) for experiment in limit if experiment.stack.cell == cell]) for cell in CELLS
    }
    results = {
        "seconds a step and a gate value": [
            {
                "cell": name,
                "step": cell.seconds_a_step,
                "step, fitted": float(step),
                "gate": cell.seconds_a_gate,
                "gate, fitted": float(gate),
            }
            for (name, cell), (step, gate) in zip(CELLS.items(), own, strict=True)
        ],
        "seconds for all": [
            {"seconds": name, "used": used, "fitted": float(found)}
            for (name, used), found in zip(SHARED.items(), shared, strict=True)
        ],
        "estimate over measured, as used": [
            *(spread(cell, ratios[cells == cell]) for cell in CELLS),
            spread("all", ratios),
        ],
        "estimate over measured, as fitted": [spread("all", columns @ coefficients / measured)],
        "seconds of those that a larger batch brings to the limit": [
            spread(cell, found) for cell, found in at_limit.items() if len(found)
        ],
        "heaviest accepted": [heaviest(cell, name) for name in HEAVIEST for cell in CELLS],
    }
    measure.show(results, chosen.json)


if __name__ == "__main__":
    main()
