"""The runs before the present one: kept when another begins, brought back bit-equal, within their bytes."""

import numpy as np
import pytest

from engine import Experiment
from engine.run import Run
from engine.saving import load
from playground.charts.curves import EarlierLoss, loss_data
from playground.runs.earlier import MOST, Earlier, fitting
from playground.runs.pool import Pool
from playground.runs.session import Session
from playground.shell.earlier import comparable, name
from tests.engine.runs import assert_same_place
from tests.playground.visitors import chosen, run_of

ROOM = 10**7


def begun(pool: Pool, *others: Experiment, updates: int = 3, **params: str) -> Session:
    session = Session(chosen(**params), pool, *others, earlier_bytes=ROOM)
    for _ in range(updates):
        session.step()
    return session


def expected(experiment: Experiment, updates: int) -> Run:
    run = Run(experiment)
    for _ in range(updates):
        run.update()
    return run


def test_brought_back_it_goes_on_as_if_it_had_never_stopped(pool: Pool) -> None:
    session = begun(pool, cell="gru")
    session.adopt(chosen(cell="lstm"))
    assert [(each.experiments[0].network.cell, each.updates) for each in session.earlier] == [("gru", 3)]
    session.step()
    session.bring_back(session.earlier[0])
    assert session.updates == 3
    session.step()
    assert session.player.times == [0, 1, 2, 3], "its film came back with it"
    assert_same_place(run_of(session), expected(chosen(cell="gru"), 4))
    assert [(each.experiments[0].network.cell, each.updates) for each in session.earlier] == [("lstm", 1)]


@pytest.mark.parametrize("leave", ["cell", "task", "reset", "file"])
def test_whatever_makes_it_go_it_is_kept(pool: Pool, leave: str) -> None:
    session = begun(pool)
    match leave:
        case "cell":
            session.adopt(chosen(cell="rnn"))
        case "task":
            session.adopt(chosen(task="echo", delay="1"))
        case "reset":
            session.reset()
        case "file":
            session.carry_on(chosen(), session.saved())
    (kept,) = session.earlier
    assert kept.updates == 3
    assert kept.experiments == (chosen(),)
    assert isinstance(kept.origins[0], bytes)
    assert_same_place(load(kept.origins[0]), expected(chosen(), 3))


def test_a_run_without_updates_and_one_that_goes_on_are_not_kept(pool: Pool) -> None:
    session = begun(pool, updates=0)
    session.adopt(chosen(cell="rnn"))
    session.step()
    session.adopt(chosen(cell="rnn", lr="0.02"))
    assert session.earlier == ()


def test_without_room_nothing_is_kept_and_it_is_told(pool: Pool) -> None:
    session = begun(pool)
    session.earlier_bytes = 100
    session.reset()
    assert session.earlier == ()
    assert session.too_large


def test_several_side_by_side_come_back_together(pool: Pool) -> None:
    session = begun(pool, chosen(cell="gru"), cell="rnn")
    session.adopt(chosen(cell="lstm"), chosen(cell="gru"))
    session.bring_back(session.earlier[0])
    assert [each.network.cell for each in session.experiments] == ["rnn", "gru"]
    assert session.updates == 3


def kept(size: int, film: int = 0) -> Earlier:
    class Films:
        size = film

    films = (Films(),) if film else ()
    return Earlier((), 1, (b"x" * size,), (), (), films)  # type: ignore[arg-type]  # only its size is asked


def test_films_go_before_runs_and_the_oldest_first() -> None:
    assert len(fitting([kept(1) for _ in range(9)], ROOM)) == MOST
    sizes = [each.size for each in fitting([kept(10, 5), kept(20, 5), kept(30, 5)], 70)]
    assert sizes == [15, 25, 30]
    sizes = [each.size for each in fitting([kept(10, 5), kept(20, 5), kept(30, 5)], 45)]
    assert sizes == [10, 20]
    assert fitting([kept(50)], 45) == ()


@pytest.mark.parametrize(
    ("run", "now", "called"),
    [
        ({"cell": "gru"}, {"cell": "lstm"}, "GRU (PyTorch's form)"),
        ({"hidden": "9", "seed": "4"}, {}, "LSTM · Hidden size H 9 · Seed 4"),
        ({"lr": "0.02"}, {}, "LSTM · Learning rate 0.02"),
        ({}, {}, "LSTM · as now"),
        ({"task": "echo", "length": "9", "delay": "2"}, {}, "LSTM · Echo"),
        ({"length": "12"}, {}, "LSTM · Length T 12"),
        (
            {"hidden": "9", "layers": "2", "lr": "0.1", "seed": "3"},
            {},
            "LSTM · Hidden size H 9 · Layers 2 · Learning rate 0.1 · …",
        ),
    ],
)
def test_it_is_called_by_what_differs(run: dict[str, str], now: dict[str, str], called: str) -> None:
    assert name(chosen(**run), chosen(**now)) == called


def test_losses_of_the_same_task_and_data_can_be_compared() -> None:
    text = {"task": "text", "corpus": "alice", "length": "10"}
    assert comparable(chosen(length="9"), chosen(cell="gru"))
    assert comparable(chosen(**{**text, "length": "20"}), chosen(**text))
    assert not comparable(chosen(**{**text, "corpus": "sonnets"}), chosen(**text))
    assert not comparable(chosen(task="echo", delay="1"), chosen())


def test_pale_lines_end_where_the_axis_does_and_tell_their_names() -> None:
    held_out = np.column_stack([np.arange(0, 5000, 25.0), np.full(200, 0.5), np.zeros(200)])
    rows = held_out[:, :2]
    data = loss_data(held_out[:3, :2], held_out[:3], chosen().task, None, [EarlierLoss("GRU", "#009e73", rows)])
    drawn = data["earlier"].to_pylist()
    assert [row["update"] for row in drawn if row["run"] == 1] == [0, 25, 50, 75, 100]
    assert [row["label"] for row in drawn if row["label"]] == ["GRU"]
    assert [row["early"] for row in drawn if not row["run"]] == [0, 1], "an axis needs a row of every layer"
    assert "earlier" not in loss_data(rows, held_out, chosen().task), "what is not there costs nothing"
