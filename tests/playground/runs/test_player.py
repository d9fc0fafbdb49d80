"""Going back through the film: what is shown, what goes on meanwhile, and that the present is always there again."""

import time

import torch

from engine import Experiment
from engine.film import due
from engine.slices import ProbeRequest
from playground.runs.pool import Pool
from playground.runs.session import Session
from playground.shell import film_bar
from tests.engine.runs import same, trained
from tests.playground.visitors import alone, chosen, losses, tick_until

EXPLODING = {"cell": "rnn", "activation": "identity", "init": "identity", "optimizer": "sgd", "lr": "10", "clip": "0"}


def after(session: Session, updates: int) -> Session:
    while session.updates < updates:
        session.step()
    return session


def test_before_training_there_is_nothing_to_go_back_to(session: Session) -> None:
    assert session.player.times == []
    session.play_film()
    assert not session.player.playing
    assert session.shown == session.frames


def test_looking_back_shows_what_was_to_be_seen_then(session: Session) -> None:
    after(session, 20)
    session.look_back(7)
    (shown,) = session.shown
    then = trained(7)
    assert shown.snapshot.updates == 7
    assert torch.equal(shown.result.checkpoint.weights, then.checkpoint().weights)
    assert same(shown.result.trace.layers[0][0].state, then.trace().layers[0][0].state)
    session.request_probe(ProbeRequest(probe=3))
    assert same(session.shown[0].result.trace.layers[0][0].state, then.trace(3).layers[0][0].state)
    assert session.frame.snapshot.updates == 20, "the run itself is where it was"
    session.look_back(None)
    assert session.shown == session.frames


def test_looking_back_stops_the_training_and_training_leads_back_to_the_present(session: Session) -> None:
    session.play()
    tick_until(session, 10)
    session.look_back(3)
    assert not session.playing
    before = session.updates
    session.play()
    assert session.player.at is None
    tick_until(session, before + 3)
    session.pause()
    assert losses(session) == alone(5)


def test_the_film_plays_from_the_start_to_the_present(session: Session) -> None:
    after(session, 20)
    session.play_film()
    seen = []
    end = time.monotonic() + 20
    while session.player.playing and time.monotonic() < end:
        session.tick()
        frame = session.shown[0]
        session.player.drawn()
        if not seen or seen[-1] != frame.snapshot.updates:
            seen.append(frame.snapshot.updates)
        time.sleep(0.005)
    expected = [number for number in range(20) if due(number)]
    assert [number for number in seen if number != 20] == expected
    assert session.player.at is None
    assert session.shown == session.frames


def test_the_film_goes_on_from_where_one_looks_back(session: Session) -> None:
    after(session, 12)
    session.look_back(9)
    session.play_film()
    assert session.player.at == 9
    assert session.player.playing
    session.step()
    assert session.player.at is None
    assert session.updates == 13


def test_another_run_has_another_film(session: Session) -> None:
    after(session, 12)
    session.look_back(5)
    session.reset()
    assert session.player.at is None
    assert session.player.times == []


def test_runs_side_by_side_are_shown_at_the_same_moment(pool: Pool) -> None:
    session = Session(chosen(), pool, chosen(cell="gru"), chosen(cell="rnn"))
    after(session, 20)
    session.look_back(11)
    assert [frame.snapshot.updates for frame in session.shown] == [11] * 3
    for frame, cell in zip(session.shown, ("lstm", "gru", "rnn"), strict=True):
        assert torch.equal(frame.result.checkpoint.weights, trained(11, cell=cell).checkpoint().weights)


def test_films_side_by_side_share_the_room_and_keep_the_same_moments(pool: Pool) -> None:
    session = Session(chosen(hidden="32"), pool, chosen(cell="rnn", hidden="8"), film_bytes=500_000)
    after(session, 60)
    assert 250_000 < sum(kept.size for kept in session.player.films) <= 500_000
    for kept in session.player.films:
        assert session.player.times == [checkpoint.updates for checkpoint in kept.checkpoints]


def test_one_that_exploded_is_shown_as_it_was_last(pool: Pool) -> None:
    session = Session(chosen(length="20", **EXPLODING), pool, chosen(length="20"))
    after(session, 60)
    exploded = session.frames[0].snapshot
    assert exploded.explosion is not None
    assert not session.exploded, "the other goes on"
    session.look_back(session.player.times[-1])
    one, other = session.shown
    assert one.snapshot.updates <= exploded.updates < other.snapshot.updates


def test_a_smaller_film_is_thinned_now_and_later(session: Session) -> None:
    after(session, 30)
    session.look_back(29)
    session.limit_film(session.frame.result.checkpoint.size * 10)
    assert len(session.player.times) <= 10
    assert session.player.at is None, "the moment shown is no longer there"
    session.reset()
    after(session, 30)
    assert len(session.player.times) <= 10


def test_the_saved_run_brings_its_film(session: Session, pool: Pool) -> None:
    after(session, 15)
    other = Session(Experiment.from_params({}), pool)
    other.carry_on(session.experiment, session.saved())
    assert other.player.times == session.player.times
    other.look_back(4)
    assert torch.equal(other.shown[0].result.checkpoint.weights, trained(4).checkpoint().weights)


def test_while_training_there_is_nothing_to_choose(session: Session) -> None:
    """A slider that gets other options every second tells of places that nobody chose."""
    after(session, 12)
    assert film_bar.options(session) == session.player.times != []
    session.play()
    assert film_bar.options(session) == []
    session.pause()
    assert film_bar.options(session) == session.player.times
