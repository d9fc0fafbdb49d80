"""The page without a browser: opened by a link, and what it sends."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
from streamlit.testing.v1 import AppTest

from playground.runs.session import Session

ENTRY = Path(__file__).parents[2] / "playground" / "app.py"


def opened(state: dict[str, Any] | None = None, **params: str) -> AppTest:
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
