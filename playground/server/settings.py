"""What whoever runs a server can set, all of it from environment variables; docs/run.md lists them."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.settings import SettingError, Text, Whole, setting, specs

log = logging.getLogger(__name__)


QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Where Linux says how much processor time a container gets: microseconds in each period of so many, or "max"."""

MOST_CORES = 4
"""More than these cores are not taken unless asked for: each worker needs some 250 MB."""


def cores(quota: Path = QUOTA) -> int:
    """How many cores this process may use, one at least; of a container the share it has, rounded down."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        time, period = quota.read_text().split()
        share = int(time) // int(period) if time != "max" else allowed
    except (OSError, ValueError):  # another system, or an older kernel
        share = allowed
    return max(1, min(allowed, share))


@dataclass(frozen=True)
class Settings:
    """One field a variable, in upper case behind PLAYGROUND_; the scheduler's is Dask's own, DASK_SCHEDULER_ADDRESS.

    workers: processes that train. visitors: how many are let in at once. visitor_mb: what one visitor's run may need,
    or those side by side together. film_mb: what the moments kept of them may need beside that, 0 for none.
    earlier_mb: what the runs before the present one may need, which can be brought back; 0 for none.
    idle_minutes: how long a run goes on when nobody touches its page.
    """

    workers: int = setting(Whole(max(1, min(MOST_CORES, cores()) - 1), 1, 64, "processes"))
    visitors: int = setting(Whole(60, 1, 1000, "visitors"))
    visitor_mb: int = setting(Whole(96, 16, 96, "MB"))
    film_mb: int = setting(Whole(4, 0, 4, "MB"))
    earlier_mb: int = setting(Whole(8, 0, 64, "MB"))
    idle_minutes: int = setting(Whole(30, 1, 1440, "minutes"))
    scheduler: str = setting(Text("", 200))

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings in `environ`. One that cannot be used takes its default, and the log says so."""
        found = {}
        for name, spec in specs(cls).items():
            text = environ.get(variable(name), "")
            if text:
                try:
                    found[name] = spec.read(variable(name), text)
                except SettingError as problem:
                    log.error("%s The default, %s, is used.", problem, spec.write(spec.default))  # type: ignore[arg-type]  # its own default
        return cls(**found)  # type: ignore[arg-type]  # each was read by its own spec


def variable(name: str) -> str:
    """The environment variable that sets the field `name`."""
    return "DASK_SCHEDULER_ADDRESS" if name == "scheduler" else f"PLAYGROUND_{name.upper()}"


SETTINGS = Settings.read(os.environ)
