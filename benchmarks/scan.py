"""A linear recurrence h_t = a_t ⊙ h_{t−1} + b_t over whole sequences: forward and backward by the two ways of minGRU.

Both over the plain loop with autograd, one thread, in short turns, the median over the rounds. FEW in
engine/cells/mingru.py is where the faster of the two changes.
"""

import statistics
from collections.abc import Callable
from typing import Any
from unittest import mock

import torch
from torch import Tensor

from benchmarks import measure
from engine.cells import mingru
from engine.worker import prepare_thread

SIZES = (
    *((50, 1, 32), (200, 1, 128), (500, 1, 128), (50, 4, 64)),
    *((50, 32, 32), (200, 32, 32), (500, 32, 32), (200, 64, 128)),
)
"""(T, B, H)."""

SECONDS, ROUNDS = 0.05, 9

Way = Callable[[Tensor, Tensor], Tensor]


def loop(a: Tensor, b: Tensor) -> Tensor:
    """The plain loop, its gradient by autograd."""
    h, rows = torch.zeros_like(b[0]), []
    for factor, added in zip(a.unbind(0), b.unbind(0), strict=True):
        h = factor * h + added
        rows.append(h)
    return torch.stack(rows)


def by(way: Way) -> Way:
    """The scan of the cell with this way for both directions."""

    def scanned(a: Tensor, b: Tensor) -> Tensor:
        with mock.patch.object(mingru, "linear_scan", way):
            found: Tensor = mingru.LinearScan.apply(a, b)  # type: ignore[no-untyped-call]  # torch has no types for it
            return found

    return scanned


def compare(steps: int, batch: int, hidden: int, rounds: int) -> dict[str, Any]:
    """Milliseconds of each way, in turn."""
    drawn = torch.rand(3, steps, batch, hidden, generator=torch.Generator().manual_seed(1))
    a, b, weighting = drawn[0].requires_grad_(), drawn[1].requires_grad_(), drawn[2]
    ways = {"loop": (loop, loop), "parallel": (by(mingru.parallel), mingru.parallel)}
    ways["step by step"] = (by(mingru.step_by_step), mingru.step_by_step)

    def take(name: str) -> float:
        forward, backward = ways[name]

        def once() -> None:
            h = forward(a, b)
            with mock.patch.object(mingru, "linear_scan", backward):
                torch.autograd.grad((h * weighting).sum(), (a, b))

        return 1e3 / measure.repeat(once, SECONDS)

    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, found in taken.items():
            found.append(take(name))
    middle = {f"{name}, ms": statistics.median(found) for name, found in taken.items()}
    few = batch * hidden <= mingru.FEW
    return {"T": steps, "B": batch, "H": hidden, **middle, "taken": "parallel" if few else "step by step"}


def main() -> None:
    chosen = measure.options(__doc__, quick="one round of each")
    prepare_thread()
    rounds = 1 if chosen.quick else ROUNDS
    measure.show({"scan": [compare(*size, rounds) for size in SIZES]}, chosen.json)


if __name__ == "__main__":
    main()
