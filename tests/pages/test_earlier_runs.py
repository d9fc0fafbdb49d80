"""A run that another one replaces is a click away, with the controls as they were for it."""

from streamlit.testing.v1 import AppTest

from tests.pages.opened import charts, opened, session, sound

SMALL = {"length": "8", "hidden": "5", "batch": "2"}


def trained(page: str = "train", **params: str) -> AppTest:
    app = opened(**{**SMALL, **params})
    if page != "train":
        app.switch_page(f"../pages/{page}.py")
        for name, value in {**SMALL, **params}.items():
            app.query_params[name] = value
        app.run()
    app.button(key="step").click().run()
    return sound(app)


def test_undo_brings_run_and_controls_back() -> None:
    app = trained()
    app.selectbox(key="cell").set_value("gru").run()
    assert sound(app).button(key="earlier.0").label == "Bring back: LSTM, 1 updates"
    lines = charts(app)[[chart.alt.startswith("Line chart of the loss") for chart in charts(app)].index(True)]
    assert "LSTM" in lines.tables["earlier"]["label"].to_pylist()
    app.button(key="earlier.0").click().run()
    assert sound(app).selectbox(key="cell").value == "lstm"
    assert session(app).updates == 1
    assert app.query_params["cell"] in ("lstm", ["lstm"])
    assert "earlier.0" not in {button.key for button in app.button}, "the GRU had made no update"


def test_the_last_few_stand_in_a_list() -> None:
    app = trained()
    for cell in ("gru", "rnn"):
        app.selectbox(key="cell").set_value(cell).run()
        app.button(key="step").click().run()
    app.selectbox(key="task").set_value("echo").run()
    labels = {button.key: button.label for button in sound(app).button}
    assert [labels[f"earlier.{place}"] for place in range(3)] == [
        "Bring back: Simple RNN \\(Elman\\) · Adding, 1 updates",
        "GRU \\(PyTorch's form\\) · Adding, 1 updates",
        "LSTM · Adding, 1 updates",
    ]
    app.button(key="earlier.2").click().run()
    assert (app.selectbox(key="task").value, session(sound(app)).experiment.network.cell) == ("adding", "lstm")


def test_side_by_side_the_networks_come_back_too() -> None:
    app = trained("side", networks="rnn,gru")
    app.selectbox(key="side.network.0").set_value("lstm").run()
    app.button(key="earlier.0").click().run()
    assert app.selectbox(key="side.network.0").value == "rnn"
    assert app.session_state["side"].session.updates == 1
    assert [each.network.cell for each in app.session_state["side"].session.experiments] == ["rnn", "gru"]
    sound(app)
