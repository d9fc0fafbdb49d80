"""A sweep: every cell at every lag from every seed, each row what that run alone comes to, and none twice."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine import Experiment, Run, SettingError
from engine.sweep import Job, Row, Sweep, done_in, main, numbers, over_chance, portion, to_csv
from tests.engine.runs import SMALL

ROOT = Path(__file__).parents[2]
SETTINGS = [f"{name}={value}" for name, value in SMALL.items() if name != "length"]
ARGUMENTS = ["--cells", "rnn,gru", "--lags", "5,8", "--seeds", "2", "--updates", "50", "--workers", "1"]


def sweep(**changed: object) -> Sweep:
    given = {"cells": ("rnn", "gru"), "lags": (5, 8), "seeds": 2, "updates": 50, **changed}
    base = given.pop("base", Experiment.from_params(SMALL))
    return Sweep(base, **given)  # type: ignore[arg-type]


def ended(job: Job) -> Row:
    run = Run(job.experiment)
    while not portion(run, job.updates, 0.005):
        pass
    return job.row(run)


def rows_in(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_every_cell_lag_and_seed_once() -> None:
    jobs = sweep().jobs()
    found = {(j.experiment.network.cell, j.lag, j.experiment.training.seed) for j in jobs}
    assert found == {(cell, lag, seed) for cell in ("rnn", "gru") for lag in (5, 8) for seed in (1, 2)}
    assert len(jobs) == 8 == len({job.key for job in jobs})
    assert all(job.experiment.task.length == job.lag for job in jobs)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("task", "setting"), [("echo", "delay"), ("neighbours", "distance"), ("copy", "length")])
def test_the_lag_is_what_makes_the_task_reach_back(task: str, setting: str) -> None:
    made = sweep(base=Experiment.from_params({"task": task, "length": "40"}), lags=(2, 5))
    assert made.lag_setting == setting
    assert {getattr(job.experiment.task, setting) for job in made.jobs()} == {2, 5}


def test_a_row_is_what_the_run_alone_comes_to() -> None:
    job = sweep().jobs()[3]
    run = Run(job.experiment)
    for _ in range(50):
        run.update()
    row = ended(job)
    assert row.loss == run.held_out.table()[-1, 1]
    assert row.ratio == row.loss / job.experiment.task.chance_loss
    assert (row.updates, row.ended) == (50, "done")


def test_portions_stop_on_the_update() -> None:
    run = Run(Experiment.from_params(SMALL))
    assert not portion(run, 50, 0.0)
    assert run.updates == 1
    assert portion(run, 50, 1e9)
    assert run.updates == 50


def test_an_explosion_ends_a_run_with_its_last_loss() -> None:
    wild = {**SMALL, "activation": "identity", "optimizer": "sgd", "lr": "10", "clip": "0"}
    row = ended(sweep(base=Experiment.from_params({**wild, "cell": "rnn"}), cells=("rnn",), lags=(50,)).jobs()[0])
    assert row.ended == "exploded"
    assert row.loss < float("inf")


def test_median_over_the_seeds() -> None:
    rows = [Row("gru", 10, seed, 50, 0, 1, ratio, "done", "", 1) for seed, ratio in enumerate((0.1, 0.9, 0.2))]
    assert over_chance(rows) == {("gru", 10): 0.2}
    assert over_chance([]) == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"cells": ()}, "one cell and one lag"),
        ({"lags": ()}, "one cell and one lag"),
        ({"lags": (0,)}, "length must be a whole number"),
        ({"cells": ("gru", "elman")}, "cell must be one of"),
        ({"seeds": 99}, "seeds must be a whole number from 1 to 20"),
        ({"updates": 0}, "updates must be"),
        ({"lags": tuple(range(10, 200)), "seeds": 3}, "1,140 runs, and 300 is the limit"),
        ({"base": Experiment.from_params({"task": "hello"})}, "no lag to sweep"),
        (
            {"base": Experiment.from_params({"task": "forecast", "series": "sunspots"}), "lags": (50, 100, 200)},
            "length must be .* from 1 to 60 values; it was given “100”. The series has 309 values",
        ),
        (
            {
                "base": Experiment.from_params({"task": "text", "corpus": "own", "text": "the rain " * 20}),
                "lags": (30,),
            },
            "length must be .* from 1 to 17 characters; it was given “30”. The text has 180 characters",
        ),
    ],
    ids=str,
)
def test_what_cannot_be_swept_is_said(changed: dict[str, object], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        sweep(**changed)


def test_no_run_stands_there_twice() -> None:
    twice = sweep(cells=("gru", "rnn", "gru"), lags=(8, 5, 8))
    assert (twice.cells, twice.lags) == (("gru", "rnn"), (8, 5))
    assert len({job.key for job in twice.jobs()}) == len(twice.jobs()) == 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["seed=7"], "seed is what the sweep tries out; leave it out and use --seeds."),
        (["cell=gru"], "cell is what the sweep tries out; leave it out and use --cells."),
        (["length=9"], "length is what the sweep tries out; leave it out and use --lags."),
        (["--workers", "-2"], "workers must be a whole number from 1 to 256 processes; it was given “-2”."),
        (["gru"], "“gru” has no value; write it as gru=value."),
        (["hidden=4", "hidden=8"], "“hidden” is given twice."),
        (["--lags", "9;7"], "lags must be whole numbers separated by commas, as in 10, 50; it was given “9;7”."),
    ],
)
def test_nothing_on_the_command_line_is_passed_over(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sweep.csv"
    assert main([*arguments, "--out", str(path)]) == 2
    assert capsys.readouterr().err == f"{said}\n"
    assert not path.exists()


def test_more_updates_than_were_asked_for_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = ["--cells", "rnn", "--lags", "5", "--seeds", "1", "--updates", "30", "--workers", "1"]
    assert main([*few, "--out", str(tmp_path / "sweep.csv"), *SETTINGS]) == 0
    assert "50 updates are made, not 30: the loss is measured every 25." in capsys.readouterr().out
    assert rows_in(tmp_path / "sweep.csv")[0]["updates"] == "50"


def test_numbers_separated_by_commas() -> None:
    assert numbers("lags", " 50,10 ,, 10") == (10, 50)
    for text in ("10;20", "ten", "1.5", "٣"):
        with pytest.raises(SettingError, match="whole numbers separated by commas"):
            numbers("lags", text)


def test_csv_names_its_columns_and_tells_each_run(tmp_path: Path) -> None:
    path = tmp_path / "sweep.csv"
    jobs = sweep().jobs()[:2]
    path.write_text(to_csv(map(ended, jobs)), encoding="utf-8")
    assert done_in(path)[1] == {job.key for job in jobs}


def test_command_line_goes_on_with_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sweep.csv"
    arguments = [*ARGUMENTS, "--out", str(path), *SETTINGS]
    assert main(arguments) == 0
    whole = rows_in(path)
    assert len(whole) == 8
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:4]) + lines[4][:20], encoding="utf-8")
    assert main(arguments) == 0
    assert "5 runs to go, 3 are in" in capsys.readouterr().out
    assert rows_in(path) == whole
    assert main(arguments) == 0
    assert rows_in(path) == whole


def test_command_line_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lags", "5,many"]) == 2
    assert "whole numbers separated by commas" in capsys.readouterr().err
    other = tmp_path / "notes.csv"
    other.write_text("my,notes\n1,2\n", encoding="utf-8")
    assert main([*ARGUMENTS, "--out", str(other)]) == 2
    assert "not a table that this version of the sweep has written" in capsys.readouterr().err
    assert other.read_text(encoding="utf-8") == "my,notes\n1,2\n"


@pytest.mark.processes
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_amid_a_sweep_it_goes_on(tmp_path: Path, how: signal.Signals) -> None:
    path = tmp_path / "sweep.csv"
    longer = [*ARGUMENTS[:-4], "--updates", "500", "--workers", "1", "--out", str(path), *SETTINGS]
    command = [sys.executable, "-m", "engine.sweep", *longer]
    quiet = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=quiet) as first:  # noqa: S603
        end = time.monotonic() + 60
        while not path.exists() or path.read_text(encoding="utf-8").count("\n") < 3:
            assert time.monotonic() < end
            time.sleep(0.01)
        first.send_signal(how)
    kept = rows_in(path)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert f"{8 - len(kept)} runs to go" in done.stdout
    assert rows_in(path)[: len(kept)] == kept
    assert len(rows_in(path)) == 8


@pytest.mark.parametrize(("given", "rate"), [((), "1.0"), (("lr=0.5",), "0.5")])
def test_an_optimizer_brings_its_usual_rate(given: tuple[str, ...], rate: str, tmp_path: Path) -> None:
    out = tmp_path / "sweep.csv"
    small = ["--cells", "rnn", "--lags", "5", "--seeds", "1", "--updates", "25", "--workers", "1", "--out", str(out)]
    assert main([*small, "task=echo", "hidden=4", "optimizer=adadelta", *given]) == 0
    assert f"lr={rate}&" in out.read_text(encoding="utf-8")
