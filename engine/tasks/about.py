"""What a task says of itself, for those who choose it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.labels import Label


@dataclass(frozen=True)
class About:
    """name: what people call it. sentence: what the network is to do. settings: for every setting its label.

    unknown: why it cannot say what is right once a sequence was changed by hand. by_heart: of a task whose sequences
    come from one text or series, what it means when training and held-out loss part.

    Whatever is left empty, tests/test_declared.py names.
    """

    name: str = ""
    sentence: str = ""
    unknown: str = ""
    settings: Mapping[str, Label] = field(default_factory=dict)
    by_heart: str = ""


LENGTH = Label("Length T", "Steps in a sequence: the longer, the further back the network must remember.")
READOUT = Label(
    "Readout",
    "What the answer is read from: the last state, or the mean of all states.",
    {"last": "Last state", "mean": "Mean of all"},
)
LETTERS = Label("Letters", "How many different letters there are.")
