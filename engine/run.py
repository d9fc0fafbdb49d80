"""A run: one experiment in the course of being trained."""

import copy
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from engine import seeds
from engine.architectures.stack import Network, fast
from engine.batches import Batches
from engine.experiment import Experiment, Training
from engine.film import Checkpoint, Film
from engine.history import History
from engine.learners.flat import flattened
from engine.learners.optimizers import OPTIMIZERS, bare_step
from engine.learners.ridge import RidgeReadout
from engine.learners.truncation import truncated
from engine.observe.trace import Trace, trace
from engine.progress import Explosion, Known, Progress, Snapshot
from engine.tasks import Batch

HELD_OUT_EVERY = 25
HELD_OUT_SIZE = 64
TUNABLE = ("lr", "batch", "clip", "decay")
"""The settings that may change while a run goes on; any other makes another run."""

OVERFLOW = 1e18
"""A gradient norm beyond this cannot be stepped along in float32: its square, which Adam and others keep, overflows."""


class Run:
    """Model, optimiser, counters and history of one experiment; `film` keeps moments of its course.

    Update k (from 1) draws its batch from generator(seed, TRAIN, k), so the course depends on the experiment alone:
    pausing, saving, loading and going on is bit-equal to never having stopped.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._build(experiment)
        self._measure()

    def _build(self, experiment: Experiment) -> None:
        """The untrained run, nothing measured yet."""
        self.experiment = experiment
        self.network = build(experiment)
        self._weights, self._gradient = flattened(self.network)
        training = experiment.training
        self.optimizer = OPTIMIZERS[training.optimizer]([self._weights], lr=training.lr, weight_decay=training.decay)
        self._step = bare_step(self.optimizer)
        self._batches = Batches(experiment.task, training.batch, training.seed)
        self._ridge = _ridge(self.network, experiment)
        self.updates = 0
        self.seconds = 0.0
        self.losses = History(columns=2)
        self.held_out = History(columns=3)
        self.gradient_norm: float | None = None
        self.norms = History(columns=3)
        self.explosion: Explosion | None = None
        self.film = Film()
        window = training.truncate
        self.through = truncated(window) if 0 < window < experiment.task.steps else fast
        self._before = self._weights.detach().clone()

    def update(self) -> None:
        """One optimiser step on a fresh batch; none once the run has exploded.

        If the loss or the gradient is no longer a usable number, `explosion` says so and the network stays, or is put
        back, as it was when both last were.
        """
        if self.explosion:
            return
        number = self.updates + 1
        batch = self._batches[number]
        if self._ridge:
            value = self._solve(self._ridge, batch)
        else:
            self._gradient.zero_()
            loss = self.experiment.task.loss(self.network(batch.inputs, self.through), batch)
            loss.backward()
            clip = self.experiment.training.clip
            norm = self._clipped(clip)
            value = float(loss.detach())
            if not math.isfinite(value):
                self._rollback()
                return
            if not norm < (math.inf if clip else OVERFLOW):
                self.explosion = Explosion(number, "gradient")
                return
            self._remember()
            self._step()
            self.gradient_norm = norm
            self.norms.append(number, norm, clip)
        self.updates = number
        self.losses.append(number, value)
        if number % HELD_OUT_EVERY == 0:
            self._measure()

    def advance(self, seconds: float) -> int:
        """Whole updates for `seconds`, to the nearest one, at least one if there is any time; how many were made."""
        before = self.updates
        advance((self,), seconds)
        return max(self.updates - before, 0)

    def tune(self, training: Training) -> None:
        """Go on with another learning rate, batch size, clip or decay. Raises ValueError for any other change."""
        if not tunable(self.experiment.training, training):
            raise ValueError(f"Only {', '.join(TUNABLE)} can change while a run goes on.")
        self.experiment = replace(self.experiment, training=training)
        self._batches = Batches(self.experiment.task, training.batch, training.seed)
        for group in self.optimizer.param_groups:
            group["lr"], group["weight_decay"] = training.lr, training.decay

    def trace(self, probe: int = 0) -> Trace:
        """The network seen from inside on probe sequence `probe` (0, 1, …), which training never sees."""
        return trace(self.network, self.experiment.task, self.probe(probe), truncate=self.experiment.training.truncate)

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
            "ridge": self._ridge.state() if self._ridge else None,
            "optimizer": copy.deepcopy(self.optimizer.state_dict()),
        }

    @classmethod
    def from_state_dict(cls, state: dict[str, Any]) -> "Run":
        """The run that `state_dict` described. Raises SettingError if its experiment is not a valid one."""
        run = cls.__new__(cls)
        run._build(Experiment.from_params(state["experiment"]))
        run.network.load_state_dict(state["network"])
        run._before = copy.deepcopy(state["before"])
        if run._ridge:
            run._ridge.restore(state["ridge"])
        run.optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))
        run.updates, run.seconds = state["updates"], state["seconds"]
        run.losses, run.held_out = History.restored(state["losses"]), History.restored(state["held_out"])
        run.gradient_norm, run.norms = state["gradient_norm"], History.restored(state["norms"])
        run.explosion = None if state["explosion"] is None else Explosion(*state["explosion"])
        return run

    @torch.no_grad()
    def _solve(self, ridge: RidgeReadout, batch: Batch) -> float:
        """Fit the readout to this batch and all before it; the loss before that."""
        read = self.network.run(batch.inputs).read
        value = float(self.experiment.task.loss(self.network.readout(read), batch))
        self._remember()
        ridge.learn(read, batch.targets)
        return value

    def _clipped(self, threshold: float) -> float:
        """‖gradient‖ over all parameters; if a threshold is set, the gradient is scaled down to it. Pascanu 2013."""
        norm = float(torch.linalg.vector_norm(self._gradient))
        factor = threshold / (norm + 1e-6)  # as torch.nn.utils.clip_grad_norm_ has it
        if threshold and not factor >= 1:
            self._gradient.mul_(factor)
        return norm

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


def tunable(old: Training, new: Training) -> bool:
    """Whether a run that trains as `old` says may go on as `new` says."""
    return replace(old, **{name: getattr(new, name) for name in TUNABLE}) == new


def advance(runs: Sequence[Run], seconds: float) -> None:
    """Whole rounds, one update of every run, for `seconds`, to the nearest one; one at least if there is any time.

    Runs of the same task and seed so get the same batches and stay side by side; one that has exploded stands still.
    """
    start, rounds, passed = time.perf_counter(), 0, 0.0
    while passed * (1 + 0.5 / max(rounds, 1)) < seconds and not all(run.explosion for run in runs):
        for run in runs:
            run.update()
            now = time.perf_counter() - start
            run.seconds += now - passed
            passed = now
        rounds += 1


def build(experiment: Experiment) -> Network:
    """The untrained network of an experiment, its weights drawn from the experiment's seed."""
    task = experiment.task
    return Network(
        task.input_size,
        task.output_size,
        experiment.network,
        task.readout,
        generator=seeds.generator(experiment.training.seed, seeds.INIT, 0),
    )


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


def _ridge(network: Network, experiment: Experiment) -> RidgeReadout | None:
    """What fits the readout where that is done in closed form."""
    if not experiment.closed_form:
        return None
    readout = network.readout[-1]
    assert isinstance(readout, torch.nn.Linear)
    return RidgeReadout(readout, experiment.network.options["ridge"])
