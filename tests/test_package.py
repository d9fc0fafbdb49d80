"""The wheel, as it is built and installed: in an environment of its own, away from the checkout."""

import csv
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from benchmarks.client import Answer, Visitor
from engine import __version__
from tests.processes import ROOT, Process, answers, apart, free_port

pytestmark = pytest.mark.processes

FOLDERS = ("engine", "playground", "pages")
LEFT_OUT = {"engine/ruff.toml", "playground/requirements.txt"}
PAGES = ("", "side", "gradients", "cells", "inside", "text", "class", "guide")


def run(*command: str | Path, folder: Path = ROOT) -> str:
    """What a command prints; its failure is the test's."""
    done = subprocess.run(  # noqa: S603  # our own command
        list(map(str, command)), cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of a fresh environment with the wheel in it.

    What the wheel asks for comes from the environment of the tests, or torch would be installed again.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    paths = {"base": str(folder), "platbase": str(folder)}
    commands = Path(sysconfig.get_path("scripts", "venv", paths))
    python = commands / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel)
    packages = Path(sysconfig.get_path("purelib", "venv", paths))
    (packages / "of_the_tests.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return commands


@pytest.fixture(scope="module")
def page(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, folder = free_port(), tmp_path_factory.mktemp("elsewhere")
    command = (str(installed / "rnn-playground"), "--port", str(port), "--address", "127.0.0.1")
    with Process("installed", command, folder) as server:
        server.wait_for(lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"))
        yield f"http://127.0.0.1:{port}"


def test_the_wheel_holds_every_file_of_the_product(wheel: Path) -> None:
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", *FOLDERS)
    found = {name for name in listed.splitlines() if (ROOT / name).exists()}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        (about,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = message_from_bytes(archive.read(about))
    assert found >= LEFT_OUT
    assert held == found - LEFT_OUT
    assert {"engine/py.typed", "playground/py.typed", "engine/tasks/data/README.md"} <= held
    assert (metadata["Version"], metadata["License-Expression"]) == (__version__, "MIT")
    needed = {Requirement(line) for line in metadata.get_all("Requires-Dist") if "extra ==" not in line}
    written = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert needed == {Requirement(line) for line in written if not line.startswith("#")}


def test_the_modules_are_those_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import engine, playground; print(engine.__file__, playground.__file__, sep='\\n')"
    for line in run(installed / "python", "-c", code, folder=tmp_path).splitlines():
        assert Path(line).is_relative_to(installed.parent)
    assert run(installed / "rnn-playground", "--version", folder=tmp_path) == f"rnn-playground {__version__}\n"


def test_the_command_serves_every_page_and_trains(page: str) -> None:
    def sound(answer: Answer) -> Answer:
        assert not answer.elements("exception"), answer.elements("exception")
        return answer

    async def scenario() -> None:
        for path in PAGES:
            async with Visitor(page, {"task": "text", "hidden": "8"} if path == "text" else {}, path) as visitor:
                shown = sound(await visitor.open())
                assert shown.texts() or shown.elements("vega_lite_chart"), path
        async with Visitor(page, {"task": "forecast", "hidden": "8"}) as visitor:
            sound(await visitor.open())
            assert visitor.theme.base_radius == "6px"  # as .streamlit/config.toml says, so that file is in force
            await visitor.press("Train")
            await visitor.until(updates=5, seconds=60)

    apart(scenario())


def test_the_command_makes_a_sweep(installed: Path, tmp_path: Path) -> None:
    """From several processes, which begin with the modules of the wheel as well."""
    small = ("--cells", "rnn", "--lags", "5", "--seeds", "2", "--updates", "50", "--workers", "2", "--out", "found.csv")
    run(installed / "rnn-playground", "sweep", *small, "task=adding", "hidden=4", "batch=4", folder=tmp_path)
    with (tmp_path / "found.csv").open(encoding="utf-8") as file:
        assert sorted((row["cell"], row["lag"], row["seed"]) for row in csv.DictReader(file)) == [
            ("rnn", "5", "1"),
            ("rnn", "5", "2"),
        ]


def test_a_command_that_is_not_there_is_named(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  # our own command
        [installed / "rnn-playground", "swep"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    assert "there is no command 'swep'" in done.stderr
    assert "rnn-playground sweep" in run(installed / "rnn-playground", "sweep", "--help", folder=tmp_path)
