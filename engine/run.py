"""A run: one experiment in the course of being trained."""

import copy
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor

from engine import seeds
from engine.architectures.stack import Network
from engine.batches import Batches
from engine.experiment import Experiment
from engine.film import Checkpoint, Film
from engine.history import History
from engine.learners import Training, learner_for
from engine.observe.trace import Trace, trace
from engine.progress import Explosion, Known, Progress, Snapshot
from engine.tasks import Batch
from engine.threads import Prepared

HELD_OUT_EVERY = 25
HELD_OUT_SIZE = 64


class Run:
    """Model, learner, counters and history of one experiment; `film` keeps checkpoints of its course.

    Update k (from 1) draws its batch from generator(seed, TRAIN, k), so the course depends on the experiment alone:
    pausing, saving, loading and going on is bit-equal to never having stopped. It computes on one core and without
    denormals, and leaves the process as it was.
    """

    def __init__(self, experiment: Experiment) -> None:
        with Prepared():
            self._build(experiment)
            self._measure()

    def __repr__(self) -> str:
        experiment, ending = self.experiment, ""
        if len(self.losses.rows):
            ending = f", training loss {self.losses.rows[-1]:.4g}"
        if self.explosion:
            ending += f", stopped at update {self.explosion.update} as its {self.explosion.quantity} was too large"
        what = f"{experiment.task_name} · {experiment.network.summary} · {learner_for(experiment).label}"
        return f"<Run {what}: {self.updates:,} update{'s' * (self.updates != 1)}{ending}>"

    def _build(self, experiment: Experiment) -> None:
        """The untrained run, nothing measured yet."""
        self.experiment = experiment
        self.network = build(experiment)
        self.learner = learner_for(experiment)(experiment, self.network)
        self._weights = self.learner.weights
        self._batches = Batches(experiment.task, experiment.training.batch, experiment.training.seed)
        self.updates = 0
        self.seconds = 0.0
        self.losses = History(columns=2)
        self.held_out = History(columns=3)
        self.gradient_norm: float | None = None
        self.norms = History(columns=3)
        self.explosion: Explosion | None = None
        self.film = Film()
        self._before = self._weights.detach().clone()

    def update(self) -> None:
        """One step of the learner on a fresh batch; none once the run has exploded.

        If the loss or the gradient is no longer a usable number, `explosion` says so and the network stays, or is put
        back, as it was when both last were.
        """
        if self.explosion:
            return
        with Prepared():
            self._update()

    def _update(self) -> None:
        number = self.updates + 1
        update = self.learner.update(self._batches[number], self._remember)
        if not math.isfinite(update.loss):
            self._rollback()
            return
        if not update.stepped:
            self.explosion = Explosion(number, "gradient")
            return
        if update.gradient_norm is not None:
            self.gradient_norm = update.gradient_norm
            self.norms.append(number, update.gradient_norm, update.clip)
        self.updates = number
        self.losses.append(number, update.loss)
        if number % HELD_OUT_EVERY == 0:
            self._measure()

    def advance(self, seconds: float) -> int:
        """Whole updates for `seconds`, to the nearest one, at least one if there is any time; how many were made."""
        before = self.updates
        advance((self,), seconds)
        return max(self.updates - before, 0)

    def tune(self, training: Training) -> None:
        """Go on with other settings of those that are tunable, such as the batch. Raises ValueError for any other."""
        tuned = replace(self.experiment, training=training)
        if not self.experiment.becomes(tuned):
            raise ValueError(f"Only {', '.join(self.learner.tunable)} can change while a run goes on.")
        self.experiment = tuned
        self._batches = Batches(tuned.task, training.batch, training.seed)
        self.learner.tune(tuned)

    def trace(self, probe: int = 0) -> Trace:
        """The network seen from inside on probe sequence `probe` (0, 1, …), which training never sees."""
        task, truncate = self.experiment.task, self.experiment.training.truncate
        with Prepared():
            return trace(self.network, task, self.probe(probe), truncate=truncate)

    def probe(self, index: int) -> Batch:
        """Held-out sequence number `index` to look at, B=1."""
        return probe(self.experiment, index)

    def checkpoint(self) -> Checkpoint:
        """The run as it stands, for a film."""
        return Checkpoint(self.updates, self._weights.detach().clone())

    def snapshot(self) -> Snapshot:
        """The run as it stands, in numbers."""
        return Snapshot(
            experiment=self.experiment,
            parameters=self._weights.numel(),
            sizes=self.network.sizes,
            updates=self.updates,
            seconds=self.seconds,
            losses=self.losses.table(),
            held_out=self.held_out.table(),
            gradient_norm=self.gradient_norm,
            norms=self.norms.table(),
            explosion=self.explosion,
        )

    def progress(self, known: Known) -> Progress:
        """The same for a copy of the course that has seen so many rows of each history."""
        return Progress(
            parameters=self._weights.numel(),
            sizes=self.network.sizes,
            updates=self.updates,
            seconds=self.seconds,
            losses=self.losses.after(known.losses),
            held_out=self.held_out.after(known.held_out),
            gradient_norm=self.gradient_norm,
            norms=self.norms.after(known.norms),
            explosion=self.explosion,
        )

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on elsewhere: plain numbers, text, arrays and tensors. A copy."""
        return {
            "experiment": self.experiment.to_params(),
            "updates": self.updates,
            "seconds": self.seconds,
            "losses": self.losses.state(),
            "held_out": self.held_out.state(),
            "gradient_norm": self.gradient_norm,
            "norms": self.norms.state(),
            "explosion": None if self.explosion is None else (self.explosion.update, self.explosion.quantity),
            "network": copy.deepcopy(self.network.state_dict()),
            "before": copy.deepcopy(self._before),
            "learner": self.learner.state(),
        }

    @classmethod
    def from_state_dict(cls, state: dict[str, Any]) -> "Run":
        """The run that `state_dict` described. Raises SettingError if its experiment is not a valid one."""
        run = cls.__new__(cls)
        run._build(Experiment.from_params(state["experiment"]))
        run.network.load_state_dict(state["network"])
        run._before = copy.deepcopy(state["before"])
        run.learner.restore(state["learner"])
        run.updates, run.seconds = state["updates"], state["seconds"]
        run.losses, run.held_out = History.restored(state["losses"]), History.restored(state["held_out"])
        run.gradient_norm, run.norms = state["gradient_norm"], History.restored(state["norms"])
        run.explosion = None if state["explosion"] is None else Explosion(*state["explosion"])
        return run

    @torch.no_grad()
    def _measure(self) -> None:
        """Loss and accuracy on fresh held-out sequences, which depend on the number of updates alone."""
        task, seed = self.experiment.task, self.experiment.training.seed
        batch = task.held_out(HELD_OUT_SIZE, seeds.generator(seed, seeds.HELD_OUT, self.updates))
        outputs: Tensor = self.network(batch.inputs)
        loss = float(task.loss(outputs, batch))
        if math.isfinite(loss):
            self.held_out.append(self.updates, loss, task.accuracy(outputs, batch))
        else:
            self._rollback()

    def _remember(self) -> None:
        """Keep the weights as they are before a step, whose loss is known to be finite; some of them for good."""
        self._before.copy_(self._weights.detach())
        if self.film.wants(self.updates, self._weights.nbytes):
            self.film.extend([self.checkpoint()])

    @torch.no_grad()
    def _rollback(self) -> None:
        """Undo the last update: it made the loss infinite. Its loss, measured before its step, stays on record."""
        self._weights.copy_(self._before)
        self.explosion = Explosion(self.updates, "loss")
        self.updates = max(0, self.updates - 1)


def advance(runs: Sequence[Run], seconds: float) -> None:
    """Whole rounds, one update of every run, for `seconds`, to the nearest one; one at least if there is any time.

    Runs of the same task and seed so get the same batches and stay side by side; one that has exploded stands still.
    """
    start, rounds, passed = time.perf_counter(), 0, 0.0
    with Prepared():
        while passed * (1 + 0.5 / max(rounds, 1)) < seconds and not all(run.explosion for run in runs):
            for run in runs:
                run.update()
                now = time.perf_counter() - start
                run.seconds += now - passed
                passed = now
            rounds += 1


def build(experiment: Experiment) -> Network:
    """The untrained network of an experiment, its weights drawn from the experiment's seed."""
    generator = seeds.generator(experiment.training.seed, seeds.INIT, 0)
    # What looks inside reads a stack; nothing here asks more of the model than that it answers.
    return cast(Network, experiment.network.build(experiment.task, generator))


def restored(experiment: Experiment, weights: Tensor) -> Network:
    """The network of an experiment with the weights that a run of it had."""
    network = build(experiment)
    torch.nn.utils.vector_to_parameters(weights.clone(), network.parameters())
    return network


def probe(experiment: Experiment, index: int) -> Batch:
    """Held-out sequence number `index` of a run, B=1."""
    return experiment.task.held_out(1, probe_generator(experiment, index))


def probe_generator(experiment: Experiment, index: int) -> torch.Generator:
    """What that sequence is drawn with."""
    return seeds.generator(experiment.training.seed, seeds.PROBE, index)
