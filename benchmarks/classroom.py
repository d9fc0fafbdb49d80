"""A whole class on one real server: every visitor trains an LSTM on adding T=50 with all pictures live.

`python -m benchmarks.classroom --visitors 30 --hz 2 [--json]` starts the server and as many visitors, who arrive in the
same second, press Train, and from then on ask for a frame so many times a second each, as a page's timer does. A frame
that has not come when the next is due counts as not answered. `--workers 2` starts a Dask cluster and puts the slices
there; `--ticks 10000` ends after so many frames instead of after `--seconds`, and tells whether memory stays flat.
`--hidden 128` makes every visitor's film full after some 15 updates, since a moment of so large a network is 270 kB.
"""

import argparse
import asyncio
import math
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import measure
from benchmarks.client import Visitor
from benchmarks.training import bare_rate
from tests.processes import Scheduler, Server, Worker, wait_until

SETTINGS = {"task": "adding", "length": "50", "cell": "lstm"}
PICTURES = 9
"""At least so many are live."""

CLICKING = 10
"""Visitors who press buttons, at most, once everything else is measured."""

WARM_UP = 6.0
"""Seconds until the pages have found their pace."""

ANSWERED, P95_MS, EVEN, MEMORY_MB, ARRIVAL, ANEW, OVER_BARE = 0.995, 60.0, 0.15, 1000.0, 2.0, 1.0, 0.5
CLICK_MS = 150.0
"""The targets."""


@dataclass
class Watch:
    """What was seen of the class while it was measured."""

    asked: int = 0
    seen: dict[int, bytes] = field(default_factory=dict)
    anew: dict[int, float] = field(default_factory=dict)
    gaps: dict[int, list[float]] = field(default_factory=dict)
    durations: list[float] = field(default_factory=list)
    memory: list[tuple[int, float]] = field(default_factory=list)


