"""Every message of the playground's own, provoked on a page or where a page takes what is typed."""

import pytest

from engine import Experiment
from engine.messages import Message, Wording
from engine.settings import SettingError
from playground.links.page_settings import PAGE_SETTINGS
from playground.links.variants import Wanted, together
from playground.words.messages import TEMPLATES
from tests.pages.opened import opened
from tests.pages.test_own_data import own_text, uploaded

TEXT = "the cat sat on the mat. "
ROWS = "".join(f"{k},{k % 7}.5\n" for k in range(60))


def plain(shown: str) -> str:
    """Without what keeps Markdown from acting on it."""
    return shown.replace("\\", "").replace("\N{WORD JOINER}", "")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The codes of all that is said, with what is inside."""
    codes: set[str] = set()
    say = Wording.say

    def noting(self: Wording, message: Message) -> str:
        codes.add(message.code)
        return say(self, message)

    monkeypatch.setattr(Wording, "say", noting)
    return codes


def test_none_is_left_out(said: set[str]) -> None:
    link = {
        "task": "order",
        "layers": "4",
        "hidden": "64",
        "length": "200",
        "bogus": "1",
        "order": "up",
        "relative": "2",
    }
    app = opened(**link)
    assert not app.exception
    told = plain(app.warning[0].value)
    assert "order must be one of number, change, answer; it was given “up”. Taken instead: “number”." in told
    assert "relative must be 1 (on) or 0 (off); it was given “2”. Taken instead: “0”." in told
    assert any("A larger batch would take more than 0.5 seconds" in plain(each.value) for each in app.caption)
    for name, task, setting in (("text", "text", "corpus"), ("values", "forecast", "series")):
        app = opened(task=task, **{setting: "own"})
        assert any(f"Upload the {'text' if name == 'text' else 'table'} at the left" in w.value for w in app.warning)
    app = own_text()
    uploaded(app, "text.file", "own.txt", ("cafe\u0301 \u200b" + TEXT * 2).encode())
    assert any("From “own.txt”. Read as UTF-8. 1 invisible" in plain(each.value) for each in app.caption)
    uploaded(app, "text.file", "own.txt", b"a" * 200_001)
    assert any("200,001 bytes; up to 200,000" in plain(each.value) for each in app.error)
    app = opened(task="forecast", series="own")
    uploaded(app, "values.file", "own.csv", b"lake,colour\n" + b"Como,blue\n" * 40)
    assert any("(columns: “lake”, “colour”)" in plain(each.value) for each in app.error)
    app.text_input(key="lr.typed").set_value("1,000").run()
    assert any("may mean 1 or 1000" in plain(each.value) for each in app.error)
    for text, says in (
        ("rnn", "networks must be 2 to 4 of rnn, .*with commas between them; it was given “rnn”"),
        (
            "rnn,gru~lr",
            "networks must have after each of its up to 6 changed settings its value, such as lstm~lr~0.001",
        ),
        ("rnn,gru~colour~red", "networks: GRU .* has no setting “colour” to change"),
    ):
        with pytest.raises(SettingError, match=says):
            PAGE_SETTINGS["side"]["networks"].read("networks", text)
    _, problems = together(Experiment.from_params({}), (Wanted("rnn"), Wanted("rnn")), 96)
    assert str(problems[1]).startswith("This is the same run as network 1.")
    assert TEMPLATES.keys() - said == {"side.of_network"}, "that one: tests/playground/runs/test_lengthening.py"
