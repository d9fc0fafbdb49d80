"""What the command line of `rnn-playground` means; test_package.py runs it as it is installed."""

import runpy
import sys
from pathlib import Path

import pytest

from engine import __version__
from playground import command


def asked(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> list[str]:
    """What `streamlit` is told."""
    told: list[str] = []
    monkeypatch.setattr(sys, "argv", ["rnn-playground", *arguments])
    monkeypatch.setattr(runpy, "run_module", lambda name, **_: told.extend([name, *sys.argv[1:]]))
    assert command.main() == 0
    return told


def test_the_page_is_served_by_streamlit_with_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = str(Path(command.__file__).with_name("app.py"))
    assert asked(monkeypatch) == ["streamlit", "run", entry]
    given = asked(monkeypatch, "--address", "127.0.0.1", "--server.baseUrlPath", "rnn", "--port=8600")
    assert given[:3] == ["streamlit", "run", entry]
    assert given[3:5] == ["--server.address=127.0.0.1", "--server.port=8600"]
    assert given[5:] == ["--server.baseUrlPath", "rnn"]


def test_a_sweep_goes_to_the_engine(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["rnn-playground", "sweep", "--lags", "5,many"])
    assert command.main() == 2
    assert "lags must be whole numbers" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["rnn-playground", "sweep", "--help"])
    with pytest.raises(SystemExit):
        command.main()
    assert capsys.readouterr().out.startswith("usage: rnn-playground sweep ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["swep"], "there is no command 'swep': write `rnn-playground` for the page or `rnn-playground sweep`"),
        (["--port", "many"], "argument --port: invalid int value: 'many'"),
    ],
)
def test_what_is_not_understood_is_said(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.streamlit_options(arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


def test_the_version_stands_in_one_place(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.streamlit_options(["--version"])
    assert capsys.readouterr().out == f"rnn-playground {__version__}\n"
