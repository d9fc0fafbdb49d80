"""The page without a browser: opened by a link, and what it sends."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from streamlit import config
from streamlit.runtime.scriptrunner import RerunData, ScriptRunnerEvent
from streamlit.testing.v1 import AppTest, local_script_runner

from benchmarks.client import FIGURE
from playground.runs.session import Session

ENTRY = Path(__file__).parents[2] / "playground" / "app.py"

# As `streamlit run` does: the settings beside the entry are in force.
config._main_script_path = str(ENTRY)
config.get_config_options(force_reparse=True)


def opened(state: dict[str, Any] | None = None, /, **params: str) -> AppTest:
    """The playground, opened by a link with `params`."""
    app = AppTest.from_file(str(ENTRY), default_timeout=60)
    for name, value in params.items():
        app.query_params[name] = value
    for key, value in (state or {}).items():
        app.session_state[key] = value
    return app.run()


def session(app: AppTest) -> Session:
    found: Session = app.session_state["session"]
    return found


def sound(app: AppTest) -> AppTest:
    """`app`, if it neither raised nor showed an error."""
    assert not app.exception, app.exception
    assert not app.error, [error.value for error in app.error]
    return app


@dataclass(frozen=True)
class Sent:
    """A chart as it goes to the browser."""

    proto: Any

    @cached_property
    def spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = json.loads(self.proto.spec)
        return spec

    @cached_property
    def tables(self) -> dict[str, pa.Table]:
        return {data.name: pa.ipc.open_stream(data.data.data).read_all() for data in self.proto.datasets}

    @property
    def alt(self) -> str:
        return str(self.proto.alt)

    @property
    def size(self) -> int:
        return int(self.proto.ByteSize())


def charts(app: AppTest) -> list[Sent]:
    return [Sent(element.proto) for element in app.get("vega_lite_chart")]


def figures(app: AppTest) -> dict[str, str]:
    """The counters by their names."""
    found: Mapping[str, str] = dict(FIGURE.findall("".join(html.proto.body for html in app.get("html"))))
    return dict(found)


def ticked(app: AppTest) -> list[Any]:
    """What the page's timer brings, message by message. Where more than the frame changed, the whole page is in it."""
    runners: list[local_script_runner.LocalScriptRunner] = []

    class Runner(local_script_runner.LocalScriptRunner):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            runners.append(self)

    _comes_back, fragment = app._fragment_storage._fragments
    asked = partial(RerunData, fragment_id_queue=[fragment], is_auto_rerun=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "RerunData", asked)
        patch.setattr("streamlit.testing.v1.app_test.LocalScriptRunner", Runner)
        app.run()
    (runner,) = runners
    sent = zip(runner.events, runner.event_data, strict=True)
    return [data["forward_msg"] for event, data in sent if event == ScriptRunnerEvent.ENQUEUE_FORWARD_MSG]
