"""What there is once a server: the pool, the places, the log; and what follows from a visitor's coming and going."""

import atexit
import gc
import logging
import sys
import time
from uuid import uuid4

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import forward_msg_queue
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from playground.runs.pool import Pool
from playground.runs.session import Session
from playground.server import theme
from playground.server.admission import Admission
from playground.server.received import bounded
from playground.server.settings import SETTINGS

PULSE = 60.0
"""Seconds between two lines in the log that say how many train."""

log = logging.getLogger("playground")


def _pool() -> Pool:
    """Workers of this machine, or a cluster's if the address of a scheduler is set."""
    resident = RUNS_A_VISITOR * SETTINGS.visitors
    if SETTINGS.scheduler:
        try:
            from playground.runs.cluster import Cluster

            return Cluster(SETTINGS.workers, SETTINGS.scheduler, resident)
        except ModuleNotFoundError as problem:
            log.error(
                "%s. Slices run here; pip install -r requirements-cluster.txt brings what a cluster needs.", problem
            )
    return Pool(SETTINGS.workers, resident)


RUNS_A_VISITOR = 2
"""Those of the page Side by side, and that of all others."""

POOL = _pool()
atexit.register(POOL.close)
ADMISSION = Admission(SETTINGS.visitors, float(st.get_option("server.disconnectedSessionTTL")))


COLLECT = 50_000, 20, 100
"""Thresholds of Python's garbage collector; its usual ones stop all threads many times a second as pages are drawn."""


class Presence:
    """A visitor's connection. Streamlit makes one for each and lets it go when the connection ends."""

    def __init__(self, visitor: str) -> None:
        self.visitor = visitor
        self.sessions: set[Session] = set()

    def end(self) -> None:
        """The tab was closed or the line broke: the run rests at once, and its place waits for the visitor's return."""
        trained = any(session.updates > 0 for session in self.sessions)
        for session in self.sessions:
            session.rest()
        ADMISSION.gone(self.visitor, may_return=trained)
        log.info("event=left visitors=%d training=%d", ADMISSION.taken, POOL.pace.training)


def _interrupted(message: ForwardMsg, _is_fragment_run: bool) -> ForwardMsg:
    """A message that waits to be sent as the next run begins: a run whose end is among them counts as interrupted.

    Streamlit drops the pictures of a tick that wait when the next tick begins, but lets the end of the whole page's run
    stand. The browser takes that for complete and removes the pictures that did not come: they blink after a click.
    """
    if message.WhichOneof("type") == "script_finished":
        message.script_finished = ForwardMsg.FINISHED_EARLY_FOR_RERUN
    return message


@st.cache_resource
def prepare() -> None:
    """Once a server: the log's form, room for uploads, and what the imports made is left out of garbage collections."""
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("time=%(asctime)s level=%(levelname)s logger=%(name)s %(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
    log.info("event=started workers=%d places=%d scheduler=%s", SETTINGS.workers, ADMISSION.limit, SETTINGS.scheduler)
    if st.runtime.exists():
        files = st.runtime.get_instance().uploaded_file_mgr
        if isinstance(files, MemoryUploadedFileManager):
            files.add_file = bounded(files)  # type: ignore[method-assign]  # Streamlit offers no setting for it
    forward_msg_queue._update_script_finished_message = _interrupted  # type: ignore[assignment]
    theme.remembered()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


@st.cache_resource(scope="session", on_release=Presence.end, show_spinner=False)
def _presence(visitor: str) -> Presence:
    return Presence(visitor)


def presence() -> Presence:
    """This visitor's connection."""
    return _presence(st.session_state.setdefault("visitor", uuid4().hex))


def admitted() -> bool:
    """Whether this visitor has a place, now at the latest."""
    new = "session" not in st.session_state
    let_in = ADMISSION.admit(presence().visitor)
    if new and let_in:
        log.info(
            "event=arrived visitors=%d waiting=%d training=%d", ADMISSION.taken, ADMISSION.waiting, POOL.pace.training
        )
    return let_in


class Pulse:
    """One line a minute while somebody trains."""

    def __init__(self) -> None:
        self._next = 0.0

    def beat(self) -> None:
        """To be called at every tick; writes when a minute has passed."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + PULSE
            log.info(
                "event=pulse visitors=%d waiting=%d training=%d updates_per_second=%.0f tick=%.2f",
                ADMISSION.taken,
                ADMISSION.waiting,
                POOL.pace.training,
                POOL.pace.rate,
                POOL.pace.tick,
            )


PULSE_LINE = Pulse()
