"""The address: the whole experiment, nonsense met with a sentence, and nothing of it ever markup."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from engine import TASKS, Experiment
from engine.experiment import known_settings
from playground import words
from tests.pages.opened import opened, session, sound

ROUND_TRIPS = [
    *({"task": task} for task in TASKS),
    {"task": "hello", "word": "a b\tc & d=e%20#?春é\n€"},
    {"task": "text", "corpus": "own", "text": "Zeile 1\nZeile 2 <b>&amp;</b> $x$"},
    {"task": "forecast", "series": "own", "values": ",".join(str(k * k % 11 - 2.5) for k in range(30))},
    {"task": "order", "cell": "rnn", "activation": "relu", "layers": "3", "direction": "bidirectional"},
    {"task": "adding", "readout": "mean", "optimizer": "adadelta", "lr": "1e-06", "seed": "0", "clip": "0"},
]


@pytest.mark.parametrize("params", ROUND_TRIPS, ids=lambda p: "-".join(p)[:30] + p["task"])
def test_the_address_is_the_experiment(params: dict[str, str]) -> None:
    app = sound(opened(**params))
    assert not app.warning
    experiment = session(app).experiment
    assert experiment == Experiment.from_params(params)
    assert app.query_params == experiment.to_params()
    assert session(sound(opened(**app.query_params))).experiment == experiment


LONG = {
    "text": {"task": "text", "corpus": "own", "text": "the cat sat on the mat. " * 400},
    "values": {"task": "forecast", "series": "own", "values": ",".join(str(k * k % 97) for k in range(4000))},
}


@pytest.mark.parametrize("name", LONG)
def test_data_that_found_no_room_in_the_link_are_asked_for_again(name: str) -> None:
    """Seen by whoever opens the link elsewhere, or reloads the page: the reason is the link, and the rest is kept."""
    app = sound(opened(**LONG[name], hidden="7", cell="gru"))
    link = dict(app.query_params)
    assert name not in link
    again = opened(**link)
    assert "does not hold it" in notice(again)
    assert "it has 0" not in notice(again)
    assert "Hand in your own data" in again.info[0].value
    found = session(again).experiment
    assert (found.network.hidden, found.network.cell) == (7, "gru")
    assert again.get("file_uploader"), "there is where to hand it in"


@pytest.mark.parametrize("name", LONG)
def test_data_of_this_visit_stay(name: str) -> None:
    """Through the preset of another task, and through the link as it was before."""
    app = sound(opened(**LONG[name]))
    mine, link = session(app).experiment, dict(app.query_params)
    app.selectbox(key="preset").select("Copy across a gap").run()
    assert session(app).experiment.task_name == "copy"
    app.query_params.clear()
    for key, value in link.items():
        app.query_params[key] = value
    assert session(sound(app.run())).experiment == mine
    assert not app.warning


@pytest.mark.parametrize(
    ("params", "says"),
    [
        (
            {"task": "forecast", "series": "sunspots", "length": "200"},
            "length must be a whole number from 1 to 60 values; it was given “200”. The series has 309 values, of "
            "which the last 61 are held out; a window and the value after it must fit into those. "
            "Taken instead: length = “60”.",
        ),
        ({"hidden": "four"}, "it was given “four”. Taken instead: hidden = “32”."),
        ({"colour": "red"}, "“colour” is not the name of a setting; the nearest is colours. It was passed over."),
    ],
)
def test_what_was_taken_instead_is_said(params: dict[str, str], says: str) -> None:
    assert says in notice(opened(**params))


def test_a_link_beyond_the_work_of_an_update_is_told_once() -> None:
    app = opened(task="order", length="500", layers="4", direction="bidirectional", hidden="128", batch="256")
    assert notice(app).count("seconds, and 0.5 is the limit") == 1


NONSENSE = [
    ("hidden", "0", "1 to 128"),
    ("hidden", "129", "1 to 128"),
    ("hidden", "ten", "1 to 128"),
    ("hidden", "", "1 to 128"),
    ("layers", "1.5", "1 to 4"),
    ("lr", "nan", "1e-06 to 10"),
    ("lr", "-1", "1e-06 to 10"),
    ("clip", "inf", "0 to 1000"),
    ("batch", "１２", "1 to 256"),
    ("seed", "-1", "0 to 2,147,483,647"),
    ("task", "sorting", "adding, copy, echo"),
    ("cell", "LSTM", "rnn, gru, lstm"),
    ("direction", "up", "forward, backward, bidirectional"),
    ("optimizer", "<b>adam</b>", "sgd, momentum"),
    ("init", "*zeros*", "default, xavier"),
    ("length", "501", "2 to 500"),
    ("forget_bias", "$x$", "to"),
    ("hiden", "8", "the nearest is hidden"),
    ("lenght", "8", "the nearest is length"),
    ("Cell", "gru", "the nearest is cell"),
    ("sead", "8", "the nearest is seed"),
]


def notice(app: AppTest) -> str:
    """The notice as a person reads it: escapes and joiners taken away."""
    assert not app.exception
    assert len(app.warning) == 1
    return re.sub(r"\\(.)", r"\1", app.warning[0].value).replace("\N{WORD JOINER}", "")


@pytest.mark.parametrize(("name", "value", "allowed"), NONSENSE)
def test_nonsense_takes_the_default_and_says_so(name: str, value: str, allowed: str) -> None:
    app = opened(**{name: value})
    said = notice(app)
    assert name in said
    assert allowed in said
    assert value in said or "nearest" in allowed
    assert session(app).experiment == Experiment.from_params({})
    assert app.query_params == Experiment.from_params({}).to_params()


FOREIGN = (
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "fbclid", "gclid", "gbraid", "msclkid"),
    *("twclid", "igshid", "mc_cid", "_ga", "_gl", "ref", "source", "si", "spm", "id", "q", "v", "page", "lang", "hl"),
    *("theme", "from", "share", "date", "time", "version", "user", "who", "networks"),
)


def test_what_others_add_to_a_link_passes_in_silence() -> None:
    app = sound(opened(hidden="9", **dict.fromkeys(FOREIGN, "x")))
    assert not app.warning
    assert session(app).experiment == Experiment.from_params({"hidden": "9"})
    assert app.query_params == session(app).experiment.to_params()


def test_what_is_sound_beside_the_nonsense_is_kept() -> None:
    app = opened(task="echo", delay="40", length="30", hidden="9", lr="fast", cell="gru")
    said = notice(app)
    assert "delay" in said
    assert "lr" in said
    params = session(app).experiment.to_params()
    assert (params["task"], params["hidden"], params["cell"], params["lr"]) == ("echo", "9", "gru", "0.01")


def test_the_notice_can_be_dismissed() -> None:
    app = opened(hidden="no")
    app.button(key="step").click().run()
    notice(app)
    app.button(key="dismiss").click().run()
    assert not sound(app).warning
    assert session(app).updates == 1


def test_a_link_that_asks_for_too_much_work() -> None:
    app = opened(task="adding", length="500", hidden="128", layers="4", batch="256", direction="bidirectional")
    assert "seconds" in notice(app)
    assert session(app).updates == 0


def test_a_causal_task_refuses_other_directions() -> None:
    app = opened(task="hello", direction="backward")
    assert "direction must be forward" in notice(app)
    assert session(app).experiment.network.direction == "forward"


MARKUP = [
    "<img src=x onerror=alert(1)>",
    "**bold**",
    "[a](https://b.c)",
    ":red[x]",
    "$\\frac12$",
    "`code`",
    "![i](https://x.y/z.png)",
]


def texts(app: AppTest) -> list[Any]:
    """Everything on the page that Streamlit reads as Markdown."""
    return [
        element
        for part in (app.main, app.sidebar)
        for kind in ("markdown", "caption", "warning", "error", "header", "subheader", "title", "info", "success")
        for element in part.get(kind)
    ]


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_in_a_link_stays_words(markup: str) -> None:
    app = opened(**{"hidden": markup, "task": markup, markup: "1"})
    said = notice(app)
    assert said.count(markup) == 2, "a name that is like none of ours is somebody else's"
    assert app.warning[0].value.count(words.plain(markup)) == 2
    for element in texts(app):
        assert markup not in element.value
        assert not getattr(element.proto, "allow_html", False)


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_as_an_own_word_stays_words(markup: str) -> None:
    app = sound(opened(task="hello", word=markup))
    app.button(key="step").click().run()
    for element in texts(sound(app)):
        assert markup not in element.value
        assert not getattr(element.proto, "allow_html", False)
    assert session(app).experiment.to_params()["word"] == markup


names = st.sampled_from(sorted(known_settings())) | st.text(max_size=8)
values = st.text(max_size=12) | st.integers().map(str) | st.floats().map(str) | st.sampled_from(sorted(TASKS))


@given(st.dictionaries(names.filter(bool), values, max_size=5))
@settings(max_examples=25)
def test_any_link_opens(params: dict[str, str]) -> None:
    app = opened(**params)
    assert not app.exception
    assert not app.error
    assert session(app).experiment == Experiment.read(params)[0]
    problems = Experiment.read(params)[1]
    assert bool(app.warning) == any(
        "is not the name" not in str(problem) or "nearest" in str(problem) for problem in problems
    )
