"""Train, pause, step, reset: a run as a person drives it, in a real browser."""

import io
import zipfile

import pandas as pd
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.visit import Visit

HELLO = {"task": "hello", "cell": "rnn", "hidden": "12", "batch": "1", "lr": "0.01"}
SMALL = {"task": "adding", "length": "10", "cell": "gru", "hidden": "8"}


def test_something_is_drawn_before_anything_is_pressed(visit: Visit) -> None:
    visit.open()
    assert visit.charts.count() >= 6
    assert visit.updates == 0
    assert float(visit.metric("Held-out loss").inner_text()) > 0
    assert not visit.alerts.count()
    visit.keep("first-sight")


def test_hello_from_the_first_update_to_the_last_letter(visit: Visit) -> None:
    visit.open(**HELLO)
    untrained = visit.picture_of("The network")
    first = visit.step()
    assert visit.updates == 1
    visit.button("Train").click()
    expect(visit.page.get_by_text("4 of 4")).to_be_visible()
    visit.wait_for_updates(300)
    learned = visit.pause()
    assert learned >= 300
    assert visit.metric("Accuracy").inner_text().startswith("100")
    assert visit.picture_of("The network") != untrained
    shown = visit.picture_of("Line chart of the loss")
    visit.page.wait_for_timeout(1000)
    assert visit.updates == learned, "the counter moved while paused"
    assert visit.picture_of("Line chart of the loss") == shown
    visit.keep("hello-learned")
    visit.step()
    assert visit.updates == learned + 1
    visit.reset()
    expect(visit.button("Train")).to_be_enabled()
    assert visit.step() == first


def test_pictures_move_while_training(visit: Visit) -> None:
    visit.open(**SMALL)
    visit.train()
    shown: list[str] = []
    for _ in range(4):
        shown.append(visit.repainted("Heat map of h", shown))
    visit.keep("while-training")
    visit.pause()


def test_no_pause_is_lost(visit: Visit) -> None:
    """While it ticks, no click is lost, and none is handed in twice: a second Pause would be a Train."""
    visit.open(task="adding", length="50", cell="lstm", hidden="32")
    for _ in range(6):
        visit.train()
        paused = visit.pause()
        visit.page.wait_for_timeout(500)
        visit.settled()
        assert visit.updates == paused


def test_it_trains_on_while_the_guide_is_read(visit: Visit) -> None:
    visit.open(**SMALL)
    visit.train(3)
    visit.page.get_by_role("link", name="Guide", exact=True).click()
    expect(visit.page.get_by_role("heading", name="Guide", exact=True)).to_be_visible()
    expect(visit.button("Pause")).to_be_visible()
    on_arrival = visit.updates
    visit.wait_for_updates(on_arrival + 10)
    visit.keep("guide")
    visit.page.get_by_role("link", name="Playground", exact=True).click()
    visit.drawn()
    expect(visit.button("Pause")).to_be_visible()
    assert visit.updates >= on_arrival + 10
    assert visit.params["cell"] == "gru"
    visit.pause()


def test_a_link_brings_the_same_losses_elsewhere(visit: Visit, visitor: Opener) -> None:
    visit.open(**SMALL)
    visit.number("Seed", "7")
    visit.wait_for_param("seed", "7")
    losses = [visit.loss, *(visit.step() for _ in range(4))]
    link = visit.params
    other = visitor()
    other.open(**link)
    assert [other.loss, *(other.step() for _ in range(4))] == losses
    assert other.params == link
    visit.page.reload()
    visit.drawn()
    assert visit.params == link
    assert [visit.loss, *(visit.step() for _ in range(4))] == losses
    assert len(set(losses)) > 1


def test_learning_rate_acts_on_the_running_network(visit: Visit) -> None:
    visit.open(**SMALL)
    visit.train(5)
    before = visit.updates
    visit.number("Learning rate", "0.05")
    visit.wait_for_param("lr", "0.05")
    expect(visit.button("Pause")).to_be_visible()
    visit.wait_for_updates(before + 5)
    assert visit.pause() >= before + 5


def test_another_network_begins_anew(visit: Visit) -> None:
    visit.open(**SMALL)
    visit.train(3)
    visit.choose("Cell", "LSTM")
    visit.wait_for_param("cell", "lstm")
    expect(visit.metric("Updates")).to_have_text("0")
    expect(visit.button("Train")).to_be_enabled()


def test_new_seed(visit: Visit) -> None:
    visit.open(**SMALL)
    first = visit.step()
    visit.button("New seed").click()
    visit.wait_for_param("seed", "2")
    expect(visit.metric("Updates")).to_have_text("0")
    assert visit.step() != first
    expect(visit.page.get_by_role("spinbutton", name="Seed", exact=True)).to_have_value("2")


def test_a_run_that_explodes_says_so(visit: Visit) -> None:
    wild = {"cell": "rnn", "activation": "identity", "optimizer": "sgd", "lr": "10", "clip": "0"}
    visit.open(task="adding", length="50", **wild)
    visit.button("Train").click()
    expect(visit.alerts.filter(has_text="learning rate")).to_be_visible()
    expect(visit.button("Train")).to_be_disabled()
    shown = visit.page.locator("body").inner_text().lower().split()
    assert not {"nan", "inf", "-inf", "infinity", "nan%"} & set(shown)
    visit.keep("exploded")
    visit.number("Clip by norm", "1")
    visit.wait_for_param("clip", "1.0")
    visit.number("Learning rate", "0,001")
    visit.wait_for_param("lr", "0.001")
    visit.reset()
    expect(visit.alerts).to_have_count(0)
    visit.train(3)
    visit.pause()


def test_a_download_holds_the_run_as_it_stands(visit: Visit) -> None:
    visit.open(**SMALL)
    visit.train(5)
    at_least = visit.updates
    with visit.page.expect_download() as download:
        visit.button("Download run").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as files:
        losses = pd.read_csv(files.open("losses.csv"))
    assert losses["update"].tolist() == list(range(1, len(losses) + 1))
    assert len(losses) >= at_least
    visit.pause()
