"""What a trace costs, all steps side by side, over the plain loop of every cell: milliseconds, and their ratio.

Adding, one sequence, untrained network, one thread; both in short turns, the median of the ratios over the rounds.
"""

import statistics
from typing import Any

import torch

from benchmarks import measure
from engine import CELLS, Experiment
from engine.observe.all_steps import Method, by_loop, through
from engine.observe.trace import trace
from engine.run import build
from engine.threads import prepare_thread

SIZES = ((50, 32), (100, 32), (200, 32), (200, 128), (500, 128))
SHOWN = ("lstm", "gru", "rnn", "lstm_peephole", "goru")
SECONDS, ROUNDS = 0.05, 20


def compare(cell: str, length: int, hidden: int, rounds: int) -> dict[str, Any]:
    """A trace as the page takes it, and one by the plain loop, in turn."""
    params = {"task": "adding", "length": str(length), "cell": cell, "hidden": str(hidden), "batch": "1"}
    experiment = Experiment.from_params(params)
    network = build(experiment)
    batch = experiment.task.batch(1, torch.Generator().manual_seed(1))

    def take(method: Method) -> float:
        return 1e3 / measure.repeat(lambda: trace(network, experiment.task, batch, method), SECONDS)

    loop, now = [], []
    for _ in range(rounds):
        loop.append(take(by_loop))
        now.append(take(through))
    return {
        "cell": cell,
        "T": length,
        "H": hidden,
        "loop ms": statistics.median(loop),
        "ms": statistics.median(now),
        "ratio": statistics.median(a / b for a, b in zip(loop, now, strict=True)),
    }


def main() -> None:
    chosen = measure.options(__doc__, quick="one round of each", cells="every cell, at T=50 and H=32 alone")
    prepare_thread()
    rounds = 1 if chosen.quick else ROUNDS
    wanted = [(cell, 50, 32) for cell in CELLS] if chosen.cells else [(c, *size) for c in SHOWN for size in SIZES]
    measure.show({"traces": [compare(*each, rounds) for each in wanted]}, chosen.json)


if __name__ == "__main__":
    main()
