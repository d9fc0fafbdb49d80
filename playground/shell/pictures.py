"""How a page draws: pictures whose view is kept while their data moves."""

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.dataframe_util import convert_arrow_table_to_arrow_bytes
from streamlit.elements import vega_charts
from streamlit.elements.lib.layout_utils import LayoutConfig
from streamlit.proto.VegaLiteChart_pb2 import VegaLiteChart

from playground.charts.base import Data, Picture, enlarged
from playground.shell.presenting import presenting

LARGE = 1.3
"""How many times larger than usual the words in pictures are in presentation mode."""

_texts: WeakKeyDictionary[Picture, dict[bool, str]] = WeakKeyDictionary()
"""The specs of pictures by whether they are large."""


SHOWS = "{kind} What it shows at update {update:,}: {finding}"
"""The words for a picture of such a kind, and what is to be seen in this one."""

WORDS = "drawing.words"


@dataclass
class Words:
    """What was told of the pictures when all stood still, by their kind, and what was on show then.

    A browser builds a picture anew when its words change, and words travel with every frame. So they change where it
    comes to rest or begins to move, when they fall silent, and neither with a single update nor with a step through the
    film: they say of which update they are.
    """

    moving: bool
    about: Hashable
    update: int
    texts: dict[str, str] = field(default_factory=dict)
    fresh: bool = True


def begin_words(moving: bool, about: Hashable, update: int) -> None:
    """With every page: whether it moves, which runs and sequence are on show, and after how many updates."""
    before: Words | None = st.session_state.get(WORDS)
    now = Words(moving, about, update, fresh=not moving)
    if before and not (moving or before.moving) and before.about == about and update != before.update:
        now.texts, now.fresh = before.texts, False
    st.session_state[WORDS] = now


def alt_text(picture: Picture, finding: Callable[[], str]) -> str:
    """The words for those who do not see the picture."""
    now: Words = st.session_state[WORDS]
    if now.fresh:
        now.texts[picture.alt] = SHOWS.format(kind=picture.alt, update=now.update, finding=finding())
    return now.texts.get(picture.alt, picture.alt)


def show(picture: Picture, data: Data, finding: Callable[[], str] | None = None, fill: bool = False) -> None:
    """A picture on the page. finding: what is to be seen in it, in words.

    fill: it is as high as `look.css` says for where it stands, and not as its spec says.

    Its spec rarely changes from frame to frame, so the view is kept and only data moves.

    st.vega_lite_chart writes and reads the spec anew each time, which is most of what it costs (docs/figures.md); here
    it is written once, as Streamlit writes it.
    """
    chart = VegaLiteChart(
        spec=_text(picture, presenting()), theme="streamlit", alt=alt_text(picture, finding) if finding else picture.alt
    )
    for name, rows in data.items():
        chart.datasets.add(name=name, has_name=True, data={"data": convert_arrow_table_to_arrow_bytes(rows)})
    layout = LayoutConfig(width="stretch", height="stretch" if fill else None)
    st._main._enqueue("vega_lite_chart", chart, layout_config=layout)


def _text(picture: Picture, large: bool) -> str:
    """The spec of a picture, without spaces."""
    texts = _texts.setdefault(picture, {})
    if large not in texts:
        spec = vega_charts._prepare_vega_lite_spec(enlarged(picture.spec, LARGE) if large else picture.spec, True)
        texts[large] = vega_charts._stabilize_vega_json_spec(json.dumps(spec, separators=(",", ":")))
    return texts[large]


def widening(axis: str, ends: tuple[int, int], moving: bool) -> tuple[int, int]:
    """The ends of an axis: while all moves they only go apart. An axis that jumps cannot be read, and costs a new view.

    axis: its name among all of the visitor's.
    """
    key = f"ends.{axis}"
    if moving and key in st.session_state:
        low, high = st.session_state[key]
        ends = min(low, ends[0]), max(high, ends[1])
    st.session_state[key] = ends
    return ends


def is_dark() -> bool:
    return st.context.theme.type == "dark"
