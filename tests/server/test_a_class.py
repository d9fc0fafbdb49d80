"""Many visitors on one real server: each sees the own run, and what happens to one happens to nobody else."""

import asyncio
import re
from collections.abc import Iterator

import pytest

from benchmarks.client import Visitor
from playground import words
from tests.playground.visitors import alone
from tests.processes import Server, apart

SMALL = {"task": "adding", "length": "8", "hidden": "6", "batch": "4"}
WILD = {**SMALL, "cell": "rnn", "activation": "identity", "optimizer": "sgd", "lr": "10", "clip": "0", "length": "50"}
SLOW = {**SMALL, "length": "200", "hidden": "64", "batch": "32"}
"""At most fifty updates a second or so."""

WINDOW = 4
"""Seconds in which a broken line may be taken up again."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(PLAYGROUND_VISITORS="100") as started:
        yield started


async def leave(visitors: list[Visitor]) -> None:
    for visitor in visitors:
        await visitor.socket.close()


async def arrive(server: Server, *settings: dict[str, str]) -> list[Visitor]:
    visitors = [Visitor(server.address, each) for each in settings]
    for visitor in visitors:
        await visitor.connect()
    await asyncio.gather(*(visitor.open() for visitor in visitors))
    return visitors


def shown(loss: float) -> str:
    return words.number(loss)


def test_thirty_at_once_each_see_their_own_seeds_losses(server: Server) -> None:
    """While all others train, each visitor steps through ten updates and sees those of a run alone."""

    async def scenario() -> None:
        visitors = await arrive(server, *({**SMALL, "seed": str(seed)} for seed in range(1, 31)))

        async def steps(visitor: Visitor) -> list[str]:
            seen = []
            for number in range(1, 6):
                await visitor.press("Update")
                assert visitor.updates == number
                seen.append(visitor.loss)
            return seen

        seen = await asyncio.gather(*map(steps, visitors))
        expected = [[shown(loss) for loss in alone(5, seed=str(seed))] for seed in range(1, 31)]
        assert list(seen) == expected
        assert len({tuple(losses) for losses in seen}) == 30
        await asyncio.gather(*(visitor.press("Train") for visitor in visitors))
        await asyncio.gather(*(visitor.until(10) for visitor in visitors))
        for visitor in visitors:
            await visitor.press("Pause")
            await visitor.press("Update")
            params = {"seed": visitor.settings["seed"]}
            assert visitor.loss == shown(alone(visitor.updates, **params)[-1])
        await leave(visitors)

    apart(scenario())


def test_three_who_explode_disturb_nobody(server: Server) -> None:
    async def scenario() -> None:
        settings = [WILD if k % 10 == 0 else {**SMALL, "seed": str(k)} for k in range(30)]
        visitors = await arrive(server, *settings)

        async def watch(visitor: Visitor) -> str:
            """Until it has come as far as it should, or much too late. A run can explode before its page is drawn."""
            alerts = (await visitor.press("Train")).texts()
            for _ in range(120):
                if "press Reset" in alerts or (visitor.settings is not WILD and visitor.updates > 10):
                    break
                await asyncio.sleep(0.5)
                alerts = (await visitor.tick()).texts()
            return alerts

        texts = await asyncio.gather(*map(watch, visitors))
        for visitor, text in zip(visitors, texts, strict=True):
            exploded = "press Reset" in text
            assert exploded == (visitor.settings is WILD)
            assert exploded or visitor.updates > 10
        for visitor in visitors[::10]:
            await visitor.press("Reset")
            assert visitor.updates == 0
        await leave(visitors)

    apart(scenario())


def test_the_log_is_one_line_an_event(server: Server) -> None:
    lines = [line for line in server.output.splitlines() if "logger=playground" in line]
    assert any("event=started workers=" in line for line in lines)
    assert any(re.search(r"event=pulse visitors=\d+ waiting=0 training=\d+ updates_per_second=\d+", x) for x in lines)
    assert "Traceback" not in server.output


def test_places_tabs_and_broken_lines() -> None:
    """One place: the next visitor waits; a closed tab rests, comes back within the window, and then loses its place."""

    async def scenario(server: Server) -> None:
        (first,) = await arrive(server, SLOW)
        second = Visitor(server.address, {**SMALL, "task": "copy"})
        await second.connect()
        answer = await second.open()
        assert "lets in 1 at once" in answer.texts()
        assert not answer.elements("vega_lite_chart")
        await first.press("Train")
        await first.until(5)

        await first.socket.close()
        await asyncio.sleep(WINDOW - 1)
        before = first.updates
        await first.connect()
        await first.open()
        assert before <= first.updates <= before + 100, "the run is gone, or went on with nobody looking"
        await first.tick()
        await first.until(first.updates + 5)

        assert not (await second.open()).elements("vega_lite_chart")
        await first.socket.close()
        await asyncio.sleep(1)
        assert not (await second.open()).elements("vega_lite_chart"), "the place was given away within the window"
        await asyncio.sleep(WINDOW + 6)
        assert (await second.open()).elements("vega_lite_chart"), "the place is not free after the window"
        assert "training=0" in server.output.split("event=left")[-1].splitlines()[0], "a closed tab trains"
        await second.socket.close()

    ttl = ("--server.disconnectedSessionTTL", str(WINDOW))
    with Server(options=ttl, PLAYGROUND_VISITORS="1") as server:
        apart(scenario(server))


def test_a_tab_that_never_trained_gives_its_place_back_at_once() -> None:
    async def scenario(server: Server) -> None:
        for _ in range(4):
            (visitor,) = await arrive(server, SMALL)
            assert visitor.charts
            await visitor.socket.close()
            await asyncio.sleep(0.3)

    with Server(PLAYGROUND_VISITORS="1") as server:
        apart(scenario(server))
