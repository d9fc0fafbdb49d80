"""The Dockerfile and the devcontainer: linted, and held to what they promise. test_package.py runs what they run."""

import json
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from tests.processes import ROOT, ended


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, with what follows each."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def test_the_dockerfile_is_clean() -> None:
    hadolint = shutil.which("hadolint", path=Path(sys.executable).parent)
    if hadolint is None:
        pytest.skip("hadolint comes with requirements-dev.txt on Linux alone.")
    done = ended(hadolint, ROOT / "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_the_container_runs_the_command_as_somebody_without_rights() -> None:
    asked = instructions()
    assert [rest for name, rest in asked if name == "USER"] == ["1000"]
    names = [name for name, _ in asked]
    assert names.index("USER") > max(number for number, name in enumerate(names) if name in {"RUN", "COPY"})
    assert names[-1] == "CMD"
    command = json.loads(asked[-1][1])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert command[0] in project["scripts"]
    assert command[1:] == ["--port", "8501", "--address", "0.0.0.0"]  # noqa: S104  # within the container
    assert ("EXPOSE", "8501") in asked
    assert dict(asked)["FROM"].partition(":")[2].split("-")[0] in {"3.11", "3.12", "3.13"}


def test_the_devcontainer_makes_what_make_knows() -> None:
    devcontainer = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    make, target = devcontainer["postCreateCommand"].split()
    assert make == "make"
    assert f"\n{target}: " in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert devcontainer["forwardPorts"] == [8501]
    # What CI installs on a bare machine, less what the image has.
    needed = {"chromium", "fontconfig", "fonts-noto-cjk", "nginx-light"}
    assert needed <= set(devcontainer["onCreateCommand"].split())
    assert needed <= set((ROOT / ".ci" / "run").read_text(encoding="utf-8").split())
