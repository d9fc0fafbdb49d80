"""Everything a person can meet has words, and words from outside stay words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import CELLS, TASKS, Experiment, Run
from engine.architectures import Stack
from engine.experiment import UNWRITTEN
from engine.labels import Label
from engine.learners import Training
from engine.settings import Choice, specs
from engine.tasks.sequence.characters import CORPORA
from playground import words
from playground.links.presets import PRESETS, WRITERS

OWN = [*specs(Stack), *specs(Training), "task", *UNWRITTEN]
FIELDS = [
    *((name, task) for task in TASKS for name in specs(TASKS[task]) if name != "values"),
    *((name, "") for name in OWN),
    *((name, "") for cell in CELLS.values() for name in cell.options),
]
CHOICES = [
    (name, option)
    for owner in (*(specs(task) for task in TASKS.values()), specs(Stack), specs(Training))
    for name, spec in (*owner.items(), *((n, s) for c in CELLS.values() for n, s in c.options.items()))
    if isinstance(spec, Choice)
    for option in spec.options
]


@pytest.mark.parametrize(("name", "task"), sorted(set(FIELDS)))
def test_every_setting_has_a_label_and_a_line_of_help(name: str, task: str) -> None:
    assert words.label(name, task) != name
    assert len(words.help_for(name, task)) > 10


@pytest.mark.parametrize(("name", "option"), sorted(set(CHOICES)))
def test_every_option_has_a_label(name: str, option: str) -> None:
    found = words.declared(name)
    assert found is not None
    cells = {key: cell.about.name for key, cell in CELLS.items()}
    known = cells if name == "cell" else {**words.CHOICES, **found.choices}
    assert words.choice(option, name) == known[option]


def test_options_of_one_setting_have_labels_of_their_own() -> None:
    for name in {name for name, _ in CHOICES}:
        options = {option for n, option in CHOICES if n == name}
        assert len({words.choice(option, name) for option in options}) == len(options)


def test_a_name_means_the_same_in_all_cells() -> None:
    """A cell's settings stand in the link by their names alone, so they are called alike wherever they stand."""
    seen: dict[str, Label] = {}
    for cell in CELLS.values():
        for name, found in cell.about.settings.items():
            assert seen.setdefault(name, found) == found == words.declared(name)


DEEP = [name for name, cell in CELLS.items() if "transition_depth" not in cell.limits({})]


@pytest.mark.parametrize("cell", CELLS)
def test_every_state_and_gate_has_words(cell: str) -> None:
    task, params = ("adding", {"transition_depth": "1"}) if cell in DEEP else ("adding", {})
    run = Run(Experiment.from_params({"task": task, "cell": cell, "hidden": "4", "length": "10", **params}))
    layer_trace = run.trace().layers[0][0]
    for name in (*layer_trace.state, *layer_trace.gates, "gradient"):
        title, look_for = words.quantity(cell, name)
        assert title
        assert look_for.endswith(".")


def test_no_words_without_a_use() -> None:
    assert words.FIELDS.keys() <= set(OWN)
    for task in TASKS.values():
        assert task.about.settings.keys() == specs(task).keys()
    for cell in CELLS.values():
        assert cell.about.settings.keys() == cell.options.keys()


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_valid(name: str) -> None:
    experiment = Experiment.from_params(PRESETS[name])
    assert Experiment.from_params(experiment.to_params()) == experiment


@given(st.text(max_size=60))
def test_plain_text_has_no_markup(text: str) -> None:
    escaped = words.plain(text)
    assert "\n" not in escaped
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`<>\[\]$#~|:&]", escaped)
    joined = escaped.replace("\N{WORD JOINER}", "") if "\N{WORD JOINER}" not in text else escaped
    if "\N{WORD JOINER}" not in text:
        assert re.sub(r"\\(.)", r"\1", joined) == text.replace("\n", " ")


@given(st.floats())
def test_numbers_are_never_nan(value: float) -> None:
    assert not re.search("nan|inf", words.number(value))


def test_every_text_that_ships_has_settings_that_learn_it() -> None:
    assert set(WRITERS) == set(CORPORA)
