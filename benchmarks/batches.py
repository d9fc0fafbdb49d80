"""What it saves to draw batches ahead: updates a second with several drawn at a time, over one drawn for each update.

Adding, B=32, H=32, one thread; two runs in short turns, the median of the ratios over the rounds.
"""

import statistics
from typing import Any
from unittest import mock

from benchmarks import measure
from benchmarks.training import MODULES, experiment
from engine import Run, batches
from engine.threads import prepare_thread

LENGTHS = (20, 100, 200)
SECONDS, ROUNDS = 0.15, 60


def compare(cell: str, length: int, rounds: int) -> dict[str, Any]:
    """A run as it is, and one with no batch drawn ahead, in turn."""
    run, other = Run(experiment(cell, length)), Run(experiment(cell, length))
    ahead, each = [], []
    for _ in range(rounds):
        ahead.append(measure.repeat(run.update, SECONDS))
        with mock.patch.object(batches, "AHEAD", 0):
            each.append(measure.repeat(other.update, SECONDS))
    return {
        "cell": cell,
        "T": length,
        "ahead/s": statistics.median(ahead),
        "one by one/s": statistics.median(each),
        "ratio": statistics.median(a / b for a, b in zip(ahead, each, strict=True)),
    }


def main() -> None:
    chosen = measure.options(__doc__, quick="one round of each")
    prepare_thread()
    rounds = 1 if chosen.quick else ROUNDS
    measure.show({"updates": [compare(cell, length, rounds) for length in LENGTHS for cell in MODULES]}, chosen.json)


if __name__ == "__main__":
    main()
