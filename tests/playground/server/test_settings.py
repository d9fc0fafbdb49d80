"""What whoever runs a server can set: read from the environment, checked, and listed in docs/run.md."""

import dataclasses
import logging
from pathlib import Path

import pytest

from engine.settings import specs
from playground.server.settings import Settings, cores, variable

RUN_IT = (Path(__file__).parents[3] / "docs" / "run.md").read_text(encoding="utf-8")


def test_nothing_set_means_defaults() -> None:
    settings = Settings.read({})
    assert settings == Settings()
    assert settings.workers >= 1
    assert settings.scheduler == ""


def test_what_is_set_is_taken() -> None:
    given = {
        "PLAYGROUND_WORKERS": "3",
        "PLAYGROUND_VISITORS": "7",
        "PLAYGROUND_VISITOR_MB": "32",
        "PLAYGROUND_FILM_MB": "2",
        "PLAYGROUND_EARLIER_MB": "6",
        "PLAYGROUND_IDLE_MINUTES": "5",
        "DASK_SCHEDULER_ADDRESS": "tcp://10.0.0.1:8786",
    }
    assert dataclasses.astuple(Settings.read(given)) == (3, 7, 32, 2, 6, 5, "tcp://10.0.0.1:8786")


@pytest.mark.parametrize("value", ["0", "-1", "many", "1e3", "４", "99999", "1.5"])
def test_what_cannot_be_used_is_said_and_takes_its_default(value: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert Settings.read({"PLAYGROUND_VISITORS": value}) == Settings()
    assert "PLAYGROUND_VISITORS must be a whole number from 1 to 1,000 visitors" in caplog.text
    assert value in caplog.text


def test_every_variable_stands_in_the_docs_with_its_default() -> None:
    for name in specs(Settings):
        row = next(line for line in RUN_IT.splitlines() if f"`{variable(name)}`" in line)
        assert name in {"workers", "scheduler"} or str(getattr(Settings(), name)) in row


@pytest.mark.parametrize(
    ("text", "most"),
    [("max 100000", 1024), ("50000 100000", 1), ("100000 100000", 1), ("250000 100000", 2), ("", 1024)],
)
def test_a_containers_share_of_the_processor_counts(tmp_path: Path, text: str, most: int) -> None:
    """Half a core is one worker beside the pages; what is no share, or no file, sets no bound."""
    quota = tmp_path / "cpu.max"
    quota.write_text(text)
    assert 1 <= cores(quota) <= most
    assert cores(tmp_path / "none") == cores(quota) if most == 1024 else cores(quota) <= cores(tmp_path / "none")
