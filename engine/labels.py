"""What a setting is called where a person chooses it."""

from collections.abc import Mapping
from typing import NamedTuple


class Label(NamedTuple):
    """name: a word or two beside the control. help: one sentence or two. choices: of a choice, what each is called.

    In English; a translation is found by the identifier of the setting.
    """

    name: str
    help: str
    choices: Mapping[str, str] = {}
