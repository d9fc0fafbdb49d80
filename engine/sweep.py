"""A sweep: the same task with every cell, at every lag, from several seeds; one row a run.

`python -m engine.sweep --cells rnn,gru,lstm --lags 10,50,100 --seeds 3 --updates 1000 --out sweep.csv task=adding`
writes each row as soon as its run is over. Interrupted and started again, it goes on with the runs that are missing.
"""

import argparse
import csv
import io
import math
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, fields
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from engine.cells import CELLS
from engine.experiment import Experiment
from engine.learners.optimizers import USUAL_RATES
from engine.messages import Message, Option, Setting, quoted
from engine.run import HELD_OUT_EVERY, Run
from engine.settings import SettingError, Whole, number

PROGRAM = "python -m engine.sweep"
MOST_RUNS = 300
SEEDS = Whole(3, 1, 20, "seeds")
UPDATES = Whole(1000, HELD_OUT_EVERY, 20_000, "updates")
WORKERS = Whole(1, 1, 256, "processes")


@dataclass(frozen=True)
class Row:
    """How one run ended. loss: held-out, after `updates`; ratio: over the chance level, so 1 means nothing learned.

    chance, no_memory: the losses of the best answers without looking and from the present input alone.

    ended: "done" or "exploded"; an exploded run's loss is the last that was a number. settings: the run as a link.
    """

    cell: str
    lag: int
    seed: int
    updates: int
    loss: float
    chance: float
    ratio: float
    ended: str
    settings: str
    no_memory: float


@dataclass(frozen=True)
class Job:
    """One run of a sweep: what to train and for how many updates."""

    lag: int
    experiment: Experiment
    updates: int

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from every other."""
        return urlencode(self.experiment.to_params()), self.updates

    def row(self, run: Run) -> Row:
        """What its run came to."""
        measured, task = run.held_out.table(), self.experiment.task
        loss = float(measured[-1, 1]) if len(measured) else math.inf
        ended = "exploded" if run.explosion else "done"
        cell, seed = self.experiment.stack.cell, self.experiment.training.seed
        ratio = task.over_chance(loss)
        return Row(
            cell, self.lag, seed, self.updates, loss, task.chance_loss, ratio, ended, self.key[0], task.no_memory_loss
        )


@dataclass(frozen=True)
class Sweep:
    """Cells × lags × seeds 1 to `seeds`, everything else as in `base`. Raises SettingError.

    A cell or lag that is named twice is tried once. made: the updates of every run, `updates` and as many more as it
    takes until the held-out loss is measured.
    """

    base: Experiment
    cells: tuple[str, ...]
    lags: tuple[int, ...]
    seeds: int = SEEDS.default
    updates: int = UPDATES.default

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", tuple(dict.fromkeys(self.cells)))
        object.__setattr__(self, "lags", tuple(dict.fromkeys(self.lags)))
        SEEDS.check("seeds", self.seeds)
        UPDATES.check("updates", self.updates)
        if not self.cells or not self.lags:
            raise SettingError("lags" if self.cells else "cells", Message("sweep.empty"))
        count = len(self.cells) * len(self.lags) * self.seeds
        if count > MOST_RUNS:
            raise SettingError(("seeds", "lags", "cells"), Message("sweep.too_long", count=count, most=MOST_RUNS))
        self.jobs()

    @property
    def made(self) -> int:
        return -(-self.updates // HELD_OUT_EVERY) * HELD_OUT_EVERY

    @property
    def lag_setting(self) -> str:
        """The task's setting that is swept."""
        return self.base.task.lag

    def jobs(self) -> list[Job]:
        """Every run, seed by seed, so that an unfinished sweep already shows all cells and lags."""
        params = self.base.to_params()
        if self.lag_setting not in params:
            raise SettingError("task", Message("sweep.no_lag", task=Option("task", self.base.task_name)))
        return [
            Job(
                lag,
                Experiment.from_params(params | {"cell": cell, self.lag_setting: str(lag), "seed": str(seed)}),
                self.made,
            )
            for seed in range(1, self.seeds + 1)
            for lag in self.lags
            for cell in self.cells
        ]


def portion(run: Run, updates: int, seconds: float) -> bool:
    """Train for `seconds`, one update at least, but not beyond `updates`; whether the run has ended."""
    end = time.perf_counter() + seconds
    while run.updates < updates and not run.explosion:
        run.update()
        if time.perf_counter() >= end:
            break
    return run.updates >= updates or run.explosion is not None


def part(runs: Sequence[Run], job: Job, seconds: float) -> Row | None:
    """A slice of a job's one run; its row once the run has ended."""
    (run,) = runs
    run.film.take()  # nobody will look back
    return job.row(run) if portion(run, job.updates, seconds) else None


def over_chance(rows: Iterable[Row]) -> dict[tuple[str, int], float]:
    """For each cell and lag the median over the seeds of the final loss over chance."""
    found: dict[tuple[str, int], list[float]] = {}
    for row in rows:
        found.setdefault((row.cell, row.lag), []).append(row.ratio)
    return {place: median(ratios) for place, ratios in found.items()}


