"""Updates a second of a run as the page drives it, over a bare loop and over the loop a person would write.

All three measure loss and accuracy on 64 fresh sequences after every 25 updates.
The page is the real session with its worker process, asked for ten frames a second. The three go on in turns of a
second, so that they meet the same moods of a busy machine, and what counts is the median over the rounds of their ratio
in a round. Time is wall time for the page, processor time for the two loops, so other programs can only harm the page.
"""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import torch
from torch import nn

from benchmarks import measure
from engine import Experiment, Run, seeds
from engine.batches import Batches
from engine.learners.flat import flattened
from engine.learners.optimizers import OPTIMIZERS, bare_step
from engine.run import HELD_OUT_EVERY, HELD_OUT_SIZE, build
from engine.threads import prepare_thread
from playground.runs.pace import TICK
from playground.runs.pool import Pool
from playground.runs.session import Session

LENGTHS = (20, 50, 100, 200)
OVER_BARE = {20: 0.9, 50: 0.9, 100: 0.9, 200: 0.8}
OVER_DEFAULT = {"rnn": 1.0, "gru": 1.0, "lstm": 1.15}
MODULES = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
TICKS = 10
SECONDS = TICKS * TICK
ROUNDS = 14


def experiment(cell: str, length: int) -> Experiment:
    return Experiment.from_params({
        "task": "adding", "length": str(length), "cell": cell, "hidden": "32", "batch": "32", "optimizer": "adam",
        "clip": "1",
    })  # fmt: skip


def page(session: Session) -> float:
    """Updates a second over some ticks of a page that trains; between its turns it does not tick."""
    session.tick()
    start, before = time.perf_counter(), session.updates
    for number in range(1, TICKS + 1):
        time.sleep(max(0.0, start + number * TICK - time.perf_counter()))
        session.tick()
        session.shown  # noqa: B018  # as the page does, which draws it
    session.rest()
    session._wait_for_slice()
    return (session.updates - before) / (time.perf_counter() - start)


def bare(experiment: Experiment) -> Callable[[], None]:
    """One update of the same kernels, optimiser, batches and clip, the same measurements, and nothing else."""
    task, training, network = experiment.task, experiment.training, build(experiment)
    weights, gradient = flattened(network)
    step = bare_step(OPTIMIZERS[training.optimizer]([weights], lr=training.lr))
    batches = Batches(task, training.batch, training.seed)
    losses: list[float] = []
    held_out: list[tuple[float, float]] = []

    def update() -> None:
        batch = batches[len(losses) + 1]
        gradient.zero_()
        loss = task.loss(network(batch.inputs), batch)
        loss.backward()
        gradient.mul_(min(1.0, training.clip / (float(gradient.norm()) + 1e-6)))
        step()
        losses.append(loss.item())
        if len(losses) % HELD_OUT_EVERY == 0:
            measure_held_out()

    @torch.no_grad()
    def measure_held_out() -> None:
        batch = task.held_out(HELD_OUT_SIZE, seeds.generator(training.seed, seeds.HELD_OUT, len(losses)))
        outputs = network(batch.inputs)
        held_out.append((task.loss(outputs, batch).item(), task.accuracy(outputs, batch)))

    return update


def bare_rate(settings: dict[str, str]) -> float:
    """Updates a second of the bare loop on a thread of its own, alone on the machine."""
    update = bare(Experiment.from_params(settings))
    with ThreadPoolExecutor(1, initializer=prepare_thread) as thread:
        for _ in range(3):
            thread.submit(update).result()
        return thread.submit(measure.repeat, update, 3.0).result()


class PlainNetwork(nn.Module):
    def __init__(self, cell: str) -> None:
        super().__init__()
        self.recurrent = MODULES[cell](2, 32, batch_first=True)
        self.readout = nn.Linear(32, 1)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        states, _ = self.recurrent(inputs)
        outputs: torch.Tensor = self.readout(states[:, -1])
        return outputs


def default(cell: str, length: int) -> Callable[[], None]:
    """One update as a person would write it with torch's own modules and defaults."""
    network = PlainNetwork(cell)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    losses: list[float] = []
    held_out: list[tuple[float, float]] = []

    def sequences(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        rows, values = torch.arange(count), torch.rand(count, length)
        first, second = torch.randint(0, length // 2, (count,)), torch.randint(length // 2, length, (count,))
        marks = torch.zeros(count, length)
        marks[rows, first] = 1
        marks[rows, second] = 1
        return torch.stack([values, marks], dim=-1), (values[rows, first] + values[rows, second]).unsqueeze(1)

    def update() -> None:
        inputs, targets = sequences(32)
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(network(inputs), targets)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if len(losses) % HELD_OUT_EVERY == 0:
            measure_held_out()

    @torch.no_grad()
    def measure_held_out() -> None:
        inputs, targets = sequences(HELD_OUT_SIZE)
        outputs = network(inputs)
        right = (outputs - targets).abs() < 0.04
        held_out.append((nn.functional.mse_loss(outputs, targets).item(), right.float().mean().item()))

    return update


def compare(cell: str, length: int, rounds: int) -> dict[str, Any]:
    """The three ways in turn, each on a thread of its own that does nothing else, and the cost of a trace."""
    chosen = experiment(cell, length)
    prepared = ThreadPoolExecutor(1, initializer=prepare_thread)
    plain = ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,))
    bare_update, default_update = bare(chosen), default(cell, length)
    with closing(Pool(1)) as pool:
        session = Session(chosen, pool)
        ways: dict[str, Callable[[], float]] = {
            "page": lambda: page(session),
            "bare": lambda: prepared.submit(measure.repeat, bare_update, SECONDS).result(),
            "default": lambda: plain.submit(measure.repeat, default_update, SECONDS).result(),
        }
        session.play()
        for warm_up in ways.values():
            warm_up()
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(rounds):
            # Every other round runs backwards, so that a drift of the machine favours none.
            for name in list(ways)[:: -1 if number % 2 else 1]:
                rates[name].append(ways[name]())
    run = Run(chosen)
    trace = 1 / prepared.submit(measure.repeat, run.trace, SECONDS).result()
    update = 1 / prepared.submit(measure.repeat, run.update, SECONDS).result()
    over_bare = statistics.median(a / b for a, b in zip(rates["page"], rates["bare"], strict=True))
    over_default = statistics.median(a / b for a, b in zip(rates["page"], rates["default"], strict=True))
    return {
        "cell": cell,
        "T": length,
        **{f"{name}/s": statistics.median(values) for name, values in rates.items()},
        "page/bare": over_bare,
        "≥": OVER_BARE[length],
        "bare target": over_bare >= OVER_BARE[length],
        "page/default": over_default,
        "≥ ": OVER_DEFAULT[cell],
        "default target": over_default >= OVER_DEFAULT[cell],
        "trace ms": 1000 * trace,
        "trace/update": trace / update,
    }


def main() -> None:
    chosen = measure.options(__doc__, quick="one round of each, for a first look")
    rounds = 1 if chosen.quick else ROUNDS
    measure.show({"updates": [compare(cell, length, rounds) for length in LENGTHS for cell in MODULES]}, chosen.json)


if __name__ == "__main__":
    main()
