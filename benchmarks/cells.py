"""Every cell: how fast it trains over the plain loop of an LSTM, and what it has learned after as many updates.

Speed: updates a second on adding, T=50, B=32, H=32, one thread, over the same update with an LSTM whose gates are one
matrix product and whose steps are a plain loop; in turns, the median of the ratios over the rounds. An echo state
network is timed with its readout learned by gradient, as the others' are, and once more by ridge regression.
Learning: the held-out loss after UPDATES updates of Adam over the chance level, on adding with T=50 and on copy with a
blank of 20 and 4 letters; 1 is chance.
"""

import statistics
from functools import partial
from typing import Any

from torch import Tensor

from benchmarks import measure
from engine import CELLS, Experiment, Run
from engine.architectures.stack import Placed
from engine.learners import Gradient
from engine.threads import prepare_thread

SPEED = {"task": "adding", "length": "50", "hidden": "32", "batch": "32"}
LEARNING = {
    "adding": {"task": "adding", "length": "50", "hidden": "32", "batch": "64", "lr": "0.01"},
    "copy": {"task": "copy", "length": "20", "symbols": "4", "hidden": "64", "batch": "32", "lr": "0.005"},
}
UPDATES = 1500
OVER_LOOP = 0.33
SECONDS, ROUNDS = 0.5, 5


def run(**params: str) -> Run:
    return Run(Experiment.from_params(params))


def loop(placed: Placed, inputs: Tensor, state: Any) -> tuple[Tensor, Any]:
    """The plain loop over the steps."""
    return placed.cell.unroll(inputs, state)


def plain_lstm() -> Run:
    """A run of an LSTM that takes the plain loop."""
    made = run(cell="lstm", **SPEED)
    assert isinstance(made.learner, Gradient)
    made.learner.forward = partial(made.network, way=loop)
    return made


def speeds(rounds: int) -> list[dict[str, Any]]:
    """Updates a second of every cell, in turn with the plain loop's."""
    rows = []
    for cell in CELLS:
        for fit in ("gradient", "ridge") if cell == "esn" else ("",):
            chosen, base = run(cell=cell, **SPEED, **({"fit": fit} if fit else {})), plain_lstm()
            pairs = [
                (measure.repeat(chosen.update, SECONDS), measure.repeat(base.update, SECONDS)) for _ in range(rounds)
            ]
            ratio = statistics.median(own / other for own, other in pairs)
            rows.append(
                {
                    "cell": f"{cell} ({fit})" if fit else cell,
                    "updates/s": statistics.median(own for own, _ in pairs),
                    "plain LSTM/s": statistics.median(other for _, other in pairs),
                    "ratio": ratio,
                    "≥": OVER_LOOP,
                    "met": ratio >= OVER_LOOP,
                }
            )
    return rows


def learned(cell: str, updates: int) -> dict[str, Any]:
    """The held-out loss over chance after `updates` updates of each task: mean of the last 8 measurements."""
    row: dict[str, Any] = {"cell": cell}
    for name, params in LEARNING.items():
        chosen = run(cell=cell, **params)
        for _ in range(updates):
            chosen.update()
        chance = chosen.experiment.task.chance_loss
        row |= {f"{name} loss": float(chosen.held_out.table()[-8:, 1].mean()), f"{name} chance": chance}
        row[f"{name} / chance"] = row[f"{name} loss"] / chance
    return row


def main() -> None:
    chosen = measure.options(__doc__, quick="one round, and a tenth of the updates")
    prepare_thread()
    rounds, updates = (1, UPDATES // 10) if chosen.quick else (ROUNDS, UPDATES)
    results = {
        "speed": speeds(rounds),
        f"learned after {updates:,} updates": [learned(cell, updates) for cell in CELLS],
    }
    measure.show(results, chosen.json)


if __name__ == "__main__":
    main()