def to_csv(rows: Iterable[Row], header: bool = True) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if header:
        writer.writerow(field.name for field in fields(Row))
    writer.writerows([getattr(row, field.name) for field in fields(Row)] for row in rows)
    return out.getvalue()


def done_in(path: Path) -> tuple[str, set[tuple[str, int]]]:
    """The whole lines of a sweep's CSV and the runs they tell of; a line cut short by a crash is dropped."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    text = text[: text.rfind("\n") + 1]
    names = [field.name for field in fields(Row)]
    if text and text.split("\n", 1)[0] != ",".join(names):
        raise SettingError("out", Message("sweep.other_table", path=f"{path}"))
    return text, {(line["settings"], int(line["updates"])) for line in csv.DictReader(io.StringIO(text))}


def numbers(name: str, text: str) -> tuple[int, ...]:
    """Whole numbers with commas between them, each once, in order. Raises SettingError."""
    found = [number(int, part.strip()) for part in text.split(",") if part.strip()]
    for value in found:
        if not isinstance(value, int):
            raise SettingError(name, Message("sweep.numbers", setting=Setting(name), given=quoted(text)))
    return tuple(sorted({int(value) for value in found}))


def _whole_run(job: Job) -> Row:
    run = Run(job.experiment)
    portion(run, job.updates, float("inf"))
    return job.row(run)


def rows(jobs: list[Job], workers: int) -> Iterator[Row]:
    """The rows as they come, from processes of their own if there are to be several."""
    pool = ThreadPoolExecutor(1) if workers == 1 else ProcessPoolExecutor(workers, get_context("spawn"))
    try:
        for future in as_completed([pool.submit(_whole_run, job) for job in jobs]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _asked(arguments: list[str], program: str = PROGRAM) -> tuple[Sweep, Path, int]:
    parser = argparse.ArgumentParser(prog=program, description=__doc__.split("\n", 1)[0])
    parser.add_argument("--cells", default=",".join(CELLS), help=f"of {', '.join(CELLS)}")
    parser.add_argument("--lags", default="10,50,100")
    parser.add_argument("--seeds", default=str(SEEDS.default), help="how many, from 1 on")
    parser.add_argument("--updates", default=str(UPDATES.default))
    parser.add_argument("--workers", default=str(max(1, (os.cpu_count() or 1) - 1)), help="processes")
    parser.add_argument("--out", type=Path, default=Path("sweep.csv"))
    parser.add_argument(
        "settings",
        nargs="*",
        metavar="name=value",
        help="settings as in a link, such as task=copy; lr is the optimizer's usual one unless it is given",
    )
    given = parser.parse_args(arguments)
    settings = _settings(given.settings)
    if "lr" not in settings and settings.get("optimizer") in USUAL_RATES:
        settings["lr"] = repr(USUAL_RATES[settings["optimizer"]])
    cells = tuple(cell.strip() for cell in given.cells.split(",") if cell.strip())
    sweep = Sweep(
        Experiment.from_params(settings),
        cells,
        numbers("lags", given.lags),
        SEEDS.read("seeds", given.seeds),
        UPDATES.read("updates", given.updates),
    )
    for name, option in (("cell", "--cells"), ("seed", "--seeds"), (sweep.lag_setting, "--lags")):
        if name in settings:
            raise SettingError(name, Message("sweep.swept", setting=Setting(name), option=option))
    return sweep, given.out, WORKERS.read("workers", given.workers)


def _settings(given: Sequence[str]) -> dict[str, str]:
    """Settings as written on the command line. Raises SettingError."""
    found: dict[str, str] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign:
            raise SettingError(name, Message("sweep.no_value", name=quoted(name), example=f"{name}=value"))
        if name in found:
            raise SettingError(name, Message("sweep.twice", name=quoted(name)))
        found[name] = value
    return found


def main(arguments: list[str], program: str = PROGRAM) -> int:
    """Run the sweep that the command line asks for; the exit code. program: how it was called, for its help."""
    try:
        return _main(arguments, program)
    except KeyboardInterrupt:
        print("Interrupted; the same command goes on from here.", file=sys.stderr)
        return 1


def _main(arguments: list[str], program: str) -> int:
    try:
        sweep, path, workers = _asked(arguments, program)
        written, done = done_in(path)
    except SettingError as problem:
        print(problem, file=sys.stderr)
        return 2
    jobs = [job for job in sweep.jobs() if job.key not in done]
    print(f"{len(jobs)} runs to go, {len(sweep.jobs()) - len(jobs)} are in {path} already.")
    if sweep.made != sweep.updates:
        print(f"{sweep.made} updates are made, not {sweep.updates}: the loss is measured every {HELD_OUT_EVERY}.")
    with path.open("w", encoding="utf-8") as out:
        out.write(written or to_csv([]))
        out.flush()
        for row in rows(jobs, workers):
            out.write(to_csv([row], header=False))
            out.flush()
            print(
                f"{row.cell} lag {row.lag} seed {row.seed}: loss {row.loss:.4g}, {row.ratio:.0%} of chance, {row.ended}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
