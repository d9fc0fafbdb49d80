"""The wheel, as it is built and installed: in an environment of its own, away from the checkout."""

import csv
import json
import re
import shutil
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
from tests.processes import ROOT, Process, answers, apart, ended, free_port, printed

pytestmark = pytest.mark.processes

FOLDERS = ("engine", "playground", "pages")
LEFT_OUT = {"engine/ruff.toml", "playground/requirements.txt"}
PAGES = ("", "side", "gradients", "cells", "inside", "text", "class", "guide")


def built(source: Path, folder: Path) -> Path:
    """The wheel of a source tree, in `folder`."""
    printed(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source)
    (wheel,) = folder.glob("*.whl")
    return wheel


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("wheel"))


def fresh(folder: Path, *asked: str | Path) -> Path:
    """A fresh environment with what `pip install` was asked for; the folder of its commands.

    What that needs comes from the environment of the tests, or torch would be installed again.
    """
    venv.create(folder, symlinks=True)
    paths = {"base": str(folder), "platbase": str(folder)}
    commands = Path(sysconfig.get_path("scripts", "venv", paths))
    packages = Path(sysconfig.get_path("purelib", "venv", paths))
    others = packages / "of_the_tests.pth"
    others.write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed")
    printed(sys.executable, "-m", "pip", "--python", commands / "python", "install", *options, *asked)
    return commands


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of a fresh environment with the wheel in it."""
    return fresh(tmp_path_factory.mktemp("installed"), wheel)


@pytest.fixture(scope="module")
def page(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, folder = free_port(), tmp_path_factory.mktemp("elsewhere")
    command = (str(installed / "rnn-playground"), "--port", str(port), "--address", "127.0.0.1")
    with Process("installed", command, folder) as server:
        server.wait_for(lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"))
        yield f"http://127.0.0.1:{port}"


def test_the_wheel_holds_every_file_of_the_product(wheel: Path) -> None:
    listed = printed("git", "ls-files", "--cached", "--others", "--exclude-standard", *FOLDERS)
    found = {name for name in listed.splitlines() if (ROOT / name).exists()}
    held = {name for name in names_in(wheel) if ".dist-info/" not in name}
    (about,) = (name for name in names_in(wheel) if name.endswith("/METADATA"))
    with zipfile.ZipFile(wheel) as archive:
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
    for line in printed(installed / "python", "-c", code, folder=tmp_path).splitlines():
        assert Path(line).is_relative_to(installed.parent)


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
    printed(installed / "rnn-playground", "sweep", *small, "task=adding", "hidden=4", "batch=4", folder=tmp_path)
    with (tmp_path / "found.csv").open(encoding="utf-8") as file:
        assert sorted((row["cell"], row["lag"], row["seed"]) for row in csv.DictReader(file)) == [
            ("rnn", "5", "1"),
            ("rnn", "5", "2"),
        ]


def test_what_a_container_is_built_from_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """.dockerignore leaves all of that in."""
    source = tmp_path / "source"
    source.mkdir()
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        for path in ROOT.glob(line[1:]) if line.startswith("!") else ():
            (shutil.copytree if path.is_dir() else shutil.copy)(path, source / path.name)
    assert names_in(built(source, tmp_path / "built")) == names_in(wheel)


def test_the_health_check_of_the_container_tells_a_server_from_none(page: str, tmp_path: Path) -> None:
    (check,) = re.findall(r"HEALTHCHECK .*?CMD (\[.*?\])\n", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.S)
    python, *command = json.loads(check)
    assert python == "python"

    def told(address: str) -> int:
        asked = [part.replace("http://127.0.0.1:8501", address) for part in command]
        assert asked != command
        return ended(sys.executable, *asked, folder=tmp_path).returncode

    assert told(page) == 0
    assert told(f"http://127.0.0.1:{free_port()}") != 0


def test_make_dev_puts_the_checkout_on_the_path(tmp_path: Path) -> None:
    """What the Makefile asks of pip, here in a fresh environment."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (options,) = re.findall(r"pip install --quiet (--no-deps --no-build-isolation --editable) \.$", makefile, re.M)
    commands = fresh(tmp_path / "environment", *options.split(), ROOT)
    code = "import engine, playground.charts.notebook; print(engine.__file__)"
    assert Path(printed(commands / "python", "-c", code, folder=tmp_path).strip()) == ROOT / "engine" / "__init__.py"