def children(pid: int) -> list[int]:
    """The processes that a process has started, such as its workers."""
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def memory(pid: int) -> float:
    """MB that a process and its children hold, what they share counted once (proportional set size)."""
    total = 0
    for each in (pid, *children(pid)):
        lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def cores(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy() -> float:
    """Seconds of processor time that everything on this machine has used."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


async def request(visitor: Visitor, hz: float, offset: float, until: float, watch: Watch) -> None:
    """Ask for frames on time until it is `until`; a frame that is due while another is under way is not answered."""
    due = time.perf_counter() + offset
    while due < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        answer = await visitor.tick()
        assert visitor.charts >= PICTURES, "the pictures are missing"
        watch.durations.append(answer.seconds)
        states = answer.elements("vega_lite_chart")[-1].SerializeToString()
        now = time.perf_counter()
        if watch.seen.get(id(visitor), states) != states:
            watch.gaps.setdefault(id(visitor), []).append(now - watch.anew[id(visitor)])
        if watch.seen.get(id(visitor)) != states:
            watch.anew[id(visitor)] = now
        watch.seen[id(visitor)] = states
        missed = int(max(0.0, time.perf_counter() - due) * hz)
        watch.asked += 1 + missed
        due += (1 + missed) / hz


async def in_class(visitors: list[Visitor], hz: float, seconds: float, watch: Watch) -> None:
    """All visitors, spread evenly over a tick."""
    until = time.perf_counter() + seconds
    await asyncio.gather(*(request(v, hz, k / len(visitors) / hz, until, watch) for k, v in enumerate(visitors)))


async def lesson(server: Server, size: int, hz: float, seconds: float, ticks: int, hidden: int) -> dict[str, Any]:
    """Arrive, train, measure."""
    settings = {**SETTINGS, "hidden": str(hidden)}
    async with Visitor(server.address, settings) as first:
        await first.open()  # The imports are the server's start, not a visitor's wait.
    visitors = [Visitor(server.address, {**settings, "seed": str(seed)}) for seed in range(1, size + 1)]

    async def arrive(visitor: Visitor) -> float:
        start = time.perf_counter()
        await visitor.connect()
        await visitor.open()
        return time.perf_counter() - start

    arrivals = await asyncio.gather(*map(arrive, visitors))
    await asyncio.gather(*(visitor.press("Train") for visitor in visitors))
    await in_class(visitors, hz, WARM_UP, Watch())
    watch, before, start = Watch(), [v.updates for v in visitors], time.perf_counter()
    cpu, own, everything = cores(server.pid), time.process_time(), busy()
    trainers = children(server.pid)
    trained = sum(map(cores, trainers))
    watch.memory.append((0, memory(server.pid)))
    span = ticks / (size * hz) if ticks else seconds
    parts = 10
    for _ in range(parts):
        await in_class(visitors, hz, span / parts, watch)
        watch.memory.append((len(watch.durations), memory(server.pid)))
    passed = time.perf_counter() - start
    made = [visitor.updates - updates for visitor, updates in zip(visitors, before, strict=True)]
    used, client = (cores(server.pid) - cpu) / passed, (time.process_time() - own) / passed
    trained = (sum(map(cores, trainers)) - trained) / passed
    rest = (busy() - everything) / passed - used - client - trained
    pressed = await clicks(visitors, hz)
    for visitor in visitors:
        await visitor.socket.close()
    return {
        "clicks": statistics.quantiles(pressed, n=20)[-1],
        # Of the visitor who waits longest, on the mean.
        "pictures": max(statistics.mean(gaps) for gaps in watch.gaps.values()) if len(watch.gaps) == size else math.inf,
        "answered": len(watch.durations) / watch.asked,
        "ticks": len(watch.durations),
        "p50": 1000 * statistics.median(watch.durations),
        "p95": 1000 * statistics.quantiles(watch.durations, n=20)[-1],
        "longest": 1000 * max(watch.durations),
        "updates/s": sum(made) / passed,
        "uneven": max(abs(m / statistics.mean(made) - 1) for m in made) if sum(made) else float("nan"),
        "memory": max(mb for _, mb in watch.memory),
        "growth": statistics.mean(mb for _, mb in watch.memory[-3:])
        - statistics.mean(mb for _, mb in watch.memory[3:6]),
        "arrival": max(arrivals),
        "cores": used,
        "trainers": trained,
        "client": client,
        "rest": rest,
    }


async def clicks(visitors: list[Visitor], hz: float) -> list[float]:
    """Milliseconds until a click is answered, while all others go on: each of some visitors presses four buttons."""
    durations: list[float] = []
    some = visitors[:CLICKING]

    async def press() -> None:
        for visitor in some:
            for button in ("Pause", "Update", "Reset", "Train"):
                durations.append(1000 * (await visitor.press(button)).seconds)

    pressing = asyncio.ensure_future(press())
    while not pressing.done():
        await in_class(visitors[CLICKING:], hz, 1.0, Watch())
    await pressing
    return durations


@contextmanager
def started(workers: int, size: int) -> Iterator[Server]:
    """The server, with room for all; on a cluster of so many workers, if any."""
    with ExitStack() as stack:
        settings = {"PLAYGROUND_VISITORS": str(size + 1)}
        if workers:
            scheduler = stack.enter_context(Scheduler())
            for _ in range(workers):
                stack.enter_context(Worker(scheduler))
            settings["DASK_SCHEDULER_ADDRESS"] = scheduler.address
        yield stack.enter_context(Server(**settings))


def measured(
    size: int, hz: float, seconds: float, ticks: int = 0, workers: int = 0, hidden: int = 32
) -> dict[str, Any]:
    """One class on a fresh server."""
    with started(workers, size) as server:
        seen = asyncio.run(lesson(server, size, hz, seconds, ticks, hidden))
        wait_until(lambda: server.alive, "The server's survival", 1)
        assert "Traceback" not in server.output, server.output
        return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--hz", type=float, default=2.0, help="frames a second that each visitor asks for")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--ticks", type=int, default=0, help="frames of all visitors, instead of --seconds")
    parser.add_argument("--workers", type=int, default=0, help="Dask workers on which slices run; 0: the server's own")
    parser.add_argument("--hidden", type=int, default=32, help="units of every visitor's LSTM")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    asked = parser.parse_args()
    alone = bare_rate({**SETTINGS, "hidden": str(asked.hidden)})
    seen = measured(asked.visitors, asked.hz, asked.seconds, asked.ticks, asked.workers, asked.hidden)
    over_bare = seen["updates/s"] / alone
    rows = [
        (
            "ticks answered before the next was due",
            seen["answered"],
            "",
            f"≥ {ANSWERED:g}",
            seen["answered"] >= ANSWERED,
        ),
        ("a tick, median", seen["p50"], "ms", "", None),
        ("a tick, 95 %", seen["p95"], "ms", f"≤ {P95_MS:g}", seen["p95"] <= P95_MS),
        ("a tick, longest", seen["longest"], "ms", "", None),
        ("updates, furthest from the mean", seen["uneven"], "", f"≤ {EVEN:g}", seen["uneven"] <= EVEN),
        ("updates, all visitors together", seen["updates/s"], "/s", "", None),
        ("over the bare loop on one core", over_bare, "", f"≥ {OVER_BARE:g}", over_bare >= OVER_BARE),
        ("between new pictures, the slowest visitor", seen["pictures"], "s", f"≤ {ANEW:g}", seen["pictures"] <= ANEW),
        ("a click, 95 %", seen["clicks"], "ms", f"≤ {CLICK_MS:g}", seen["clicks"] <= CLICK_MS),
        ("first page, the slowest of all at once", seen["arrival"], "s", f"≤ {ARRIVAL:g}", seen["arrival"] <= ARRIVAL),
        ("server and workers, highest", seen["memory"], "MB", f"≤ {MEMORY_MB:g}", seen["memory"] <= MEMORY_MB),
        ("growth over the second half", seen["growth"], "MB", "", None),
        ("processor time of the server", seen["cores"], "cores", "", None),
        ("of its workers", seen["trainers"], "cores", "", None),
        ("of this client", seen["client"], "cores", "", None),
        ("of all else, the cluster too", seen["rest"], "cores", "", None),
    ]
    names = ("measure", "value", "unit", "target", "met")
    title = f"{asked.visitors} visitors at {asked.hz:g} Hz, {seen['ticks']:,} ticks"
    load = f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    measure.show({title: [dict(zip(names, row, strict=True)) for row in rows], "load": load}, asked.json)


if __name__ == "__main__":
    main()
