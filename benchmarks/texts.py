"""Every text that ships: how soon held-out loss falls below "no memory", with the settings that the page offers for it.

Half a minute of one core for each. Held-out loss: the mean of the last five times it was measured, 64 passages each.
"""

import time
from typing import Any

from benchmarks import measure
from engine import Experiment, Run
from engine.run import HELD_OUT_EVERY
from engine.threads import prepare_thread
from playground.links.presets import PRESETS, WRITERS

SECONDS = 30.0
MEAN_OF = 5


def learned(corpus: str, settings: dict[str, str]) -> dict[str, Any]:
    """A row of the table: seconds and updates until below for the first time; the lowest and the last held-out loss."""
    run = Run(Experiment.from_params(settings))
    level = run.experiment.task.no_memory_loss
    first: tuple[float, int] | None = None
    lowest, at = float("inf"), 0.0
    start = time.thread_time()
    while True:
        for _ in range(HELD_OUT_EVERY):
            run.update()
        passed = time.thread_time() - start
        loss = float(run.held_out.table()[-MEAN_OF:, 1].mean())
        if first is None and loss < level:
            first = (passed, run.updates)
        if loss < lowest:
            lowest, at = loss, passed
        if passed >= SECONDS:
            break
    return {
        "text": corpus,
        "chance": run.experiment.task.chance_loss,
        "no memory": level,
        "below after s": first and first[0],
        "updates": first and first[1],
        "lowest": lowest,
        "at s": at,
        f"after {SECONDS:.0f} s": loss,
    }


def main() -> None:
    given = measure.options(__doc__)
    prepare_thread()
    rows = [learned(corpus, PRESETS[name]) for corpus, name in WRITERS.items()]
    measure.show({"texts": rows}, given.json)


if __name__ == "__main__":
    main()
