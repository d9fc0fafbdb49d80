"""Which networks stand side by side, and that they are fair to each other."""

from contextlib import closing

import pytest

from engine import CELLS, Experiment, Run, SettingError
from engine.budget import memory
from engine.saving import load
from engine.slices import ProbeRequest, saved
from playground.links.page_settings import PAGE_SETTINGS
from playground.links.variants import (
    FEWEST,
    KINDS,
    MOST,
    Wanted,
    another,
    changeable,
    fitted,
    name_of,
    overruled,
    together,
)
from playground.runs.pool import Pool
from playground.runs.session import Session
from tests.engine.runs import assert_same_place
from tests.playground.here import Here
from tests.playground.visitors import chosen, tick_until

NETWORKS = PAGE_SETTINGS["side"]["networks"]


def wanted(*texts: str) -> tuple[Wanted, ...]:
    return tuple(Wanted.read("networks", text) for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        "rnn,gru",
        "rnn,irnn,gru,lstm",
        "esn,unitary,jordan",
        "lstm,lstm~lr~0.001",
        "rnn~activation~relu~seed~7,rnn,gru~optimizer~sgd~clip~0.0~truncate~5",
        "gru~layers~3~windows~2%2C3,gru~direction~backward",
        "clockwork~periods~1%2C2,clockwork~periods~1%2C4",
    ],
)
def test_a_choice_survives_the_link(text: str) -> None:
    assert NETWORKS.write(NETWORKS.read("networks", text)) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "2 to 4 of rnn, gru"),
        ("rnn", "2 to 4 of rnn, gru"),
        ("rnn,gru,lstm,esn,goru", "2 to 4 of"),
        ("," * 9999, "2 to 4 of"),
        ("rnn,foo", "“foo”"),
        ("rnn, gru", "“ gru”"),
        ("rnn,gru,", "“”"),
        ("RNN,GRU", "“RNN”"),
        ("rnn,lstm~lr", "after each of its up to 6 changed settings its value"),
        ("rnn,lstm" + "~lr~0.1" * 7, "up to 6 changed settings"),
        ("rnn,lstm~lr~99", "lr must be a number from"),
        ("rnn,lstm~lr~0,001", "lr must be a number"),
        ("rnn,lstm~length~9", "LSTM has no setting “length” to change"),
        ("rnn,lstm~cell~gru", "no setting “cell”"),
        ("rnn,irnn~activation~tanh", "IRNN has no setting “activation” to change"),
        ("rnn,gru~forget_bias~1", "no setting “forget_bias”"),
        ("rnn,lstm~<b>~1", "no setting “<b>”"),
    ],
)
def test_a_choice_that_cannot_be(text: str, words: str) -> None:
    with pytest.raises(SettingError, match=words) as problem:
        NETWORKS.read("networks", text)
    assert len(str(problem.value)) < 400


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_can_differ_and_the_link_keeps_it(kind: str) -> None:
    """From one change to the next: it is read back, gives another run, and nothing but it is another."""
    layers = "1" if kind == "jordan" else "2"
    base = chosen(layers=layers, hidden="16", cell=KINDS[kind].cell)
    plain = Wanted(kind)
    for name, spec in changeable(kind).items():
        value = another(spec, getattr(base.training, name, getattr(base.network, name, spec.default)))
        changed = plain.changed(name, spec.write(value))
        assert Wanted.read("networks", changed.write()) == changed
        assert "," not in changed.write()
        members, problems = together(base, [changed], 96)
        if problems:  # a limit of the cell's or the task's, said with its reason
            assert name in problems[0].fields
            continue
        mine = members[0].experiment.to_params()
        theirs = fitted(base, plain).experiment.to_params()
        assert {each for each in mine if mine[each] != theirs[each]} == {name}
        assert mine[name] == spec.write(value)


def test_the_same_cell_twice_with_another_learning_rate() -> None:
    base = chosen(cell="lstm", lr="0.01")
    members, problems = together(base, wanted("lstm", "lstm~lr~0.001", "lstm~lr~0.01", "lstm~seed~2"), 96)
    assert [member.experiment.training.lr for member in members] == [0.01, 0.001, 0.01]
    assert [member.name for member in members] == ["LSTM", "LSTM · Learning rate 0.001", "LSTM · Seed 2"]
    assert problems.keys() == {2}
    assert "the same run as network 1" in str(problems[2])


def test_another_kind_keeps_the_changes_that_it_knows() -> None:
    (network,) = wanted("lstm~forget_bias~2.0~lr~0.1")
    assert network.turned("gru").write() == "gru~lr~0.1"
    assert network.without("lr").write() == "lstm~forget_bias~2.0"
    assert name_of(network.turned("irnn")) == "IRNN · Learning rate 0.1"


def test_a_change_that_the_cell_does_not_allow_is_said_and_not_dropped() -> None:
    members, problems = together(chosen(), wanted("rnn", "gru", "jordan~layers~2"), 96)
    assert len(members) == 2
    assert str(problems[2]).startswith("layers must be 1; it was given “2”.")


