"""Which networks stand side by side, and that they are fair to each other."""

from contextlib import closing

import pytest

from engine import CELLS, Experiment, FieldError, Run
from engine.budget import memory
from engine.saving import load
from engine.slices import Look, saved
from playground.page_settings import PAGE_SETTINGS
from playground.runs.pool import Pool
from playground.runs.session import Session
from playground.side_choice import FEWEST, KINDS, MOST, fitted, together
from tests.engine.runs import assert_same_place
from tests.playground.here import Here
from tests.playground.visitors import chosen, tick_until

NETWORKS = PAGE_SETTINGS["side"]["networks"]


@pytest.mark.parametrize("text", ["rnn,gru", "rnn,irnn,gru,lstm", "esn,unitary,jordan"])
def test_a_choice_survives_the_link(text: str) -> None:
    assert NETWORKS.write(NETWORKS.read("networks", text)) == text


@pytest.mark.parametrize(
    "text", ["", "rnn", "rnn,rnn", "rnn,foo", "rnn, gru", "rnn,gru,", "RNN,GRU", "rnn,gru,lstm,esn,goru", "," * 9999]
)
def test_a_choice_that_cannot_be(text: str) -> None:
    with pytest.raises(FieldError, match=r"networks must be 2 to 4 different ones of rnn, gru, .*irnn") as problem:
        NETWORKS.read("networks", text)
    assert len(str(problem.value)) < 400


def test_every_cell_can_be_chosen() -> None:
    assert set(NETWORKS.options) == {*CELLS, "irnn"}
    assert len({kind.name for kind in KINDS.values()}) == len(KINDS)


def test_a_cells_own_settings_are_its_own() -> None:
    base = chosen(cell="rnn", activation="sigmoid", layers="2", connection="residual", lr="0.02")
    assert fitted(base, "rnn").experiment == base
    irnn = fitted(base, "irnn").experiment
    assert irnn.network.options["activation"] == "relu"
    assert irnn.network.init == "identity"
    jordan, gru = fitted(base, "jordan"), fitted(base, "gru")
    assert jordan.experiment.network.options["activation"] == CELLS["jordan"].options["activation"].default
    assert (gru.experiment.network.layers, gru.experiment.network.connection) == (2, "residual")
    assert gru.experiment.training == jordan.experiment.training == base.training
    assert not gru.fixed


@pytest.mark.parametrize("key", KINDS)
def test_what_a_cell_fixes_is_said_and_nothing_else_changes(key: str) -> None:
    base = chosen(
        layers="2", direction="bidirectional", transition_depth="1", recurrent_scale="1.5", init="xavier", batch="3"
    )
    member = fitted(base, key)
    mine, theirs = member.experiment.to_params(), base.to_params()
    own = {"cell", *CELLS[KINDS[key].cell].options, *CELLS["lstm"].options, *KINDS[key].settings}
    differ = {name for name in mine.keys() & theirs.keys() if mine[name] != theirs[name]} - own
    assert differ == {fixed.name for fixed in member.fixed}
    assert all(fixed.why.endswith(".") and fixed.value == mine[fixed.name] for fixed in member.fixed)


def test_a_network_that_is_too_heavy_is_left_out() -> None:
    heavy = Experiment.from_params({"cell": "rnn", "length": "500", "hidden": "64", "batch": "64"})
    members, problems = together(heavy, ("rnn", "grid_lstm", "irnn"), 96)
    assert [member.key for member in members] == ["rnn", "irnn"]
    assert "One update of this network would take about" in str(problems["grid_lstm"])


def test_an_update_of_each_takes_no_longer_than_one_may() -> None:
    heavy = Experiment.from_params({"cell": "rnn", "length": "500", "hidden": "64", "batch": "100"})
    members, problems = together(heavy, ("unitary", "lstm", "rnn"), 96)
    assert [member.key for member in members] == ["unitary", "rnn"]
    assert "These 2 networks together would take about" in str(problems["lstm"])


def test_together_they_need_room() -> None:
    base = chosen()
    each = memory(base.task, base.network) / 2**20
    members, problems = together(base, ("rnn", "gru", "lstm", "irnn"), int(2.5 * each))
    assert len(members) == 2
    assert problems.keys() == {"lstm", "irnn"}
    assert "These 3 networks together would need" in str(problems["lstm"])


def side_by_side(pool: Pool, *keys: str, **params: str) -> Session:
    first, *others = (member.experiment for member in together(chosen(**params), keys, 96)[0])
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
        pool.slice(saved, session._held, [()] * 4).result(20), session.experiments, strict=True
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
        monkeypatch.setattr("engine.slices._overflows", lambda run, look: run.experiment.network.cell == "rnn")
        session.step()
        session.look_at(Look(1))
        assert [frame.snapshot.updates for frame in session.frames] == [2, 2]


def test_limits() -> None:
    assert (NETWORKS.low, NETWORKS.high) == (FEWEST, MOST) == (2, 4)
    assert NETWORKS.read("networks", NETWORKS.write(NETWORKS.default)) == NETWORKS.default
