"""The catalogue: every cell's card whole, two of them compared, and the way into the playground."""

import pytest
from streamlit.testing.v1 import AppTest

from engine import CELLS, Experiment
from engine.cells import FAMILIES
from engine.cells.equations import described
from engine.cells.sizes import weights
from playground import words
from playground.views.cells import words as say
from playground.views.cells.catalogue import title
from tests.pages.opened import ENTRY, charts, opened, session, sound

CARD = ("Equations", "Wiring", "State and gates", "Shapes and ranges", "Source, and what others do", "Settings")


def catalogue(**params: str) -> AppTest:
    """The page "Cells", opened by a link."""
    app = AppTest.from_file(str(ENTRY), default_timeout=60)
    for name, value in params.items():
        app.query_params[name] = value
    app.switch_page("../pages/cells.py")
    return sound(app.run())


def text(app: AppTest) -> str:
    return "\n".join(element.value for kind in ("header", "markdown", "caption") for element in app.main.get(kind))


@pytest.mark.parametrize("key", CELLS)
def test_every_cell_says_all_of_itself(key: str) -> None:
    cell = CELLS[key]
    about = cell.about
    assert about.family in FAMILIES
    assert 1943 <= about.year <= 2030
    for sentence in (about.name, about.paper, about.problem, about.look):
        assert sentence == sentence.strip() != ""
    assert about.problem.endswith(".")
    assert about.look.endswith(".")
    experiment = Experiment.from_params({"cell": key, **about.best})
    assert experiment.network.cell == key
    assert described(cell).shapes
    assert described(cell).source
    for heading, look_for in about.quantities.values():
        assert heading
        assert look_for.endswith(".")


@pytest.mark.parametrize("key", CELLS)
def test_a_card_shows_everything(key: str) -> None:
    app = catalogue(cell=key)
    about = CELLS[key].about
    assert app.selectbox(key="cells.cell").value == key
    shown = text(app)
    assert about.name in [element.value for element in app.header]
    assert str(about.year) in shown
    for heading in CARD:
        assert f"### {heading}" in shown
    assert "**Invented for.**" in shown
    assert "**Try.**" in shown
    assert r"\begin{aligned}" in app.latex[0].value
    assert any(chart.alt.startswith("Wiring of one step") and about.name in chart.alt for chart in charts(app))
    for heading, _ in about.quantities.values():
        assert words.plain(heading) in shown
    for option, spec in CELLS[key].options.items():
        assert words.plain(words.label(option)) in shown
        assert words.plain(words.span(spec, option)) in shown
    count = sum(each.numbers for each in weights(CELLS[key], 8, 32, 8))
    assert f"**{count:,}**" in shown
    assert [button.label for button in app.main.button].count("Open in the playground") == 1


def test_counts_follow_the_sizes() -> None:
    app = catalogue(cell="rnn")
    app.slider(key="cells.inputs").set_value(3)
    app.slider(key="cells.hidden").set_value(5).run()
    assert f"**{5 * 3 + 5 * 5 + 2 * 5:,}**" in text(sound(app))
    app.selectbox(key="cells.cell").select("jordan").run()
    app.slider(key="cells.answers").set_value(2).run()
    assert f"**{5 * 3 + 5 * 2 + 5 + 2 * 5 + 2:,}**" in text(sound(app))


def test_a_reservoir_has_nothing_to_train() -> None:
    assert "**None** is trained" in text(catalogue(cell="esn"))
    assert not any(each.trained for each in weights(CELLS["esn"], 2, 4, 1))


def test_a_cell_that_sets_its_own_input_size() -> None:
    app = catalogue(cell="grid_lstm")
    assert app.slider(key="cells.inputs").disabled
    assert "64 = 2·H" in text(app)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_filters(family: str) -> None:
    app = catalogue(cell="lstm")
    sound(app.pills(key="cells.family").set_value(family).run())
    offered = app.selectbox(key="cells.cell").options
    members = [key for key, cell in CELLS.items() if cell.about.family == family]
    assert sorted(offered) == sorted(title(key) for key in members)
    assert app.selectbox(key="cells.cell").value in members
    assert say.FAMILIES[family][1] in text(app)


@pytest.mark.parametrize("key", CELLS)
def test_the_button_opens_the_cell(key: str) -> None:
    app = catalogue(task="copy", cell="rnn" if key != "rnn" else "gru")
    app.selectbox(key="cells.cell").select(key).run()
    button = next(each for each in app.main.button if each.label == "Open in the playground")
    sound(button.click().run())
    wanted = Experiment.from_params({"cell": key, **CELLS[key].about.best})
    assert session(app).experiment == wanted
    assert app.query_params == wanted.to_params()
    assert app.selectbox(key="cell").value == key
    assert "Loss" in [element.value for element in app.main.header]


def test_two_cells_side_by_side() -> None:
    app = catalogue(cell="lstm")
    sound(app.selectbox(key="cells.other").select("lstm_peephole").run())
    shown = text(app)
    assert words.plain("Both make g, c and h alike. They differ in i, f and o.") in shown
    assert "5,376" in shown
    assert "5,472" in shown
    assert r"\underline{\textcolor" in "\n".join(element.value for element in app.get("latex") or app.markdown)
    app.selectbox(key="cells.cell").select("lstm_1997").run()
    app.selectbox(key="cells.other").select("lstm").run()
    shown = text(sound(app))
    assert words.plain("Only LSTM has f.") in shown
    assert "No $f_{t}$ here." in shown


def test_a_cell_is_not_compared_with_itself() -> None:
    app = catalogue(cell="gru")
    app.selectbox(key="cells.other").select("lstm").run()
    sound(app.selectbox(key="cells.cell").select("lstm").run())
    assert app.selectbox(key="cells.other").value is None


def test_the_catalogue_leaves_the_run_alone() -> None:
    app = sound(opened(task="hello", cell="gru", hidden="8"))
    app.button(key="step").click().run()
    begun = session(app).beginnings
    app.switch_page("../pages/cells.py").run()
    sound(app.selectbox(key="cells.cell").select("unitary").run())
    assert session(app).beginnings == begun
    assert session(app).updates == 1
    assert session(app).experiment.network.cell == "gru"
