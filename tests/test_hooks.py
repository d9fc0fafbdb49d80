"""The hooks that `make dev` installs: they refuse what `make test` would, with the tools of this environment."""

import shutil
import sys
from pathlib import Path

import pytest
import yaml

from tests.processes import ROOT, ended, printed

pytestmark = pytest.mark.processes

HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]


def test_the_hooks_are_the_checks_of_make_test() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(BIN)", ".venv/bin")
    (local,) = HOOKS
    assert local["repo"] == "local"
    entries = [hook["entry"].replace(" --force-exclude", "") for hook in local["hooks"]]
    assert entries == [".venv/bin/ruff check", ".venv/bin/ruff format", ".venv/bin/mypy"]
    assert all(f"\t{entry}" in makefile for entry in entries)
    assert {hook["language"] for hook in local["hooks"]} == {"system"}


def test_a_commit_that_breaks_a_rule_is_refused(tmp_path: Path) -> None:
    """With all hooks but mypy, which would read all of torch once more here."""
    shutil.copy(ROOT / ".pre-commit-config.yaml", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / ".gitignore").write_text(".venv\nhome\n", encoding="utf-8")
    home = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "SKIP": "mypy", "GIT_CONFIG_GLOBAL": "/dev/null"}
    git = ("git", "-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
    printed(*git, "init", "--quiet", folder=tmp_path)
    printed(sys.executable, "-m", "pre_commit", "install", folder=tmp_path, **home)
    written = tmp_path / "new.py"

    def committed(text: str) -> tuple[int, str]:
        written.write_text(text, encoding="utf-8")
        printed(*git, "add", ".", folder=tmp_path)
        done = ended(*git, "commit", "--message", "Something new", folder=tmp_path, **home)
        return done.returncode, done.stdout + done.stderr

    code, said = committed("import os\n\nx = 1\n")
    assert code != 0
    assert "F401" in said
    code, said = committed("x  =  1\n")
    assert code != 0
    assert written.read_text(encoding="utf-8") == "x = 1\n"  # put right, to be added again
    code, said = committed("x = 1\n")
    assert code == 0, said