def test_which_controls_of_the_sidebar_mean_nothing() -> None:
    assert overruled("lstm", wanted("lstm", "gru")) == {"cell"}
    assert overruled("lstm", wanted("rnn", "gru")) == {"cell", "forget_bias"}
    assert overruled("rnn", wanted("irnn", "gru")) == {"cell", "activation"}
    assert overruled("gru", wanted("gru~lr~0.1", "gru~lr~0.2")) == {"cell", "lr"}


def test_every_cell_can_be_chosen() -> None:
    assert set(KINDS) == {*CELLS, "irnn"}
    assert len({kind.name for kind in KINDS.values()}) == len(KINDS)


def test_a_cells_own_settings_are_its_own() -> None:
    base = chosen(cell="rnn", activation="sigmoid", layers="2", connection="residual", lr="0.02")
    assert fitted(base, Wanted("rnn")).experiment == base
    irnn = fitted(base, Wanted("irnn")).experiment
    assert irnn.network.options["activation"] == "relu"
    assert irnn.network.init == "identity"
    jordan, gru = fitted(base, Wanted("jordan")), fitted(base, Wanted("gru"))
    assert jordan.experiment.network.options["activation"] == CELLS["jordan"].options["activation"].default
    assert (gru.experiment.network.layers, gru.experiment.network.connection) == (2, "residual")
    assert gru.experiment.training == jordan.experiment.training == base.training
    assert not gru.fixed


@pytest.mark.parametrize("key", KINDS)
def test_what_a_cell_fixes_is_said_and_nothing_else_changes(key: str) -> None:
    base = chosen(
        layers="2", direction="bidirectional", transition_depth="1", recurrent_scale="1.5", init="xavier", batch="3"
    )
    member = fitted(base, Wanted(key))
    mine, theirs = member.experiment.to_params(), base.to_params()
    own = {"cell", *CELLS[KINDS[key].cell].options, *CELLS["lstm"].options, *KINDS[key].settings}
    differ = {name for name in mine.keys() & theirs.keys() if mine[name] != theirs[name]} - own
    assert differ == {fixed.name for fixed in member.fixed}
    assert all(str(fixed.why).endswith(".") and fixed.value == mine[fixed.name] for fixed in member.fixed)


def test_a_network_that_is_too_heavy_is_left_out() -> None:
    heavy = Experiment.from_params({"cell": "rnn", "length": "500", "hidden": "64", "batch": "64"})
    members, problems = together(heavy, wanted("rnn", "grid_lstm", "irnn"), 96)
    assert [member.wanted.kind for member in members] == ["rnn", "irnn"]
    assert "One update of this network would take about" in str(problems[1])


def test_an_update_of_each_takes_no_longer_than_one_may() -> None:
    heavy = Experiment.from_params({"cell": "rnn", "length": "500", "hidden": "64", "batch": "100"})
    members, problems = together(heavy, wanted("unitary", "lstm", "rnn"), 96)
    assert [member.wanted.kind for member in members] == ["unitary", "rnn"]
    assert "These 2 networks together would take about" in str(problems[1])


def test_together_they_need_room() -> None:
    base = chosen()
    each = memory(base.task, base.network) / 2**20
    members, problems = together(base, wanted("rnn", "gru", "lstm", "irnn"), int(2.5 * each))
    assert len(members) == 2
    assert problems.keys() == {2, 3}
    assert "These 3 networks together would need" in str(problems[2])


def side_by_side(pool: Pool, *keys: str, **params: str) -> Session:
    first, *others = (member.experiment for member in together(chosen(**params), wanted(*keys), 96)[0])
    return Session(first, pool, *others)


def test_all_make_the_same_updates_and_each_its_own_course(pool: Pool) -> None:
    session = side_by_side(pool, "rnn", "irnn", "lstm", "esn")
    session.play()
    tick_until(session, 26)
    session.pause()
    session.step()
    counts = {frame.snapshot.updates for frame in session.frames}
    assert len(counts) == 1
    for file, experiment in zip(
        pool.slice(saved, session._handle, [()] * 4).result(20), session.experiments, strict=True
    ):
        alone = Run(experiment)
        for _ in range(session.updates):
            alone.update()
        assert_same_place(load(file), alone)


def test_who_explodes_stands_still_and_the_others_go_on(pool: Pool) -> None:
    session = side_by_side(pool, "rnn", "gru", lr="10", clip="0", cell="rnn", activation="identity", length="30")
    while not session.frame.snapshot.explosion:
        session.step()
    session.step()
    rnn, gru = session.frames
    assert rnn.snapshot.explosion is not None
    assert rnn.snapshot.updates < gru.snapshot.updates == session.updates
    assert not session.exploded


def test_a_network_that_overflows_on_the_probe_alone_costs_nobody_an_update(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Here(1)) as pool:
        session = side_by_side(pool, "rnn", "gru")
        monkeypatch.setattr("engine.slices._overflows", lambda run, request: run.experiment.network.cell == "rnn")
        session.step()
        session.request_probe(ProbeRequest(1))
        assert [frame.snapshot.updates for frame in session.frames] == [2, 2]


def test_limits() -> None:
    assert (NETWORKS.low, NETWORKS.high) == (FEWEST, MOST) == (2, 4)
    assert NETWORKS.read("networks", NETWORKS.write(NETWORKS.default)) == NETWORKS.default
